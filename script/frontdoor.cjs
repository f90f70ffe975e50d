// One address for the browser: pages go to the web server, /socket.io to the live-update server.
// Usage: node frontdoor.cjs BIND PORT WEB_PORT REALTIME_PORT SITE
const http = require("node:http");

const [bind, port, webPort, realtimePort, site] = process.argv.slice(2);

function forward(request) {
	const isRealtime = request.url.startsWith("/socket.io");
	const headers = {
		...request.headers,
		// Overwritten, not appended: the rate limit counts by this address.
		"x-forwarded-for": request.socket.remoteAddress,
		"x-forwarded-proto": "http",
		"x-frappe-site-name": site,
	};
	if (isRealtime) headers.origin = `http://${request.headers.host}`;
	return http.request({
		// A connection of its own: a kept one may be closed by the web server just as a request goes out.
		agent: false,
		host: "127.0.0.1",
		port: isRealtime ? realtimePort : webPort,
		method: request.method,
		path: request.url,
		headers,
	});
}

const server = http.createServer((request, response) => {
	const upstream = forward(request);
	upstream.on("response", (answer) => {
		response.writeHead(answer.statusCode, answer.headers);
		answer.pipe(response);
	});
	upstream.on("error", () => {
		if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain" });
		response.end("The application server does not answer.\n");
	});
	response.on("close", () => upstream.destroy());
	request.pipe(upstream);
});

server.on("upgrade", (request, socket, head) => {
	const upstream = forward(request);
	socket.on("error", () => upstream.destroy());
	upstream.on("error", () => socket.destroy());
	upstream.on("response", () => socket.destroy());
	upstream.on("upgrade", (answer, peer, peerHead) => {
		const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
		for (let i = 0; i < answer.rawHeaders.length; i += 2) {
			lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
		}
		socket.write(lines.join("\r\n") + "\r\n\r\n");
		if (peerHead.length) socket.write(peerHead);
		if (head.length) peer.write(head);
		peer.on("error", () => socket.destroy());
		socket.on("error", () => peer.destroy());
		peer.pipe(socket);
		socket.pipe(peer);
	});
	upstream.end();
});

server.listen(Number(port), bind);
