"""Who lacks the right hears the same reason from the action, from its page and from the interface, act by act."""

from __future__ import annotations

import html
import uuid

import pytest
from tests.api.world import CENTRE, OURS, THEIRS, instrument

from quanheng.apps.records.action import REGISTRY, perform
from quanheng.apps.records.uploads import Upload
from quanheng.errors import Refused

pytestmark = pytest.mark.django_db

REASON = "理由写清楚"
CERTIFICATE = {
    "issuer": CENTRE,
    "number": "JL-1",
    "kind": "calibration",
    "owner": OURS,
    "instrument": "AN-1",
    "issued_on": "2025-01-01",
    "valid_from": "2025-01-01",
    "unit": "%",
    "basis": "absolute",
    "points": [{"nominal": "5", "error": "0.1", "U": "0.2"}],
    "range_low": "1",
    "range_high": "9",
}
# Acts by a stranger on what belongs to others: verb -> values. An act that is open to everybody is not here.
CASES: dict[str, dict[str, object]] = {
    "carbon.activity.enter": {
        "site": "SITE-1",
        "stream": "COAL",
        "year": 2025,
        "month": 1,
        "amount": "1",
        "unit": "t",
    },
    "carbon.activity.take_in": {"site": "SITE-1", "file": "FILE"},
    "carbon.stream.register": {
        "site": "SITE-1",
        "code": "COAL",
        "name": "燃煤",
        "kind": "fuel",
        "fuel": "燃煤",
        "defaults": "企业温室气体排放核算方法与报告指南 发电设施 | 2022",
    },
    "carbon.stream.stop": {"site": "SITE-1", "stream": "COAL", "reason": REASON},
    "carbon.restatement.confirm": {"statement": "HS-2025-0001"},
    "carbon.restatement.decline": {"statement": "HS-2025-0001", "reason": REASON},
    "carbon.source.register": {
        "site": "SITE-1",
        "code": "S1",
        "name": "烟囱",
        "form": "mass",
        "points": {"mass": "CO2"},
    },
    "carbon.statement.make": {"site": "SITE-1", "year": 2025},
    "carbon.statement.publish": {"statement": "HS-2025-0001"},
    "laboratory.certificate.confirm": {"certificate": f"{CENTRE}/JL-1"},
    "laboratory.certificate.enter": CERTIFICATE,
    "laboratory.certificate.replace": {
        "certificate": f"{CENTRE}/JL-1",
        "by": f"{CENTRE}/JL-2",
        "reason": REASON,
    },
    "laboratory.certificate.revoke": {"certificate": f"{CENTRE}/JL-1", "reason": REASON},
    "laboratory.check.record": {
        "owner": OURS,
        "instrument": "AN-1",
        "number": "N-1",
        "procedure": "核查",
        "done_on": "2025-01-01",
        "unit": "%",
        "readings": [{"level": "LOW", "reference": "5", "indication": "5.1"}],
    },
    "laboratory.instrument.register": instrument(OURS),
    "laboratory.intake.take_in": {"owner": OURS, "file": "FILE"},
    "laboratory.placement.record": {
        "owner": OURS,
        "instrument": "AN-1",
        "place": "一号线",
        "valid_from": "2025-01-01",
    },
    "monitoring.batch.take_in": {"site": "SITE-1", "file": "FILE"},
    "monitoring.installation.begin": {
        "site": "SITE-1",
        "point": "CO2",
        "instrument": "AN-1",
        "valid_from": "2025-01-01T00:00:00Z",
    },
    "monitoring.installation.correct": {
        "site": "SITE-1",
        "point": "CO2",
        "instrument": "AN-1",
        "known_start": "2025-01-01T00:00:00Z",
        "valid_from": "2025-01-02T00:00:00Z",
        "reason": REASON,
    },
    "monitoring.installation.end": {
        "site": "SITE-1",
        "point": "CO2",
        "instrument": "AN-1",
        "valid_to": "2025-01-01T00:00:00Z",
    },
    "monitoring.point.register": {"site": "SITE-1", "code": "P9", "name": "点", "quantity": "flow"},
    "monitoring.quality.judge": {"site": "SITE-1", "first_day": "2025-01-01", "last_day": "2025-01-31"},
    "monitoring.reading.enter": {
        "site": "SITE-1",
        "point": "CO2",
        "time": "2025-01-01T00:00:00Z",
        "value": "10",
        "unit": "%",
    },
    "monitoring.site.register": {"owner": OURS, "code": "SITE-7", "name": "二号机组"},
    "parties.division.register": {"name": "新区", "level": "county", "code": "500999", "source": "测试"},
    "parties.organisation.change": {"organisation": OURS, "name": "别的名字"},
    "parties.organisation.close": {"organisation": OURS, "reason": REASON},
    "parties.organisation.confirm": {"organisation": OURS},
    "parties.organisation.reject": {"organisation": OURS, "reason": REASON},
    "parties.organisation.register": {"code": "NEW1", "name": "新单位", "kind": "enterprise"},
    "parties.membership.begin": {"login": "clerk", "organisation": THEIRS},
    "parties.membership.end": {"login": "clerk", "organisation": OURS},
    "parties.person.change": {"login": "clerk", "phone": "13900000000"},
    "parties.person.erase": {"login": "clerk", "reason": REASON},
    "parties.person.register": {"login": "newone", "name": "新人", "organisation": OURS},
    "parties.person.resume": {"login": "clerk", "reason": REASON},
    "parties.person.stop": {"login": "clerk", "reason": REASON},
    "parties.role.grant": {"login": "clerk", "organisation": OURS, "role": "enterprise_manager"},
}


