frappe.query_reports["Satisfaction and Participation"] = petition_proxy.figures.report();
