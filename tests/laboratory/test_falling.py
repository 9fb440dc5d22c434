"""What falls with a certificate is told before and with the act, by command and by page; a dry run writes nothing."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from tests.carbon import world
from tests.laboratory.books import analyser, paper, point, saved
from tests.laboratory.test_foreign_tables import PLAN, TESTS

from quanheng.apps.laboratory import actions, effects
from quanheng.apps.laboratory.facts import CertificateFacts
from quanheng.apps.laboratory.models import Certificate, Instrument
from quanheng.apps.laboratory.registries import Effects
from quanheng.apps.laboratory.registries import effects as registry
from quanheng.apps.records.models import LedgerEntry, OutboxEvent

TABLE = [("5", "0.1", "0.2"), ("15", "0.1", "0.2")]
TOLD = {
    "readings": 4, "hours": 2, "tonnes": "0.9",
    "statements": [{
        "number": "S-1", "owner": "PLANT", "old": {"value": "10", "U": "1"}, "proposed": {"value": "11", "U": "2"},
    }],
    "tell": [{"organisation": "示例热电厂", "count": 3}],
}  # fmt: skip


@pytest.fixture
def asked(monkeypatch) -> list:
    """A later app that answers TOLD and remembers who asked what."""
    heard: list[tuple[str, CertificateFacts, str]] = []

    def tell(actor, certificate, kind):
        heard.append((actor.display_name, certificate, kind))
        return TOLD

    monkeypatch.setattr(registry, "functions", {"test": tell})
    return heard


@pytest.fixture
def certified(cast, monkeypatch):
    monkeypatch.setattr("quanheng.cli.frame.start", lambda: None)
    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    for number in ("N-1", "N-2"):
        world.certificate(cast["technician"], number, "AN", "%", TABLE, ("5", "15"))
    return cast


def test_one_name_registers_once() -> None:
    own = Effects()
    own.register("x")(lambda actor, certificate, kind: {})
    with pytest.raises(RuntimeError):
        own.register("x")(lambda actor, certificate, kind: {})


def test_dry_run_tells_everything_and_writes_nothing(run, certified, asked) -> None:
    before = LedgerEntry.objects.count()
    command = ("certificate", "revoke", "LAB/N-1", "--reason", "标准器超差", "--as", "signatory", "--json")
    told = run(*command, "--dry-run")
    assert told.code == 0 and told.data["dry_run"] and told.data["state"] == "valid"
    assert told.data["effects"]["test"] == TOLD
    assert LedgerEntry.objects.count() == before and not OutboxEvent.objects.exists()
    assert Certificate.objects.get(number="N-1").state == "valid"
    done = run(*command)
    assert done.code == 0 and done.data["state"] == "revoked"
    assert done.data["effects"] == told.data["effects"], "the act tells what the dry run told"
    assert Certificate.objects.get(number="N-1").state == "revoked"
    assert [(who, facts.name, kind) for who, facts, kind in asked] == [
        ("signatory", "LAB/N-1", "revoked")
    ] * 2


def test_lines_of_the_command_name_figures_and_whom_to_tell(run, certified, asked) -> None:
    told = run("certificate", "revoke", "LAB/N-1", "--reason", "标准器超差", "--dry-run", "--as", "signatory")
    for words in (
        "nothing was written",
        "4 个读数、2 小时",
        "0.9 t",
        "S-1",
        "10.0 ± 1.0",
        "11.0 ± 2.0",
        "示例热电厂",
    ):
        assert words in told.out.replace("\u00a0", " "), words


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("person", "name", "reason", "code"),
    [
        ("technician", "LAB/N-1", "标准器超差", 3), ("clerk", "LAB/N-1", "标准器超差", 3),
        ("signatory", "LAB/NONE", "标准器超差", 2), ("signatory", "N-1", "标准器超差", 2),
        ("signatory", "LAB/N-1", "无", 2), ("nobody", "LAB/N-1", "标准器超差", 2),
    ],
)  # fmt: skip
def test_dry_run_refuses_what_the_act_refuses(
    run, certified, asked, more, person, name, reason, code
) -> None:
    told = run("certificate", "revoke", name, "--reason", reason, *more, "--as", person, "--json")
    assert told.code == code and not asked
    assert not Certificate.objects.exclude(state="valid").exists()


def test_certificate_that_fell_is_not_foretold_again(run, certified, asked) -> None:
    actions.revoke_certificate(certified["signatory"], certificate="LAB/N-1", reason="标准器超差")
    told = run(
        "certificate",
        "revoke",
        "LAB/N-1",
        "--reason",
        "标准器超差",
        "--dry-run",
        "--as",
        "signatory",
        "--json",
    )
    assert told.code == 2 and told.data["problems"][0]["field"] == "certificate"


def test_replacing_by_command_tells_the_same_way(run, certified, asked) -> None:
    command = (
        "certificate", "replace", "LAB/N-1", "--by", "LAB/N-2", "--reason", "单位名称更正", "--as", "signatory", "--json",
    )  # fmt: skip
    assert run(*command, "--dry-run").data["effects"]["test"] == TOLD
    assert Certificate.objects.get(number="N-1").state == "valid"
    assert run(*command).data["state"] == "replaced"
    assert {kind for _who, _facts, kind in asked} == {"replaced"}


def test_page_of_the_act_counts_what_follows_before_it_is_done(certified, asked) -> None:
    shown = effects.lines(effects.foretold(certified["signatory"], "LAB/N-1", "revoked"))
    spec = actions.revoke_certificate.spec
    given = spec.input(certificate="LAB/N-1", reason="标准器超差")
    assert spec.consequences(certified["signatory"], given) == shown
    assert any("S-1" in line for line in shown)


def test_without_any_later_app_the_answer_says_that_nothing_used_it(certified, monkeypatch) -> None:
    monkeypatch.setattr(registry, "functions", {})
    assert effects.lines(effects.foretold(certified["signatory"], "LAB/N-1", "revoked")) == ["没有结果用到它"]


# ---- the other commands ----


def test_template_is_written_once_and_its_rows_go_in_by_command(run, certified, tmp_path) -> None:
    path = tmp_path / "empty.xlsx"
    assert run("laboratory", "template", path).code == 0 and path.read_bytes()[:2] == b"PK"
    assert run("laboratory", "template", path).code == 2
    file = saved(tmp_path, 器具=[analyser("NEW"), analyser("BAD 1")])
    told = run("laboratory", "import", file.path, "--as", "clerk", "--json")
    assert (told.code, told.data["landed"], told.data["refused"]) == (
        2,
        {"instruments": 1},
        {"instruments": 1},
    )
    (problem,) = told.data["problems"]
    assert (problem["file"], problem["row"], problem["field"]) == ("lab.xlsx 器具", 3, "器具编号")
    good = saved(tmp_path, "good.xlsx", 证书=[paper("X-1", "NEW")], 校准点=[point("X-1")])
    first, again = (run("laboratory", "import", good.path, "--as", "technician", "--json") for _n in range(2))
    assert (first.code, first.data["landed"]) == (0, {"certificates": 1})
    assert (again.code, again.data["landed"], again.data["known"]) == (0, {}, {"certificates": 1})


def test_foreign_table_by_command(run, certified, test_data) -> None:
    file = test_data / "epa_ecmps_monitoring_plan.csv"
    told = run("laboratory", "import", file, "--mapping", PLAN, "--owner", "PLANT", "--as", "clerk", "--json")
    assert told.code == 0 and told.data["landed"]["instruments"] == 9
    refused = run("laboratory", "import", file, "--mapping", PLAN, "--owner", "PLANT", "--as", "neighbour")
    assert refused.code == 3
    assert Instrument.objects.filter(code__startswith="54-SCT1-").count() == 9
    assert run("laboratory", "import", tmp_missing(file), "--as", "clerk").code == 2


def tmp_missing(file):
    return file.with_name("no-such-file.csv")


def test_trace_by_command_judges_at_the_day_that_is_asked(run, certified) -> None:
    actions.enter_certificate(
        certified["technician"], issuer="LAB", number="UP", kind="calibration", owner="PLANT", instrument="AN",
        issued_on=dt.date(2025, 1, 1), valid_from=dt.date(2025, 1, 1), unit="%", basis="absolute", range_low="5",
        range_high="15", points=[{"nominal": "5", "error": "0", "U": "1"}],
        traced_to=[{"name": "标准", "certificate": "NIM/1", "valid_until": "2025-06-30", "level": "national"}],
    )  # fmt: skip
    command = ("certificate", "trace", "LAB/UP", "--as", "clerk", "--json")
    before, after = (run(*command, "--at", day).data for day in ("2025-06-30", "2025-07-01"))
    assert (before["level"], after["level"]) == ("ok", "bad")
    assert after["weak"] == [{"name": "NIM/1", "title": "标准", "own": "expired", "since": "2025-06-30"}]
    assert run("certificate", "trace", "LAB/UP", "--as", "neighbour").code == 2


def test_form_of_a_mapping_is_published_and_holds_for_the_mappings_in_use(run) -> None:
    schema = run("laboratory", "mapping", "--json").data
    jsonschema = pytest.importorskip("jsonschema")
    for file in (PLAN, TESTS):
        jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"format": "other", "source": "xxxx", "takes": []}, schema)
    assert "quanheng-laboratory-mapping/1" in run("laboratory", "mapping").out
