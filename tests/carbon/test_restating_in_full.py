"""A restatement computes only what fell; the result is that of a full computation, to the last bit.

Random plants: instruments that come and go, certificates that overlap, end or miss the range, hours with and without
readings. Then one thing after the other falls, of all kinds, and each time both ways are taken.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.carbon import world
from tests.carbon.test_restating import corrected_molar_mass

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.methods import AS_STORED, Given, method_named
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement import reuse
from quanheng.apps.carbon.restatement.recomputing import anew, differs
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.laboratory import queries as certificates
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.monitoring import queries as sites
from quanheng.apps.records import events

HOURS = 48
START = dt.datetime(2025, 3, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
HELD = {"C": ("AN", "%", ("5", "15")), "Q": ("FL", "m3/h", ("500", "2500"))}

TERMS = [
    ("2024-06-01", None), ("2024-06-01", "2025-03-01"), ("2025-02-28", "2025-03-01"),
    ("2025-02-28", "2025-12-31"), ("2025-03-02", "2025-12-31"),
]  # fmt: skip
hour = st.integers(0, HOURS - 1)
certificate = st.fixed_dictionaries(
    {
        "point": st.sampled_from(["C", "Q"]),
        "error": st.sampled_from(["0", "0.1", "-0.05"]),
        "U": st.sampled_from(["0.1", "0.2", "0.4"]),
        "half": st.booleans(),  # of the range only
        "days": st.sampled_from(TERMS),
    }
)  # fmt: skip
plants = st.fixed_dictionaries(
    {
        "certificates": st.lists(certificate, min_size=1, max_size=4),
        "gone": st.dictionaries(st.sampled_from(["C", "Q"]), hour, max_size=2),
        "missing": st.sets(hour, max_size=6),
        "seed": st.integers(0, 9),
    }
)
falls = st.lists(
    st.one_of(
        st.tuples(st.just("certificate"), st.integers(0, 3)),
        st.tuples(st.just("installation"), st.tuples(st.sampled_from(["C", "Q"]), hour)),
        st.tuples(st.just("readings"), st.tuples(hour, st.sampled_from(["9.5", "12.25"]))),
        st.tuples(st.just("norm"), st.sampled_from(["44.0100", "44.009"])),
    ),
    min_size=1,
    max_size=4,
)


@contextmanager
def taken_back():
    """Each example leaves the database as it found it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(plant_of=plants, fall=falls)
