"""Instruments and certificates from a workbook: good records land, bad ones are named, the same file adds nothing."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from tests.laboratory.books import analyser, paper, point, saved

from quanheng.apps.laboratory import actions, sheets
from quanheng.apps.laboratory.models import Certificate, Instrument, Intake, StandardUse
from quanheng.apps.records import queries as records
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Refused


def take_in(actor, file: Upload, owner: str = "LAB"):
    return actions.take_in(actor, owner=owner, file=file)


@pytest.fixture
def owned(cast, tmp_path):
    """The analyser of PLANT, listed by its own clerk."""
    take_in(cast["clerk"], saved(tmp_path, "own.xlsx", 器具=[analyser()]), owner="PLANT")
    return cast


def places(made) -> list[tuple[str, int, str]]:
    return [(p["file"].split(" ", 1)[1], p["row"], p.get("field", "")) for p in made.problems]


def test_certificate_with_points_and_standards_lands_whole(owned, tmp_path) -> None:
    file = saved(
        tmp_path, 证书=[paper()], 校准点=[point(), point(nominal=15, error=-0.2)],
        所用标准=[["LAB", "N-1", "标准气体", "NIM/GBW-1", "2026-05-01", "国家基准、国家标准物质"]],
    )  # fmt: skip
    made = take_in(owned["technician"], file)
    assert (made.landed, made.problems) == ({"certificates": 1}, [])
    row = Certificate.objects.get()
    assert row.points == [
        {"nominal": "5", "error": "0.1", "U": "0.2", "k": "2"},
        {"nominal": "15", "error": "-0.2", "U": "0.2", "k": "2"},
    ]
    assert (row.gives, row.entered_by, str(row.valid_until)) == ("error", "issuer", "2026-01-01")
    use = StandardUse.objects.get()
    assert (use.name, use.traced_by, use.level, str(use.valid_until)) == (
        "标准气体", "NIM/GBW-1", "national", "2026-05-01",
    )  # fmt: skip


def test_correction_of_the_paper_is_the_error_with_the_other_sign(owned, tmp_path) -> None:
    """JJF 1001: error = indication − reference value; correction compensates it, so it is reference − indication."""
    lines = [point(error=None, correction=-0.3), point(nominal=15, error=None, correction=0)]
    take_in(owned["technician"], saved(tmp_path, 证书=[paper()], 校准点=lines))
    row = Certificate.objects.get()
    assert [p["error"] for p in row.points] == ["0.3", "0"] and row.gives == "correction"


def test_bad_records_are_named_by_file_sheet_row_and_field_while_good_ones_land(owned, tmp_path) -> None:
    file = saved(
        tmp_path,
        证书=[paper(), paper("N-2"), paper("N-3", 有效期至="2025-02-30"), paper("N-4", code="NONE"), paper("N-5")],
        校准点=[
            point(), point("N-2", U=None), point("N-3"), point("N-4"), point("N-5", nominal=20), point("N-9"),
        ],
    )  # fmt: skip
    made = take_in(owned["technician"], file)
    assert list(Certificate.objects.values_list("number", flat=True)) == ["N-1"]
    assert (made.landed, made.refused) == ({"certificates": 1}, {"certificates": 5})
    assert sorted(places(made)) == sorted(
        [
            ("校准点", 3, "U"), ("证书", 4, "有效期至"), ("证书", 5, "器具编号"), ("校准点", 6, "示值"),
            ("校准点", 7, "证书编号"),
        ]
    )  # fmt: skip
    assert all(p["file"].startswith("lab.xlsx ") for p in made.problems)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (point(error=None), "示值误差"),
        (point(correction=1), "示值误差"),
        (point(U=-0.2), "U"),
        (point(U=0), "U"),
        (point(error="x"), "示值误差"),
        (point(nominal="=5+1"), "示值"),
        (point(nominal="nan"), "示值"),
    ],
)
def test_line_that_says_nothing_usable_takes_its_certificate_with_it(owned, tmp_path, line, field) -> None:
    made = take_in(owned["technician"], saved(tmp_path, 证书=[paper()], 校准点=[point(nominal=10), line]))
    assert places(made) == [("校准点", 3, field)] and not Certificate.objects.exists()


def test_errors_and_corrections_are_not_mixed_in_one_certificate(owned, tmp_path) -> None:
    lines = [point(), point(nominal=15, error=None, correction=1)]
    made = take_in(owned["technician"], saved(tmp_path, 证书=[paper()], 校准点=lines))
    assert not Certificate.objects.exists() and made.refused == {"certificates": 1}


def test_the_same_file_twice_adds_nothing(owned, tmp_path) -> None:
    file = saved(
        tmp_path, 证书=[paper()], 校准点=[point()], 所用标准=[["LAB", "N-1", "标准气体", "", "", ""]]
    )
    take_in(owned["technician"], file)
    again = take_in(owned["technician"], file)
    assert (again.landed, again.known, again.problems) == ({}, {"certificates": 1}, [])
    own = take_in(owned["clerk"], saved(tmp_path, "own.xlsx", 器具=[analyser()]), owner="PLANT")
    assert own.known == {"instruments": 1}
    assert Certificate.objects.count() == Instrument.objects.count() == StandardUse.objects.count() == 1
    assert LedgerEntry.objects.filter(verb="laboratory.certificate.enter").count() == 1


@pytest.mark.parametrize(
    ("changed", "line", "field"),
    [({"范围上限": 16}, point(), "范围上限"), ({}, point(error=0.3), "示值")],
)
def test_known_certificate_with_other_values_is_refused_and_stays(
    owned, tmp_path, changed, line, field
) -> None:
    take_in(owned["technician"], saved(tmp_path, 证书=[paper()], 校准点=[point()]))
    other = take_in(owned["technician"], saved(tmp_path, "2.xlsx", 证书=[paper(**changed)], 校准点=[line]))
    assert other.refused == {"certificates": 1} and field in places(other)[0][2]
    assert Certificate.objects.get().points[0]["error"] == "0.1"


def test_file_and_report_are_kept_and_seen_by_its_organisation_alone(owned, tmp_path) -> None:
    made = take_in(owned["technician"], saved(tmp_path, 证书=[paper()], 校准点=[point()]))
    assert records.attachments(owned["technician"], urn_of(made)).get().file.sha256 == made.file
    assert Intake.objects.for_user(owned["technician"]).filter(pk=made.pk).exists()
    for login in ("stranger", "neighbour"):
        assert not Intake.objects.for_user(owned[login]).exists()


def test_nobody_fills_the_list_of_another_by_a_file_of_his_own(owned, tmp_path) -> None:
    file = saved(tmp_path, 器具=[analyser("NEW", owner="PLANT")])
    with pytest.raises(Refused):
        take_in(owned["neighbour"], file, owner="MILL")
    assert not Instrument.objects.filter(code="NEW").exists()
    assert not Intake.objects.filter(owner__code="MILL").exists()


def test_file_that_is_no_workbook_lands_nothing(owned, tmp_path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(BadInput):
        take_in(owned["technician"], Upload("x.xlsx", path))
    assert Intake.objects.count() == 1, "only that of the fixture"


def test_template_names_every_column_and_is_taken_empty(owned, tmp_path) -> None:
    book = load_workbook(io.BytesIO(sheets.template()))
    assert book.sheetnames == ["器具", "证书", "校准点", "所用标准", "说明"]
    heads = [cell.value for cell in book["校准点"][1]]
    assert heads == ["出具单位*", "证书编号*", "示值*", "示值误差", "修正值", "U*", "k*"]
    path = tmp_path / "t.xlsx"
    path.write_bytes(sheets.template())
    made = take_in(owned["technician"], Upload("t.xlsx", path))
    assert (made.landed, made.refused) == ({}, {})
