"""What a site needs beyond the standard documents: each step inserts what is missing and never overwrites a site's edits.

Called by `after_install` and by patches. Order: roles before the workflow (its transitions name them), masters
before settings (settings name defaults), indexes last, since changing a table commits.
"""

import frappe

from petition_proxy.setup.boards import ensure_boards, remove_boards
from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.leftovers import remove_leftovers
from petition_proxy.setup.mail_reports import ensure_mail_reports, remove_mail_reports
from petition_proxy.setup.masters import ensure_masters
from petition_proxy.setup.module_profile import ensure_module_profile
from petition_proxy.setup.petitioners import ensure_petitioner_pages, remove_bearer_user
from petition_proxy.setup.roles import ensure_roles, remove_roles
from petition_proxy.setup.settings import ensure_settings
from petition_proxy.setup.website import ensure_home_page, remove_home_page
from petition_proxy.setup.workflow import ensure_workflow, remove_workflow


def after_install() -> None:
	"""Bring a freshly installed site to the state in which a clerk can start."""
	ensure_roles()
	ensure_petitioner_pages()
	ensure_workflow()
	ensure_masters()
	ensure_settings()
	ensure_boards()
	ensure_module_profile()
	ensure_mail_reports()
	ensure_home_page()
	ensure_indexes()


def before_uninstall() -> None:
	"""Take away what the uninstaller does not know: workflow, its unused states and actions, roles, jobs, settings, and what
	stands beside the app's records: papers, remarks, versions, notices."""
	remove_leftovers()
	remove_workflow()
	remove_boards()
	remove_bearer_user()
	remove_mail_reports()
	remove_roles()
	remove_home_page()
	frappe.db.delete("Scheduled Job Type", {"method": ("like", "petition_proxy.%")})
	frappe.db.delete("Singles", {"doctype": "Petition Proxy Settings"})
