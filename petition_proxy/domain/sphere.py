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

	Every node knows the box around its points. A split plane alone would say little of points that all lie on one curved
	surface, and a search from far away would walk through all of them.

	Args:
		positions: latitude and longitude in degrees, or None for points that are left out.
	"""

	def __init__(self, positions: Iterable[tuple[float, float] | None]) -> None:
		points = []
		for number, position in enumerate(positions):
			if position is not None:
				points.append((*to_vector(*position), number))
		self.size = len(points)
		self._root = _build(points) if points else None

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
		if self._root is None:
			return []
		x, y, z = to_vector(*position)
		best: list[tuple[float, int]] = []  # (squared chord, number), ascending, at most `count`
		todo = [(_gap(self._root, x, y, z), self._root)]
		while todo:
			gap, (_box, low, high, points) = todo.pop()
			if len(best) == count and gap > best[-1][0]:
				continue
			if points is None:
				near = (_gap(low, x, y, z), low)
				far = (_gap(high, x, y, z), high)
				if far[0] < near[0]:
					near, far = far, near
				todo.append(far)
				todo.append(near)
				continue
			for px, py, pz, number in points:
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
		if self._root is None:
			return
		limit = metres_to_chord(metres)
		x, y, z = to_vector(*position)
		todo = [self._root]
		while todo:
			node = todo.pop()
			if _gap(node, x, y, z) > limit:
				continue
			_box, low, high, points = node
			if points is None:
				todo += (low, high)
				continue
			for px, py, pz, number in points:
				if (px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2 <= limit:
					yield number


def _build(points: list[tuple[float, float, float, int]]) -> tuple:
	"""A node: its box, and either two halves along the widest axis or, when few points are left, these."""
	lows = [min(point[axis] for point in points) for axis in range(3)]
	highs = [max(point[axis] for point in points) for axis in range(3)]
	box = (*lows, *highs)
	widths = [high - low for low, high in zip(lows, highs, strict=True)]
	axis = widths.index(max(widths))
	if len(points) <= LEAF_SIZE or not widths[axis]:  # all in one spot: nothing to halve
		return box, None, None, points
	points.sort(key=lambda point: point[axis])
	middle = len(points) // 2
	return box, _build(points[:middle]), _build(points[middle:]), None


def _gap(node: tuple, x: float, y: float, z: float) -> float:
	"""Squared distance from a point to the box of a node; none of its points is nearer."""
	x0, y0, z0, x1, y1, z1 = node[0]
	dx = x0 - x if x < x0 else x - x1 if x > x1 else 0.0
	dy = y0 - y if y < y0 else y - y1 if y > y1 else 0.0
	dz = z0 - z if z < z0 else z - z1 if z > z1 else 0.0
	return dx * dx + dy * dy + dz * dz
