"""The way in for papers from the pages: sniffed, cleaned, scanned, kept private; and the scanner a site switches on."""

import io
import os
import tempfile
import zlib
from struct import pack
from unittest.mock import patch

import frappe
from PIL import Image

from petition_proxy.domain.scanning import ScannerError
from petition_proxy.tests import factories as f
from petition_proxy.tests import filing_cases as c
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils import clamav, uploads
from petition_proxy.utils.files import PaperRefusedError

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def png_of(width: int, height: int) -> bytes:
	"""A small file that claims to be a huge picture."""

	def chunk(kind: bytes, data: bytes) -> bytes:
		return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

	head = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
	body = zlib.compress(b"\0" * 1000)
	return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


class UploadTestCase(AppTestCase):
	def setUp(self):
		super().setUp()
		f.make_district()
		self.doc = f.make_petition()

	def tearDown(self):
		frappe.set_user("Administrator")
		for name in self.files():
			path = frappe.get_doc("File", name).get_full_path()
			self.addCleanup(lambda path=path: os.path.exists(path) and os.remove(path))
		super().tearDown()

	def files(self) -> list[str]:
		return frappe.get_all(
			"File", {"attached_to_doctype": "Petition", "attached_to_name": self.doc.name}, pluck="name"
		)

	def keep(self, content: bytes, name: str = "赵大爷.jpg", **more):
		return uploads.keep_paper("Petition", self.doc.name, name, content, **more)

	def stored(self, file) -> bytes:
		return frappe.get_doc("File", file.name).get_content()

	def assert_refused(self, content: bytes, name: str = "photo.jpg", words: str = "", **more) -> None:
		before = len(self.files())
		frappe.db.savepoint("refused")
		with self.assertRaisesRegex(PaperRefusedError, words):
			self.keep(content, name, **more)
		frappe.db.rollback(save_point="refused")
		self.assertEqual(len(self.files()), before)


class TestPictures(UploadTestCase):
	def test_the_cameras_notes_are_gone(self):
		image, out = Image.new("RGB", (30, 20), "red"), io.BytesIO()
		exif = image.getexif()
		exif[0x010F] = "PHONE-OF-THE-AGENT"
		exif.get_ifd(0x8825)[2] = (29.0, 30.0, 7.0)  # latitude
		image.save(out, "JPEG", exif=exif, comment=b"at the kitchen table")
		kept = self.stored(self.keep(out.getvalue()))
		for word in (b"PHONE-OF-THE-AGENT", b"Exif", b"kitchen"):
			self.assertIn(word, out.getvalue())
			self.assertNotIn(word, kept)
		self.assertFalse(Image.open(io.BytesIO(kept)).getexif())

	def test_a_picture_taken_sideways_stands_upright(self):
		image, out = Image.new("RGB", (60, 40), "white"), io.BytesIO()
		image.paste((0, 0, 0), (0, 0, 30, 40))  # the left half is dark
		exif = image.getexif()
		exif[0x0112] = 6  # the camera was turned: left is up
		image.save(out, "JPEG", exif=exif)
		with Image.open(io.BytesIO(self.stored(self.keep(out.getvalue())))) as kept:
			self.assertEqual(kept.size, (40, 60))
			self.assertLess(sum(kept.convert("RGB").getpixel((20, 5))), 100)
			self.assertGreater(sum(kept.convert("RGB").getpixel((20, 55))), 600)

	def test_large_pictures_shrink_and_every_kind_becomes_a_jpeg(self):
		with Image.open(io.BytesIO(self.stored(self.keep(c.photo(4000, 3000))))) as kept:
			self.assertEqual((kept.format, kept.size), ("JPEG", (2000, 1500)))
		for kind in ("PNG", "WEBP"):
			file = self.keep(c.photo(kind=kind), "wrong-ending.jpg")  # as a messenger saves it
			self.assertTrue(file.file_url.endswith(".jpg"))
			self.assertEqual(Image.open(io.BytesIO(self.stored(file))).format, "JPEG")

	def test_a_decompression_bomb_is_refused_before_it_unfolds(self):
		for width, height in ((30_000, 30_000), (60_000_001, 1), (7_746, 7_747)):
			bomb = png_of(width, height)
			self.assertLess(len(bomb), 2000)
			self.assert_refused(bomb, "bomb.png", "too large|cannot be read")

	def test_a_broken_picture_is_told(self):
		self.assert_refused(c.photo(400, 400)[:300], words="cannot be read")
		self.assert_refused(b"\xff\xd8\xff" + b"\0" * 200, words="cannot be read")

	def test_nothing_rides_along_behind_a_picture(self):
		"""A polyglot: a true picture with a page, an archive or a script behind it or among its notes."""
		image, out = Image.new("RGB", (30, 20), "red"), io.BytesIO()
		image.save(out, "JPEG", comment=HTML)
		for content in (
			c.photo() + HTML,
			c.photo(kind="PNG") + SVG,
			c.photo() + b"PK\x03\x04rest",
			out.getvalue(),
		):
			kept = self.stored(self.keep(content))
			for trace in (b"<script", b"<svg", b"PK\x03\x04"):
				self.assertNotIn(trace, kept)


