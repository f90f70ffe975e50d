"""Texts that Frappe 15 shows translated but whose homes its extractors do not read.

`bench generate-pot-file` of Frappe 15 reads DocTypes, workspaces, reports and the calls of `_()` and `__()`.
It skips web forms, workflow states and actions, roles without a permission row, records seeded from JSON and
the texts marked with `mark()`. Each of those stands here once, so that it reaches the catalogue; nothing calls
these functions. tests/test_translation.py lists what is missing here.

The second function gives a context to words that mean something else in Frappe itself ("Left" is a side there
and a status of an agent here; "Close" closes a window there and a case here). The context is the one Frappe
looks the word up with: the DocType for its labels and options, "Petition" for the buttons of its steps. The
third lends Chinese to Frappe.
"""

from frappe import _


def strings_without_extractor() -> tuple[str, ...]:
	"""Texts of web forms, the workflow, seeds and `mark()`, in that order."""
	return (
		# web forms
		_("The petition has been filed."),
		_("Who"),
		_("Without a phone, give the ID number."),
		_("What"),
		_("In One Sentence"),
		_("What Happened"),
		_("When, where, who, and what has been tried so far."),
		_("What the Petitioner Asks For"),
		_("Agreement"),
		_("Sign above, or attach a photo of the signed paper."),
		_("Thank You"),
		_("Your rating has been recorded."),
		_("Whom Do You Rate?"),
		_("How Was It Handled?"),
		_("What Was Not Good?"),
		_("Anything Else?"),
		_("File", context="Button in web form"),
		_("Send", context="Button in web form"),
		# workflow states
		_("Draft"),
		_("Registered"),
		_("Assigned"),
		_("Received"),
		_("Accepted"),
		_("Refused"),
		_("Handling"),
		_("Replied"),
		_("Served"),
		_("Closed"),
		# workflow actions that mean the same everywhere
		_("Receive"),
		_("Accept"),
		_("Refuse"),
		_("Start Handling"),
		_("Serve"),
		# the event of a petition's first save; the others bear the name of a state or step
		_("Create"),
		# alert rules
		_("Promise ends soon"),
		_("Promise has ended"),
		_("Promise is a day late"),
		_("Promise is three days late"),
		_("Statutory limit ends in five days"),
		_("Statutory limit has ended"),
		_("Statutory limit is a day late"),
		_("Acceptance is due in three days"),
		_("Acceptance is overdue"),
		_("Acceptance is a day late"),
		# marked with mark()
		_("This is an old Excel file (.xls). Save it as XLSX or CSV and try again."),
		_("The XLSX file is damaged. Open it, save it again, and try once more."),
		_("The workbook has no sheet with a table."),
		_("Assign"),
		_("Guide"),
		_("Merge"),
		_("Merged"),
		_("No Longer Accepted"),
		_("Reassign"),
		_("Return"),
		_("Settle on the Spot"),
		_("Stop"),
		_("Undo Merge"),
		_("Withdraw"),
	)


def strings_with_another_sense_in_frappe() -> tuple[str, ...]:
	"""Words that need a context of their own."""
	return (
		# steps of a petition
		_("File", context="Petition"),
		_("Assign", context="Petition"),
		_("Reply", context="Petition"),
		_("Close", context="Petition"),
		# labels and options
		_("Call", context="Petition"),
		_("Letter", context="Petition"),
		_("Online", context="Petition"),
		_("Online", context="Proxy Agent"),
		_("Visit", context="Petition"),
		_("Contact", context="Proxy Agent"),
		_("Left", context="Proxy Agent"),
		_("Comment", context="Evaluation"),
		_("Counter", context="Evaluation"),
		_("Desk", context="Alert"),
		_("Desk", context="Alert Digest"),
		_("Pending", context="Alert"),
		_("Event", context="Petition Event"),
		_("Day", context="Work Calendar Day"),
		_("Rejected", context="Ledger Import"),
		_("Name", context="Petitioner"),
		_("Name", context="Proxy Agent"),
		_("Issue", context="Common Issue"),
		_("Part", context="Petition Assignment"),
		_("Part", context="Petition Concerned Unit"),
		_("Rework", context="Petition Assignment"),
		_("Review", context="Statutory Limit"),
		_("Return", context="Petition"),
		_("Stop", context="Petition"),
		_("Guide", context="Petition"),
		_("Merge", context="Petition"),
		_("Reopen", context="Petition"),
		_("Archive", context="Petition"),
	)


def strings_without_chinese_in_frappe() -> tuple[str, ...]:
	"""Frappe's own texts on the pages of agents and petitioners that Frappe 15 has no good Chinese for."""
	return (
		_("See previous responses", context="Button in web form"),
		_("Submit another response", context="Button in web form"),
		_("Edit your response", context="Button in web form"),
		_("View your response", context="Button in web form"),
		_("Mandatory fields required:", context="Error message in web form"),
		_("Invalid values for fields:", context="Error message in web form"),
		_("Discard?"),
		_("Are you sure you want to discard the changes?"),
		_("Your form has been successfully updated"),
		_("You are not permitted to access this page without login."),
		_("Home"),
		_("Log out"),
		_("Apps"),
	)
