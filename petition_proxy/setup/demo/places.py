"""Regions, settlements, service points and handling units of the demo district."""

import random
from dataclasses import dataclass, field

from petition_proxy.setup.demo import words
from petition_proxy.setup.demo.writer import Writer

SETTLEMENTS_PER_VILLAGE = 4.6
MEMBERS_BY_TYPE = {"Petition Office": 3, "Town": 2, "System Clerk Post": 2}
# One post in so many is vacant: head and members missing, so that warnings fall to the petition office.
VACANT_ONE_IN = 12


@dataclass
class Unit:
	"""A handling unit and the people behind it (user ids)."""

	code: str
	name: str
	short_name: str
	unit_type: str
	tier: str
	region: str
	town: str | None = None
	village: str | None = None
	territory_parent: str | None = None
	line_superior: str | None = None
	head: str | None = None
	members: list[str] = field(default_factory=list)

	@property
	def worker(self) -> str:
		"""Who takes the unit's daily steps; the administrator stands in for a vacant post."""
		return (self.members or [self.head or "Administrator"])[0]


@dataclass
class Settlement:
	name: str
	title: str
	latitude: float
	longitude: float


@dataclass
class Village:
	code: str
	name: str
	town: str
	town_name: str
	is_community: bool
	latitude: float
	longitude: float
	point: str = ""
	settlements: list[Settlement] = field(default_factory=list)


@dataclass
class District:
	"""What the later parts of the demo need to know of the place."""

	code: str
	villages: list[Village] = field(default_factory=list)
	units: dict[str, Unit] = field(default_factory=dict)
	by_name: dict[str, Unit] = field(default_factory=dict)
	# village code -> its own unit
	village_units: dict[str, Unit] = field(default_factory=dict)

	@property
	def short_code(self) -> str:
		return self.code[:6]

	def add_unit(self, unit: Unit) -> Unit:
		self.units[unit.code] = self.by_name[unit.short_name] = unit
		if unit.unit_type == "Village":
			self.village_units[unit.village] = unit
		return unit


def make_places(rng: random.Random, writer: Writer, scale: float) -> District:
	"""One district with its towns, villages, settlements, service points and units.

	Args:
		rng: source of chance.
		writer: takes the rows.
		scale: 1 for the full district; smaller ones keep at least three towns of two villages.
	"""
	plan = words.load("places")
	centre = plan["district"]
	district = District(centre["code"])
	writer.add(
		"Region",
		district.code,
		code=district.code,
		region_name=centre["name"],
		level="District",
		is_group=1,
		valid_from="2010-01-01",
		population=0,
	)
	towns = _some_towns(plan["towns"], scale)
	villages_wanted = max(2 * len(towns), round(sum(t["villages"] for t in plan["towns"]) * scale))
	names = {
		True: iter(rng.sample(plan["community_heads"], len(plan["community_heads"]))),
		False: iter(rng.sample(plan["village_heads"], len(plan["village_heads"]))),
	}
	for town in towns:
		count = max(2, round(villages_wanted * town["villages"] / sum(t["villages"] for t in towns)))
		_make_town(rng, writer, district, town, count, names)
	_make_units(writer, district, centre["name"], towns)
	return district


