import io
import unittest
import zipfile

from petition_proxy.domain.paper_kinds import ALLOWED, ENDINGS, PaperError, check_paper, kind_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
MB = 1024**2


def package(*parts: str) -> bytes:
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w") as made:
		for part in parts:
			made.writestr(part, "x")
	return out.getvalue()


class TestKindOf(unittest.TestCase):
	def test_known_kinds(self):
		for content, kind in (
			(b"%PDF-1.7\n", "pdf"),
			(PNG, "png"),
			(b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg"),
			(b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
			(b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
			(b"\x00\x00\x00\x18ftypheic\x00\x00", "heic"),
			(b"\x00\x00\x00\x18ftypmp42\x00\x00", "video"),
			(b"#!AMR\n", "amr"),
			(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "office"),
			(package("[Content_Types].xml", "word/document.xml"), "word"),
			(package("xl/workbook.xml"), "sheet"),
			(package("OFD.xml"), "ofd"),
			("姓名,电话\n林婆婆,1".encode(), "text"),
			("姓名,电话\n林婆婆,1".encode("gb18030"), "text"),
			("\ufeff姓名".encode(), "text"),
			("姓名".encode("utf-16"), "text"),
		):
			self.assertEqual(kind_of(content), kind, content[:20])

	def test_markup_programs_archives_and_macros_are_none(self):
		for content in (
			b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
			b"\xef\xbb\xbf<!DOCTYPE html><script>",
			b"  \n<html>",
			"<html>".encode("utf-16"),
			b"MZ\x90\x00\x03\x00\x00\x00",
			b"\x7fELF\x02\x01",
			package("run.exe"),
			package("word/document.xml", "word/vbaProject.bin"),
			b"PK\x03\x04 torn",
			b"a\x00b",
			b"RIFF\x00\x00\x00\x00EVIL",
		):
			self.assertIsNone(kind_of(content), content[:20])


class TestCheckPaper(unittest.TestCase):
	def test_taken(self):
		check_paper("照片.PNG", PNG, MB)
		check_paper("a.tar.png", PNG, MB)

	def test_refused_with_the_reason(self):
		for name, content, reason in (
			("a.png", b"", "empty"),
			("a.png", PNG + b"\x00" * MB, "larger than 1 MB"),
			("a.svg", b"<svg/>", "cannot be taken"),
			("a.png", b"<svg/>", "cannot be taken"),
			("a.html", PNG, "not what its name says"),
			("a.pdf", PNG, "not what its name says"),
			("a.png", PNG[:4] + b"\x00", "cannot be taken"),
			("a.txt", PNG, "not what its name says"),
			("noending", PNG, "not what its name says"),
		):
			with self.assertRaisesRegex(PaperError, reason, msg=name):
				check_paper(name, content, MB)

	def test_no_ending_of_two_kinds_and_none_that_a_browser_runs(self):
		self.assertEqual(len(ALLOWED), len(set(ALLOWED)))
		self.assertFalse(set(ALLOWED) & {"html", "htm", "svg", "xml", "xhtml", "js", "exe", "zip", "docm"})
		self.assertEqual(set(ALLOWED), {e for endings in ENDINGS.values() for e in endings})
