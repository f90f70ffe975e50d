from petition_proxy.utils.append_only import AppendOnlyDocument


class AgentStatusChange(AppendOnlyDocument):
	pass
