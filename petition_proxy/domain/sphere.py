"""Distances on the Earth, and an index that finds the nearest of many points without comparing all with all.

Points are kept as unit vectors: the straight chord between two of them grows with the great-circle distance, at every
latitude and across the date line, so one tree serves the whole globe. Cells of a degree grid would narrow towards the
poles and end at 180 degrees.
"""

import math
from collections.abc import Collection, Iterable, Iterator

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

EARTH_RADIUS = 6_371_008.8  # metres, mean radius (IUGG)
LEAF_SIZE = 12

Vector = tuple[float, float, float]


class PositionError(DomainError):
	"""Latitude or longitude lie outside the globe."""

	code = "bad_position"


def read_position(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
	"""A position in degrees, or None where it is not known.

	Both zero counts as not known: that is how an empty number field is stored, and the point lies in the Atlantic.

	Raises:
		PositionError: not a point on the globe.
	"""
	if latitude is None or longitude is None or (not latitude and not longitude):
		return None
	if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # not-a-number fails here too
		raise PositionError(
			_(
				"Latitude {latitude} and longitude {longitude} are not a place on Earth. "
				"Give degrees, latitude first, for example 29.502 and 106.508."
			),
			latitude=latitude,
			longitude=longitude,
		)
	return float(latitude), float(longitude)


def to_vector(latitude: float, longitude: float) -> Vector:
	"""Unit vector of a position in degrees."""
	phi, lam = math.radians(latitude), math.radians(longitude)
	return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def chord_to_metres(square: float) -> float:
	"""Great-circle distance that belongs to a squared chord of the unit sphere."""
	return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(square) / 2))


def metres_to_chord(metres: float) -> float:
	"""Squared chord of a distance; half the way round the Earth and more is everywhere."""
	return 4 * math.sin(min(metres / (2 * EARTH_RADIUS), math.pi / 2)) ** 2


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
	"""Great-circle distance in metres.

	Args:
		a: latitude and longitude in degrees.
		b: the same of the other point.
	"""
	return chord_to_metres(_square(to_vector(*a), to_vector(*b)))


def _square(a: Vector, b: Vector) -> float:
	return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2


class PointIndex:
	"""A k-d tree over positions, asked by number: the place of a position in the list it was made from.

	Args:
		positions: latitude and longitude in degrees, or None for points that are left out.
	"""

	def __init__(self, positions: Iterable[tuple[float, float] | None]) -> None:
		self.size = 0
		points = []
		for number, position in enumerate(positions):
			if position is not None:
				points.append((*to_vector(*position), number))
		self.size = len(points)
		self._root = _build(points)

	def nearest(
		self, position: tuple[float, float], count: int = 1, skip: Collection[int] = ()
	) -> list[tuple[float, int]]:
		"""The nearest points.

		Args:
			position: from here.
			count: at most so many.
			skip: numbers to leave out.

		Returns:
			Pairs of metres and number, nearest first; of equally near ones the lower number comes first.
		"""
		at = to_vector(*position)
		best: list[tuple[float, int]] = []  # (squared chord, number), ascending, at most `count`
		todo: list[tuple[float, tuple | list]] = [(0.0, self._root)]
		x, y, z = at
		while todo:
			gap, node = todo.pop()
			if len(best) == count and gap > best[-1][0]:
				continue
			while isinstance(node, tuple):
				axis, split, low, high = node
				difference = at[axis] - split
				near, far = (low, high) if difference < 0 else (high, low)
				todo.append((difference * difference, far))
				node = near
			for px, py, pz, number in node:
				square = (px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2
				if len(best) == count and (square, number) >= best[-1]:
					continue
				if number in skip:
					continue
				best.append((square, number))
				best.sort()
				del best[count:]
		return [(chord_to_metres(square), number) for square, number in best]

	def within(self, position: tuple[float, float], metres: float) -> Iterator[int]:
		"""Numbers of the points at most so far away, in no order."""
		at, limit = to_vector(*position), metres_to_chord(metres)
		x, y, z = at
		todo = [self._root]
		while todo:
			node = todo.pop()
			if isinstance(node, tuple):
				axis, split, low, high = node
				difference = at[axis] - split
				if difference < 0 or difference * difference <= limit:
					todo.append(low)
				if difference >= 0 or difference * difference <= limit:
					todo.append(high)
				continue
			for px, py, pz, number in node:
				if (px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2 <= limit:
					yield number


def _build(points: list[tuple[float, float, float, int]]) -> tuple | list:
	"""Halve along the widest axis until a leaf is small; points on the split may lie on both sides of it."""
	if len(points) <= LEAF_SIZE:
		return points
	spreads = []
	for axis in range(3):
		values = [point[axis] for point in points]
		spreads.append(max(values) - min(values))
	axis = spreads.index(max(spreads))
	if not spreads[axis]:
		return points  # all in one spot: nothing to halve
	points.sort(key=lambda point: point[axis])
	middle = len(points) // 2
	split = points[middle][axis]
	return axis, split, _build(points[:middle]), _build(points[middle:])
