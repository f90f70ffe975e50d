frappe.query_reports["Agents by Place"] = petition_proxy.figures.report({ levels: ["Town", "Village", "District"] });
