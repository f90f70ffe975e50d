"""How well the likeness of texts tells repeats apart, on a file of the user's own.

	python -m petition_proxy.utils.likeness_report messages.csv more.csv --person user_id --text subject,body
	python -m petition_proxy.utils.likeness_report messages.csv --person user_id --text subject,body --show 25 40

The first form counts pairs of one person by likeness, and says how alike texts of different people get by chance. The
second prints the first lines of pairs between two values, to be judged by eye. It reads the file and writes nothing.
"""

import argparse
import csv
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from petition_proxy.domain import repeats

BANDS = (0, 5, 10, 12, 15, 20, 25, 30, 40, 60, 80)
RANDOM_PAIRS = 20_000


def read_texts(paths: list[str], person: str, text: list[str], number: str | None) -> list[tuple]:
	"""Rows of CSV files as (person, first part of the text, grams); a number that occurs twice is read once.

	Args:
		paths: files with a header row, UTF-8.
		person: column that tells people apart.
		text: columns that make up the text, the heading first.
		number: column that tells texts apart, if any.
	"""
	rows, seen = [], set()
	for path in paths:
		with Path(path).open(encoding="utf-8-sig", newline="") as file:
			for row in csv.DictReader(file):
				key = row[number] if number else len(rows)
				if key in seen:
					continue
				seen.add(key)
				parts = [row[column] or "" for column in text]
				rows.append((row[person], parts[0], repeats.grams(*parts)))
	return rows


def pairs_of_same_person(rows: list[tuple]) -> Iterator[tuple[float, tuple, tuple]]:
	"""All pairs of texts of one person with their likeness in per cent."""
	by_person = defaultdict(list)
	for row in rows:
		by_person[row[0]].append(row)
	for own in by_person.values():
		for one, other in combinations(own, 2):
			yield 100 * repeats.likeness(one[2], other[2]), one, other


def band_of(likeness: float) -> int:
	return max(band for band in BANDS if band <= likeness)


def likeness_by_chance(rows: list[tuple], seed: int = 1) -> list[float]:
	"""Likeness of random pairs of different people, in per cent, ascending."""
	chance = random.Random(seed)
	found = []
	for _n in range(RANDOM_PAIRS):
		one, other = chance.sample(rows, 2)
		if one[0] != other[0]:
			found.append(100 * repeats.likeness(one[2], other[2]))
	return sorted(found)


def main(arguments: list[str] | None = None) -> int:
	"""Print the report.

	Args:
		arguments: of the command line; those of the process by default.
	"""
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("files", nargs="+")
	parser.add_argument("--person", required=True)
	parser.add_argument("--text", required=True, help="columns, separated by commas, the heading first")
	parser.add_argument("--number", help="column that tells texts apart")
	parser.add_argument("--show", nargs=2, type=float, metavar=("FROM", "TO"))
	parser.add_argument("--most", type=int, default=20)
	asked = parser.parse_args(arguments)
	rows = read_texts(asked.files, asked.person, asked.text.split(","), asked.number)
	pairs = list(pairs_of_same_person(rows))
	if asked.show:
		low, high = asked.show
		chosen = [pair for pair in pairs if low <= pair[0] < high]
		random.Random(1).shuffle(chosen)
		for likeness, one, other in chosen[: asked.most]:
			print(f"{likeness:5.1f}  {one[1][:40]}  |  {other[1][:40]}")
		print(f"{len(chosen)} pairs of one person from {low:g} to {high:g} per cent")
		return 0
	print(f"{len(rows)} texts, {len(pairs)} pairs of one person")
	counts = Counter(band_of(likeness) for likeness, _one, _other in pairs)
	for band, after in zip(BANDS, (*BANDS[1:], 100), strict=True):
		print(f"{band:3} to {after:3} per cent: {counts[band]}")
	chance = likeness_by_chance(rows)
	for part in (0.5, 0.99, 0.999, 1.0):
		print(
			f"different people, {part:.1%} are at most {chance[int((len(chance) - 1) * part)]:.1f} per cent"
		)
	return 0


if __name__ == "__main__":
	sys.exit(main())
