"""The documented logins of the demo district: one per role."""

from dataclasses import dataclass

import frappe
from frappe.utils.password import update_password

from petition_proxy.domain import lifecycle
from petition_proxy.setup.demo.people import MAIL_DOMAIN
from petition_proxy.setup.module_profile import PROFILE

# Documented on purpose: it opens invented records only, and only the demo command ever sets it.
DEMO_PASSWORD = "yunjiang-demo"


@dataclass(frozen=True)
class Login:
	"""One login.

	Args:
		role: its only role.
		local_part: user id before the @.
		full_name: shown name.
		seat: "head" or "member" of a unit, or "" for agents and petitioners.
		unit: short name of the unit, or "village" / "town" for those of the first story.
		to_try: what to look at, in English; the command prints it.
	"""

	role: str
	local_part: str
	full_name: str
	seat: str
	unit: str
	to_try: str

	@property
	def user(self) -> str:
		return f"{self.local_part}@{MAIL_DOMAIN}"


LOGINS = (
	Login(
		lifecycle.AGENT,
		"agent",
		"陈素华",
		"",
		"",
		"file a petition for a neighbour, follow the own cases, hand a reply over",
	),
	Login(
		lifecycle.VILLAGE,
		"village",
		"周永福",
		"member",
		"village",
		"see the village's cases, key one in, hand a reply over",
	),
	Login(
		lifecycle.TOWN,
		"town",
		"何雪梅",
		"member",
		"town",
		"assign what came in from the villages, export the town's list",
	),
	Login(
		lifecycle.DEPARTMENT,
		"department",
		"罗志刚",
		"member",
		"区规划和自然资源局",
		"receive and accept a case, choose its reply class, write the reply",
	),
	Login(
		lifecycle.HEAD,
		"head",
		"唐明远",
		"head",
		"区规划和自然资源局",
		"what is late or about to be in the own department",
	),
	Login(
		lifecycle.OFFICE,
		"office",
		"彭晓琴",
		"member",
		"区信访办公室",
		"assign, chase what is late, timeliness report",
	),
	Login(
		lifecycle.CLERK,
		"clerk",
		"田静",
		"member",
		"区服务群众工作系统管理岗",
		"enter paper registers and call-back ratings, import a ledger",
	),
	Login(
		lifecycle.LEADER,
		"leader",
		"蒋正国",
		"member",
		"区人民政府办公室",
		"the district's figures and cases, read only",
	),
	Login(
		lifecycle.AUDITOR,
		"auditor",
		"秦文惠",
		"member",
		"区人民政府办公室",
		"who did what and when, who looked at identities",
	),
	Login(
		lifecycle.FINANCE,
		"finance",
		"许丽萍",
		"",
		"",
		"pay the approved reward batch, line by line",
	),
	Login(
		lifecycle.PETITIONER,
		"petitioner",
		"曾玉珍",
		"",
		"",
		"read the own cases, rate the one that was answered",
	),
)


def login_of(role: str) -> Login:
	return next(login for login in LOGINS if login.role == role)


def set_passwords() -> None:
	"""Give the documented logins their password and, as Frappe does for every user, their own account to edit."""
	for login in LOGINS:
		update_password(login.user, DEMO_PASSWORD)
		if not frappe.db.exists(
			"DocShare", {"share_doctype": "User", "share_name": login.user, "user": login.user}
		):
			frappe.share.add_docshare(
				"User", login.user, login.user, write=1, share=1, flags={"ignore_share_permission": True}
			)
		frappe.clear_cache(user=login.user)


def set_module_profile() -> None:
	"""The documented logins of staff find petition work at the desk and nothing else."""
	for login in LOGINS:
		if login.role in lifecycle.PORTAL_ROLES:
			continue
		user = frappe.get_doc("User", login.user)
		user.module_profile = PROFILE
		user.save()


def print_logins() -> None:
	"""Print the table of logins: role, login, password, what to try."""
	rows = [("Role", "Login", "Password", "What to try")]
	rows += [(login.role, login.user, DEMO_PASSWORD, login.to_try) for login in LOGINS]
	widths = [max(len(row[column]) for row in rows) for column in range(4)]
	for number, row in enumerate(rows):
		print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
		if not number:
			print("  ".join("-" * width for width in widths))
