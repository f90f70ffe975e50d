// Preloaded into Frappe's live-update server, which listens on every address of the machine:
// keeps it on the loopback address, where only the front door reaches it.
const net = require("node:net");

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
	if (typeof port === "number" || (typeof port === "string" && /^\d+$/.test(port))) {
		const callback = rest.find((item) => typeof item === "function");
		return listen.call(this, { port: Number(port), host: "127.0.0.1" }, callback);
	}
	return listen.call(this, port, ...rest);
};