class TestDisguise(UploadTestCase):
	def test_pages_drawings_and_programs_under_any_name(self):
		for content in (
			SVG,
			HTML,
			b"<?xml version='1.0'?>" + SVG,
			b"\xef\xbb\xbf" + HTML,
			b"MZ\x90\0" * 9,
			b"#!/bin/sh\n",
		):
			for name in ("a.jpg", "a.pdf", "a.svg", "a.html", "a.jpg.html", ""):
				self.assert_refused(content, name)

	def test_a_page_that_begins_like_a_picture(self):
		for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP"):
			self.assert_refused(start + HTML, "photo.png", "cannot be read")
		self.assert_refused(b"GIF89a" + HTML, "photo.gif", "Send a photo")

	def test_what_the_desk_takes_is_not_taken_here(self):
		self.assert_refused("姓名,电话".encode(), "list.csv", "Send a photo")

	def test_a_pdf_is_kept_as_a_pdf(self):
		file = self.keep(b"%PDF-1.4\n%%EOF", "决定书.PDF")
		self.assertTrue(file.file_url.startswith("/private/files/") and file.file_url.endswith(".pdf"))


class TestLimits(UploadTestCase):
	def test_an_endless_stream_is_read_no_further_than_allowed(self):
		class Endless(io.RawIOBase):
			read_so_far = 0

			def read(self, size: int = -1) -> bytes:
				if size < 0:
					raise AssertionError("the whole stream was asked for")
				Endless.read_so_far += size
				return b"\xff\xd8\xff" + b"\0" * (size - 3)

		frappe.db.set_single_value("Petition Proxy Settings", "most_file_mb", 1)
		with c.sent(Endless()), self.assertRaisesRegex(PaperRefusedError, "larger than 1 MB"):
			uploads.take_paper("Petition", self.doc.name)
		self.assertEqual(Endless.read_so_far, 1024**2 + 1)

	def test_so_many_and_no_more(self):
		for _number in range(2):
			self.keep(c.photo(), most=2)
		self.assert_refused(c.photo(), words="There are 2 papers already", most=2)

	def test_nothing_sent(self):
		with self.assertRaisesRegex(PaperRefusedError, "Choose a photo"):
			uploads.take_paper("Petition", self.doc.name)
		self.assert_refused(b"", words="empty")

	def test_the_name_is_not_kept_and_the_file_is_private(self):
		with c.sent(c.photo(), "赵大爷 13912345678.jpg"):
			file = uploads.take_paper("Petition", self.doc.name)
		row = frappe.db.get_value("File", file.name, "*", as_dict=True)
		self.assertNotIn("赵", str(row))
		self.assertNotIn("13912345678", str(row))
		self.assertEqual(row.is_private, 1)
		path = frappe.get_doc("File", file.name).get_full_path()
		self.assertIn("/private/files/", path)


