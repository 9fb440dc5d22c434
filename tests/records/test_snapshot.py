"""A value just set and the same value read back give the same snapshot, or the value is refused by name."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.records import sample

from quanheng.apps.laboratory.models import Instrument
from quanheng.apps.parties.models import Division, Expert, OneTimeCode
from quanheng.apps.records.act import validated
from quanheng.apps.records.classify import plain, snapshot
from quanheng.errors import BadInput
from quanheng.evidence.canonical import canonical_json

pytestmark = pytest.mark.django_db
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
texts = st.text(max_size=40)


@pytest.fixture
def owner():
    return sample.found(sample.OFFICER, code="JIA", name="企业甲")


@pytest.fixture
def person():
    return sample.hire(sample.OFFICER, login="zhang.san", name="张三")


def same_when_read_back(row) -> None:
    try:
        validated(row)
    except BadInput as bad:
        assert all(problem.field for problem in bad.problems)
        return
    row.save(force_insert=True)
    before = snapshot(row)
    assert snapshot(type(row)._base_manager.get(pk=row.pk)) == before
    row.delete()


@quick
@given(st.decimals(allow_nan=True, allow_infinity=True, places=None), st.integers(0, 9999))
def test_decimals(owner, value, number) -> None:
    same_when_read_back(
        Instrument(
            owner=owner,
            code=f"C{number}",
            name="a",
            maker="b",
            model="c",
            serial="d",
            quantity="e",
            unit="f",
            repeatability=value,
        )
    )


@quick
@given(st.dates() | st.none() | st.just(""), texts, texts)
def test_dates_and_texts(value, name, source) -> None:
    same_when_read_back(Division(name=name, level="county", source=source, valid_from=value))


@quick
@given(st.datetimes(timezones=st.timezones()))
def test_moments(person, moment) -> None:
    same_when_read_back(
        OneTimeCode(
            person=person, purpose="first", digest=f"{abs(hash(moment))}", valid_until=moment, issued_by="x"
        )
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@quick
@given(json_values)
def test_json(person, owner, value) -> None:
    joined = dt.date(2026, 1, 1)
    same_when_read_back(Expert(person=person, authority=owner, fields=value, employer="x", joined_on=joined))


@quick
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_one_number_has_one_text(value) -> None:
    text = plain(value)
    assert Decimal(text) == value
    assert plain(Decimal(text)) == text
    assert canonical_json(text)
