frappe.query_reports["Extensions by Unit"] = petition_proxy.figures.report({ level: "Unit" });
