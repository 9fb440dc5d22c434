"""`quanheng lake` and `quanheng quality`: readings in and out, versions, flags and judgements, as scripts use them."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from openpyxl import load_workbook
from tests.carbon import world

CLERK = ("--as", "clerk")


@pytest.fixture
def plant(db, lake, settings, tmp_path):
    """The small world's plant."""
    settings.FILE_STORE = (tmp_path / "files").as_uri()
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.CHECKPOINTS_FOLDER = tmp_path / "checkpoints"
    cast = world.people()
    world.plant(cast)
    return cast


def written(tmp_path, text: str, name: str = "r.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_DATA_01_through_the_command_good_rows_land_bad_ones_are_told_and_twice_is_once(
    plant, run, tmp_path
) -> None:
    path = written(tmp_path, "time,C [%]\n2025-01-01 00:00,10\n2025-02-30 00:00,11\n2025-01-01 01:00,NaN\n")
    taken = run("lake", "import", path, "--site", "S1", *CLERK, "--json")
    assert (taken.code, taken.data["rows"], taken.data["refused"]) == (2, 1, 2)
    assert [(p["file"], p["row"], p["field"]) for p in taken.data["problems"]] == [
        ("r.csv", 3, "time"), ("r.csv", 4, "C [%]"),
    ]  # fmt: skip
    again = run("lake", "import", path, "--site", "S1", *CLERK)
    assert again.code == 2 and again.err.count("\n") == 1 and "taken in already" in again.err
    assert len(run("lake", "log", *CLERK, "--json").data) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,C [furlong]\n2025-01-01 00:00,10\n", ("r.csv", "row 1", "C", "furlong")),
        ("time,X [%]\n2025-01-01 00:00,10\n", ("r.csv", "row 1", "X", "no such point")),
        ("time,S9/C [%]\n2025-01-01 00:00,10\n", ("r.csv", "row 1", "S9/C", "another site")),
        ("time,C [%]\n2025-02-30 00:00,10\n", ("r.csv", "row 2", "time", "2025-02-30")),
        ("time,C [%]\n2025-01-01 00:00,NaN\n", ("r.csv", "row 2", "C [%]", "not a number")),
    ],
)
def test_DATA_01_bad_input_is_one_clear_line(plant, run, tmp_path, text, words) -> None:
    answer = run("lake", "import", written(tmp_path, text), "--site", "S1", *CLERK)
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert all(word in answer.err for word in words)


def test_template_never_takes_the_place_of_a_filled_one(plant, run, tmp_path) -> None:
    filled = tmp_path / "t.csv"
    filled.write_text("readings of a month")
    told = run("lake", "template", "S1", "-o", filled, *CLERK)
    assert (told.code, filled.read_text()) == (2, "readings of a month")
    assert "exists already" in told.err
    told = run("lake", "template", "S1", "-o", tmp_path / "nowhere" / "t.csv", *CLERK)
    assert told.code == 2 and "no such folder" in told.err


def test_template_is_filled_and_imported(plant, run, tmp_path) -> None:
    assert run("lake", "template", "S1", "-o", tmp_path / "t.xlsx", *CLERK).code == 0
    book = load_workbook(tmp_path / "t.xlsx")
    book["读数"].append(["2025-01-01 00:00", 10.5])
    book.save(tmp_path / "t.xlsx")
    taken = run("lake", "import", tmp_path / "t.xlsx", "--site", "S1", *CLERK, "--json")
    assert (taken.code, taken.data["rows"]) == (0, 1)


def test_corrected_reading_is_shown_as_of_each_version(plant, run) -> None:
    reading = ("lake", "enter", "S1/C", "--time", "2025-01-01T00:00:00", "--unit", "%", *CLERK, "--json")
    assert run(*reading, "--value", "10.5").data["commit"] == 1
    refused = run(*reading, "--value", "10.6")
    assert refused.code == 2 and "say why" in refused.err
    assert run(*reading, "--value", "10.6", "--reason", "抄错").data["commit"] == 2
    span = ("lake", "show", "S1/C", "--from", "2025-01-01", "--to", "2025-01-02", *CLERK, "--json")
    assert [r["value"] for r in run(*span).data] == [10.6]
    assert [r["value"] for r in run(*span, "--at-version", "1").data] == [10.5]
    every = run(*span, "--all-versions").data
    assert [(r["value"], r["commit"]) for r in every] == [(10.5, 1), (10.6, 2)]
    assert every[0]["start"] == "2025-01-01T00:00:00+08:00"
    assert run(*span, "--at-version", "9").code == 2


def test_DQ_01_through_the_command_seeded_errors_are_found_and_scored(plant, run, tmp_path) -> None:
    start = dt.datetime.fromisoformat("2025-01-01T00:00")
    values = {n: 10 + round(math.sin(n / 4), 3) for n in range(240)}
    values[100] = 45.0
    del values[50], values[51]
    rows = [f"{start + dt.timedelta(hours=n):%Y-%m-%d %H:%M},{v}" for n, v in values.items()]
    run("lake", "import", written(tmp_path, "\n".join(["time,C [%]", *rows])), "--site", "S1", *CLERK)
    span = ("--from", "2025-01-01", "--to", "2025-01-11")
    found = run("lake", "flags", "S1/C", *span, *CLERK, "--json").data
    assert {(f["test"], f["first"], f["count"]) for f in found["flags"]} == {
        ("gap", "2025-01-03T02:00:00+08:00", 2), ("range", "2025-01-05T04:00:00+08:00", 1),
        ("spike", "2025-01-05T04:00:00+08:00", 1),
    }  # fmt: skip
    (limits,) = [f["parameters"] for f in found["flags"] if f["test"] == "range"]
    assert limits == {"low": 0, "high": 30}
    judged = run("lake", "judge", "S1", "--from", "2025-01-01", "--to", "2025-01-10", *CLERK, "--json")
    assert judged.code == 0
    shares = {s["rule"]: (s["good"], s["judged"]) for s in judged.data["shares"]}
    assert (shares["valid"], shares["complete"]) == ((237, 238), (238, 960))
    assert judged.data["rules"]["id"] == "quanheng.quality" and judged.data["commit"] == 1


