frappe.query_reports["Workload by Unit"] = petition_proxy.figures.report({ level: "Unit" });
