"""Evidence packs of fuel and bought energy: the figures come out again from months, analyses, certificates and rules."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from tests.carbon import activity_world as boiler
from tests.carbon import world
from tests.carbon.test_electricity import at_a_point, bought, metered
from tests.carbon.test_evidence import kinds, members_of, resigned

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.evidence.pack import pack
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.uploads import Upload
from quanheng.evidence.offline.check import verify_pack

pytestmark = pytest.mark.django_db


def checked(cast, method: str):
    statement = carbon.state(cast["clerk"], site="S1", year=2025, method=method)
    packed = pack(statement)
    report = verify_pack(packed.content, [packed.fingerprint])
    assert report.faults == []
    exact = statement.result["exact"]
    for name in ("value", "u", "U"):
        assert report.told["recomputed"][name] == pytest.approx(float(exact[name]), rel=1e-12)
    return packed


def test_fuel_by_analysis_by_heating_value_and_by_default_comes_out_again(plant):
    """Five months, each known another way; one certificate of the scale ends within a month, sampling is stated."""
    boiler.boiler(plant, sampling=Decimal("1.5"))
    world.certificate(
        plant["technician"], "C-BELT2", "BELT", "t", [("100", "0.2", "0.6")], ("10", "500"), ("2025-01-10", "2025-02-12"),
        basis="relative",
    )  # fmt: skip
    boiler.month(plant, 1, "1000", "50")
    boiler.month(
        plant, 2, "900", carbon=Decimal(60), basis="ad", moisture_ar=Decimal(10), moisture_ad=Decimal(2)
    )
    boiler.month(
        plant, 3, "800", carbon=Decimal(62), basis="d", moisture_ar=Decimal(11), oxidation=Decimal("98.5")
    )
    boiler.month(plant, 4, "700", ncv=Decimal("20.5"))
    boiler.month(plant, 5, "600", "51")
    packed = checked(plant, "fuel")
    inputs = {(f["input"], f["kind"]) for f in packed.statement.result["contributions"]}
    assert {("carbon", "common"), ("sampling_relative", "independent"), ("ncv", "common")} <= inputs


def test_a_gas_by_its_heating_value_comes_out_again(plant):
    boiler.boiler(plant)
    world.instrument(plant["clerk"], "GM", "volume", "m3")
    boiler.stream(
        plant, "GAS", fuel="天然气", defaults=boiler.COPIES, meter="GM", analyser="", calorimeter=""
    )
    boiler.month(plant, 1, "120", stream="GAS", unit="10^4 m3", ncv=Decimal("35.5"))
    boiler.month(plant, 1, "1000", "50")
    checked(plant, "fuel")


def test_bought_energy_by_bills_and_by_a_meter_that_is_read_by_the_hour_comes_out_again(plant, tmp_path):
    at_a_point(plant, tmp_path, [f"2025-06-01 {h:02d}:00,{1 + h / 10}" for h in range(24)])
    packed = checked(plant, "electricity")
    assert "readings/E.csv" in members_of(packed.content)


def test_bills_alone_come_out_again(plant):
    metered(plant)
    bought(plant)
    boiler.month(plant, 1, "2000", stream="GRID", unit="MWh")
    boiler.month(plant, 2, "1800", stream="GRID", unit="MWh")
    checked(plant, "electricity")


def test_an_amount_that_was_changed_and_signed_anew_is_held_against_the_ledger(plant):
    boiler.boiler(plant)
    boiler.month(plant, 1, "1000", "50")
    content = checked(plant, "fuel").content
    told = json.loads(members_of(content)["computation.json"])
    told["sources"][0]["months"][0]["recorded"]["amount"] = "999"
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    forged, other = resigned(content, {"computation.json": text})
    assert kinds(verify_pack(forged, [other])) - {"checkpoint_key"} == {"fact", "figure"}


def test_rows_of_a_bulk_act_are_proven_under_the_root_of_their_entry(plant, tmp_path):
    """Twenty-four months in one file are one bulk entry; the pack holds the twelve of its year."""
    boiler.boiler(plant)
    path = tmp_path / "months.csv"
    rows = [
        f"COAL,{year},{month},{1000 + month},t,50,收到基" for year in (2024, 2025) for month in range(1, 13)
    ]
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    carbon.take_in_months(plant["clerk"], site="S1", file=Upload.local(path))
    assert LedgerEntry.objects.get(verb="carbon.activity.take_in").bulk is not None
    packed = checked(plant, "fuel")
    bulk = json.loads(members_of(packed.content)["ledger/bulk.json"])
    assert [len(one["rows"]) for one in bulk] == [12]
    bulk[0]["rows"][0][1]["after"]["amount"] = "1"
    text = json.dumps(bulk, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    forged, other = resigned(packed.content, {"ledger/bulk.json": text})
    assert "bulk_root" in kinds(verify_pack(forged, [other]))


HEAD = "编号,年,月,数量,单位,元素碳%,基准"
