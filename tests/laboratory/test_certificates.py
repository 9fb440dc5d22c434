"""Instruments and certificates: what may be entered, by whom, and that nothing entered is rewritten."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carbon import world

from quanheng.apps.laboratory import actions, queries
from quanheng.apps.laboratory.models import Certificate
from quanheng.apps.laboratory.units import conversion
from quanheng.apps.records.models import LedgerEntry, OutboxEvent
from quanheng.errors import BadInput, Refused

TABLE = [("5", "0.1", "0.2"), ("15", "0.1", "0.2")]


@pytest.fixture
def owned(cast):
    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    return cast


def enter(actor, number: str = "N-1", **changed):
    given = {"unit": "%", "points": TABLE, "span": ("5", "15"), **changed}
    return world.certificate(actor, number, "AN", **given)


def test_certificate_of_the_issuer_says_so_and_one_of_the_holder_too(owned) -> None:
    assert enter(owned["technician"]).entered_by == "issuer"
    assert enter(owned["clerk"], "N-2").entered_by == "holder"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"points": [("5", "0", "0")]}, "points.0.U"),
        ({"points": [("5", "nan", "1")]}, "points.0.error"),
        ({"points": [("1e400", "0", "1")]}, "points.0.nominal"),
        ({"points": [("5,5", "0", "1")]}, "points.0.nominal"),
        ({"points": [("5", "0", "1"), ("5.0", "0", "1")]}, "points"),
        ({"points": [("20", "0", "1")]}, "points"),
        ({"points": []}, "points"),
        ({"points": [("5", "100", "1")], "basis": "relative"}, "error"),
        ({"span": ("15", "5")}, "range_high"),
        ({"term": ("2025-01-01", "2024-01-01")}, "valid_until"),
        ({"term": ("2999-01-01", None)}, "issued_on"),
        ({"unit": "kPa"}, "unit"),
        ({"issuer": "NOBODY"}, "organisation"),
    ],
)
def test_table_that_says_nothing_usable_is_refused_by_field(owned, changed, field) -> None:
    with pytest.raises(BadInput) as caught:
        enter(owned["technician"], **changed)
    assert caught.value.problems[0].field == field
    assert not Certificate.objects.exists()


def test_repeatability_in_a_unit_that_nobody_stated_is_refused(cast) -> None:
    with pytest.raises(BadInput) as caught:
        world.instrument(cast["clerk"], "X", "flow", "", "0.1", "absolute")
    assert caught.value.problems[0].field == "unit"


def test_number_stands_once_for_each_issuer(owned) -> None:
    enter(owned["technician"])
    with pytest.raises(BadInput):
        enter(owned["technician"])


def test_revocation_keeps_the_certificate_and_what_was_known_before(owned) -> None:
    made = enter(owned["technician"])
    before = dt.datetime.now(dt.UTC)
    actions.revoke_certificate(owned["signatory"], certificate="LAB/N-1", reason="标准器超差")
    facts = {
        when: queries.certificates_of([str(made.instrument_id)], when)
        for when in (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), before, dt.datetime.now(dt.UTC))
    }
    assert [[one.state for one in found] for found in facts.values()] == [[], ["valid"], ["revoked"]]
    assert OutboxEvent.objects.filter(kind="laboratory.certificate.revoked").count() == 1
    with pytest.raises(BadInput, match="not in force"):
        actions.revoke_certificate(owned["signatory"], certificate="LAB/N-1", reason="再来一次")


def test_only_who_answers_for_the_issuer_revokes(owned) -> None:
    enter(owned["technician"])
    for login in ("technician", "clerk", "officer", "stranger", "neighbour"):
        with pytest.raises(Refused):
            actions.revoke_certificate(owned[login], certificate="LAB/N-1", reason="标准器超差")
    refused = LedgerEntry.objects.filter(verb="records.act.refused")
    assert refused.count() == 5 and Certificate.objects.get().state == "valid"


def test_neither_neighbour_nor_other_centre_enters_or_sees(owned) -> None:
    enter(owned["technician"])
    for login in ("neighbour", "stranger"):
        with pytest.raises(Refused):
            enter(owned[login], "N-9")
        assert not queries.certificates(owned[login]).exists()
        assert not queries.instruments(owned[login]).exists()
    for login in ("clerk", "technician", "officer"):
        assert queries.certificates(owned[login]).count() == queries.instruments(owned[login]).count() == 1


def test_two_certificates_do_not_list_an_instrument_twice(owned) -> None:
    enter(owned["technician"])
    enter(owned["technician"], "N-2")
    assert queries.instruments(owned["technician"]).count() == 1


def test_every_write_is_in_the_ledger_with_its_actor(owned) -> None:
    enter(owned["technician"])
    entry = LedgerEntry.objects.get(verb="laboratory.certificate.enter")
    assert (entry.actor, entry.object_name) == (owned["technician"].urn, "N-1")


# Factors by definition: 1 inHg = 3.386389 kPa is conventional and left out; these are exact.
@pytest.mark.parametrize(
    ("unit", "kept", "factor", "offset"),
    [
        ("Pa", "kPa", 0.001, 0), ("bar", "kPa", 100, 0), ("K", "degC", 1, -273.15), ("m³/h", "m**3/hour", 1, 0),
        ("L/s", "m**3/hour", 3.6, 0), ("short_ton/hour", "kg/hour", 907.18474, 0), ("ppm", "percent", 1e-4, 0),
        ("°F", "degC", 5 / 9, -160 / 9),
    ],
)  # fmt: skip
def test_units_convert_by_their_definitions(unit, kept, factor, offset) -> None:
    assert conversion(unit, kept) == pytest.approx((factor, offset), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "unit", ["", "Nm3/h", "9**9**9**9", "m**9**9", "__import__('os')", "m" * 41, "kPa; kPa", "级"]
)
def test_text_that_is_no_unit_is_refused_quickly(unit) -> None:
    with pytest.raises(BadInput):
        conversion(unit, "kPa")


@given(st.text(alphabet="mkPasl/*^()0123456789%°C. -eE", max_size=40))
def test_any_text_is_a_unit_or_refused(text) -> None:
    try:
        factor, offset = conversion(text, "kPa")
    except BadInput:
        return
    assert factor != 0 and offset == offset
