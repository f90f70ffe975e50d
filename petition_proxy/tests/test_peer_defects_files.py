"""eGRM 9: its evidence was public, and a drawing with a script in it was taken as a picture."""

import base64
import io
import os

import frappe
from frappe.client import attach_file
from PIL import Image

from petition_proxy.domain import lifecycle
from petition_proxy.petition_proxy.doctype.publicity_event.publicity_event import PublicityEvent
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.files import PaperRefusedError, keep_private

PNG = base64.b64decode(f.SIGNATURE.partition(",")[2])
SCRIPT = "alert(document.cookie)"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg'><script>{SCRIPT}</script></svg>"


def photo() -> bytes:
	"""A photo that says with what and where it was taken, of a colour of its own."""
	image, out = Image.new("RGB", (2, 2), tuple(os.urandom(3))), io.BytesIO()
	exif = image.getexif()
	exif[0x010F] = "PHONE-OF-THE-AGENT"
	image.save(out, "JPEG", exif=exif)
	return out.getvalue()


class FileTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.doc = f.make_petition(lifecycle.HANDLING)

	def tearDown(self):
		# What a test wrote to the disk goes with its rows.
		frappe.set_user("Administrator")
		for path in self.paths():
			if os.path.exists(path):
				self.addCleanup(lambda path=path: os.path.exists(path) and os.remove(path))
		super().tearDown()

	def paths(self) -> list[str]:
		files = frappe.get_all("File", {"file_name": ("like", "pp-test-%")}, pluck="name", order_by="name")
		return [frappe.get_doc("File", name).get_full_path() for name in files]

	def put(self, name: str, content, user: str = "dept@pp.test", **values):
		"""Upload as the desk and the phone do."""
		self.as_user(user)
		try:
			return frappe.get_doc(
				{
					"doctype": "File",
					"file_name": f"pp-test-{name}",
					"content": content,
					"is_private": 0,
					"attached_to_doctype": "Petition",
					"attached_to_name": self.doc.name,
					**values,
				}
			).insert(ignore_permissions=True)
		finally:
			self.as_user("Administrator")


class TestEgrm9(FileTestCase):
	def test_egrm_9_papers_of_a_case_are_private_whatever_the_sender_asks(self):
		file = self.put("a.png", PNG + os.urandom(8))
		self.assertEqual(file.is_private, 1)
		self.assertTrue(file.file_url.startswith("/private/files/"))
		public = frappe.get_site_path("public", "files", os.path.basename(file.file_url))
		self.assertTrue(os.path.exists(file.get_full_path()))
		self.assertFalse(os.path.exists(public), "a copy was left for everybody to read")

	def test_egrm_9_papers_are_read_by_who_reads_the_case(self):
		file = frappe.get_doc("File", self.put("b.png", PNG + os.urandom(8)).name)
		for user, expected in (
			("dept@pp.test", True),
			("office@pp.test", True),
			("town2@pp.test", False),
			("dept2@pp.test", False),
			("agent2@pp.test", False),
			("Guest", False),
		):
			self.as_user(user)
			self.assertEqual(bool(file.has_permission("read")), expected, user)
			self.assertEqual(bool(file.is_downloadable()), expected, user)

	def test_egrm_9_markup_and_programs_are_refused_under_any_name(self):
		before = frappe.db.count("File")
		for name, content in (
			("x.svg", SVG),
			("x.png", SVG),
			("x.html", f"<!doctype html><script>{SCRIPT}</script>"),
			("x.pdf", f"<html><script>{SCRIPT}</script></html>"),
			("x.gif", b"MZ\x90\x00\x03\x00\x00\x00"),
			("x.html", PNG),
			("x.png", b""),
		):
			with self.assertRaises((PaperRefusedError, frappe.ValidationError), msg=name):
				self.put(name, content)
		self.assertEqual(frappe.db.count("File"), before)

	def test_egrm_9_upload_before_the_record_exists_is_asked_too(self):
		for user in ("agent@pp.test", "petitioner@pp.test", "town@pp.test"):
			with self.assertRaises(PaperRefusedError, msg=user):
				self.put("y.svg", SVG, user, attached_to_doctype=None, attached_to_name=None)

	def test_egrm_9_a_link_to_elsewhere_is_no_paper(self):
		self.assertRaises(
			PaperRefusedError, self.put, "z.png", None, file_url="https://example.invalid/track.png"
		)

	def test_egrm_9_through_the_api_as_well(self):
		self.as_user("dept@pp.test")
		with self.assertRaises(PaperRefusedError):
			attach_file(
				"pp-test-w.png",
				base64.b64encode(SVG.encode()).decode(),
				"Petition",
				self.doc.name,
				decode_base64=True,
				is_private=False,
			)

	def test_egrm_9_size_is_a_setting(self):
		frappe.db.set_single_value("Petition Proxy Settings", "most_file_mb", 1)
		with self.assertRaisesRegex(PaperRefusedError, "larger than 1 MB"):
			self.put("big.png", PNG + b"\x00" * 1024**2)
		self.assertTrue(self.put("small.png", PNG + os.urandom(8)).name)

	def test_egrm_9_usual_papers_are_taken(self):
		for name, content in (
			("p.pdf", b"%PDF-1.4\n" + os.urandom(8)),
			("p.jpg", photo()),
			("p.txt", "补充材料：照片两张。"),
			("p.csv", "姓名,村\n林婆婆,柳湾村\n".encode("gb18030")),
			("p.amr", b"#!AMR\n" + os.urandom(8)),
		):
			self.assertTrue(self.put(name, content).name, name)

	def test_egrm_9_photos_do_not_tell_whose_phone_took_them(self):
		sent = photo()
		self.assertIn(b"PHONE-OF-THE-AGENT", sent)
		file = self.put("p2.jpg", sent)
		with open(file.get_full_path(), "rb") as kept:
			self.assertNotIn(b"PHONE-OF-THE-AGENT", kept.read())

	def test_egrm_9_site_managers_and_other_records_are_left_alone(self):
		file = self.put("logo.svg", SVG, f.MANAGER, attached_to_doctype=None, attached_to_name=None)
		self.assertEqual(file.is_private, 0)
		of_user = {"attached_to_doctype": "User", "attached_to_name": f.MANAGER}
		self.assertTrue(self.put("other.svg", SVG, f.MANAGER, **of_user).name)

	def test_egrm_9_two_phones_call_their_photo_the_same(self):
		event = frappe.new_doc("Publicity Event")
		self.assertIsInstance(event, PublicityEvent)
		urls = []
		for _number in range(2):
			loose = {"attached_to_doctype": None, "attached_to_name": None}
			url = self.put("image.png", PNG + os.urandom(8), "town@pp.test", **loose).file_url
			self.assertTrue(url.startswith("/files/"))
			event.name, event.photo = "pp-test", url
			event.flags.name_set = True
			keep_private(event, ("photo",))
			urls.append(event.photo)
		self.assertEqual(len(set(urls)), 2)
		self.assertTrue(all(url.startswith("/private/files/") for url in urls))
