from petition_proxy.utils.append_only import AppendOnlyDocument


class BulletinFigure(AppendOnlyDocument):
	"""The figures of one place, unit or agent, as a bulletin froze them. Written with the bulletin and never again."""

	def before_insert(self):
		self.refuse_change()
