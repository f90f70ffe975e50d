"""Commands that `bench --site SITE` gains with this app."""

from petition_proxy.apidoc.command_line import petition_openapi
from petition_proxy.imports.command_line import (
	import_agents_command,
	import_petition_categories,
	import_petition_ledger,
)
from petition_proxy.setup.check_command import petition_proxy_check
from petition_proxy.setup.demo import make_demo_district_command

commands = [
	make_demo_district_command,
	import_petition_categories,
	import_petition_ledger,
	import_agents_command,
	petition_proxy_check,
	petition_openapi,
]
