"""The graph of standards: what an expired, revoked or replaced parent does to what stands on it, by query and by page."""

from __future__ import annotations

import datetime as dt
import json

import lxml.html
import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.carbon import world

from quanheng.apps.laboratory import actions, queries, traceability
from quanheng.apps.laboratory.models import Certificate
from quanheng.apps.parties import queries as parties
from quanheng.errors import BadInput, Refused

TABLE = [("5", "0.1", "0.2"), ("15", "0.1", "0.2")]
TODAY = timezone.localdate


@pytest.fixture
def labs(cast):
    """AN of PLANT; the working standard WS and the reference standard RS of the laboratory."""
    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    for code in ("WS", "RS"):
        actions.register_instrument(
            cast["technician"], owner="LAB", code=code, name=code, maker="示例", model="M", serial=code,
            quantity="co2_concentration", unit="%",
        )  # fmt: skip
    return cast


def enter(
    actor, number: str, held: str, standards: list[dict], term=("2024-01-01", "2099-12-31"), owner="LAB"
):
    first, last = term
    return actions.enter_certificate(
        actor, issuer="LAB", number=number, kind="calibration", owner=owner, instrument=held, issued_on=first,
        valid_from=first, valid_until=last, unit="%", basis="absolute", range_low="5", range_high="15",
        points=[{"nominal": n, "error": e, "U": u} for n, e, u in TABLE], traced_to=standards,
    )  # fmt: skip


def chain_of(cast, middle=("2024-01-01", "2099-12-31"), top=("2024-01-01", "2099-12-31")) -> Certificate:
    """AN by certificate A, on WS by B, on RS by C, on the national standard."""
    lab = cast["technician"]
    national = {"name": "国家标准物质", "certificate": "NIM/GBW-1", "level": "national"}
    enter(lab, "C", "RS", [national], top)
    enter(lab, "B", "WS", [{"name": "参考标准 RS", "certificate": "LAB/C"}], middle)
    return enter(
        lab, "A", "AN", [{"name": "工作标准 WS", "certificate": "LAB/B"}], ("2025-01-01", "2099-12-31"), "PLANT"
    )  # fmt: skip


def browser(login: str) -> Client:
    client = Client()
    client.force_login(parties.person(login), backend="django.contrib.auth.backends.ModelBackend")
    return client


def card(response) -> str:
    (found,) = lxml.html.document_fromstring(response.content.decode()).xpath(
        "//section[@aria-labelledby='trace']"
    )
    return " ".join(found.text_content().split())


def names(node: traceability.Node) -> list[str]:
    return [node.name, *(name for parent in node.parents for name in names(parent))]


def test_CAL_02_expired_parent_makes_the_child_red_in_query_and_on_the_page(labs) -> None:
    certificate = chain_of(labs, middle=("2024-01-01", "2025-06-30"))
    clerk = labs["clerk"]

    def level(day: str) -> str:
        return queries.traced(clerk, "LAB/A", dt.date.fromisoformat(day)).level

    assert (level("2025-06-30"), level("2025-07-01")) == ("ok", "bad")
    node = queries.traced(clerk, "LAB/A", dt.date(2025, 7, 1))
    assert [(n.name, n.own, n.since) for n in node.weak()] == [("LAB/B", "expired", dt.date(2025, 6, 30))]
    assert names(node) == ["LAB/A", "LAB/B", "LAB/C", "NIM/GBW-1"]
    client = browser("clerk")
    for address in (
        f"/laboratory/certificates/{certificate.pk}/",
        f"/laboratory/instruments/{certificate.instrument_id}/",
    ):
        red, green = (card(client.get(f"{address}?day={day}")) for day in ("2025-07-01", "2025-06-30"))
        assert "溯源链断开" in red and "LAB/B" in red and "已过期" in red, address
        assert "溯源链完整" in green and "已过期" not in green, address
        assert "2025年6月30日" in red, "validity dates stand in the graph"


