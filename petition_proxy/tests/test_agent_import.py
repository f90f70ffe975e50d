"""A roster file becomes agents: matched, gated, updated, rejected with a reason."""

import io

import frappe
from frappe.utils import add_days, getdate, today

from petition_proxy.domain import agent_lifecycle as al
from petition_proxy.imports.agent_import import AgentImportError, import_agents
from petition_proxy.petition_proxy.doctype.agent_import.agent_import import run_agent_import
from petition_proxy.queries.roster import roster_on
from petition_proxy.tests import agent_cases as a
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

HEAD = (
	"姓名",
	"身份证号",
	"镇(街道)",
	"村(社区)",
	"类别",
	"是否公职人员",
	"联系电话",
	"状态",
	"证书编号",
	"有效期至",
)
END = add_days(today(), 400)


def row(name="郑大妈", serial=1, village="柳湾村", **given):
	values = {
		"姓名": name,
		"身份证号": a.id_number(serial) if serial else "",
		"镇(街道)": "清溪镇",
		"村(社区)": village,
		"类别": "村民小组长",
		"是否公职人员": "否",
		"联系电话": "13800138000",
		"状态": "在岗",
		"证书编号": f"老证-{serial}",
		"有效期至": END,
		**given,
	}
	return [values[h] for h in HEAD]


def as_csv(*rows) -> bytes:
	return "\n".join(",".join(f'"{cell}"' for cell in line) for line in (HEAD, *rows)).encode("gb18030")


def as_xlsx(*rows) -> bytes:
	from openpyxl import Workbook

	book = Workbook()
	for line in (HEAD, *rows):
		book.active.append(
			[
				getdate(cell) if h == "有效期至" and cell != h else cell
				for h, cell in zip(HEAD, line, strict=True)
			]
		)
	out = io.BytesIO()
	book.save(out)
	return out.getvalue()


