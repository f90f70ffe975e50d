import math
import random
import unittest

from petition_proxy.domain import coverage, sphere
from petition_proxy.domain.coverage import COVERED, UNCOVERED, UNKNOWN, Spot, WalkMethod
from petition_proxy.domain.sphere import PointIndex, PositionError

METHOD = WalkMethod()
HOME = (29.502, 106.508)
METRES_PER_DEGREE = math.pi * sphere.EARTH_RADIUS / 180


def north(position, metres):
	return (position[0] + metres / METRES_PER_DEGREE, position[1])


def haversine(a, b):
	"""Another formula for the same distance, as a judge."""
	phi_a, phi_b = math.radians(a[0]), math.radians(b[0])
	d_phi, d_lam = phi_b - phi_a, math.radians(b[1] - a[1])
	h = math.sin(d_phi / 2) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(d_lam / 2) ** 2
	return 2 * sphere.EARTH_RADIUS * math.asin(min(1.0, math.sqrt(h)))


def brute_force(settlement, agents, method, walks):
	"""All ways from one settlement, shortest first, by comparing with every agent."""
	ways = []
	for agent in agents:
		if agent.name in walks:
			ways.append((walks[agent.name], agent.name))
		elif settlement.position and agent.position:
			ways.append((haversine(settlement.position, agent.position) * method.detour, agent.name))
	return sorted(ways)


class TestDistance(unittest.TestCase):
	def test_known_distances(self):
		beijing, chongqing = (39.9042, 116.4074), (29.5630, 106.5516)
		self.assertAlmostEqual(sphere.distance(beijing, chongqing) / 1000, 1459.5, delta=1.5)
		self.assertAlmostEqual(sphere.distance((0, 0), (0, 1)), METRES_PER_DEGREE, places=3)
		self.assertAlmostEqual(
			sphere.distance((0, 179.9995), (0, -179.9995)), METRES_PER_DEGREE / 1000, places=4
		)
		self.assertAlmostEqual(sphere.distance((90, 0), (-90, 0)), math.pi * sphere.EARTH_RADIUS, places=0)
		self.assertEqual(sphere.distance(HOME, HOME), 0)

	def test_short_distances_agree_with_haversine(self):
		rng = random.Random(1)
		for _ in range(500):
			a = (rng.uniform(-89.9, 89.9), rng.uniform(-180, 180))
			b = (a[0] + rng.uniform(-0.02, 0.02), a[1] + rng.uniform(-0.02, 0.02))
			self.assertAlmostEqual(sphere.distance(a, b), haversine(a, b), delta=0.0005)

	def test_unknown_and_impossible_positions(self):
		for latitude, longitude in ((None, 106.5), (29.5, None), (None, None), (0, 0), (0.0, 0.0)):
			self.assertIsNone(sphere.read_position(latitude, longitude))
		self.assertEqual(sphere.read_position(0, 106.5), (0, 106.5))
		for latitude, longitude in (
			(106.5, 29.5),
			(91, 0.1),
			(10, 181),
			(float("nan"), 5),
			(5, float("nan")),
		):
			with self.subTest((latitude, longitude)), self.assertRaises(PositionError):
				sphere.read_position(latitude, longitude)


