"""Append-only tables refuse every change by themselves, after every migration, on both databases."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from tests.records import sample
from tests.records.sample import OFFICER

from quanheng.apps.records import triggers
from quanheng.apps.records.models import Checkpoint, Dependency, LedgerEntry, LedgerRow

pytestmark = pytest.mark.django_db
TABLES = {m._meta.db_table for m in (LedgerEntry, LedgerRow, Checkpoint, Dependency)}


@pytest.fixture
def written() -> None:
    sample.add_many(OFFICER, names=[f"镇{n}" for n in range(25)])
    sample.use(OFFICER, result="urn:a", used=["c1"])


def refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


def test_the_ledger_its_bulk_rows_checkpoints_and_dependencies_are_guarded() -> None:
    assert set(triggers.append_only_tables()) >= TABLES
    assert triggers.unguarded() == []


@pytest.mark.parametrize("table", ["records_ledgerentry", "records_ledgerrow", "records_dependency"])
def test_update_and_delete_are_refused_by_the_database(written, table) -> None:
    assert refused(f"UPDATE {table} SET {'seq = seq' if table.endswith('entry') else 'id = id'}")
    assert refused(f"DELETE FROM {table}")


def test_truncate_is_refused_on_postgresql(written) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits would hide the trigger's answer
        assert refused("TRUNCATE records_ledgerentry CASCADE")
        assert refused("TRUNCATE records_ledgerrow")
    else:
        assert connection.vendor == "sqlite"  # knows no TRUNCATE; DELETE without WHERE is refused above


def test_an_update_through_the_orm_is_refused(written) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.update(actor_name="李四")


def test_one_missing_trigger_is_named(written) -> None:
    name = "records_ledgerrow_rows" if connection.vendor == "postgresql" else "records_ledgerrow_update"
    on = ' ON "records_ledgerrow"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on}')
    assert "records_ledgerrow: UPDATE is not refused" in triggers.unguarded()
    triggers.install()
    assert triggers.unguarded() == []


def test_a_trigger_that_was_replaced_by_an_empty_one_is_named(written) -> None:
    if connection.vendor != "sqlite":
        return  # on PostgreSQL the trigger names its function, which the next test replaces
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER records_ledgerrow_delete")
        cursor.execute(
            "CREATE TRIGGER records_ledgerrow_delete BEFORE DELETE ON records_ledgerrow "
            "WHEN 0 BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )
    assert triggers.unguarded() == ["records_ledgerrow: DELETE is not refused"]
    triggers.install()


def test_a_function_that_was_emptied_is_named_on_postgresql(written) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION quanheng_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN COALESCE(NEW, OLD); END $$"
            )
        assert "records_ledgerrow: UPDATE is not refused" in triggers.unguarded()
        triggers.install()
    assert triggers.unguarded() == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_rebuilds_the_table_leaves_it_guarded() -> None:
    sample.add(OFFICER, name="江北区")
    state = ProjectState()
    state.add_model(ModelState.from_model(LedgerEntry))
    longer = migrations.AlterField("ledgerentry", "verb", models.CharField(max_length=90, db_index=True))
    after = state.clone()
    longer.state_forwards("records", after)
    with connection.schema_editor() as editor:
        longer.database_forwards("records", editor, state, after)
    if connection.vendor == "sqlite":
        assert "records_ledgerentry: UPDATE is not refused" in triggers.unguarded()
    triggers.after_migration()
    assert triggers.unguarded() == []
    with connection.schema_editor() as editor:
        longer.database_backwards("records", editor, after, state)
    triggers.after_migration()
    assert refused("UPDATE records_ledgerentry SET seq = seq")


def test_a_migration_does_not_end_while_a_table_is_open(monkeypatch) -> None:
    triggers.remove()
    monkeypatch.setattr(triggers, "install", lambda using: None)
    with pytest.raises(RuntimeError, match="records_ledgerentry: DELETE is not refused"):
        triggers.after_migration()
    monkeypatch.undo()
    triggers.install()