def test_neighbour_is_refused(plant, run) -> None:
    span = ("--from", "2025-01-01", "--to", "2025-01-10", "--as", "neighbour")
    assert run("lake", "show", "S1/C", *span).code == 3
    assert run("lake", "flags", "S1/C", *span).code == 3
    assert run("lake", "judge", "S1", *span).code == 3
    assert run("lake", "template", "S1", "-o", "x.csv", "--as", "neighbour").code == 3


# ---- quality test FILE.csv: no installation --------------------------------------------------------------------


def seeded(tmp_path):
    """400 hours with errors at known places."""
    start = dt.datetime.fromisoformat("2025-03-01T00:00")
    rows = [
        [start + dt.timedelta(hours=n), f"{100 + 10 * math.sin(n / 4) + n * 7919 % 13 / 10:.2f}"]
        for n in range(400)
    ]
    for n in range(50, 60):
        rows[n][1] = rows[50][1]
    rows[120][1], rows[130][1], rows[140][1] = "900", "n/a", ""
    del rows[200:205]
    rows.insert(100, list(rows[99]))
    rows.insert(301, [rows[300][0], "77.77"])
    rows.insert(260, rows.pop(250))
    text = "\n".join(["time,value", *(f"{at:%Y-%m-%dT%H:%M},{value}" for at, value in rows)])
    return written(tmp_path, text + "\nyesterday,5\n", "seeded.csv"), start


def test_seeded_errors_of_a_file_are_named_with_first_and_last_stamp(run, tmp_path) -> None:
    path, start = seeded(tmp_path)

    def at(n: int) -> str:
        return (start + dt.timedelta(hours=n)).isoformat()

    answer = run("quality", "test", path, "--json")
    found = {(one["test"], one["first"], one["last"]) for one in answer.data["intervals"]}
    assert answer.code == 0
    # one row was inserted before 250 and five were taken away before it, so row 250 is hour 254
    assert found == {
        ("stuck", at(50), at(59)), ("spike", at(120), at(120)), ("unreadable", at(130), at(130)),
        ("gap", at(140), at(140)), ("gap", at(200), at(204)), ("duplicate_identical", at(99), at(99)),
        ("duplicate_conflicting", at(304), at(304)), ("out_of_order", at(254), at(254)), ("unreadable", None, None),
    }  # fmt: skip
    assert answer.data["rules"]["status"] == "proposal"


def test_clean_file_has_no_findings_and_stamps_keep_their_offset(run, tmp_path) -> None:
    rows = [f"2025-03-01T{n:02}:00+08:00,{10 + math.sin(n / 4):.3f}" for n in range(24) if n != 7]
    data = run("quality", "test", written(tmp_path, "\n".join(["time,value", *rows])), "--json").data
    assert [(i["test"], i["first"]) for i in data["intervals"]] == [("gap", "2025-03-01T07:00:00+08:00")]
    assert (data["readings"], data["step_seconds"]) == (23, 3600)


def test_own_rules_are_taken_and_wrong_ones_named(run, tmp_path) -> None:
    rows = "\n".join(["time,value", *(f"2025-03-01T{n:02}:00,{n}" for n in range(24))])
    path = written(tmp_path, rows)
    rules = (
        "id: own\nversion: '2'\ntests: {default: {range: {low: 0, high: 20}}}\n"
        "derived: {steps: 1, least_correlation: 0.99, fewest: 5}\ntimely: {days_after_month: 10}\nweights: {valid: 1}\n"
    )
    data = run("quality", "test", path, "--rules", written(tmp_path, rules, "own.yaml"), "--json").data
    assert [(i["test"], i["first"], i["last"]) for i in data["intervals"]] == [
        ("range", "2025-03-01T21:00:00", "2025-03-01T23:00:00")
    ]
    assert data["rules"]["id"] == "own"
    wrong = run("quality", "test", path, "--rules", written(tmp_path, rules + "extra: 1\n", "wrong.yaml"))
    assert wrong.code == 2 and "wrong.yaml" in wrong.err and "extra" in wrong.err


@pytest.mark.parametrize(
    ("text", "words"),
    [("time,wert\n2025-01-01,1\n", "value"), ("", "time"), ("time,value\nx,1\n", "no row with a time"), ("time,time,value\n", "twice")],
)  # fmt: skip
def test_file_that_is_no_such_table_is_one_clear_line(run, tmp_path, text, words) -> None:
    answer = run("quality", "test", written(tmp_path, text))
    assert answer.code == 2 and answer.err.count("\n") == 1 and words in answer.err
    assert run("quality", "test", tmp_path / "absent.csv").code == 2
    assert (
        run("quality", "test", written(tmp_path, "time,value\n2025-01-01,1\n"), "--quantity", "x").code == 2
    )
