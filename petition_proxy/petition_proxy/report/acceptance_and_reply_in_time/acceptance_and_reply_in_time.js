frappe.query_reports["Acceptance and Reply in Time"] = petition_proxy.figures.report();
