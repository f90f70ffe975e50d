from petition_proxy.utils.append_only import AppendOnlyDocument


class AgentNotice(AppendOnlyDocument):
	pass
