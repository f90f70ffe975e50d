frappe.pages["coverage-map"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Coverage Map"), single_column: true });
	wrapper.ready = frappe.require("coverage.bundle.js").then(() => {
		wrapper.view = new petition_proxy.coverage.View(page);
	});
};

frappe.pages["coverage-map"].on_page_show = function (wrapper) {
	const asked = frappe.route_options || {};
	frappe.route_options = null;
	wrapper.ready.then(() => wrapper.view.show(asked));
};
