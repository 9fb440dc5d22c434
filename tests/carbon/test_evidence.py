"""The evidence pack of a statement: it holds, it is made the same again, and each altered bit of it is named."""

from __future__ import annotations

import pytest
from tests.carbon import world

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.evidence import pack
from quanheng.evidence.offline.check import verify_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(plant, tmp_path):
    technician = plant["technician"]
    world.certificate(technician, "C-1", "AN", "%", [("5", "0.10", "0.20"), ("15", "-0.20", "0.30")], ("5", "15"))
    world.certificate(technician, "F-1", "FL", "m3/h", [("90000", "500", "1500"), ("200000", "900", "2500")], ("90000", "200000"))
    world.certificate(technician, "T-1", "TT", "K", [("400", "0.5", "1.0"), ("500", "0.2", "1.0")], ("400", "500"))
    world.wet_stack(plant)
    rows = ["2025-06-01 00:00,10,100000,120,100.5", "2025-06-01 01:00,12,110000,121,100.6", "2025-06-01 02:00,16,120000,119,100.4"]
    world.readings(plant["clerk"], tmp_path, rows)
    return carbon.state(plant["clerk"], site="S1", year=2025)


def test_a_pack_holds_and_its_figures_come_out_again(statement):
    packed = pack(statement)
    report = verify_pack(packed.content, [packed.fingerprint])
    assert report.faults == []
    assert report.told["recomputed"]["hours"] == 3
    assert packed.recomputed
