"""Settings that came after a site was set up get the value their field offers, as on a new site."""

from petition_proxy.setup.settings import ensure_settings


def execute() -> None:
	ensure_settings()
