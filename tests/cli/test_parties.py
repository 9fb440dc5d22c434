"""`quanheng parties`: a workbook of organisations, people and roles goes in by the command, with its exit codes."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook
from tests.parties import cast

from quanheng.apps.parties import queries


@pytest.fixture
def entered(db, monkeypatch):
    monkeypatch.setattr("quanheng.cli.frame.start", lambda: None)
    cast.enter()


@pytest.fixture
def filled(tmp_path, run, entered):
    """The template as the command writes it, filled in with one good and one bad row."""
    path = tmp_path / "parties.xlsx"
    assert run("parties", "template", "-o", path).code == 0
    book = load_workbook(path)
    book["人员"].append(["e1.new", "新人", "E1", "统计员", "", "", ""])
    book["人员"].append(["E1 新", "坏登录名", "E1", "", "", "", ""])
    book.save(path)
    return path


def test_bad_rows_are_counted_and_named_and_the_exit_code_is_2(run, filled) -> None:
    told = run("parties", "import", filled, "--as", "cq.system", "--json")
    assert (told.code, told.data["landed"], told.data["refused"]) == (2, {"人员": 1}, {"人员": 1})
    (problem,) = told.data["problems"]
    assert (problem["row"], problem["field"], problem["found"]) == (3, "登录名", "E1 新")
    assert queries.person("e1.new").name == "新人"


def test_who_may_land_no_row_is_refused_with_the_norm_and_exit_code_3(run, tmp_path, entered) -> None:
    path = tmp_path / "parties.xlsx"
    run("parties", "template", "-o", path)
    book = load_workbook(path)
    book["人员"].append(["e1.new", "新人", "E1", "", "", "", ""])
    book.save(path)
    told = run("parties", "import", path, "--as", "e2.manager", "--json")
    assert (told.code, told.data["error"]) == (3, "refused")
    assert told.data["cite"]


def test_a_file_that_is_no_workbook_lands_nothing_and_exits_2(run, tmp_path, entered) -> None:
    path = tmp_path / "parties.xlsx"
    path.write_text("登录名,姓名")
    told = run("parties", "import", path, "--as", "cq.system")
    assert told.code == 2
    assert "parties.xlsx" in told.err


def test_a_missing_file_and_an_unknown_person_exit_2(run, tmp_path, entered) -> None:
    assert run("parties", "import", tmp_path / "none.xlsx", "--as", "cq.system").code == 2
    assert run("parties", "import", tmp_path / "none.xlsx", "--as", "nobody").code == 2


def test_the_template_never_overwrites_a_file(run, tmp_path, db) -> None:
    path = tmp_path / "parties.xlsx"
    path.write_text("mine")
    assert run("parties", "template", "-o", path).code == 2
    assert path.read_text() == "mine"
