"""Triggers that keep append-only tables append-only, installed and proven after every migration.

Django rebuilds SQLite tables when it alters them and thereby drops their triggers; PostgreSQL lets TRUNCATE
pass row triggers. Both are covered: the triggers are made anew after each migration and then tried out.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import DatabaseError, connections, transaction
from django.db.models.signals import post_migrate

REFUSAL = "append-only"


def append_only_tables() -> list[str]:
    """Tables whose rows may be added and never changed."""
    return [m._meta.db_table for m in apps.get_models() if getattr(m, "append_only", False)]


def install(using: str = "default") -> None:
    """Make the triggers of every append-only table that exists."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION quanheng_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '% is {REFUSAL}', TG_TABLE_NAME; END $$"
            )
        for table in append_only_tables():
            if table in present:
                for statement in statements(connection.vendor, table):
                    cursor.execute(statement)


def statements(vendor: str, table: str) -> list[str]:
    """The SQL that guards one table."""
    if vendor == "postgresql":
        return [
            f'DROP TRIGGER IF EXISTS "{table}_rows" ON "{table}"',
            f'DROP TRIGGER IF EXISTS "{table}_truncate" ON "{table}"',
            f'CREATE TRIGGER "{table}_rows" BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION quanheng_append_only()",
            f'CREATE TRIGGER "{table}_truncate" BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION quanheng_append_only()",
        ]
    made = []
    for act in ("UPDATE", "DELETE"):
        name = f"{table}_{act.lower()}"
        made.append(f'DROP TRIGGER IF EXISTS "{name}"')
        made.append(
            f'CREATE TRIGGER "{name}" BEFORE {act} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table} is {REFUSAL}'); END"
        )
    return made


def remove(using: str = "default") -> None:
    """Take the triggers away. Only for emptying a test database; `unguarded` names what this leaves open."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in append_only_tables():
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_rows" ON "{table}"')
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_truncate" ON "{table}"')
            else:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_update"')
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_delete"')


def unguarded(using: str = "default") -> list[str]:
    """Try to bend every append-only table, and name the table and act that was not refused."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    open_doors = []
    for table in append_only_tables():
        if table not in present:
            open_doors.append(f"{table}: table is missing")
            continue
        for act in missing_triggers(connection, table):
            open_doors.append(f"{table}: {act} is not refused")
    return open_doors


def missing_triggers(connection: Any, table: str) -> list[str]:
    """Acts on a table that its triggers do not refuse: looked up for all, tried out where there is a row."""
    acts = {"UPDATE", "DELETE"} | ({"TRUNCATE"} if connection.vendor == "postgresql" else set())
    return sorted((acts - _guarded(connection, table)) | _bendable(connection, table))


def _guarded(connection: Any, table: str) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE c.relname = %s AND NOT t.tgisinternal",
                [table],
            )
            names = {name for name, enabled in cursor.fetchall() if enabled in ("O", "A")}
            rows = {"UPDATE", "DELETE"} if f"{table}_rows" in names else set()
            return rows | ({"TRUNCATE"} if f"{table}_truncate" in names else set())
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        names = {name for name, sql in cursor.fetchall() if "RAISE(ABORT" in sql}
        return {act for act in ("UPDATE", "DELETE") if f"{table}_{act.lower()}" in names}


def _bendable(connection: Any, table: str) -> set[str]:
    """Acts that go through when really tried, each in a savepoint that is rolled back."""
    column = connection.introspection.get_primary_key_column(connection.cursor(), table)
    tries = {
        "UPDATE": f'UPDATE "{table}" SET "{column}" = "{column}"',  # noqa: S608  (names of our own tables)
        "DELETE": f'DELETE FROM "{table}"',  # noqa: S608  (names of our own tables)
    }
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608  (names of our own tables)
        if cursor.fetchone() is None:
            return set()
    return {act for act, sql in tries.items() if _goes_through(connection, sql)}


class _Undo(Exception):
    pass


def _goes_through(connection: Any, sql: str) -> bool:
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(sql)
            raise _Undo
    except _Undo:
        return True
    except DatabaseError as error:
        if REFUSAL not in str(error):
            raise
        return False


def keep_after_migrations() -> None:
    """Have the triggers made and proven after every migration of any app."""
    post_migrate.connect(_after_migration, dispatch_uid="quanheng.triggers")


def after_migration(using: str = "default") -> None:
    """Make the triggers anew and try them out; a table that stays open ends the migration with its name."""
    install(using)
    open_doors = unguarded(using)
    if open_doors:
        raise RuntimeError("after the migration: " + "; ".join(open_doors))


def _after_migration(sender: Any, using: str = "default", **kwargs: Any) -> None:
    if sender.label == "records":
        after_migration(using)
