"""Files as they come: every bad row is named by file, row and field, and the good ones around it are kept."""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanheng.apps.monitoring.reading_files import PointFacts, load_mapping, read_file
from quanheng.errors import BadInput

POINTS = {
    "C": PointFacts("id-c", "C", "co2_concentration", "percent"),
    "Q": PointFacts("id-q", "Q", "flow", "m**3/hour"),
    "T": PointFacts("id-t", "T", "temperature", "degC"),
}
HEADER = "time,C [%],Q [m3/h]"


def parsed(tmp_path, text: str | bytes, zone: str = "Asia/Shanghai", mapping: str = "", **more):
    path = tmp_path / "stored"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    plan = None
    if mapping:
        (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
        plan = load_mapping(tmp_path / "m.yaml")
    return read_file(path, "r.csv", POINTS, zone, plan, **more)


def refused(tmp_path, text, **more) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parsed(tmp_path, text, **more)
    return caught.value


def only_problem(tmp_path, row: str, **more):
    """The one problem of a row between two good ones, which are kept."""
    found = parsed(tmp_path, f"{HEADER}\n2025-01-01 00:00,10,100\n{row}\n2025-01-01 02:00,11,110\n", **more)
    assert [r["row"] for r in found.rows] == [2, 2, 4, 4]
    (problem,) = found.problems
    assert (found.refused_rows, problem.file, problem.row) == (1, "r.csv", 3)
    return problem


def test_local_time_of_the_site_becomes_the_moment(tmp_path) -> None:
    row = parsed(tmp_path, f"{HEADER}\n2025-01-01 00:00,10.5,\n").rows[0]
    assert row == {
        "point": "id-c", "ts": dt.datetime(2024, 12, 31, 16, tzinfo=dt.UTC), "value": 10.5, "unit": "percent",
        "text": "10.5", "flag": 0, "row": 2,
    }  # fmt: skip


def test_units_of_the_header_are_converted_and_the_text_is_kept(tmp_path) -> None:
    found = parsed(tmp_path, "time,C [ppm],Q [L/s],T [K]\n2025-01-01T00:00+08:00,125000,100,300\n")
    assert {r["point"]: (pytest.approx(r["value"], rel=1e-12), r["text"]) for r in found.rows} == {
        "id-c": (12.5, "125000"), "id-q": (360.0, "100"), "id-t": (26.85, "300"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-Infinity", "1e400", "1_000", "0x1F", "---", "缺测", "1..2", "12,5"]
)
def test_value_that_is_no_number_is_named_by_its_field(tmp_path, text) -> None:
    problem = only_problem(tmp_path, f'2025-01-01 01:00,"{text}",105')
    assert (problem.field, problem.found, problem.message) == ("C [%]", text, "not a number")


def test_control_character_is_shown_as_a_mark_that_can_be_stored(tmp_path) -> None:
    assert only_problem(tmp_path, "2025-01-01 01:00,1\x000,100").found == "1\ufffd0"


def test_number_that_no_longer_fits_after_conversion_is_refused(tmp_path) -> None:
    found = parsed(tmp_path, "time,Q [Gm3/h]\n2025-01-01 00:00,1e308\n")
    assert (found.rows, found.refused_rows) == ([], 1)


@pytest.mark.parametrize("text", ["1,234", "1 234.5", "12,345,678", "1'000"])
def test_thousands_separator_is_not_guessed_but_told(tmp_path, text) -> None:
    assert "separators between thousands" in only_problem(tmp_path, f'2025-01-01 01:00,10,"{text}"').remedy


def test_unquoted_separator_tears_the_row_and_the_row_is_refused(tmp_path) -> None:
    assert "more fields" in only_problem(tmp_path, "2025-01-01 01:00,10,1,234").message


def test_row_cut_short_is_refused(tmp_path) -> None:
    assert "fewer fields" in only_problem(tmp_path, "2025-01-01 01:00,1").message


@pytest.mark.parametrize(
    "text", ["2025-02-30 00:00", "2025-13-01 00:00", "31/01/2025", "", "yesterday", "2025-01-01 24:00", "9999-12-31 23:00-23:00"]
)  # fmt: skip
def test_time_that_is_none_is_named(tmp_path, text) -> None:
    problem = only_problem(tmp_path, f"{text},10,100")
    assert (problem.field, problem.found) == ("time", text)


def test_two_bad_fields_of_a_row_are_both_named(tmp_path) -> None:
    found = parsed(tmp_path, f"{HEADER}\n2025-01-01 00:00,x,y\n")
    assert [p.field for p in found.problems] == ["C [%]", "Q [m3/h]"]
    assert found.refused_rows == 1


def test_time_twice_is_refused_and_tells_where_it_stood(tmp_path) -> None:
    problem = only_problem(tmp_path, "2025-01-01T00:00:00,12,120")
    assert problem.found == "also row 2"


def test_good_row_after_a_bad_one_of_the_same_time_is_taken(tmp_path) -> None:
    found = parsed(tmp_path, f"{HEADER}\n2025-01-01 00:00,x,1\n2025-01-01 00:00,10,1\n")
    assert ([r["row"] for r in found.rows], found.refused_rows) == ([3, 3], 1)


@pytest.mark.parametrize("text", ["2025-01-01 01:30", "2025-01-01 01:00:01", "2025-01-01 01:00:00.5"])
def test_time_not_on_the_hour_is_no_start_of_an_hour(tmp_path, text) -> None:
    found = parsed(tmp_path, f"{HEADER}\n{text},10,100\n")
    assert {p.message for p in found.problems} == {"not the start of an interval"}


def test_hour_of_a_half_hour_zone_is_its_own(tmp_path) -> None:
    assert parsed(tmp_path, f"{HEADER}\n2025-01-01 01:00,10,\n", zone="Asia/Kolkata").rows[0][
        "ts"
    ] == dt.datetime(2024, 12, 31, 19, 30, tzinfo=dt.UTC)


def test_hour_over_which_the_clock_was_put_forward_does_not_exist(tmp_path) -> None:
    found = parsed(tmp_path, f"{HEADER}\n2025-03-30 02:00,10,100\n", zone="Europe/Berlin")
    assert "does not exist" in found.problems[0].message


def test_hour_that_came_twice_needs_its_offset(tmp_path) -> None:
    both = "2025-10-26T02:00+02:00,10,100\n2025-10-26T02:00+01:00,11,110"
    found = parsed(tmp_path, f"{HEADER}\n2025-10-26 02:00,9,90\n{both}\n", zone="Europe/Berlin")
    assert "came twice" in found.problems[0].message and "offset" in found.problems[0].remedy
    assert [r["ts"].hour for r in found.rows if r["point"] == "id-c"] == [0, 1]


def test_reading_of_the_future_is_refused(tmp_path) -> None:
    now = dt.datetime(2025, 1, 1, 0, tzinfo=dt.UTC)  # 08:00 at the site
    found = parsed(tmp_path, f"{HEADER}\n2025-01-01 08:00,10,1\n2025-01-01 09:00,10,1\n", not_after=now)
    assert [r["row"] for r in found.rows] == [2, 2]
    assert found.problems[0].message == "lies in the future"


def test_byte_order_mark_of_excel_is_no_part_of_the_header(tmp_path) -> None:
    assert len(parsed(tmp_path, f"\ufeff{HEADER}\n2025-01-01 00:00,10,1\n").rows) == 2


def test_chinese_title_of_the_time_is_understood(tmp_path) -> None:
    assert parsed(tmp_path, "时间,C [%]\n2025-01-01 00:00,10\n").rows


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("time,备注 [%]\n2025-01-01 00:00,1\n".encode("gb18030"), "probably GB 18030 (GBK)"),
        (f"{HEADER}\n".encode("utf-16"), "probably UTF-16"),
        (b"time,C\xff [%]\n1,2\n", "an unknown encoding"),
    ],
)
def test_other_encoding_gives_one_clear_line(tmp_path, data, found) -> None:
    (problem,) = refused(tmp_path, data).problems
    assert (problem.field, problem.found, problem.expected) == ("encoding", found, "utf-8")
    assert "\n" not in problem.line()