def test_CAL_02_a_break_reaches_everything_below_and_nothing_above(labs) -> None:
    chain_of(labs, top=("2024-01-01", "2025-03-31"))
    day = dt.date(2025, 4, 1)
    levels = {n: queries.traced(labs["technician"], f"LAB/{n}", day).level for n in "ABC"}
    assert levels == {"A": "bad", "B": "bad", "C": "bad"}
    chain = queries.traced(labs["technician"], "LAB/A", day)
    assert [n.name for n in chain.weak()] == ["LAB/C"]


def test_revoked_parent_makes_the_child_red_from_its_day_on(labs) -> None:
    chain_of(labs)
    actions.revoke_certificate(labs["signatory"], certificate="LAB/C", reason="标准器超差")
    today = queries.traced(labs["clerk"], "LAB/A", TODAY())
    before = queries.traced(labs["clerk"], "LAB/A", TODAY() - dt.timedelta(1))
    assert (today.level, before.level) == ("bad", "ok")
    assert [(n.name, n.own, n.since) for n in today.weak()] == [("LAB/C", "revoked", TODAY())]


def test_standard_that_was_out_of_date_when_it_was_used_never_carried_the_certificate(labs) -> None:
    chain_of(labs, middle=("2024-01-01", "2024-06-30"))
    node = queries.traced(labs["clerk"], "LAB/A", dt.date(2024, 5, 1))
    assert node.level == "bad" and "expired_at_use" in {n.own for n in node.weak()}


def test_replaced_parent_is_a_warning_and_what_is_not_here_is_unknown(labs) -> None:
    chain_of(labs)
    enter(labs["technician"], "B2", "WS", [{"name": "参考标准 RS", "certificate": "LAB/C"}])
    actions.replace_certificate(
        labs["signatory"], certificate="LAB/B", by="LAB/B2", reason="单位名称更正，数据不变"
    )
    assert queries.traced(labs["clerk"], "LAB/A", TODAY()).level == "warn"
    enter(labs["technician"], "D", "WS", [{"name": "某标准", "certificate": "ELSEWHERE/1"}])
    enter(labs["technician"], "E", "WS", [])
    stated = queries.traced(labs["technician"], "LAB/D", TODAY())
    nothing = queries.traced(labs["technician"], "LAB/E", TODAY())
    assert [(n.own, n.level) for n in (stated.parents[0], nothing.parents[0])] == [
        ("stated", "unknown"), ("not_named", "unknown"),
    ]  # fmt: skip


def test_parent_that_is_entered_later_joins_by_its_name(labs) -> None:
    enter(labs["technician"], "B", "WS", [{"name": "RS", "certificate": "LAB/LATE"}])
    assert queries.traced(labs["technician"], "LAB/B", TODAY()).level == "unknown"
    enter(
        labs["technician"], "LATE", "RS",
        [{"name": "国家标准物质", "certificate": "NIM/GBW-1", "level": "national"}],
    )  # fmt: skip
    assert queries.traced(labs["technician"], "LAB/B", TODAY()).level == "ok"


def test_two_papers_that_name_each_other_end_as_circular(labs) -> None:
    enter(labs["technician"], "X", "WS", [{"name": "RS", "certificate": "LAB/Y"}])
    enter(labs["technician"], "Y", "RS", [{"name": "WS", "certificate": "LAB/X"}])
    node = queries.traced(labs["technician"], "LAB/X", TODAY())
    assert node.level == "bad" and "circular" in {n.own for n in node.weak()}
    with pytest.raises(BadInput, match="itself"):
        enter(labs["technician"], "Z", "WS", [{"name": "RS", "certificate": "LAB/Z"}])


