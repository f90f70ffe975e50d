import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain.scanning import read_address
from petition_proxy.jobs.monthly_figures import enqueue_monthly_figures
from petition_proxy.queries.coverage import get_method
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.tiles import validate_tile_url

POSITIVE_FIELDS = (
	"evaluation_window_days",
	"sweep_page_size",
	"alert_max_attempts",
	"service_attempts_needed",
	"pass_mark",
	"certificate_months",
	"last_certificate_warning_days",
	"smallest_group",
)
# Empty means the default (utils/settings.py).
REWARD_FIELDS = (
	"reward_waiting_days",
	"reward_likeness_percent",
	"reward_pair_cases",
	"reward_burst_cases",
	"bulletin_min_cases",
	"consequence_answer_days",
)


class PetitionProxySettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from petition_proxy.petition_proxy.doctype.letter_word.letter_word import LetterWord

		adoption_weeks: DF.Int
		alert_max_attempts: DF.Int
		detour_factor: DF.Float
		digest_at: DF.Time
		district: DF.Link | None
		elderly_walking_speed: DF.Float
		evaluation_window_days: DF.Int
		letter_words: DF.Table[LetterWord]
		guest_questions: DF.Int
		map_attribution: DF.Data | None
		map_tile_url: DF.Data | None
		most_file_mb: DF.Int
		office_hours: DF.Data | None
		petition_office: DF.Link | None
		quiet_from: DF.Time
		quiet_to: DF.Time
		require_opinion_letter: DF.Check
		require_service_proof: DF.Check
		scanner_address: DF.Data | None
		service_attempts_needed: DF.Int
		show_monthly_figures: DF.Check
		simple_answer_days: DF.Int
		smallest_group: DF.Int
		sweep_page_size: DF.Int
		walking_minutes: DF.Int
		walking_speed: DF.Float

	# end: auto-generated types
	def validate(self):
		self.validate_district()
		self.validate_positive()
		self.validate_letter_words()
		self.validate_walk()
		validate_tile_url(self.map_tile_url)
		self.validate_groups()
		self.validate_certificate_warnings()
		self.validate_rewards()
		self.validate_scanner()

	def on_update(self):
		if self.has_value_changed("show_monthly_figures"):
			enqueue_monthly_figures()

	def validate_district(self):
		if self.district and frappe.db.get_value("Region", self.district, "level") != "District":
			frappe.throw(_("Choose a region of level District."))

	def validate_positive(self):
		for fieldname in POSITIVE_FIELDS:
			if (self.get(fieldname) or 0) < 1:
				frappe.throw(_("{0} must be at least 1.").format(_(self.meta.get_label(fieldname))))

	def validate_letter_words(self):
		"""Two kinds with one word would give two letters of a year the same number."""
		for column in ("kind", "word"):
			values = [(row.get(column) or "").strip() for row in self.letter_words]
			repeated = next((value for value in values if values.count(value) > 1), None)
			if repeated:
				frappe.throw(
					_(
						"{0} stands twice among the words of letter numbers. Each kind has a word of its own."
					).format(_(repeated) if column == "kind" else repeated)
				)

	def validate_walk(self):
		"""Both paces make a walk that the coverage rules can use."""
		for is_elderly in (False, True):
			get_method(is_elderly, self)

	def validate_groups(self):
		"""Regulation on Petition Work art. 20: five representatives at most."""
		if not 1 <= (self.most_representatives or 5) <= 5:
			frappe.throw(_("A group has one to five representatives (Regulation on Petition Work art. 20)."))
		for fieldname in ("repeat_likeness", "repeat_likeness_same_place"):
			if not 0 <= (self.get(fieldname) or 0) <= 100:
				frappe.throw(_("{0} is a percentage.").format(_(self.meta.get_label(fieldname))))

	def validate_certificate_warnings(self):
		if self.first_certificate_warning_days <= self.last_certificate_warning_days:
			frappe.throw(_("The first warning before a certificate ends comes earlier than the last one."))

	def validate_rewards(self):
		for fieldname in REWARD_FIELDS:
			if (self.get(fieldname) or 0) < 0:
				frappe.throw(_("{0} must be at least 1.").format(_(self.meta.get_label(fieldname))))

	def validate_scanner(self):
		"""A wrong address would refuse every paper; what is written here can at least be asked."""
		if address := (self.scanner_address or "").strip():
			with domain_errors():
				read_address(address)
