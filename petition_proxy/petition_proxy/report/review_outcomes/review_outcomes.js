frappe.query_reports["Review Outcomes"] = petition_proxy.figures.report({ level: "Unit" });