def _some_towns(towns: list[dict], scale: float) -> list[dict]:
	"""All towns, or for a small district a mix of streets and towns."""
	count = max(3, round(len(towns) * scale))
	if count >= len(towns):
		return towns
	streets = [t for t in towns if t["part"] < "100"]
	countryside = [t for t in towns if t["part"] >= "100"]
	few = max(1, count // 3)
	return streets[:few] + countryside[: count - few]


def _make_town(rng, writer: Writer, district: District, town: dict, count: int, names: dict) -> None:
	is_street = town["part"] < "100"
	code = f"{district.short_code}{town['part']}000"
	communities = count if is_street else max(1, count // 5)
	writer.add(
		"Region",
		code,
		code=code,
		region_name=town["name"],
		level="Town",
		is_group=1,
		parent_region=district.code,
		district=district.code,
		valid_from="2010-01-01",
		urban_rural_class="111" if is_street else "121",
		population=rng.randint(26_000, 68_000),
	)
	spread = 0.008 if is_street else 0.022
	for number in range(count):
		is_community = number < communities
		part = 1 + number if is_community else 200 + number - communities
		village = Village(
			code=f"{code[:9]}{part:03d}",
			name=next(names[is_community]) + ("社区" if is_community else "村"),
			town=code,
			town_name=town["name"],
			is_community=is_community,
			latitude=round(rng.gauss(town["lat"], spread), 6),
			longitude=round(rng.gauss(town["lon"], spread), 6),
		)
		district.villages.append(village)
		_make_village(rng, writer, district, village, is_street)


def _make_village(rng, writer: Writer, district: District, village: Village, is_street: bool) -> None:
	place = {"village": village.code, "town": village.town, "district": district.code}
	writer.add(
		"Region",
		village.code,
		code=village.code,
		region_name=village.name,
		level="Village",
		is_group=0,
		parent_region=village.town,
		town=village.town,
		district=district.code,
		valid_from="2010-01-01",
		urban_rural_class=("111" if is_street else "121") if village.is_community else "220",
		population=rng.randint(1_200, 7_500),
	)
	kind = "社区" if village.is_community else "村"
	village.point = writer.add(
		"Service Point",
		point_name=f"{village.name}网上信访代办点",
		address=f"{village.town_name}{village.name}便民服务中心",
		phone=words.phone_number(rng),
		opening_hours=rng.choice(words.load("people")["hours"]),
		equipment=rng.choice(words.load("people")["equipment"]),
		opened_on=f"2024-{rng.randint(5, 12):02d}-{rng.randint(1, 28):02d}",
		latitude=village.latitude,
		longitude=village.longitude,
		**place,
	)
	count = max(2, round(rng.gauss(SETTLEMENTS_PER_VILLAGE, 0.9)))
	spread = 0.0022 if kind == "社区" else 0.0065
	for title in _settlement_titles(rng, village, count):
		latitude = round(rng.gauss(village.latitude, spread), 6)
		longitude = round(rng.gauss(village.longitude, spread), 6)
		homes = rng.randint(35, 900 if village.is_community else 140)
		name = writer.add(
			"Settlement",
			settlement_name=title,
			households=homes,
			population=round(homes * rng.uniform(2.1, 3.2)),
			latitude=latitude,
			longitude=longitude,
			**place,
		)
		village.settlements.append(Settlement(name, title, latitude, longitude))


def _settlement_titles(rng, village: Village, count: int) -> list[str]:
	plan = words.load("places")
	heads, tails = (
		("estate_heads", "estate_tails")
		if village.is_community
		else (
			"settlement_surnames",
			"settlement_tails",
		)
	)
	chosen = rng.sample(plan[heads], min(count, len(plan[heads])))
	return [head + rng.choice(plan[tails]) for head in chosen]


# Units
# -----
def _make_units(writer: Writer, district: District, title: str, towns: list[dict]) -> None:
	plan = words.load("places")
	d6 = district.short_code

	def district_unit(
		code: str, short_name: str, unit_type: str, parent: str | None = None, line: str | None = None
	):
		name = title + short_name.removeprefix("区") if unit_type != "City Body" else short_name
		return district.add_unit(
			Unit(
				f"{d6}-{code}",
				name,
				short_name,
				unit_type,
				"District",
				district.code,
				territory_parent=parent,
				line_superior=line,
			)
		)

	city_office = district_unit("C01", "市信访办公室", "City Body")
	city_line = {
		"区税务局": district_unit("C02", "市税务局", "City Body"),
		"区消防救援支队": district_unit("C03", "市消防救援总队", "City Body"),
	}
	government = district_unit("GOV", "区人民政府办公室", "District Government")
	office = district_unit("XFB", "区信访办公室", "Petition Office", government.code, city_office.code)
	district_unit("LRG", "区服务群众工作系统管理岗", "System Clerk Post", office.code)
	district_unit("PTG", "区网上信访平台管理中心", "Platform Manager", government.code, office.code)
	for number, (short_name, superior) in enumerate(plan["departments"], start=1):
		above = district.by_name[superior] if superior else city_line.get(short_name)
		district_unit(
			f"D{number:02d}",
			short_name,
			"District Department",
			government.code,
			above.code if above else None,
		)
	for number, short_name in enumerate(plan["enterprises"], start=1):
		unit = district_unit(f"E{number:02d}", short_name, "Public Service Enterprise", government.code)
		unit.name = short_name
	for town in towns:
		_add_town_unit(district, town, government.code)
	for village in district.villages:
		_add_village_unit(district, village)


def _add_town_unit(district: District, town: dict, parent: str) -> None:
	name = town["name"] + ("办事处" if town["part"] < "100" else "人民政府")
	region = f"{district.short_code}{town['part']}000"
	code = f"{district.short_code}-T{town['part']}"
	district.add_unit(Unit(code, name, name, "Town", "Town", region, town=region, territory_parent=parent))


def _add_village_unit(district: District, village: Village) -> None:
	name = f"{village.town_name}{village.name}" + ("居民委员会" if village.is_community else "村民委员会")
	district.add_unit(
		Unit(
			f"{district.short_code}-V{village.code[6:]}",
			name,
			name,
			"Village",
			"Village",
			village.code,
			town=village.town,
			village=village.code,
			territory_parent=f"{district.short_code}-T{village.town[6:9]}",
		)
	)


def write_units(rng: random.Random, writer: Writer, district: District, letter_words: dict[str, str]) -> None:
	"""Write the units once their people are known.

	Args:
		rng: source of chance.
		writer: takes the rows.
		district: the units.
		letter_words: unit code to its word in letter numbers.
	"""
	for unit in district.units.values():
		writer.add(
			"Handling Unit",
			unit.code,
			unit_code=unit.code,
			unit_name=unit.name,
			unit_type=unit.unit_type,
			letter_prefix=letter_words.get(unit.code),
			tier=unit.tier,
			is_active=1,
			region=unit.region,
			territory_parent=unit.territory_parent,
			line_superior=unit.line_superior,
			phone=words.phone_number(rng),
			address=f"{unit.name}信访接待窗口",
			head=unit.head,
			district=district.code,
			town=unit.town,
			village=unit.village,
		)
		for number, user in enumerate(unit.members, start=1):
			writer.add(
				"Handling Unit Member",
				parent=unit.code,
				parenttype="Handling Unit",
				parentfield="members",
				idx=number,
				user=user,
				duty="信访专员" if number == 1 else "协办",
			)
