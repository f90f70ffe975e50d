frappe.query_reports["Indicators by Place"] = petition_proxy.figures.report();
