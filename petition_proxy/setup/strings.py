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
		_("Close Without Service"),
		_("Locked away when it comes in. The village compares it with your card."),
		_(
			"The file needs the columns settlement, one of agent, service_point and to_settlement, and metres or minutes. Download the points first to see the names."
		),
		_("You Are"),
		_("Your application has come in. The village or the town will call you."),
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
		_("Key", context="Agent Notice"),
		_("Enter", context="Proxy Agent"),
		_("Draft", context="Opinion Letter"),
		_("Draft", context="Settlement Statement"),
		_("Checked", context="Opinion Letter"),
		_("Signed", context="Opinion Letter"),
		_("Replaced", context="Opinion Letter"),
		_("Sent Back", context="Opinion Letter"),
		_("Result", context="Opinion Item"),
		_("Reason", context="Opinion Item"),
		_("Document", context="Archive Item"),
		_("Document", context="Service Receipt"),
		_("Both", context="Archive Item"),
		_("Paper", context="Archive Item"),
		_("Electronic", context="Archive Item"),
		_("Result", context="Service Receipt"),
		_("Served", context="Service Receipt"),
		_("Result", context="Case File"),
		_("Place", context="Service Receipt"),
		_("Signature", context="Service Receipt"),
		_("Unit", context="Opinion Letter"),
		_("Close Without Service", context="Petition"),
		_("Note", context="Official Letter"),
		_("Rule", context="Retention Rule"),
		_("Date", context="Archive Item"),
		_("Object", context="Petition"),
		_("Uphold Objection", context="Petition"),
		_("Reject Objection", context="Petition"),
		_("Ask Co-handler", context="Petition"),
		_("Receive Co-handling", context="Petition"),
		_("Answer Lead", context="Petition"),
		_("End Co-handling", context="Petition"),
		_("Coordination Meeting", context="Petition"),
		_("Report Upward", context="Petition"),
		_("Answer from Above", context="Petition"),
		_("Kind", context="Improvement Advice"),
		_("Page", context="Progress Notice"),
		_("Letter", context="Progress Notice"),
		_("Visit", context="Progress Notice"),
		_("In Person", context="Progress Notice"),
		_("Changed", context="Review Request"),
		_("Received", context="Review Request"),
		_("Refused", context="Review Request"),
		_("Closed", context="Supervision Order"),
		_("Replied", context="Supervision Order"),
		_("Reasons", context="Review Request"),
		_("Request", context="Review Request"),
		_("Level", context="Review Request"),
		_("Letter", context="Supervision Order"),
		_("Letter", context="Supervision Rule"),
		_("Level", context="Supervision Order"),
		_("Level", context="Supervision Rule"),
		_("Issued", context="Supervision Order"),
		_("Open", context="Reward Batch Sign"),
		_("Title", context="Publicity Event"),
		_("Website", context="Publicity Event"),
		_("Broadcast", context="Publicity Event"),
		_("Meeting", context="Publicity Event"),
		_("Reach", context="Publicity Event"),
		_("Photo", context="Publicity Event"),
		_("To", context="Walking Distance"),
		_("Walk", context="Walking Distance"),
		_("Place", context="Publicity Event"),
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