@settings(
    max_examples=8, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_incremental_result_is_the_full_one_bit_for_bit(plant, tmp_path, plant_of, fall) -> None:
    with taken_back(), pytest.MonkeyPatch.context() as patched:
        made = _built(plant, tmp_path, plant_of)
        statement = carbon.state(plant["clerk"], site="S1", year=2025)
        for n, (kind, what) in enumerate(fall):
            _let_fall(plant, tmp_path, patched, made, kind, what, n)
            now, pin = timezone.now(), sites.pin_now()
            assert _taken(statement, pin, now) == _in_full(statement, pin, now), (kind, what)
        events.deliver_pending()
        _proposal_is_the_full_result(statement)


def _proposal_is_the_full_result(statement: Statement) -> None:
    reuse.forget()
    full = anew(statement)
    row = Statement.objects.filter(state="proposed").first()
    assert (row is not None) == differs(statement, full)
    if row is not None:
        assert _bits(row.result) == _bits(full.as_result())


def _taken(statement: Statement, pin: Any, now: dt.datetime) -> str:
    computed = method_named("cems").compute(statement.site, 2025, pin, now, AS_STORED)
    return _bits(computed.as_result())


def _in_full(statement: Statement, pin: Any, now: dt.datetime) -> str:
    reuse.forget()
    return _taken(statement, pin, now)


def _bits(result: dict[str, Any]) -> str:
    """Everything that a statement keeps; floats stand in it as the text that gives their bits back."""
    kept = {name: value for name, value in result.items() if name not in ("known_at", "lake")}
    return json.dumps(kept, sort_keys=True, default=str)


def _built(plant, tmp_path, plant_of) -> list[str]:
    names = []
    for n, one in enumerate(plant_of["certificates"]):
        held, unit, (low, high) = HELD[one["point"]]
        scale = 1 if held == "AN" else 200
        top = str((Decimal(low) + Decimal(high)) / 2) if one["half"] else high
        error, U = (str(Decimal(one[name]) * scale) for name in ("error", "U"))
        world.certificate(
            plant["technician"],
            f"R{n}",
            held,
            unit,
            [(low, error, U), (top, error, U)],
            (low, top),
            one["days"],
        )
        names.append(f"LAB/R{n}")
    for point, at in plant_of["gone"].items():
        monitoring.end_installation(
            plant["clerk"], site="S1", point=point, instrument=HELD[point][0],
            valid_to=START + dt.timedelta(hours=at),
        )  # fmt: skip
    world.wet_stack(plant)
    rows = [
        f"{START + dt.timedelta(hours=h):%Y-%m-%d %H:%M},{6 + (h * 7 + plant_of['seed']) % 11},"
        f"{600 + 37 * ((h * 5 + plant_of['seed']) % 53)},{h % 40},101.325"
        for h in range(HOURS)
        if h not in plant_of["missing"]
    ]
    world.readings(plant["clerk"], tmp_path, rows, name="first.csv")
    return names


def _let_fall(plant, tmp_path, patched, made, kind, what, n) -> None:
    if kind == "certificate":
        name = made[what % len(made)]
        if certificates.certificate_named(name).state == "valid":
            laboratory.revoke_certificate(plant["signatory"], certificate=name, reason="标准器超差")
    elif kind == "installation":
        _correct(plant, *what)
    elif kind == "readings":
        at, value = what
        text = f"{START + dt.timedelta(hours=at):%Y-%m-%d %H:%M},{value},{700 + n},20,101.325"
        world.readings(plant["clerk"], tmp_path, [text], name=f"late{n}.csv")
    else:
        corrected_molar_mass(patched, what)
        from quanheng.apps.carbon.restatement import norms_in_force
        from quanheng.apps.records.action import SYSTEM

        norms_in_force.note_changed(SYSTEM)


def _correct(plant, point: str, at: int) -> None:
    site = sites.site_named("S1")
    where = sites.point_named(site, point)
    (known,) = sites.installations_of([str(where.pk)], timezone.now())
    moment = START + dt.timedelta(hours=at)
    if known.valid_from == moment or (known.valid_to is not None and known.valid_to <= moment):
        return
    monitoring.correct_installation(
        plant["clerk"], site="S1", point=point, instrument=HELD[point][0], known_start=known.valid_from,
        valid_from=moment, valid_to=known.valid_to, reason="安装记录写错",
    )  # fmt: skip


def test_supposed_fall_is_the_real_one_bit_for_bit(plant, tmp_path) -> None:
    """What is foretold of a certificate is computed from a supposition; after the revocation from what is stored."""
    one = {"point": "C", "error": "0.1", "U": "0.2", "half": False, "days": ("2024-06-01", None)}
    two = {**one, "days": ("2025-02-28", "2025-12-31"), "half": True}
    made = _built(plant, tmp_path, {"certificates": [one, two], "gone": {}, "missing": {3}, "seed": 1})
    statement = carbon.state(plant["clerk"], site="S1", year=2025)
    pk = str(certificates.certificate_named(made[1]).pk)
    pin = sites.pin_now()
    supposed = method_named("cems").compute(
        statement.site, 2025, pin, timezone.now(), Given(fallen=frozenset({("certificate", pk)}))
    )
    laboratory.revoke_certificate(plant["signatory"], certificate=made[1], reason="标准器超差")
    assert _bits(supposed.as_result()) == _in_full(statement, pin, timezone.now())


def test_what_is_kept_cannot_be_written_to(plant, tmp_path) -> None:
    one = {"point": "C", "error": "0", "U": "0.2", "half": False, "days": ("2024-06-01", None)}
    _built(plant, tmp_path, {"certificates": [one], "gone": {}, "missing": set(), "seed": 1})
    statement = carbon.state(plant["clerk"], site="S1", year=2025)
    found = method_named("cems").compute(statement.site, 2025, sites.pin_now(), timezone.now(), AS_STORED)
    for array in (found.sources[0].indications["flow"], found.sources[0].covered["flow"].correction):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
