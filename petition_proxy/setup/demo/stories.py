"""The two stories with which the scheme was explained, as full cases; names, places and dates are invented.

An old man who farms, keeps house for a sick wife and minds a grandson cannot travel to the district to ask about his
requisitioned land: the agent of his village files for him. An old woman can no longer pay her utility bills near
home: the community's agent learns of it on a visit and reports it, and the street signs a contract for everybody.
"""

from datetime import date, datetime, timedelta

from petition_proxy.domain import lifecycle, ratings
from petition_proxy.setup.demo import timeline
from petition_proxy.setup.demo.cases import Case
from petition_proxy.setup.demo.logins import Login, login_of
from petition_proxy.setup.demo.people import Agent, make_petitioner
from petition_proxy.setup.demo.places import Village
from petition_proxy.setup.demo.plan import Planner

YUAN, LIN = "袁大爷", "林婆婆"


def matter_of(planner: Planner, category: str) -> dict:
	return next(matter for matter in planner.matters if matter["category"] == category)


def land_requisition(planner: Planner, village: Village, agent: Agent) -> Case:
	"""Yuan's case: investigated within the promised 30 days, supported, served at home, both rated satisfied."""
	came_in = _weekday(planner, planner.now - timedelta(days=74), 19, 40)
	person = make_petitioner(
		planner.rng,
		planner.writer,
		planner.district,
		village,
		came_in,
		planner.now.date(),
		title=YUAN,
		sex="Male",
		born=date(planner.now.year - 74, 3, 12),
		occupation="农民",
		special_need="Over 70",
		wants_secrecy=0,
	)
	unit = planner.district.by_name[login_of(lifecycle.DEPARTMENT).unit]
	return planner.plan_case(
		person,
		matter={**matter_of(planner, "国土资源/土地征收"), "class": "I"},
		unit=unit,
		agent=agent,
		petitioned_at=came_in,
		subject=f"代{village.name}七旬老人{YUAN}反映承包地被征用后补偿款未足额兑付的问题",
		content=(
			f"{YUAN}今年74岁,家住{village.town_name}{village.name}{person.home.title},子女都在外打工,平时要照顾"
			"年老体弱的老伴和上学的孙子,还要忙农活和家务。前年修建过境公路征用他家承包地2.6亩,补偿款只领到第一笔,"
			"青苗和地边三十余棵柑橘树没有登记。老人多次想到镇上和区里反映,因家务多、路途远、坐车不便一直没有去成。"
			"我入户走访时得知情况,受其书面委托代为提出。"
		),
		request="请核对丈量记录和附着物登记,说明补偿计算办法,把应补的款项补发到户。",
		address=f"{village.name}{person.home.title}",
		channel="Petition Office Platform",
		intake_way="Home Visit",
		class_code="I",
		steps=_steps(planner, came_in, (0.05, 0.7, 1.2, 3.0, 4.0, 24.0, 25.5, 41.0)),
		assignment_note="代理件,老人出行不便,请优先办理,并主动与代理员联系到田间核实。",
		reply=(
			f"{YUAN}您好!您通过代理员反映的征地补偿问题收悉。我局会同{village.town_name}、{village.name}到现场复核:"
			"您家被征承包地2.6亩,面积与征收公告一致;地边柑橘树34棵和青苗0.8亩在登记时遗漏,应予补登。"
			"第二笔土地补偿款因银行卡号登记有误被退回。现已更正账号,连同补登的附着物、青苗补偿共计31860元,已于近日拨付。"
			"如对本答复不服,可自收到之日起三十日内请求上一级机关复查。"
		),
		outcome="Supported",
		service_note="代理员把答复意见书送到家中,逐条念给老人听,本人签字捺印。",
		given_ratings={
			"Handling Unit": (ratings.SATISFIED, "没有跑一趟路,事情就弄清楚了。"),
			"Proxy Agent": (ratings.SATISFIED, "代理员来家里好几回,一分钱没收。"),
		},
		is_rated=True,
	)


