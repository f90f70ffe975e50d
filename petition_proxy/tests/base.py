"""Base of the site tests: real MariaDB, rolled back after each test."""

import frappe

try:
	from frappe.tests import IntegrationTestCase as _Base
except ImportError:
	from frappe.tests.utils import FrappeTestCase as _Base

from petition_proxy.permissions.scope import clear_scopes

# Newer Frappe looks up a few things of its own for each report; a budget of questions leaves room for them there.
FOR_FRAPPE_ITSELF = 0 if tuple(map(int, frappe.__version__.split(".")[:2])) < (15, 100) else 4

FrameworkTestCase = _Base  # for the few tests that need more than one connection


class AppTestCase(_Base):
	"""Each test runs in a savepoint; a commit in the code under test makes the rollback fail loudly, as wanted."""

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		frappe.db.savepoint("petition_proxy_test")
		clear_scopes()

	def tearDown(self):
		frappe.set_user("Administrator")
		frappe.db.rollback(save_point="petition_proxy_test")
		frappe.db.value_cache.clear()
		frappe.clear_messages()
		clear_scopes()
		super().tearDown()

	def as_user(self, user: str) -> None:
		"""Act as this person from here on, with a scope built afresh."""
		frappe.set_user(user)
		clear_scopes()

	def allow_mail(self) -> None:
		"""A way out for the length of this test, so that Frappe puts mails into its queue; nothing is sent."""
		# Written past its checks, which would log in to the mail server.
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"name": "Petition Office",
				"email_account_name": "Petition Office",
				"email_id": "office@pp-mail.cn",
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": "smtp.pp-mail.cn",
			}
		).db_insert()
		self.addCleanup(setattr, frappe.local, "outgoing_email_account", {})
		frappe.local.outgoing_email_account = {}

	def give_roles(self, user: str, *roles: str) -> None:
		"""Roles for the length of this test. Frappe keeps roles in a cache that no rollback reaches."""
		self.addCleanup(frappe.clear_cache, user=user)  # runs after the rollback
		frappe.get_doc("User", user).add_roles(*roles)