def test_stated_gbk_is_read(tmp_path) -> None:
    mapping = (
        "time: {columns: [时刻]}\npoints: {C: {column: 浓度, unit: '%'}}\nencoding: gb18030\ndelimiter: ';'\n"
    )
    assert parsed(tmp_path, "时刻;浓度\n2025-01-01 00:00;10\n".encode("gb18030"), mapping=mapping).rows


@pytest.mark.parametrize(
    ("text", "message", "field"),
    [
        ("", "is empty", ""),
        ("\n\n", "is empty", ""),
        ("time;C [%]\n", "no column of times", "header"),
        ("C [%]\n10\n", "no column of times", "header"),
        ("time,时间,C [%]\n", "two columns of times", "header"),
        ("time\n", "no column of readings", "header"),
        ("time,C [%],C [%]\n", "column stands in the header twice", "C [%]"),
        ("time,C [%],C [ppm]\n", "two columns for one point", "C"),
        ("time,C\n", "no unit is stated", "C"),
        ("time,C [kPa]\n", "unknown unit, or a unit of another quantity", "C"),
        ("time,Q [Nm3/h]\n", "unknown unit, or a unit of another quantity", "Q"),
        ("time,OTHER-SITE-POINT [%]\n", "the site has no such point", "OTHER-SITE-POINT"),
        ('time,C [%]\n2025-01-01 00:00,"10\n', "is not a CSV table", ""),
    ],
)
def test_file_that_is_no_table_of_the_site_lands_nothing(tmp_path, text, message, field) -> None:
    (problem,) = refused(tmp_path, text).problems
    assert (problem.message, problem.field, problem.file) == (message, field, "r.csv")


