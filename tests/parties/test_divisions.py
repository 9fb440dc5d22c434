"""Divisions in time: loaded once, an unknown code stays empty, and a merged district's officer sees what lay in the old ones."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.parties import cast

from quanheng.apps.parties import actions, policy, queries
from quanheng.apps.parties.models import Division, Succession
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.models import LedgerEntry
from quanheng.errors import BadInput, Refused


def test_loading_again_adds_nothing(db) -> None:
    made = actions.load_divisions(SYSTEM)
    before = (Division.objects.count(), Succession.objects.count())
    assert made == before[0] and before[1] == 2
    assert actions.load_divisions(SYSTEM) == 0
    assert (Division.objects.count(), Succession.objects.count()) == before
    assert LedgerEntry.objects.filter(verb="parties.division.load").count() == 2


def test_loading_keeps_what_an_installation_corrected(people) -> None:
    actions.succeed(people("ops.system"), old="500101", new="500103", on=dt.date(2026, 1, 1), source="示例")
    actions.load_divisions(SYSTEM)
    assert Division.objects.get(code="500101").valid_to == dt.date(2026, 1, 1)


def test_the_new_area_has_no_invented_code_and_says_that_nobody_verified_it(people) -> None:
    area = queries.division("两江新区")
    assert area.code == ""
    assert "未核对" in area.source
    assert {s.old.name for s in Succession.objects.filter(new=area)} == {"江北区", "渝北区"}


@pytest.fixture
def merged(people):
    """An officer of 两江新区, and units entered under the old districts and under the new one."""
    actions.register_organisation(
        SYSTEM, code="LJ", name="两江新区示例局", kind="local_bureau", division="两江新区", authority="CQ"
    )
    actions.register_person(SYSTEM, login="lj.officer", name="两江经办", organisation="LJ")
    actions.grant_role(
        SYSTEM, login="lj.officer", organisation="LJ", role="district_officer", territory="两江新区"
    )
    for code, place in (("JB", "500105"), ("YB", "500112"), ("NEW", "两江新区")):
        actions.register_organisation(
            SYSTEM, code=code, name=f"{code} 厂", kind="enterprise", division=place, authority="CQ"
        )
    return people


def test_SYS_04_an_officer_of_a_merged_district_sees_what_lies_in_the_old_ones(merged) -> None:
    assert {u.code for u in queries.organisations(merged("lj.officer"))} == {"LJ", "JB", "YB", "NEW"}
    for code in ("JB", "YB", "NEW"):
        assert policy.regulates(merged("lj.officer"), code).ok
    assert not policy.regulates(merged("lj.officer"), "E1").ok


def test_SYS_04_an_officer_of_an_old_district_does_not_gain_the_new_one(merged) -> None:
    actions.register_person(SYSTEM, login="jb.officer", name="江北经办", organisation="LJ")
    actions.grant_role(
        SYSTEM, login="jb.officer", organisation="LJ", role="district_officer", territory="500105"
    )
    assert {u.code for u in queries.organisations(merged("jb.officer"))} == {"LJ", "JB"}


def test_a_division_lies_in_what_lies_above_it(people) -> None:
    dazhou, province = queries.division("511700"), queries.division("510000")
    county = queries.division("511702")
    assert county.pk in policy.territory_ids(dazhou) <= policy.territory_ids(province)
    assert dazhou.pk not in policy.territory_ids(county)


def test_two_divisions_that_took_each_other_over_do_not_hang_the_search(people) -> None:
    for old, new in (("500101", "500102"), ("500102", "500101")):
        actions.succeed(SYSTEM, old=old, new=new, on=dt.date(2026, 1, 1), source="示例")
    one, other = Division.objects.get(code="500101"), Division.objects.get(code="500102")
    assert policy.territory_ids(one) == policy.territory_ids(other) == {one.pk, other.pk}


def test_a_division_of_the_past_is_found_on_its_days(people) -> None:
    living = {d.name for d in queries.divisions(dt.date(2025, 10, 31))}
    after = {d.name for d in queries.divisions(dt.date(2025, 11, 1))}
    assert "江北区" in living and "两江新区" not in living
    assert "江北区" not in after and "两江新区" in after


@pytest.mark.parametrize("ref", ["", "没有这个区", "\0", "50010"])
def test_an_unknown_division_is_named(people, ref) -> None:
    with pytest.raises(BadInput, match="division"):
        queries.division(ref)


def test_a_division_is_registered_without_a_code_but_never_with_a_malformed_one(people) -> None:
    made = actions.register_division(
        people("ops.system"), name="某新区", level="county", parent="500000", source="示例通知"
    )
    assert made.code == ""
    with pytest.raises(BadInput, match="code"):
        actions.register_division(
            people("ops.system"), name="某县", level="county", code="50A", source="示例"
        )
    with pytest.raises(BadInput):
        actions.register_division(
            people("ops.system"), name="渝中二区", level="county", code="500103", source="示例"
        )


def test_only_whoever_runs_the_platform_changes_divisions(people) -> None:
    for login in sorted(cast.EVERYBODY - {"ops.system"}):
        with pytest.raises(Refused):
            actions.register_division(people(login), name="某新区", level="county", source="示例")
        with pytest.raises(Refused):
            actions.load_divisions(people(login))


def test_a_division_does_not_succeed_itself(people) -> None:
    with pytest.raises(BadInput, match="itself"):
        actions.succeed(SYSTEM, old="500103", new="渝中区", on=dt.date(2026, 1, 1), source="示例")