def payment_point(planner: Planner, village: Village, agent: Agent) -> Case:
	"""Lin's case: found by visit, entered in the city's system, settled by the street for all her neighbours."""
	came_in = _weekday(planner, planner.now - timedelta(days=58), 10, 15)
	person = make_petitioner(
		planner.rng,
		planner.writer,
		planner.district,
		village,
		came_in,
		planner.now.date(),
		title=LIN,
		sex="Female",
		born=date(planner.now.year - 72, 9, 5),
		occupation="退(离)休人员",
		special_need="Living Alone",
		wants_secrecy=0,
	)
	unit = planner.town_unit_of(village)
	return planner.plan_case(
		person,
		matter=matter_of(planner, "民政/社会服务"),
		unit=unit,
		agent=agent,
		petitioned_at=came_in,
		subject=f"代{person.home.title}{LIN}反映小区附近水电气缴费点撤走后缴费不便的问题",
		content=(
			f"{village.name}{person.home.title}的{LIN}今年72岁,独居。小区附近的水电气缴费点撤走以后,她不会在网上缴费,"
			"每个月都要坐车到离家较远的商圈去排队,很不方便。代理员走访时得知,经她同意代为反映。"
			"小区里像她这样的老年人还有不少。"
		),
		request="请在小区附近恢复缴费点,或者另想一个老年人用得上的办法。",
		address=person.home.title,
		channel="City Service System",
		intake_way="Found by Visit",
		class_code="G",
		steps=_steps(planner, came_in, (0.04, 0.4, 0.6, 1.6, 2.2, 12.0, 13.0, 30.0)),
		assignment_note="请摸排辖区内不会网上缴费的老年人底数,一并研究解决办法。",
		reply=(
			f"{LIN}您好!您反映的缴费难问题收悉。经逐户摸排,辖区内像您一样不会网上缴费的老年人有二百余名。"
			f"{unit.short_name}调研后,已与一家专业做缴费服务的公司签约,在{village.name}便民服务站设代缴点,"
			"每周二、周五上门收费,行动不便的老人可电话预约入户,不收手续费。感谢您的反映,也帮到了左邻右舍。"
		),
		outcome="Supported",
		service_note="代理员陪同到新设的代缴点,当面送达并演示缴费。",
		given_ratings={
			"Handling Unit": (ratings.SATISFIED, "楼下就能缴费了。"),
			"Proxy Agent": (ratings.SATISFIED, "她自己找上门来问我有什么难处。"),
		},
		is_rated=True,
	)


def cases_to_rate(planner: Planner, village: Village, agent: Agent, login: Login) -> list[Case]:
	"""Three cases of the petitioner who can log in: one served and open to rating, one in handling, one rated."""
	now = planner.now
	person = make_petitioner(
		planner.rng,
		planner.writer,
		planner.district,
		village,
		now - timedelta(days=200),
		now.date(),
		title=login.full_name,
		sex="Female",
		born=date(now.year - 58, 6, 18),
		user=login.user,
		wants_secrecy=0,
	)
	served_in = _weekday(planner, now - timedelta(days=24), 9, 30)
	rated_in = _weekday(planner, now - timedelta(days=120), 15, 5)
	served = planner.plan_case(
		person,
		matter=matter_of(planner, "农村农业/水利水电"),
		unit=planner.district.by_name["区水利局"],
		agent=agent,
		petitioned_at=served_in,
		class_code="G",
		steps=_steps(planner, served_in, (0.05, 0.5, 0.9, 2.0, 3.0, 14.0, 16.0, 40.0))[:-1],
		is_rated=False,
	)
	rated = planner.plan_case(
		person,
		matter=matter_of(planner, "农村农业/惠农补贴"),
		unit=planner.district.by_name["区农业农村委员会"],
		agent=agent,
		petitioned_at=rated_in,
		class_code="C",
		steps=_steps(planner, rated_in, (0.05, 0.4, 0.8, 1.6, 2.0, 5.0, 6.0, 30.0)),
		given_ratings={
			"Handling Unit": (ratings.BASICALLY_SATISFIED, ""),
			"Proxy Agent": (ratings.SATISFIED, ""),
		},
		is_rated=True,
	)
	waiting = planner.plan_case(
		person, stop=lifecycle.HANDLING, matter=matter_of(planner, "城乡建设/村镇建设"), agent=agent
	)
	return [served, rated, waiting]


def _weekday(planner: Planner, moment: datetime, hour: int, minute: int) -> datetime:
	while not planner.clerkship.is_open_on(moment):
		moment -= timeline.ONE_DAY
	return moment.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _steps(planner: Planner, came_in: datetime, days: tuple[float, ...]):
	"""All steps of an accepted case, so many days after it came in, moved to office hours."""
	steps, last = [], came_in
	for number, (step, after) in enumerate(zip(timeline.path(is_refused=False), days, strict=True)):
		moment = came_in + timedelta(days=after)
		if number:
			moment += timedelta(seconds=planner.rng.randrange(-2400, 4200))
			moment = planner.clerkship.at_work(moment, last + timedelta(minutes=10))
		steps.append((step, moment))
		last = moment
	assert steps[-1][0].target == lifecycle.CLOSED
	return steps