class TestAgentImport(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		f.make_district()

	def agent(self, serial=1):
		from petition_proxy.utils.identity import hash_of

		return frappe.get_doc("Proxy Agent", {"id_hash": hash_of(a.id_number(serial))})

	def counts(self, result):
		return (result.added, result.changed, result.unchanged, len(result.rejected))

	def reasons(self, result):
		return {remark.row_number: remark.text for remark in result.rejected}

	def test_csv_and_xlsx_make_agents_with_history_certificate_and_sealed_numbers(self):
		self.assertEqual(self.counts(import_agents(as_csv(row()))), (1, 0, 0, 0))
		self.assertEqual(self.counts(import_agents(as_xlsx(row("陈大爷", 2)))), (1, 0, 0, 0))
		agent = self.agent()
		self.assertEqual(
			(agent.status, agent.village, agent.town, agent.is_public_staff),
			("On Duty", f.VILLAGE, f.TOWN, 0),
		)
		self.assertEqual((agent.certificate_no, agent.certificate_valid_to), ("老证-1", getdate(END)))
		self.assertNotIn(a.id_number(1), frappe.as_json(agent.as_dict()))
		self.assertIn(agent.name, {r["agent"] for r in roster_on(getdate()) if r["status"] == al.ON_DUTY})
		self.assertEqual(agent.agent_no, agent.name)

	def test_again_changes_nothing_and_a_changed_row_updates_the_same_person(self):
		import_agents(as_csv(row(), row("陈大爷", 2)))
		first = self.agent().name
		self.assertEqual(self.counts(import_agents(as_csv(row(), row("陈大爷", 2)))), (0, 0, 2, 0))
		changed = row("郑大妈(更名)", village="石桥村", 联系电话="13900139000", 是否公职人员="是")
		self.assertEqual(self.counts(import_agents(as_csv(changed, row("陈大爷", 2)))), (0, 1, 1, 0))
		agent = self.agent()
		self.assertEqual(
			(agent.name, agent.duty_phone, agent.village, agent.is_public_staff),
			(first, "13900139000", f.VILLAGE_B, 1),
		)
		self.assertEqual(a.history(first)[-1][0], al.RECLASSIFIED)
		blank = row(
			"郑大妈(更名)",
			village="石桥村",
			联系电话="",
			类别="",
			是否公职人员="",
			状态="",
			证书编号="",
			有效期至="",
		)
		self.assertEqual(self.counts(import_agents(as_csv(blank))), (0, 0, 1, 0))

	def test_known_by_number_where_the_file_has_no_id(self):
		agent = a.make_agent("老代理员")
		head = "代理员编号,姓名,村(社区),联系电话"
		result = import_agents(
			f"{head}\n{agent.name},老代理员,柳湾村,13700137000\nPA-999999-00001,谁,柳湾村,"
		)
		self.assertEqual(self.counts(result), (0, 1, 0, 1))
		self.assertEqual(frappe.db.get_value("Proxy Agent", agent.name, "duty_phone"), "13700137000")

	def test_the_gate_holds_nobody_on_duty_without_a_valid_pass_in_the_file(self):
		result = import_agents(
			as_csv(
				row("甲", 1, 证书编号="", 有效期至=""),
				row("乙", 2, 有效期至=""),
				row("丙", 3, 有效期至=add_days(today(), -1)),
				row("丁", 4, 证书编号=""),
				row("戊", 5, 状态="培训中", 证书编号="", 有效期至=""),
			)
		)
		self.assertEqual(set(self.reasons(result)), {2, 3, 4, 5})
		self.assertEqual(result.added, 1)
		self.assertEqual(self.agent(5).status, al.IN_TRAINING)
		# and an update is no way round it
		result = import_agents(as_csv(row("戊", 5, 证书编号="", 有效期至="")))
		self.assertEqual(set(self.reasons(result)), {2})
		self.assertEqual(self.counts(import_agents(as_csv(row("戊", 5)))), (0, 1, 0, 0))
		self.assertEqual(a.history(self.agent(5).name)[-1], ("Put on Duty", "In Training", "On Duty"))

	def test_status_follows_the_table(self):
		import_agents(as_csv(row()))
		result = import_agents(as_csv(row(状态="申请")))
		self.assertEqual(set(self.reasons(result)), {2})
		self.assertEqual(self.agent().status, al.ON_DUTY)

	def test_row_errors_name_the_row_and_the_rest_goes_in(self):
		result = import_agents(
			as_csv(
				row("好", 1),
				row("", 2),
				row("村不对", 3, village="没有村"),
				row("类别不对", 4, 类别="神仙"),
				row("公职不对", 5, 是否公职人员="可能"),
				row("证号不对", 6, 身份证号="500107199001011234"),
				row("重复", 1),
				row("电话不对", 7, 联系电话="123"),
				row("证书重复", 8, 证书编号="老证-1"),
				row("日期不对", 9, 有效期至="明年"),
			)
		)
		self.assertEqual(set(self.reasons(result)), set(range(3, 12)))
		self.assertEqual(result.added, 1)
		self.assertIn("没有村", self.reasons(result)[4])
		self.assertEqual(result.rejects_csv().decode("utf-8-sig").count("\n"), 10)

	def test_dry_run_writes_nothing_and_a_file_without_columns_is_refused(self):
		before = frappe.db.count("Proxy Agent")
		self.assertEqual(self.counts(import_agents(as_csv(row()), dry_run=True)), (1, 0, 0, 0))
		self.assertEqual(frappe.db.count("Proxy Agent"), before)
		self.assertRaises(AgentImportError, import_agents, "甲,乙\n1,2")

	def test_another_town_is_out_of_reach(self):
		self.as_user("town2@pp.test")
		result = import_agents(as_csv(row()))
		self.assertEqual(self.counts(result), (0, 0, 0, 1))
		frappe.set_user("Administrator")
		import_agents(as_csv(row()))
		self.as_user("town2@pp.test")
		moved = row(village="云台村")
		moved[2] = "高山镇"
		self.assertEqual(self.counts(import_agents(as_csv(moved))), (0, 0, 0, 1))

	def test_statements_do_not_grow_with_the_rows(self):
		few = [row(f"人{i}", i) for i in range(10, 15)]
		many = [row(f"人{i}", i) for i in range(20, 60)]
		for rows in (few, many):
			with self.assertQueryCount(30):
				import_agents(as_csv(*rows))

	def test_from_the_desk_with_rejects_file(self):
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "花名册.csv",
				"content": as_csv(row(), row("", 2)),
				"is_private": 1,
			}
		).insert()
		doc = frappe.get_doc({"doctype": "Agent Import", "agent_file": file.file_url, "dry_run": 0}).insert()
		run_agent_import(doc.name)
		doc.reload()
		self.assertEqual((doc.status, doc.added, doc.rejected), ("Imported", 1, 1))
		self.assertTrue(doc.rejects_file.startswith("/private/"))
