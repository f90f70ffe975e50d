frappe.query_reports["Training Results"] = petition_proxy.figures.report({ levels: ["Town", "Village", "District"] });
