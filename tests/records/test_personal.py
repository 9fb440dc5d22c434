"""Keys per person: what was recorded can be checked while the key exists, and says nothing after it was destroyed."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.records import sample
from tests.records.sample import OFFICER

from quanheng.apps.parties.models import Person
from quanheng.apps.records import actions, personal, rights
from quanheng.apps.records.classify import snapshot
from quanheng.apps.records.models import LedgerEntry, PersonalKey
from quanheng.apps.records.verify import verify
from quanheng.errors import ALLOWED, BadInput, Refused, Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(monkeypatch) -> Person:
    monkeypatch.setattr(rights, "has_role", lambda actor, *roles, organisation=None: ALLOWED)
    return sample.hire(OFFICER, login="zhang.san", name="张三", email="zhang@example.cn", phone="13800000000")


def test_the_same_content_of_two_people_has_two_commitments(person) -> None:
    other = sample.hire(OFFICER, login="li.si", name="李四", phone="13800000000")
    assert snapshot(person)["phone"] != snapshot(other)["phone"]


def test_two_fields_with_the_same_content_have_two_commitments(person) -> None:
    committer = personal.Committer(person.pk)
    assert committer.commitment("phone", "1") != committer.commitment("email", "1")


def test_an_empty_field_is_recorded_as_empty(person) -> None:
    assert snapshot(person)["id_number"] == ""


def test_a_key_lies_wrapped_in_the_database_and_its_master_outside(person, settings) -> None:
    stored = bytes(PersonalKey.objects.get(pk=person.pk).wrapped)
    key = personal.key_for(person.pk)
    assert key not in stored
    master = settings.KEYS_FOLDER / "master.key"
    assert master.stat().st_mode & 0o777 == 0o600
    assert len(master.read_bytes()) == 32


def test_after_the_key_is_destroyed_the_records_still_verify_and_tell_nothing(person) -> None:
    actions.destroy_key(OFFICER, subject=str(person.pk))
    assert verify().ok
    assert snapshot(person)["phone"] == personal.ERASED
    assert PersonalKey.objects.get().wrapped is None


def test_an_act_after_the_key_is_destroyed_is_recorded_without_content(person) -> None:
    actions.destroy_key(OFFICER, subject=str(person.pk))
    sample.change_phone(OFFICER, login="zhang.san", phone="13911111111")
    assert verify().ok
    assert "13911111111" not in str(list(LedgerEntry.objects.values_list("before", "after")))


def test_a_key_is_destroyed_once_and_never_made_anew(person) -> None:
    actions.destroy_key(OFFICER, subject=str(person.pk))
    with pytest.raises(BadInput):
        actions.destroy_key(OFFICER, subject=str(person.pk))
    assert personal.key_for(person.pk) is None


def test_only_the_security_administrator_destroys_keys(person, monkeypatch) -> None:
    monkeypatch.setattr(
        rights, "has_role", lambda actor, *roles, organisation=None: Verdict(False, f"{roles}")
    )
    with pytest.raises(Refused, match="security_admin"):
        actions.destroy_key(OFFICER, subject=str(person.pk))


def test_a_key_destroyed_beside_the_ledger_is_named(person) -> None:
    personal.destroy(person.pk, timezone.now())
    assert [(f.part, f.key) for f in verify().faults] == [("key", str(person.pk))]


def test_a_destroyed_key_that_came_back_is_named(person) -> None:
    kept = PersonalKey.objects.get().wrapped
    actions.destroy_key(OFFICER, subject=str(person.pk))
    PersonalKey.objects.update(wrapped=kept)
    assert ("key", "was destroyed by an act and is back") in [(f.part, f.message) for f in verify().faults]


def test_a_key_row_taken_away_is_named_by_the_fields_it_covered(person) -> None:
    PersonalKey.objects.all().delete()
    assert {f.field for f in verify().faults} == {"email", "phone", "password"}
    assert not PersonalKey.objects.exists()
