"""Commands that `bench --site SITE` gains with this app."""

from petition_proxy.setup.demo import make_demo_district_command

commands = [make_demo_district_command]
