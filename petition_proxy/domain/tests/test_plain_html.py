import unittest

from petition_proxy.domain.plain_html import keep_safe


class TestKeepSafe(unittest.TestCase):
	def test_keeps_what_an_editor_writes(self):
		self.assertEqual(
			keep_safe(
				'<div class="ql-editor read-mode"><h2>停办</h2><p>十月<b>一日</b>起<br>停办</p><p><br></p></div>'
			),
			"<h3>停办</h3><p>十月<strong>一日</strong>起<br>停办</p><p><br></p>",
		)
		self.assertEqual(
			keep_safe(
				'<ol><li data-list="bullet"><span class="ql-ui"></span>甲</li><li data-list="bullet">乙</li></ol>'
			),
			"<ul><li>甲</li><li>乙</li></ul>",
		)
		self.assertEqual(keep_safe('<ol><li data-list="ordered">甲</li></ol>'), "<ol><li>甲</li></ol>")

	def test_links(self):
		for target in (
			"https://a.example/b?c=1",
			"/agent-directory",
			"tel:023-68110001",
			"mailto:a@b.example",
		):
			with self.subTest(target):
				self.assertIn(f'href="{target}"', keep_safe(f'<a href="{target}" onclick="x()">这里</a>'))
		for target in (
			"javascript:alert(1)",
			"JaVaScRiPt:alert(1)",
			"&#106;avascript:alert(1)",
			"java\tscript:alert(1)",
			" javascript:alert(1)",
			"data:text/html,x",
			"//evil.example",
			"/\\evil.example",
			"vbscript:x",
			"",
		):
			with self.subTest(target):
				self.assertEqual(keep_safe(f'<a href="{target}">这里</a>'), "<a>这里</a>")

	def test_nothing_runs(self):
		for text in (
			"<script>alert(1)</script>",
			"<scr<script>ipt>alert(1)</script>",
			"<img src=x onerror=alert(1)>",
			"<svg onload=alert(1)><a href='javascript:x'>y</a></svg>",
			"<iframe srcdoc='<script>alert(1)</script>'></iframe>",
			"<p onmouseover=alert(1)>x</p>",
			"<p style='background:url(//evil.example)'>x</p>",
			"<style>@import '//evil.example'</style>",
			"<math><mtext><script>alert(1)</script>",
			"<!--><img src=x onerror=alert(1)>-->",
			"<![CDATA[<img src=x onerror=alert(1)>]]>",
			"<form action='//evil.example'><button>x</button></form>",
			'<a href="/x" href="javascript:alert(1)">x</a>',
			"<base href='//evil.example'>",
			"&lt;script&gt;alert(1)&lt;/script&gt;",
			"<p title='\"><script>alert(1)</script>'>x",
		):
			with self.subTest(text):
				safe = keep_safe(text).lower()
				for bad in (
					"<script",
					"<img",
					"<svg",
					"<iframe",
					"<style",
					"<form",
					"<base",
					"<math",
					"<!",
					"style=",
					"javascript:",
				):
					self.assertNotIn(bad, safe)
				self.assertNotRegex(safe, r"<[^>]*\son\w+=")

	def test_comes_out_well_formed(self):
		self.assertEqual(keep_safe("<p><b>x"), "<p><strong>x</strong></p>")
		self.assertEqual(keep_safe("</p></li>x<ul><li>y"), "x<ul><li>y</li></ul>")
		self.assertEqual(keep_safe("<p><b>x</p>y</b>"), "<p><strong>x</strong></p>y")
		self.assertEqual(keep_safe("a < b & c"), "a &lt; b &amp; c")
		self.assertEqual(keep_safe(None), "")

	def test_twice_is_once(self):
		for text in (
			"<p>a &amp; b</p>",
			'<a href="https://x.example/?a=1&amp;b=2">x</a>',
			"<ol><li>x</li></ol>",
		):
			self.assertEqual(keep_safe(keep_safe(text)), keep_safe(text))
