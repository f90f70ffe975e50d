"""The words of the demo district: names of people and texts of petitions, composed from the files in `data/`."""

import base64
import json
import random
import struct
import zlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from petition_proxy.domain import privacy

DATA = Path(__file__).parent / "data"
# Neither an allotted district code nor an allotted mobile prefix: no number here can belong to anybody.
ID_AREA = "500199"
MOBILE_PREFIX = "154"
OLD_AGE = 60
ISSUE_PARTS = ("subjects", "facts", "requests", "replies", "outcomes")


@cache
def load(name: str) -> dict | list:
	"""One of the word files, read once.

	Args:
		name: file name without ending: matters, people or places.
	"""
	return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def person_name(rng: random.Random, sex: str) -> str:
	words = load("people")
	return rng.choice(words["surnames"]) + rng.choice(words[sex.lower()])


def birth_date(rng: random.Random, today: date, youngest: int, oldest: int) -> date:
	"""A birthday that makes a person of this age (years) today."""
	year = today.year - rng.randint(youngest, oldest)
	return date(year, rng.randint(1, 12), rng.randint(1, 28))


def phone_number(rng: random.Random) -> str:
	return f"{MOBILE_PREFIX}{rng.randrange(10**8):08d}"


def id_number(rng: random.Random, born: date, sex: str, used: set[str]) -> str:
	"""A number with the right check character (GB 11643) in a district that does not exist.

	Args:
		rng: source of chance.
		born: birthday.
		sex: Male (odd order number) or Female (even).
		used: numbers given out before; the new one is added.
	"""
	while True:
		order = rng.randrange(0, 998, 2) + (1 if sex == "Male" else 0)
		base = f"{ID_AREA}{born:%Y%m%d}{order:03d}"
		number = next(base + check for check in "0123456789X" if privacy.is_valid_id_number(base + check))
		if number not in used:
			used.add(number)
			return number


def form_of_address(name: str, sex: str, age: int) -> str:
	"""How neighbours speak of a person, for example 陈婆婆."""
	surname = privacy.mask_name(name).rstrip(privacy.STAR)
	if age >= OLD_AGE:
		return surname + ("大爷" if sex == "Male" else "婆婆")
	return surname + ("先生" if sex == "Male" else "女士")


def slots(rng: random.Random, **given: str) -> dict[str, str]:
	"""Values for the blanks of a template; those given win."""
	return {
		"road": rng.choice(load("places")["roads"]),
		"month": str(rng.randint(1, 12)),
		"months": str(rng.randint(2, 11)),
		"homes": str(rng.randint(8, 96)),
		"yuan": str(rng.randint(8, 480) * 100),
		"small": str(rng.randint(6, 90) * 10),
		"mu": f"{rng.uniform(0.8, 9.5):.1f}",
		"year": str(rng.randint(2009, 2023)),
		"years": str(rng.randint(2, 12)),
		"n": str(rng.randint(2, 9)),
		"age": str(rng.randint(61, 89)),
		"mid": str(rng.randint(38, 55)),
		**given,
	}


@dataclass(frozen=True)
class Issue:
	"""One trouble within a matter: its texts belong together.

	Args:
		number: place among the matter's subjects.
		subject, facts, request, reply: templates.
		outcome: what came of it.
	"""

	number: int
	subject: str
	facts: str
	request: str
	reply: str
	outcome: str


def draw_issue(rng: random.Random, matter: dict) -> Issue:
	"""An issue of a matter: the file gives one digit each for subject, facts, request, reply and outcome."""
	places = [int(digit) for digit in rng.choice(matter["issues"])]
	texts = (matter[key][place] for key, place in zip(ISSUE_PARTS, places, strict=True))
	return Issue(places[0], *texts)


def petition_text(
	rng: random.Random, matter: dict, issue: Issue, values: dict[str, str], is_proxied: bool
) -> tuple[str, str, str]:
	"""Subject, facts and request as the petitioner, or the agent for the petitioner, would put them."""
	people = load("people")
	openers = people["openers"] + (people["proxied_openers"] if is_proxied else [])
	# thanks, suggestions and questions carry no complaint about how long it took
	middle = rng.choice(people["middles"]) if matter["kind"] == "Appeal and Request" else ""
	content = rng.choice(openers) + issue.facts + middle
	return tuple(text.format_map(values) for text in (issue.subject, content, issue.request))


def reply_text(
	rng: random.Random, matter: dict, issue: Issue, values: dict[str, str], is_proxied: bool
) -> str:
	"""The unit's answer; appeals are told where to ask for a review (art. 35)."""
	people = load("people")
	openers = people["reply_openers"] + (people["proxied_reply_openers"] if is_proxied else [])
	is_appeal = matter["kind"] == "Appeal and Request"
	closer = (
		people["review_notice"] if is_appeal and rng.random() < 0.7 else rng.choice(people["reply_closers"])
	)
	return (rng.choice(openers) + issue.reply + closer).format_map(values)


@cache
def signatures(count: int = 24) -> tuple[str, ...]:
	"""Small drawings that stand for signatures on agreements, as PNG data addresses."""
	return tuple(_signature(random.Random(number)) for number in range(count))


def _signature(rng: random.Random, width: int = 96, height: int = 32) -> str:
	pixels = [bytearray(b"\xff" * width) for _row in range(height)]
	x, y = 6.0, height / 2
	for _stroke in range(rng.randint(4, 7)):
		to_x, to_y = x + rng.uniform(6, 18), rng.uniform(5, height - 5)
		for step in range(60):
			px, py = int(x + (to_x - x) * step / 60), int(y + (to_y - y) * step / 60)
			if px < width - 1:
				pixels[py][px] = pixels[py][px + 1] = 0
		x, y = to_x, to_y

	def chunk(kind: bytes, body: bytes) -> bytes:
		return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

	image = (
		b"\x89PNG\r\n\x1a\n"
		+ chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
		+ chunk(b"IDAT", zlib.compress(b"".join(b"\x00" + bytes(row) for row in pixels), 9))
		+ chunk(b"IEND", b"")
	)
	return "data:image/png;base64," + base64.b64encode(image).decode()
