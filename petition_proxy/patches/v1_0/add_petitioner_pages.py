"""The technical user of the petitioners' pages, login by user name, settings and indexes on a site that was there before."""

from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.petitioners import ensure_petitioner_pages
from petition_proxy.setup.settings import ensure_settings


def execute() -> None:
	ensure_petitioner_pages()
	ensure_settings()
	ensure_indexes()  # last: DDL commits
