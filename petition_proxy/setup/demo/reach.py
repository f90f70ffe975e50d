"""Outlying hamlets that no agent reaches, and a year of publicity: what coverage and publicity reports show gaps in.

Drawn from a source of chance of its own, so that the rest of the district stays as it is for a seed.
"""

import random
from datetime import datetime, timedelta

from petition_proxy.setup.demo.places import District, Village
from petition_proxy.setup.demo.writer import Writer
from petition_proxy.utils.series import reserve

LEAFLETS = 21_300  # of the whole district in its first year
HAMLETS = ("垭口", "岩脚", "河嘴", "老林口", "界牌", "滩上")
ONE_HAMLET_IN, UNMEASURED_ONE_IN = 3, 9
NEVER_REACHED_ONE_IN = 11
# form, title, people reached
VILLAGE_EVENTS = (
	("Market Day or Fair", "赶集日网上信访代理宣传", (80, 600)),
	("Home Visit", "入户发放宣传资料", (20, 160)),
	("Leaflet Distribution", "发放网上信访代理宣传资料", (60, 400)),
	("Notice Board", "公示代理员名单和联系电话", (100, 500)),
)
DISTRICT_EVENTS = (
	("Newspaper Column", "区报“网上信访代理”专栏", 12_000, 40),
	("Television", "区电视台“代理员在身边”专题", 60_000, 90),
	("Website", "门户网站开设代理工作专栏", 8_000, 200),
	("Meeting", "全区网上信访代理工作动员大会", 320, 320),
	("Research Visit", "区信访办到镇街调研代理工作", 60, 260),
)


def make_reach(seed: int, writer: Writer, district: District, now: datetime, scale: float) -> None:
	"""Add hamlets and publicity to a district whose agents have been made.

	Args:
		seed: seed of the district.
		writer: takes the rows.
		district: its villages and units.
		now: the last day.
		scale: size of the district.
	"""
	rng = random.Random(f"reach {seed}")
	_make_hamlets(rng, writer, district)
	_make_publicity(rng, writer, district, now, round(LEAFLETS * scale))


def _make_hamlets(rng: random.Random, writer: Writer, district: District) -> None:
	for village in district.villages:
		if village.is_community or rng.randrange(ONE_HAMLET_IN):
			continue
		place = {}
		if rng.randrange(UNMEASURED_ONE_IN):
			# two to four kilometres off, in any direction
			north, east = rng.choice(((0.022, 0.012), (-0.02, 0.018), (0.012, -0.026), (-0.026, -0.014)))
			place = {
				"latitude": round(village.latitude + north * rng.uniform(0.9, 1.3), 6),
				"longitude": round(village.longitude + east * rng.uniform(0.9, 1.3), 6),
			}
		homes = rng.randint(12, 60)
		writer.add(
			"Settlement",
			settlement_name=rng.choice(HAMLETS),
			households=homes,
			population=round(homes * 2.6),
			village=village.code,
			town=village.town,
			district=district.code,
			**place,
		)


def _make_publicity(
	rng: random.Random, writer: Writer, district: District, now: datetime, leaflets: int
) -> None:
	"""Events by date, the numbers of their series in that order; together they give out so many leaflets."""
	events = []
	reached = [village for village in district.villages if rng.randrange(NEVER_REACHED_ONE_IN)]
	for village in reached or district.villages[:1]:
		for form, title, (few, many) in rng.sample(VILLAGE_EVENTS, rng.randint(1, 3)):
			events.append(_village_event(village, form, title, rng.randint(few, many), rng.randint(5, 360)))
	for form, title, people, days_ago in DISTRICT_EVENTS:
		events.append({"form": form, "title": title, "people_reached": people, "days_ago": days_ago})
	_share_out(rng, [event for event in events if event.get("village")], leaflets)
	events.sort(key=lambda event: -event["days_ago"])
	office = f"{district.short_code}-XFB"
	for event in events:
		held_at = now - timedelta(days=event.pop("days_ago"))
		prefix = f"XC-{district.short_code}-{held_at.year}-"
		village = event.get("village")
		writer.add(
			"Publicity Event",
			f"{prefix}{reserve(prefix, 1):05d}",
			at=held_at,
			held_on=held_at.date(),
			held_by=None if village else office,
			region=village or district.code,
			district=district.code,
			**event,
		)


def _village_event(village: Village, form: str, title: str, people: int, days_ago: int) -> dict:
	return {
		"form": form,
		"title": title,
		"people_reached": people,
		"days_ago": days_ago,
		"place": f"{village.name}便民服务中心",
		"village": village.code,
		"town": village.town,
	}


def _share_out(rng: random.Random, events: list[dict], leaflets: int) -> None:
	"""Copies of each event in tens; the last one takes what is left over."""
	weights = [rng.uniform(0.4, 1.6) for _event in events]
	left = leaflets
	for event, weight in zip(events, weights, strict=True):
		event["copies"] = int(leaflets * weight / sum(weights)) // 10 * 10
		left -= event["copies"]
	events[-1]["copies"] += left