def test_header_only_gives_no_rows_and_no_problem(tmp_path) -> None:
    found = parsed(tmp_path, f"{HEADER}\n")
    assert (found.rows, found.problems, found.refused_rows) == ([], [], 0)


MAPPING = "time: {columns: [t], format: '%d.%m.%Y %H', zone: Etc/GMT+5, hours_to_add: -1}\npoints: {C: {column: c, unit: '%'}}\n"


def test_mapping_names_format_zone_and_shift(tmp_path) -> None:
    row = parsed(tmp_path, "t,c\n01.01.2025 01,10\n", mapping=MAPPING).rows[0]
    assert row["ts"] == dt.datetime(2025, 1, 1, 5, tzinfo=dt.UTC)  # 00:00 at UTC−5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Etc/GMT+5", "Mars/Base"), ("Etc/GMT+5", "../etc/passwd"), ("'%d.%m.%Y %H'", "'%Q'"), ("-1", ".inf"),
        ("[t]", "[]"), ("unit: '%'", "units: '%'"), ("zone:", "zome:"), ("{C: {column: c, unit: '%'}}", "{}"),
        ("points:", "delimiter: ''\npoints:"), ("points:", "delimiter: ';;'\npoints:"), ("points:", "}"),
        ("points: ", "x: 2025-99-99\npoints: "), ("points: ", "x: " + "[" * 5000 + "\npoints: "),
        ("time:", "- time:"),
    ],
)  # fmt: skip
def test_mapping_that_cannot_be_read_gives_a_named_problem(tmp_path, old, new) -> None:
    assert refused(tmp_path, "t,c\n", mapping=MAPPING.replace(old, new)).problems[0].file == "m.yaml"


def test_unknown_encoding_is_named(tmp_path) -> None:
    for name in ("klingon", "base64", "undefined"):
        problem = refused(tmp_path, "t,c\n", mapping=MAPPING + f"encoding: {name}\n").problems[0]
        assert problem.field == "encoding"


def test_column_that_the_file_does_not_have_is_named(tmp_path) -> None:
    assert refused(tmp_path, "t,x\n", mapping=MAPPING).problems[0].message == "column is missing"


CELL = st.one_of(
    st.floats().map(repr),
    st.sampled_from(["", " ", "nan", "1e400", "1,2", '"', "2025-01-01 00:00", "２５", "\x00", "=1+1"]),
    st.text(max_size=8),
)
TIME = st.one_of(
    st.datetimes().map(str),
    st.integers(0, 9000).map(
        lambda h: f"{dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=h):%Y-%m-%d %H:%M}"
    ),
    st.text(max_size=20),
)
ZONE = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe", "UTC"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(TIME, CELL, CELL), max_size=8), ZONE)
def test_any_rows_are_taken_or_named(tmp_path_factory, rows, zone) -> None:
    text = "\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n"
    try:
        found = parsed(tmp_path_factory.mktemp("f"), text.encode("utf-8", "surrogatepass"), zone=zone)
    except BadInput as error:
        assert all(p.file == "r.csv" and p.message for p in error.problems)
        return
    assert all(math.isfinite(r["value"]) and r["ts"].tzinfo and r["row"] > 1 for r in found.rows)
    assert all(p.file == "r.csv" and p.row and p.message for p in found.problems)
    assert (found.refused_rows == 0) == (not found.problems)
    at = {(r["point"], r["ts"]) for r in found.rows}
    assert len(at) == len(found.rows)  # nothing is there twice


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused_in_one_line_each(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("f")
    for start in (b"", HEADER.encode() + b"\n"):
        try:
            parsed(folder, start + data)
        except BadInput as error:
            assert all("\n" not in p.line() for p in error.problems)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_any_mapping_text_is_read_or_refused(tmp_path_factory, text, unit) -> None:
    folder = tmp_path_factory.mktemp("f")
    for mapping in (text or " ", f"time: {{columns: [t]}}\npoints: {{C: {{column: c, unit: {unit!r}}}}}\n"):
        try:
            parsed(folder, "t,c\n2025-01-01 00:00,1\n", mapping=mapping)
        except BadInput as error:
            assert error.problems


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 8783), st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata"]))
def test_every_hour_written_with_its_offset_comes_back_as_itself(tmp_path_factory, hour, zone) -> None:
    start = dt.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(dt.UTC)
    at = (start + dt.timedelta(hours=hour)).astimezone(zoneinfo.ZoneInfo(zone))
    found = parsed(tmp_path_factory.mktemp("f"), f"{HEADER}\n{at.isoformat()},10,1\n", zone=zone)
    assert {r["ts"] for r in found.rows} == {at.astimezone(dt.UTC)}
