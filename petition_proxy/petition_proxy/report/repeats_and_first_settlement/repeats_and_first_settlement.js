frappe.query_reports["Repeats and First Settlement"] = petition_proxy.figures.report();
