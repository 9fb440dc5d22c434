"""Making an installation on first use, and refusing to work on one whose form is older or newer than the program."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from quanheng.errors import BadInput


def pending() -> list[str]:
    """Migrations of this program that the database has not seen."""
    executor = MigrationExecutor(connection)
    return [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def exists() -> bool:
    """Whether this data folder holds an installation."""
    return bool(connection.introspection.table_names())


def prepare() -> None:
    """Make the tables of an empty installation; an older one is only changed by `quanheng upgrade`."""
    if not exists():
        make_tables()
    elif pending():
        raise BadInput("the data folder is of an older release", remedy="run `quanheng upgrade`")


def make_tables() -> None:
    """Bring the tables to the form of this program; triggers are made and proven on the way."""
    call_command("migrate", verbosity=0, interactive=False)
