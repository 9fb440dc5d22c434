"""Every field of every model of the house has a class of protection. How each class is shown is not tried here."""

from __future__ import annotations

from quanheng.apps.parties.models import Person
from quanheng.apps.records import checks, classify


def test_every_field_of_every_model_has_a_class() -> None:
    assert len(checks.house_models()) > 20
    assert checks.classification_is_complete() == []


def test_a_field_without_a_class_stops_the_start_and_is_named(monkeypatch) -> None:
    thinner = {
        level: " ".join(n for n in names.split() if n != "phone")
        for level, names in Person.classified.items()
    }
    monkeypatch.setattr(Person, "classified", thinner)
    classify.levels.cache_clear()
    found = checks.classification_is_complete()
    monkeypatch.undo()
    classify.levels.cache_clear()
    assert [(one.id, one.msg) for one in found] == [
        ("records.E001", "parties.Person.phone has no classification")
    ]
