"""`quanheng uncertainty`: a budget file in, JSON or lines out; bad input ends with one line and exit code 2."""

from __future__ import annotations

import json

import jsonschema
import pytest
from tests.science.uncertainty.samples import EXAMPLE

H1 = """
model:
  l: ls + d - ls*(dalpha*theta + alpha*dtheta)
inputs:
  ls:     {distribution: t, location: 50000623, scale: 25, dof: 18, unit: nm}
  d:      {distribution: normal, mean: 215, std: 9.7, dof: 25.6, unit: nm}
  alpha:  {distribution: rectangular, lower: 9.5e-6, upper: 13.5e-6}
  theta:  {distribution: normal, mean: -0.1, std: 0.41}
  dalpha: {distribution: normal, mean: 0, std: 0.58e-6, dof: 50}
  dtheta: {distribution: normal, mean: 0, std: 0.029, dof: 2}
coverage_probability: 0.99
"""


@pytest.fixture
def budget(tmp_path):
    def write(text: str, name: str = "budget.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_jcgm_100_h_1_by_the_command(run, budget):
    found = run("uncertainty", "evaluate", budget(H1), "--method", "lpu", "--truncate-dof", "--json")
    assert found.code == 0 and not found.err
    one = found.data
    assert (one["y"], f"{one['u']:.0f}", f"{one['k']:.2f}") == (50_000_838, "32", "2.92")
    assert f"{one['second_order']:.0f}" == "34"
    assert one["outputs"]["l"]["lpu"]["u"] == one["u"]


def test_both_methods_are_the_default_and_the_seed_is_recorded(run, budget):
    path = budget(EXAMPLE)
    first = run("uncertainty", "evaluate", path, "--trials", "5000", "--json").data
    seed = first["outputs"]["P"]["mcm"]["seed"]
    again = run("uncertainty", "evaluate", path, "--trials", "5000", "--seed", str(seed), "--json").data
    assert again == first
    other = run("uncertainty", "evaluate", path, "--trials", "5000", "--json").data
    assert other["outputs"]["P"]["mcm"]["seed"] != seed
    assert first["u"] == first["outputs"]["P"]["lpu"]["u"]


def test_monte_carlo_alone_stands_on_top(run, budget):
    found = run(
        "uncertainty",
        "evaluate",
        budget(EXAMPLE),
        "--method",
        "mcm",
        "--trials",
        "5000",
        "--seed",
        "7",
        "--json",
    )
    assert (found.data["trials"], found.data["seed"]) == (5000, 7)
    assert len(found.data["interval"]) == len(found.data["shortest"]) == 2


def test_the_printed_schemas_are_those_that_file_and_answer_keep(run, budget):
    answer = run("uncertainty", "evaluate", budget(EXAMPLE), "--trials", "1000", "--json").data
    jsonschema.validate(answer, json.loads(run("uncertainty", "schema", "result").out))
    printed = json.loads(run("uncertainty", "schema").out)
    assert printed == run("uncertainty", "schema", "budget", "--json").data
    jsonschema.Draft202012Validator.check_schema(printed)


def test_lines_for_people_have_result_budget_and_intervals(run, budget):
    out = run("uncertainty", "evaluate", budget(EXAMPLE), "--trials", "1000", "--seed", "7").out
    assert out.startswith("P = 1.000")
    assert "NIM/2024-001" in out and "shortest" in out and "seed 7" in out


def test_the_budget_is_drawn_into_a_file(run, budget, tmp_path):
    picture = tmp_path / "b.svg"
    assert run("uncertainty", "evaluate", budget(EXAMPLE), "--method", "lpu", "--svg", picture).code == 0
    assert picture.read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"V**2 / R * (1 + alpha*(T - 20))"', "9**9**9*V", "model.P"),
        ('"V**2 / R * (1 + alpha*(T - 20))"', "\"__import__('os').system('true')\"", "model.P"),
        ('"V**2 / R * (1 + alpha*(T - 20))"', "log(V - 11)", "model.P"),
        ("std: 4e-3", "std: -4e-3", "inputs.R.std"),
        ("std: 4e-3", "std: .nan", "inputs.R.std"),
        ("std: 4e-3", "sdt: 4e-3", "inputs.R.sdt"),
        ("lower: 19", "lower: 22", "inputs.T.lower"),
        ("r: 0.2", "r: 1.2", "correlations[0].r"),
        ("r: 0.2}", "r: 0.9}\n  - {a: R, b: T, r: 0.9}\n  - {a: V, b: T, r: -0.9}", "correlations"),
        ("inputs:", "input:", "input"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_with_file_and_field_and_exit_code_2(run, budget, old, new, said):
    assert old in EXAMPLE
    path = budget(EXAMPLE.replace(old, new))
    found = run("uncertainty", "evaluate", path, "--trials", "1000")
    assert found.code == 2 and not found.out
    assert len(found.err.splitlines()) == 1 and f"{path}, {said}: " in found.err
    problems = run("uncertainty", "evaluate", path, "--trials", "1000", "--json").data["problems"]
    assert [(p["file"], p["field"]) for p in problems] == [(str(path), said)]


@pytest.mark.parametrize(
    "options",
    [("--trials", "0"), ("--trials", "1e6"), ("--seed", "-1"), ("--method", "gum"), ("--svg", "/nowhere/b.svg"),
     ("--svg", "b.svg", "--method", "mcm"), ("--unknown",)],
)  # fmt: skip
def test_bad_options_are_one_line_and_exit_code_2(run, budget, options):
    found = run("uncertainty", "evaluate", budget(EXAMPLE), *options)
    assert found.code == 2 and len(found.err.splitlines()) == 1


def test_a_file_that_is_missing_no_text_or_a_folder_is_named(run, tmp_path):
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.yaml", tmp_path / "b.yaml", tmp_path):
        found = run("uncertainty", "evaluate", path)
        assert found.code == 2 and str(path) in found.err and len(found.err.splitlines()) == 1


def test_nothing_of_an_installation_is_needed(run, budget, tmp_path, monkeypatch):
    monkeypatch.setenv("QUANHENG_HOME", str(tmp_path / "home"))
    assert run("uncertainty", "evaluate", budget(EXAMPLE), "--method", "lpu").code == 0
    assert not (tmp_path / "home").exists()