class TestScanner(UploadTestCase):
	"""A real server on this machine that speaks as clamd does."""

	def scanner(self, answer, **more) -> c.Scanner:
		scanner = c.Scanner(answer, **more)
		self.addCleanup(scanner.close)
		settings = frappe.get_single("Petition Proxy Settings")
		settings.scanner_address = scanner.address
		settings.save()
		return scanner

	def test_clean_is_kept_and_the_scanner_saw_what_is_kept(self):
		scanner = self.scanner(b"stream: OK\0")
		file = self.keep(c.photo(900, 700))
		self.assertEqual(len(scanner.asked), 1, "asked twice, or not at all")
		self.assertEqual(Image.open(io.BytesIO(scanner.asked[0])).size, (900, 700))
		self.assertTrue(self.stored(file))

	def test_over_a_socket_of_the_machine(self):
		with tempfile.TemporaryDirectory() as folder:
			scanner = self.scanner(b"stream: OK\0", path=f"{folder}/clamd")
			self.keep(c.photo())
			self.assertEqual(len(scanner.asked), 1)

	def test_found_is_refused_at_every_door(self):
		self.scanner(b"stream: Eicar-Test-Signature FOUND\0")
		self.assert_refused(c.photo(), words="refused by the virus scanner")
		paper = {"doctype": "File", "file_name": "a.txt", "content": "清白", "is_private": 1}
		paper.update(attached_to_doctype="Petition", attached_to_name=self.doc.name)
		with self.assertRaisesRegex(PaperRefusedError, "refused by the virus scanner"):
			frappe.get_doc(paper).insert()

	def test_only_the_bad_one_is_refused(self):
		self.scanner(lambda content: b"stream: X FOUND\0" if b"EICAR" in content else b"stream: OK\0")
		self.keep(b"%PDF-1.4\n%%EOF")
		self.assert_refused(b"%PDF-1.4\nEICAR\n%%EOF", "a.pdf", "refused by the virus scanner")

	def test_dead_garbage_and_cut_off_fail_closed(self):
		for answer in (b"HTTP/1.0 200 OK\0", b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: "):
			self.scanner(answer)
			self.assert_refused(c.photo(), words="cannot be checked")
		self.scanner(b"stream: OK\0").close()
		self.assert_refused(c.photo(), words="cannot be checked")

	def test_slow_fails_closed(self):
		self.scanner(None)
		with patch.object(clamav, "SECONDS", 0.3):
			self.assert_refused(c.photo(), words="cannot be checked")

	def test_a_drip_of_bytes_does_not_stretch_the_time(self):
		scanner = self.scanner(c.DRIP)
		with self.assertRaises(OSError):
			clamav.ask(scanner.address, b"x", seconds=0.3)

	def test_off_without_an_address_and_a_wrong_address_is_told(self):
		settings = frappe.get_single("Petition Proxy Settings")
		settings.scanner_address = ""
		settings.save()
		self.assertTrue(clamav.is_clean(b"x"))
		settings.scanner_address = "clamd"
		with self.assertRaisesRegex(frappe.ValidationError, "no address of a scanner"):
			settings.save()
		with self.assertRaises(ScannerError):
			clamav.ask("clamd", b"x")

	def test_a_scanner_of_the_sites_own_that_fails_refuses(self):
		asked = frappe.get_hooks

		def hooked(path: str):
			return lambda name=None, *a, **k: (
				[path] if name == "petition_proxy_scan_paper" else asked(name, *a, **k)
			)

		for path in (
			"petition_proxy.tests.filing_cases.no_such_scanner",
			"petition_proxy.tests.filing_cases.vague_scanner",
		):
			with patch.object(frappe, "get_hooks", hooked(path)), self.assertRaises(PaperRefusedError):
				uploads.check_scan(b"x")