class TestIndex(unittest.TestCase):
	def test_nearest_and_within_equal_brute_force(self):
		"""Dense clusters, many points on one spot, both poles, the date line and the whole globe."""
		rng = random.Random(7)
		grounds = {
			"district": lambda: (rng.uniform(29.4, 29.6), rng.uniform(106.4, 106.6)),
			"grid": lambda: (29.4 + rng.randrange(12) * 0.005, 106.4 + rng.randrange(12) * 0.005),
			"pole": lambda: (rng.uniform(89.9, 90), rng.uniform(-180, 180)),
			"south pole": lambda: (rng.uniform(-90, -89.99), rng.uniform(-180, 180)),
			"date line": lambda: (
				rng.uniform(-17.1, -17),
				rng.choice((-180, 180)) + rng.uniform(-0.05, 0.05),
			),
			"globe": lambda: (rng.uniform(-90, 90), rng.uniform(-180, 180)),
			"one spot": lambda: HOME,
		}
		for name, draw in grounds.items():
			points = [(lat, (lon + 180) % 360 - 180) for lat, lon in (draw() for _ in range(220))]
			index = PointIndex(points)
			for _ in range(60):
				at = draw()
				at = (at[0], (at[1] + 180) % 360 - 180)
				all_ways = sorted((haversine(at, p), n) for n, p in enumerate(points))
				found = index.nearest(at, 3)
				with self.subTest(name):
					self.assertEqual(len(found), 3)
					for (metres, number), (wanted, _n) in zip(found, all_ways, strict=False):
						self.assertAlmostEqual(metres, wanted, delta=max(0.001, wanted * 1e-7))
						self.assertAlmostEqual(
							haversine(at, points[number]), metres, delta=max(0.001, metres * 1e-7)
						)
					radius = all_ways[40][0] + 0.5
					wanted = {n for metres, n in all_ways if metres <= radius}
					unclear = {n for metres, n in all_ways if abs(metres - radius) < 0.01}
					self.assertEqual(set(index.within(at, radius)) - unclear, wanted - unclear)

	def test_skip_count_and_left_out_points(self):
		index = PointIndex([HOME, None, north(HOME, 10), north(HOME, 20)])
		self.assertEqual(index.size, 3)
		self.assertEqual([n for _m, n in index.nearest(HOME, 9)], [0, 2, 3])
		self.assertEqual([n for _m, n in index.nearest(HOME, 1, {0, 2})], [3])
		self.assertEqual(PointIndex([]).nearest(HOME, 2), [])
		self.assertEqual(list(PointIndex([]).within(HOME, 1e9)), [])

	def test_equal_distances_go_to_the_first(self):
		index = PointIndex([north(HOME, 5)] * 40)
		self.assertEqual([n for _m, n in index.nearest(HOME, 2)], [0, 1])


class TestMethod(unittest.TestCase):
	def test_limits_of_the_scheme(self):
		self.assertAlmostEqual(METHOD.path_limit, 1080)
		self.assertAlmostEqual(METHOD.straight_limit, 830.77, places=2)
		old = WalkMethod(metres_per_second=0.8)
		self.assertAlmostEqual(old.path_limit, 720)
		self.assertAlmostEqual(old.straight_limit, 553.85, places=2)

	def test_limit_itself_is_within_and_a_centimetre_more_is_not(self):
		for method in (METHOD, WalkMethod(metres_per_second=0.8), WalkMethod(minutes=7, detour=1.7)):
			limit = method.path_limit
			for metres, is_within in (
				(limit - 0.01, True),
				(limit, True),
				(limit + 1e-9, True),
				(limit + 0.0009, True),
				(limit + 0.002, False),
				(limit + 0.01, False),
			):
				self.assertEqual(method.is_within(metres), is_within, metres - limit)

	def test_impossible_methods_are_refused(self):
		for values in ({"minutes": 0}, {"metres_per_second": 0}, {"detour": 0.9}, {"minutes": -1}):
			with self.subTest(values), self.assertRaises(coverage.WalkMethodError):
				WalkMethod(**values)