@pytest.fixture
def setting(world, client):
    world.site()
    world.instrument(OURS, "AN-1")
    client.force_login(world.person("stranger"), backend="django.contrib.auth.backends.ModelBackend")
    return world, client


@pytest.mark.parametrize("verb", sorted(CASES))
def test_page_interface_and_action_refuse_with_the_same_reason(setting, tmp_path, verb):
    world, client = setting
    reason = _by_action(world, verb, tmp_path)
    told = _by_interface(world, verb, tmp_path)
    assert told.status_code == 403, told.content
    assert told.json()["detail"] == reason
    page = _by_page(client, verb, tmp_path)
    assert page.status_code == 403
    assert reason in html.unescape(page.content.decode())


def _values(verb, path):
    values = dict(CASES[verb])
    file = path / "year.csv"
    file.write_text("time,CO2 [%]\n2025-01-01 00:00,1\n", encoding="utf-8")
    return values, file


def _by_action(world, verb, path):
    values, file = _values(verb, path)
    if "file" in values:
        values["file"] = Upload.local(file)
    with pytest.raises(Refused) as refusal:
        perform(REGISTRY[verb], world.person("stranger"), values)
    return refusal.value.verdict.reason


def _by_interface(world, verb, path):
    values, file = _values(verb, path)
    if "file" not in values:
        return world.key("stranger").act(verb, values)
    with file.open("rb") as content:
        return world.key("stranger").send(verb, {**values, "file": content})


def _by_page(client, verb, path):
    """The page of the act as it is opened with what is known, before anything is filled in by hand."""
    values, _file = _values(verb, path)
    plain = {name: value for name, value in values.items() if isinstance(value, str) and name != "file"}
    return client.get(f"/do/{verb}/", plain)


def test_every_act_on_what_belongs_to_somebody_has_a_case():
    """An act without a case must say here why: it is open to all, or its object needs more than a name."""
    elsewhere = {
        "parties.deputy.appoint",  # everybody for the own role
        "parties.organisation.apply",  # open to everybody
        "records.attachment.add",
        "records.attachment.declare",
        "records.attachment.replace",
        "records.job.stop",
    }
    open_acts = {verb for verb, spec in REGISTRY.items() if spec.api}
    missing = open_acts - set(CASES) - elsewhere
    by_identifier = {
        verb
        for verb in missing
        if any(
            info.annotation is uuid.UUID or name in ("key", "authority", "organisation", "old")
            for name, info in REGISTRY[verb].input.model_fields.items()
        )
    }
    assert missing - by_identifier == set()
