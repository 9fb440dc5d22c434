"""One write, one way: form, policy, row and ledger entry in one transaction."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.records import sample
from tests.records.sample import OFFICER, STRANGER

from quanheng.apps.parties.models import Division, Person
from quanheng.apps.records.models import LedgerEntry, LedgerRow
from quanheng.apps.records.verify import verify
from quanheng.errors import BadInput, Refused

pytestmark = pytest.mark.django_db


def entries() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.order_by("seq"))


def test_an_act_stores_its_row_and_one_entry_with_before_and_after() -> None:
    row = sample.add(OFFICER, name="江北区", code="500105")
    sample.rename(OFFICER, division=str(row.pk), name="两江新区")
    made, renamed = entries()
    key = f"parties.division:{row.pk}"
    assert (made.verb, made.actor_name, made.object_name) == ("records.sample.add", "张三", "江北区")
    assert made.object == f"urn:quanheng:parties:division:{row.pk}"
    assert made.before == {key: None}
    assert made.after[key]["valid_from"] == "2020-01-01"
    assert (renamed.before[key]["name"], renamed.after[key]["name"]) == ("江北区", "两江新区")
    assert renamed.prev == made.digest


def test_names_are_frozen_in_the_entry_when_the_object_is_renamed_later() -> None:
    row = sample.add(OFFICER, name="渝北区")
    sample.rename(OFFICER, division=str(row.pk), name="两江新区")
    assert [entry.object_name for entry in entries()] == ["渝北区", "两江新区"]


def test_a_bulk_act_is_one_entry_with_a_root_over_its_rows() -> None:
    sample.add_many(OFFICER, names=[f"区{n}" for n in range(30)])
    (entry,) = entries()
    assert entry.bulk["count"] == 30
    assert (entry.before, entry.after) == ({}, {})
    assert LedgerRow.objects.filter(entry=entry).count() == 30
    assert verify().ok


def test_a_refusal_stores_nothing_but_its_own_entry_with_the_article() -> None:
    with pytest.raises(Refused) as refusal:
        sample.add(STRANGER, name="江北区")
    assert refusal.value.verdict.cite == "某办法第一条"
    (entry,) = entries()
    assert (entry.verb, entry.actor_name, entry.cite) == ("records.act.refused", "李四", "某办法第一条")
    assert entry.after["_"] == {"reason": "外人不得登记", "verb": "records.sample.add"}
    assert not Division.objects.exists()


def test_bad_input_names_every_wrong_field_and_leaves_no_trace() -> None:
    with pytest.raises(BadInput) as bad:
        sample.add(OFFICER, name="名" * 81, colour="红")
    assert {problem.field for problem in bad.value.problems} == {"name", "colour"}
    assert not entries()


def test_a_model_rule_answers_in_the_words_of_the_house() -> None:
    sample.hire(OFFICER, login="zhang.san", name="张三")
    with pytest.raises(BadInput) as bad:
        sample.hire(OFFICER, login="zhang.san", name="张三")
    assert bad.value.problems[0].field == "login"
    assert len(entries()) == 1


def test_a_failed_act_rolls_back_its_row(monkeypatch) -> None:
    from quanheng.apps.records import ledger

    def broken(draft):
        raise RuntimeError("the ledger cannot be written")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(RuntimeError):
        sample.add(OFFICER, name="江北区")
    assert not Division.objects.exists()


def test_an_act_inside_an_act_on_the_same_row_folds_to_the_present_row() -> None:
    row = sample.add_renamed(OFFICER, name="江北区", then="两江新区")
    inner, outer = entries()
    assert (inner.verb, outer.verb) == ("records.sample.rename", "records.sample.add_renamed")
    key = f"parties.division:{row.pk}"
    assert outer.before == {key: None}
    assert outer.after[key]["name"] == "两江新区"
    assert verify().ok


def test_an_act_that_survives_an_inner_refusal_keeps_only_its_own_change() -> None:
    row = sample.try_renaming(OFFICER, name="江北区", then="两江新区")
    (entry,) = entries()
    assert entry.after[f"parties.division:{row.pk}"]["name"] == "江北区"
    assert Division.objects.get().name == "江北区"
    assert verify().ok


def test_a_removed_row_leaves_its_last_content_in_the_ledger() -> None:
    row = sample.add(OFFICER, name="江北区")
    sample.drop(OFFICER, division=str(row.pk))
    assert entries()[1].before[f"parties.division:{row.pk}"]["name"] == "江北区"
    assert entries()[1].object == f"urn:quanheng:parties:division:{row.pk}"
    assert verify().ok


def test_personal_content_is_recorded_as_a_commitment_only() -> None:
    sample.hire(OFFICER, login="zhang.san", name="张三", email="zhang@example.cn")
    text = str(entries()[0].after)
    assert "zhang@example.cn" not in text
    assert "hmac-sha256:" in text
    assert Person.objects.get().email == "zhang@example.cn"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.10"), "1.1"),
        (Decimal("100"), "100"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0"),
        (Decimal("123456789012345678901234567890.5"), "123456789012345678901234567890.5"),
        (dt.date(2026, 2, 28), "2026-02-28"),
        (
            dt.datetime(2026, 2, 28, 8, tzinfo=dt.timezone(dt.timedelta(hours=8))),
            "2026-02-28T00:00:00.000000Z",
        ),
    ],
)
def test_a_recorded_value_has_one_text(value, text) -> None:
    from quanheng.apps.records.classify import plain

    assert plain(value) == text


def test_a_float_is_not_recorded() -> None:
    from quanheng.apps.records.classify import plain

    with pytest.raises(BadInput):
        plain(0.1, "mass")


@pytest.mark.parametrize("name", ["江\x00北", "江\ud800北"])
def test_text_that_a_database_cannot_keep_is_refused_by_name(name) -> None:
    with pytest.raises(BadInput) as bad:
        sample.add_many(OFFICER, names=["好", name])
    assert bad.value.problems[0].field in ("name", "names.1")