def test_wide_graph_is_drawn_once_with_few_questions(labs, django_assert_max_num_queries) -> None:
    """Twelve generations of two standards each: 2^12 paths, 25 certificates."""
    lab = labs["technician"]
    above: list[dict] = [{"name": "国", "certificate": "NIM/1", "level": "national"}]
    for generation in range(12):
        for side in "LR":
            enter(lab, f"{side}{generation}", "WS", above)
        above = [{"name": side, "certificate": f"LAB/{side}{generation}"} for side in "LR"]
    enter(lab, "A", "AN", above, owner="PLANT")
    with django_assert_max_num_queries(40):
        node = queries.traced(labs["clerk"], "LAB/A", TODAY())
    assert node.level == "ok" and len(names(node)) < 80


def test_what_stands_on_a_certificate_is_named_to_who_may_see_it_and_counted_for_others(labs) -> None:
    chain_of(labs)
    assert traceability.standing_on(labs["technician"], "LAB/C") == (["LAB/A", "LAB/B"], 0)
    assert traceability.standing_on(labs["clerk"], "LAB/C") == (["LAB/A"], 1)
    assert traceability.standing_on(labs["neighbour"], "LAB/C") == ([], 2)


def test_neighbour_asks_for_the_graph_in_vain(labs) -> None:
    chain_of(labs)
    with pytest.raises(BadInput, match="unknown certificate"):
        queries.traced(labs["neighbour"], "LAB/A", TODAY())


# ---- replacing ----


def test_replacing_keeps_the_old_one_and_announces_both(labs) -> None:
    from quanheng.apps.records.models import OutboxEvent

    chain_of(labs)
    newer = enter(labs["technician"], "B2", "WS", [{"name": "RS", "certificate": "LAB/C"}])
    old = actions.replace_certificate(
        labs["signatory"], certificate="LAB/B", by="LAB/B2", reason="单位名称更正"
    )
    assert (old.state, old.replaced_by_id, old.reason) == ("replaced", newer.pk, "单位名称更正")
    told = OutboxEvent.objects.get(kind="laboratory.certificate.replaced").payload
    assert (told["name"], told["by_name"], told["by"], told["version"]) == (
        "LAB/B", "LAB/B2", str(newer.pk), "replaced",
    )  # fmt: skip
    with pytest.raises(BadInput, match="not in force"):
        actions.replace_certificate(labs["signatory"], certificate="LAB/B", by="LAB/B2", reason="再来一次")


@pytest.mark.parametrize(
    ("by", "said"), [("LAB/B", "same certificate"), ("LAB/A", "another instrument"), ("LAB/NO", "unknown")]
)
def test_only_a_newer_one_of_the_same_instrument_replaces(labs, by, said) -> None:
    chain_of(labs)
    with pytest.raises(BadInput, match=said) as caught:
        actions.replace_certificate(labs["signatory"], certificate="LAB/B", by=by, reason="单位名称更正")
    assert caught.value.problems[0].field == "by"


def test_holder_replaces_nothing(labs) -> None:
    chain_of(labs)
    for login in ("clerk", "technician", "neighbour", "officer"):
        with pytest.raises(Refused):
            actions.replace_certificate(labs[login], certificate="LAB/B", by="LAB/A", reason="单位名称更正")


# ---- the level is the worst of what stands above ----

OWN = st.sampled_from(sorted(traceability.LEVEL_OF))


def _node(own: str, parents: tuple[traceability.Node, ...]) -> traceability.Node:
    level = traceability._worst(traceability.LEVEL_OF[own], parents)
    return traceability.Node(own, own, "certificate", own, level, parents=parents)


NODES = st.recursive(
    OWN.map(lambda own: _node(own, ())),
    lambda above: st.builds(
        lambda own, parents: _node(own, tuple(parents)), OWN, st.lists(above, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(NODES)
def test_level_is_the_worst_anywhere_above_and_weak_says_why(node) -> None:
    levels = [traceability.LEVEL_OF[n.own] for n in node._all()]
    assert node.level == max(levels, key=traceability.ORDER.__getitem__)
    assert (node.level == "ok") == (not list(node.weak()))
    assert json.dumps(node.as_dict())