class TestCoverage(unittest.TestCase):
	def state_at(self, metres, latitude=HOME[0], method=METHOD):
		home = (latitude, HOME[1])
		reach = coverage.find_coverage([Spot("s", home, 10)], [Spot("a", north(home, metres))], method)[0]
		return reach.state

	def test_both_sides_of_the_limit(self):
		for latitude in (-60.0, 0.0, 29.502, 53.5, 69.0, 88.0):
			for method in (METHOD, WalkMethod(metres_per_second=0.8), WalkMethod(minutes=30, detour=1)):
				limit = method.straight_limit
				with self.subTest((latitude, method)):
					self.assertEqual(self.state_at(limit, latitude, method), COVERED)
					self.assertEqual(self.state_at(limit - 0.01, latitude, method), COVERED)
					self.assertEqual(self.state_at(limit + 0.01, latitude, method), UNCOVERED)

	def test_unknown_is_never_covered(self):
		agents = [Spot("a", HOME), Spot("no place", None)]
		reach = coverage.find_coverage([Spot("s", None, 50)], agents, METHOD)[0]
		self.assertEqual((reach.state, reach.agent), (UNKNOWN, None))
		count = coverage.count_coverage([reach])
		self.assertEqual(
			(count.covered, count.people_covered, count.unknown, count.people_unknown), (0, 0, 1, 50)
		)
		self.assertEqual((count.settlement_rate, count.people_rate), (0, 0))

	def test_no_agents_and_no_settlements(self):
		reach = coverage.find_coverage([Spot("s", HOME, 5)], [], METHOD)[0]
		self.assertEqual((reach.state, reach.agent, reach.path_metres), (UNCOVERED, None, None))
		self.assertEqual(coverage.find_coverage([], [Spot("a", HOME)], METHOD), [])
		count = coverage.count_coverage([])
		self.assertIsNone(count.settlement_rate)
		self.assertIsNone(count.people_rate)

	def test_measured_way_replaces_the_straight_line(self):
		agents = [Spot("over the gorge", north(HOME, 100)), Spot("along the road", north(HOME, 900))]
		home = [Spot("s", HOME, 5)]
		self.assertEqual(coverage.find_coverage(home, agents, METHOD)[0].state, COVERED)
		far = {"s": {"over the gorge": 4000.0}}
		reach = coverage.find_coverage(home, agents, METHOD, far)[0]
		self.assertEqual((reach.state, reach.agent, reach.is_measured), (UNCOVERED, "along the road", False))
		near = {"s": {"over the gorge": 4000.0, "along the road": 1080.0}}
		reach = coverage.find_coverage(home, agents, METHOD, near)[0]
		self.assertEqual((reach.state, reach.agent, reach.is_measured), (COVERED, "along the road", True))
		self.assertTrue(reach.is_sole)
		# a way to somebody who does not cover that day counts for nothing
		self.assertEqual(coverage.find_coverage(home, [], METHOD, near)[0].state, UNCOVERED)

	def test_measured_way_covers_without_a_position(self):
		agents = [Spot("a", None)]
		reach = coverage.find_coverage([Spot("s", None, 5)], agents, METHOD, {"s": {"a": 900.0}})[0]
		self.assertEqual((reach.state, reach.path_metres), (COVERED, 900.0))
		reach = coverage.find_coverage([Spot("s", None, 5)], agents, METHOD, {"s": {"a": 1900.0}})[0]
		self.assertEqual(reach.state, UNKNOWN)

	def test_random_districts_equal_brute_force(self):
		rng = random.Random(20)
		for latitude in (0.05, 29.5, -33.0, 70.0, 89.95):
			for trial in range(6):
				settlements, agents = self.draw(rng, latitude)
				walks = {
					s.name: {a.name: rng.uniform(200, 3000) for a in rng.sample(agents, min(3, len(agents)))}
					for s in rng.sample(settlements, 15)
				}
				reaches = coverage.find_coverage(settlements, agents, METHOD, walks)
				for settlement, reach in zip(settlements, reaches, strict=True):
					ways = brute_force(settlement, agents, METHOD, walks.get(settlement.name, {}))
					near = [way for way in ways if METHOD.is_within(way[0])]
					with self.subTest((latitude, trial, settlement.name)):
						wanted = COVERED if near else UNCOVERED if settlement.position else UNKNOWN
						self.assertEqual(reach.state, wanted)
						self.assertEqual(reach.is_sole, len(near) == 1)
						if ways:
							self.assertAlmostEqual(reach.path_metres, ways[0][0], delta=0.01)
						else:
							self.assertIsNone(reach.path_metres)
				self.check_what_if(rng, settlements, agents, reaches, walks)

	def draw(self, rng, latitude):
		"""Points drawn on a raster of half the limit too, so that many lie on the limit and on one another."""
		step = METHOD.straight_limit / 2 / METRES_PER_DEGREE

		def spot():
			if rng.random() < 0.1:
				return None
			lat, lon = latitude + rng.uniform(-0.03, 0.03), rng.uniform(106.4, 106.46)
			if rng.random() < 0.3:
				lat, lon = round(lat / step) * step, round(lon / step) * step
			return (max(-90.0, min(90.0, lat)), lon)

		settlements = [Spot(f"s{n}", spot(), rng.randint(0, 900)) for n in range(90)]
		agents = [Spot(f"a{n}", spot()) for n in range(rng.choice((0, 1, 25, 60)))]
		return settlements, agents

	def check_what_if(self, rng, settlements, agents, reaches, walks):
		if not agents:
			return
		for agent, people, homes in coverage.find_sole_agents(reaches)[:5]:
			lost = coverage.find_lost(settlements, agents, [agent], METHOD, walks)
			self.assertEqual((sum(r.people for r in lost), len(lost)), (people, homes))
		leaving = {agent.name for agent in rng.sample(agents, max(1, len(agents) // 3))}
		staying = [agent for agent in agents if agent.name not in leaving]
		after = coverage.find_coverage(settlements, staying, METHOD, walks)
		wanted = {
			now.settlement
			for now, then in zip(reaches, after, strict=True)
			if now.state == COVERED != then.state
		}
		lost = coverage.find_lost(settlements, agents, leaving, METHOD, walks)
		self.assertEqual({reach.settlement for reach in lost}, wanted)


class TestRecruits(unittest.TestCase):
	def test_takes_the_place_that_helps_most(self):
		gaps = [
			Spot("west end", north(HOME, -800), 100),
			Spot("middle", HOME, 10),
			Spot("east end", north(HOME, 800), 100),
			Spot("far", north(HOME, 9000), 150),
			Spot("unknown", None, 5000),
		]
		first, second = coverage.propose_recruits(gaps, METHOD)
		self.assertEqual((first.settlement, first.people), ("middle", 210))
		self.assertEqual(first.settlements, ("east end", "middle", "west end"))
		self.assertEqual((second.settlement, second.people), ("far", 150))
		self.assertEqual(coverage.propose_recruits(gaps, METHOD, 1), [first])
		self.assertEqual(coverage.propose_recruits([], METHOD), [])

	def test_every_step_is_the_best_step(self):
		rng = random.Random(3)
		for _ in range(10):
			gaps = [
				Spot(
					f"g{n}",
					(29.5 + rng.uniform(-0.03, 0.03), 106.5 + rng.uniform(-0.03, 0.03)),
					rng.randint(0, 99),
				)
				for n in range(70)
			]
			left = {gap.name: gap for gap in gaps}
			proposals = coverage.propose_recruits(gaps, METHOD, 200)
			for proposal in proposals:
				gains = {
					gap.name: [
						other
						for other in left.values()
						if haversine(gap.position, other.position) <= METHOD.straight_limit
					]
					for gap in gaps
				}
				best = max((sum(g.people for g in reached), len(reached)) for reached in gains.values())
				self.assertEqual((proposal.people, len(proposal.settlements)), best)
				self.assertEqual({g.name for g in gains[proposal.settlement]}, set(proposal.settlements))
				for name in proposal.settlements:
					del left[name]
			self.assertFalse(left)

	def test_new_agents_cover_what_was_promised(self):
		rng = random.Random(4)
		spots = [
			Spot(f"g{n}", (29.5 + rng.uniform(-0.05, 0.05), 106.5 + rng.uniform(-0.05, 0.05)), 5)
			for n in range(80)
		]
		places = {spot.name: spot for spot in spots}
		proposals = coverage.propose_recruits(spots, METHOD, 12)
		agents = [Spot(f"new {p.settlement}", places[p.settlement].position) for p in proposals]
		count = coverage.count_coverage(coverage.find_coverage(spots, agents, METHOD))
		self.assertEqual(count.people_covered, sum(p.people for p in proposals))
