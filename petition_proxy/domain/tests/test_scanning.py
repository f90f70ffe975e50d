import struct
import unittest

from petition_proxy.domain import scanning


class TestAddress(unittest.TestCase):
	def test_host_and_port_or_socket(self):
		self.assertEqual(scanning.read_address(" 127.0.0.1:3310 "), ("127.0.0.1", 3310))
		self.assertEqual(scanning.read_address("clamd.district.local:3310"), ("clamd.district.local", 3310))
		self.assertEqual(scanning.read_address("[::1]:3310"), ("::1", 3310))
		self.assertEqual(scanning.read_address("unix:/run/clamav/clamd.ctl"), "/run/clamav/clamd.ctl")

	def test_anything_else_is_told(self):
		for bad in (
			"clamd",
			"clamd:",
			":3310",
			"a b:1",
			"x:0",
			"x:65536",
			"x:１",
			"unix:clamd",
			"http://x:80",
			"",
		):
			with self.assertRaises(scanning.ScannerError, msg=bad):
				scanning.read_address(bad)


class TestFrames(unittest.TestCase):
	def test_pieces_with_their_length_and_an_empty_one_at_the_end(self):
		content = bytes(range(256)) * 600
		frames = list(scanning.frames(content))
		self.assertEqual(frames[-1], struct.pack("!L", 0))
		self.assertEqual(b"".join(frame[4:] for frame in frames), content)
		for frame in frames:
			self.assertEqual(struct.unpack("!L", frame[:4])[0], len(frame) - 4)
			self.assertLessEqual(len(frame) - 4, scanning.CHUNK)
		self.assertEqual(list(scanning.frames(b"")), [struct.pack("!L", 0)])


class TestAnswer(unittest.TestCase):
	def test_clean_and_found(self):
		self.assertTrue(scanning.read_answer(b"stream: OK\0"))
		self.assertTrue(scanning.read_answer(b"stream: OK\n"))
		self.assertFalse(scanning.read_answer(b"stream: Eicar-Test-Signature FOUND\0"))

	def test_nothing_else_is_clean(self):
		for answer in (
			b"",
			b"\0",
			b"OK\0",
			b"stream: OK FOUND",
			b"stream: ok",
			b"INSTREAM size limit exceeded. ERROR\0",
			b"stream: Can't allocate memory ERROR\0",
			b"\xff\xfe" * 200,
			b"stream: OK\0stream: X FOUND\0",
		):
			try:
				self.assertFalse(scanning.read_answer(answer), answer)
			except scanning.ScannerError:
				pass


if __name__ == "__main__":
	unittest.main()
