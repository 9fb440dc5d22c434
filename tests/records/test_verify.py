"""What is changed beside the ledger is named: entry, row, field, file, checkpoint, trigger."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from tests.records import sample
from tests.records.sample import OFFICER

from quanheng.apps.parties.models import Division, Person
from quanheng.apps.records import checkpoints, triggers
from quanheng.apps.records.models import Dependency, LedgerEntry, LedgerRow
from quanheng.apps.records.verify import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_acts() -> Division:
    row = sample.add(OFFICER, name="江北区", code="500105")
    sample.add_many(OFFICER, names=[f"镇{n}" for n in range(25)])
    sample.rename(OFFICER, division=str(row.pk), name="两江新区")
    return row


def beside_the_ledger(sql: str, *values) -> None:
    """What a database administrator could do: take the triggers away and change rows."""
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    triggers.install()


def parts(findings) -> set[str]:
    return {fault.part for fault in findings.faults}


def test_untouched_records_verify(three_acts) -> None:
    checkpoints.checkpoint()
    findings = verify()
    assert findings.as_dict()["faults"] == []
    assert (findings.entries, findings.bulk_rows, findings.rows) == (3, 25, 26)
    assert (findings.checkpoints, findings.signed) == (1, 3)


def test_an_empty_ledger_verifies() -> None:
    assert verify().ok


def test_SYS_09_one_altered_log_line_is_named_by_verification(three_acts) -> None:
    beside_the_ledger("UPDATE records_ledgerentry SET actor_name = %s WHERE seq = 2", "李四")
    findings = verify()
    assert findings.first.seq == 2
    assert findings.first.part == "ledger"
    assert [fault.seq for fault in findings.faults] == [2]


@pytest.mark.parametrize("column", ["verb", "object", "object_name", "actor", "cite", "request_id"])
def test_every_column_of_an_entry_is_covered(three_acts, column) -> None:
    beside_the_ledger(f"UPDATE records_ledgerentry SET {column} = %s WHERE seq = 3", "x")
    assert verify().first.seq == 3


def test_a_removed_entry_is_named(three_acts) -> None:
    beside_the_ledger("DELETE FROM records_ledgerrow WHERE entry_id = 2")
    beside_the_ledger("DELETE FROM records_ledgerentry WHERE seq = 2")
    assert verify().first.seq == 3
    assert "missing before it" in verify().first.message


def test_a_removed_end_is_named_by_the_checkpoint(three_acts) -> None:
    checkpoints.checkpoint()
    beside_the_ledger("DELETE FROM records_ledgerentry WHERE seq = 3")
    findings = verify()
    assert any("3 entries were signed, and 2 are left" in fault.message for fault in findings.faults)


def test_a_chain_that_was_wholly_rewritten_is_named_by_the_checkpoint(three_acts) -> None:
    from quanheng.apps.records.ledger import body_of
    from quanheng.evidence.chain import link

    checkpoints.checkpoint()
    last = LedgerEntry.objects.get(seq=3)
    last.actor_name = "李四"
    beside_the_ledger(
        "UPDATE records_ledgerentry SET actor_name = '李四', digest = %s WHERE seq = 3",
        link(body_of(last), last.prev),
    )
    findings = verify()
    assert parts(findings) == {"checkpoint"}
    assert "the first 3 entries are not the ones that were signed" in findings.faults[0].message


def test_a_changed_bulk_row_is_named_with_its_entry(three_acts) -> None:
    row = LedgerRow.objects.get(n=7)
    beside_the_ledger(
        "UPDATE records_ledgerrow SET key = %s WHERE id = %s", f"parties.division:{uuid.uuid4()}", row.pk
    )
    findings = verify()
    assert findings.first.part == "bulk"
    assert findings.first.seq == 2


def test_a_bulk_row_put_to_an_act_that_was_none_is_named(three_acts) -> None:
    LedgerRow.objects.create(entry_id=1, n=0, key="parties.division:x", before=None, after=None)
    assert [(f.part, f.seq) for f in verify().faults] == [("bulk", 1)]


def test_a_field_changed_beside_the_ledger_is_named_with_both_values(three_acts) -> None:
    Division.objects.filter(pk=three_acts.pk).update(name="渝中区")
    (fault,) = verify().faults
    assert (fault.part, fault.key, fault.field) == ("row", f"parties.division:{three_acts.pk}", "name")
    assert (fault.found, fault.expected) == ("渝中区", "两江新区")


def test_a_row_put_in_beside_the_ledger_is_named(three_acts) -> None:
    put_in = Division.objects.create(name="江津区", level="county")
    (fault,) = verify().faults
    assert fault.key == f"parties.division:{put_in.pk}"
    assert "not recorded" in fault.message


def test_a_row_taken_away_beside_the_ledger_is_named(three_acts) -> None:
    Division.objects.filter(pk=three_acts.pk).delete()
    (fault,) = verify().faults
    assert fault.key == f"parties.division:{three_acts.pk}"
    assert "is missing" in fault.message


def test_a_change_that_a_later_act_took_over_is_named_at_that_act(three_acts) -> None:
    Division.objects.filter(pk=three_acts.pk).update(code="500112")
    sample.rename(OFFICER, division=str(three_acts.pk), name="渝北区")
    (fault,) = verify().faults
    assert (fault.seq, fault.field) == (4, "code")


def test_changed_personal_content_is_named_by_its_commitment() -> None:
    sample.hire(OFFICER, login="zhang.san", name="张三", phone="13800000000")
    Person.objects.update(phone="13900000000")
    (fault,) = verify().faults
    assert fault.field == "phone"
    assert "138" not in str(fault.as_dict())


def test_a_changed_password_hash_is_named() -> None:
    sample.hire(OFFICER, login="zhang.san", name="张三")
    Person.objects.update(password="md5$stolen")
    assert [fault.field for fault in verify().faults] == ["password"]


def test_a_technical_field_may_change_without_an_act() -> None:
    sample.hire(OFFICER, login="zhang.san", name="张三")
    Person.objects.update(language="en")
    assert verify().ok


def test_a_dependency_taken_away_is_named_with_its_entry() -> None:
    sample.use(OFFICER, result="urn:a", used=["c1", "c2"])
    assert verify().ok
    beside_the_ledger("DELETE FROM records_dependency WHERE used = 'c2'")
    assert [(f.part, f.seq) for f in verify().faults] == [("dependency", 1)]


def test_a_dependency_put_in_is_named() -> None:
    sample.add(OFFICER, name="江北区")
    Dependency.objects.create(entry_id=1, result_kind="s", result="r", kind="k", used="u", version="1")
    assert [(f.part, f.seq) for f in verify().faults] == [("dependency", 1)]


def test_missing_triggers_are_named(three_acts) -> None:
    triggers.remove()
    try:
        doors = {fault.message for fault in verify().faults}
    finally:
        triggers.install()
    assert "records_ledgerentry: UPDATE is not refused" in doors
    assert "records_ledgerentry: DELETE is not refused" in doors


def test_an_entry_that_cannot_be_read_is_named_and_the_rest_is_verified(three_acts) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL stores no text that is not UTF-8
    beside_the_ledger("UPDATE records_ledgerentry SET actor = CAST(x'ff41' AS TEXT) WHERE seq = 2")
    findings = verify()
    assert findings.first.seq == 2
    assert "cannot be read" in findings.first.message
    assert findings.entries == 3


def test_a_present_row_that_cannot_be_read_is_named(three_acts) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL stores no text that is not UTF-8
    beside_the_ledger("UPDATE parties_division SET name = CAST(x'ff41' AS TEXT) WHERE code = '500105'")
    assert any(f.part == "row" and str(three_acts.pk) in f.key for f in verify().faults)


@pytest.mark.parametrize("change", ["upper(id)", "' ' || substr(id, 2)"])
def test_a_key_in_another_spelling_is_named(three_acts, change) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL has identifiers of its own
    beside_the_ledger(f"UPDATE parties_division SET id = {change} WHERE code = '500105'")
    (fault,) = verify().faults
    assert (fault.key, fault.field) == (f"parties.division:{three_acts.pk}", "id")
