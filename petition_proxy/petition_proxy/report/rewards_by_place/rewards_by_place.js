frappe.query_reports["Rewards by Place"] = petition_proxy.figures.report({ levels: ["Town", "Village", "Agent", "District"] });
