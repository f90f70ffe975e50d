frappe.query_reports["Completeness of Papers"] = petition_proxy.figures.report();
