"""The budget file: the published form read to the letter, one clear line for what is wrong, and the result's own form."""

import copy
import math
import xml.etree.ElementTree as ET

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.science.uncertainty.samples import EXAMPLE

from quanheng.errors import BadInput
from quanheng.science.uncertainty import evaluate, read_budget
from quanheng.science.uncertainty.budget import from_data, schema
from quanheng.science.uncertainty.picture import bars, draw
from quanheng.science.uncertainty.tables import HEAD, lines, rows

EVERY = {
    "model": {"y": "a+b+c+d+e+f+g+h+i+j+k+l"},
    "inputs": {
        "a": {"readings": [1, 2.5, 3], "simultaneous": "g"},
        "b": {"readings": [1, 2, 4], "simultaneous": "g"},
        "c": {"constant": 3},
        "d": {"distribution": "normal", "mean": 0, "std": 1},
        "e": {"distribution": "t", "location": 0, "scale": 1, "dof": 5},
        "f": {"distribution": "arcsine", "lower": 0, "upper": 1},
        "g": {"distribution": "triangular", "lower": 0, "upper": 1, "mode": 0.2},
        "h": {"distribution": "trapezoidal", "lower": 0, "upper": 1, "beta": 0.5},
        "i": {"distribution": "curvilinear_trapezoid", "lower": 0, "upper": 1, "half_width_of_limits": 0.1},
        "j": {"distribution": "exponential", "mean": 2},
        "k": {"distribution": "gamma", "shape": 2, "scale": 1},
        "l": {"distribution": "discrete", "values": [0, 1], "probabilities": [0.5, 0.5]},
    },
}


def result(text=EXAMPLE, **options):
    return evaluate(read_budget(text, "b.yaml"), **{"trials": 2000, "seed": 5, **options})


def problem(document):
    with pytest.raises(BadInput) as refused:
        from_data(document, "b.yaml")
    (one,) = refused.value.problems
    assert one.file == "b.yaml" and "\n" not in one.line()
    return one


def valid(name, document):
    return jsonschema.Draft202012Validator(schema(name)).is_valid(document)


def test_the_published_example_by_hand():
    found = result()
    u = {"V": math.sqrt(0.74e-6), "R": 0.004, "T": 1 / math.sqrt(6)}
    c = {"V": 2 * 10.0008 / 100.02, "R": -((10.0008 / 100.02) ** 2), "T": 10.0008**2 / 100.02 * 0.0039}
    a = {n: c[n] * u[n] for n in u}
    variance = sum(x * x for x in a.values()) + 2 * 0.2 * a["V"] * a["R"]
    lpu = found["outputs"]["P"]["lpu"]
    assert lpu["y"] == pytest.approx(10.0008**2 / 100.02)
    assert lpu["u"] == pytest.approx(math.sqrt(variance))
    assert lpu["U"] == lpu["k"] * lpu["u"]
    for name, value in a.items():
        line = lpu["contributions"][name]
        assert (line["c"], line["u"], line["cu"]) == pytest.approx((c[name], u[name], value))
    assert set(lpu["contributions"]) == {"V", "R", "alpha", "T", "c"}


def test_the_result_has_the_published_form():
    for options in ({"method": "lpu"}, {"method": "mcm"}, {"method": "both"}, {"truncate_dof": True}):
        assert valid("result", result(**options))
    found = result()
    assert {"y", "u", "veff", "k", "U", "contributions", "second_order"} <= set(found["outputs"]["P"]["lpu"])
    assert set(found["outputs"]["P"]["mcm"]) == {"y", "u", "interval", "shortest", "trials", "seed"}
    assert found["covariance"] is None


def test_with_one_output_the_fields_of_the_method_stand_on_top():
    both, lpu, mcm = (result(method=m) for m in ("both", "lpu", "mcm"))
    assert both.items() >= both["outputs"]["P"]["lpu"].items()
    assert lpu.items() >= lpu["outputs"]["P"]["lpu"].items() and "mcm" not in lpu["outputs"]["P"]
    assert mcm.items() >= mcm["outputs"]["P"]["mcm"].items() and "lpu" not in mcm["outputs"]["P"]
    assert (mcm["seed"], mcm["trials"]) == (5, 2000)


def test_several_outputs_have_their_covariance_by_name_and_nothing_on_top():
    text = "model: {s: a + b, d: a - b}\ninputs:\n  a: {distribution: normal, mean: 0, std: 3}\n  b: {distribution: normal, mean: 0, std: 4}"
    found = result(text)
    assert found["covariance"] == {"s": {"s": 25, "d": -7}, "d": {"s": -7, "d": 25}}
    assert "y" not in found and valid("result", found)
    assert result(text, method="mcm", trials=100_000)["covariance"]["s"]["d"] == pytest.approx(-7, abs=0.4)


def test_infinite_degrees_of_freedom_are_null():
    found = result("model: {y: x}\ninputs: {x: {distribution: rectangular, lower: 0, upper: 1}}")
    assert found["veff"] is None and found["contributions"]["x"]["dof"] is None
    assert found["k"] == pytest.approx(1.959964, abs=1e-6)


def test_a_name_is_given_back_as_it_was_spelled():
    micro, mu = "\u00b5", "\u03bc"  # the micro sign and the letter look alike and are one name to the parser
    one = {"distribution": "normal", "mean": 1, "std": 2, "unit": 1}
    document = {
        "model": {"y": f"{mu} + x"},
        "inputs": {micro: one, "x": one},
        "correlations": [{"a": micro, "b": "x", "r": 1}],
    }
    budget = from_data(document)
    found = evaluate(budget, method="lpu")
    assert set(found["contributions"]) == {micro, "x"} and found["u"] == pytest.approx(4)
    assert {row[0] for row in rows(budget, found["contributions"])} == {micro, "x"}


def test_the_same_seed_gives_the_same_result():
    assert result() == result() != result(seed=6)


def test_every_distribution_of_the_table_is_read():
    assert from_data(EVERY).p == 0.95
    assert valid("budget", EVERY) and valid("budget", yaml.safe_load(EXAMPLE.replace("4e-3", "0.004")))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: d.update(titel="x"), "titel"),
        (lambda d: d["inputs"]["d"].update(sdt=1), "inputs.d.sdt"),
        (lambda d: d["inputs"]["d"].pop("std"), "inputs.d.std"),
        (lambda d: d["inputs"]["d"].update(std=-1), "inputs.d.std"),
        (lambda d: d["inputs"]["d"].update(std=math.nan), "inputs.d.std"),
        (lambda d: d["inputs"]["d"].update(std="1 mm"), "inputs.d.std"),
        (lambda d: d["inputs"]["d"].update(distribution="gauss"), "inputs.d.distribution"),
        (lambda d: d["inputs"]["d"].update(constant=1), "inputs.d"),
        (lambda d: d["inputs"]["d"].update(simultaneous="g"), "inputs.d.simultaneous"),
        (lambda d: d["inputs"]["d"].update(unit=[]), "inputs.d.unit"),
        (lambda d: d["inputs"]["f"].update(lower=2), "inputs.f.lower"),
        (lambda d: d["inputs"]["a"].update(readings=[1]), "inputs.a.readings"),
        (lambda d: d["inputs"]["a"].update(readings=[1, None]), "inputs.a.readings[1]"),
        (lambda d: d["inputs"]["a"].update(readings=[1, 2]), "inputs.b.readings"),
        (lambda d: d["inputs"].update(c=3), "inputs.c"),
        (lambda d: d["inputs"].update(pi={"constant": 3}), "inputs.pi"),
        (lambda d: d["inputs"].update({7: {"constant": 3}}), "inputs"),
        (lambda d: d.update(inputs={}), "inputs"),
        (lambda d: d.pop("inputs"), "inputs"),
        (lambda d: d.pop("model"), "model"),
        (lambda d: d.update(model={}), "model"),
        (lambda d: d.update(model="a + b"), "model"),
        (lambda d: d["model"].update(y="a + unknown"), "model.y"),
        (lambda d: d["model"].update(y="9**9**9*a"), "model.y"),
        (lambda d: d["model"].update(y="__import__('os')"), "model.y"),
        (lambda d: d["model"].update(y=5), "model.y"),
        (lambda d: d.update(correlations={"a": "d"}), "correlations"),
        (lambda d: d.update(correlations=[{"a": "d", "b": "e"}]), "correlations[0].r"),
        (lambda d: d.update(correlations=[{"a": "d", "b": "e", "r": 2}]), "correlations[0].r"),
        (lambda d: d.update(correlations=[{"a": "d", "b": "zz", "r": 0}]), "correlations[0].b"),
        (lambda d: d.update(correlations=[{"a": "d", "b": "e", "r": 0.1, "rho": 1}]), "correlations[0].rho"),
        (lambda d: d.update(correlations=[{"a": x, "b": y, "r": r} for x, y, r in (("d", "e", 0.9), ("e", "f", 0.9), ("d", "f", -0.9))]), "correlations"),
        (lambda d: d.update(coverage_probability=95), "coverage_probability"),
        (lambda d: d.update(coverage_probability=1), "coverage_probability"),
        (lambda d: d.update(coverage_probability=None), "coverage_probability"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_one_line_with_file_and_field(change, field):
    document = copy.deepcopy(EVERY)
    change(document)
    assert problem(document).field == field


@pytest.mark.parametrize("document", [None, [], "model", 3, {}])
def test_a_budget_is_a_mapping(document):
    assert problem(document).message == "must be a mapping"


@pytest.mark.parametrize(
    "text",
    [
        "model: {y: x}\nmodel: {y: x}",
        "inputs:\n  x: {constant: 1}\n  x: {constant: 2}",
        "a: &a [1]\nb: *a",
        "a: !!python/object/apply:os.system ['true']",
        "a: [1, 2",
        "\t- x",
        "- a\n- b\n--- \n- c",
        "? [1]\n: 2",
        "[" * 5000,
    ],
)
def test_yaml_with_double_keys_references_tags_or_faults_is_refused(text):
    with pytest.raises(BadInput) as refused:
        read_budget(text, "b.yaml")
    (one,) = refused.value.problems
    assert one.file == "b.yaml" and "\n" not in one.line()


def test_numbers_and_names_are_those_of_yaml_1_2():
    budget = read_budget("model: {no: on + off*1}\ninputs: {on: {constant: 1e-3}, off: {constant: +012}}")
    assert evaluate(budget, method="lpu")["y"] == 12.001
    assert list(budget.model.outputs) == ["no"]


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=2000)
def test_any_text_is_a_budget_or_is_refused(text):
    try:
        read_budget(text, "b.yaml")
    except BadInput as refused:
        assert len(refused.problems) == 1 and "\n" not in refused.problems[0].line()


leaf = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 9),
    st.floats(),
    st.sampled_from(["x", "normal", "t", "g", "x + 1"]),
)
keys = st.sampled_from(["model", "inputs", "x", "y", "distribution", "mean", "std", "dof", "lower", "upper", "readings",
                        "constant", "correlations", "a", "b", "r", "simultaneous", "values", "probabilities"])  # fmt: skip
documents = st.recursive(
    leaf,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=15,
)


@given(documents)
@settings(max_examples=300, deadline=2000)
def test_whatever_is_taken_the_schema_takes_too(document):
    try:
        from_data(document)
    except BadInput:
        return
    assert valid("budget", document)


def test_what_the_schema_refuses_is_refused_here_too():
    for change in (
        lambda d: d.update(titel="x"),
        lambda d: d["inputs"]["d"].update(sdt=1),
        lambda d: d["inputs"]["d"].update(lower=1),
        lambda d: d["inputs"]["d"].pop("mean"),
        lambda d: d["inputs"]["c"].update(simultaneous="g"),
        lambda d: d["inputs"].update(sqrt={"constant": 1}),
    ):
        document = copy.deepcopy(EVERY)
        change(document)
        assert not valid("budget", document)
        problem(document)


def test_an_unknown_method_or_schema_is_refused():
    with pytest.raises(BadInput, match="method"):
        result(method="gum")
    with pytest.raises(BadInput, match="no such schema"):
        schema("other")


def test_the_table_has_the_greatest_contribution_first_and_source_and_unit():
    budget = read_budget(EXAMPLE)
    table = rows(budget, evaluate(budget, method="lpu")["contributions"])
    assert [row[0] for row in table[:3]] == ["T", "V", "R"]
    assert dict(zip(HEAD, table[2], strict=True))["source"] == "NIM/2024-001"
    assert dict(zip(HEAD, table[1], strict=True))["dof"] == "4"
    text = "\n".join(lines(budget, evaluate(budget, trials=2000, seed=5)))
    assert "seed 5" in text and "law of propagation" in text


def test_the_picture_is_well_formed_and_shows_each_contribution_to_scale():
    budget = read_budget(EXAMPLE)
    found = evaluate(budget, method="lpu")
    svg = ET.fromstring(draw(budget, found))
    space = {"s": "http://www.w3.org/2000/svg"}
    widths = [float(r.get("width")) for r in svg.findall("s:rect", space)]
    parts = [abs(cu) for _, cu, _ in bars(found["contributions"])] + [found["u"]]
    assert len(widths) == 4  # T, V, R, u: what is zero has no bar
    assert [w / widths[-1] for w in widths] == pytest.approx([p / found["u"] for p in parts], abs=0.001)
    words = [t.text for t in svg.findall("s:text", space)]
    assert {"T", "V", "R", "u"} <= set(words)
    assert not {"script", "style"} & {e.tag.split("}")[1] for e in svg.iter()}


def test_the_picture_escapes_names_and_joins_the_small_ones():
    inputs = {f"x{i}": {"distribution": "normal", "mean": 0, "std": 1 + i} for i in range(30)}
    budget = from_data({"model": {"<y> & z": "+".join(inputs)}, "inputs": inputs})
    found = evaluate(budget, method="lpu")
    ET.fromstring(draw(budget, found))
    shown = bars(found["contributions"])
    assert len(shown) == 20 and shown[-1][0] == "11 others"
    assert sum(share for *_, share in shown) == pytest.approx(1)
    assert shown[-1][1] == pytest.approx(math.sqrt(sum((1 + i) ** 2 for i in range(11))))


def test_monte_carlo_alone_has_no_picture():
    budget = read_budget(EXAMPLE)
    with pytest.raises(BadInput, match="law of propagation"):
        draw(budget, evaluate(budget, method="mcm", trials=1000))


@pytest.mark.parametrize(
    ("mean", "std"), [(1e100, 1e-10), (0, 1e-120), (1e140, 1e60), (-3e20, 1), (1e-30, 1e-31), (5, 0)]
)
def test_results_of_any_size_are_told_and_drawn(mean, std):
    budget = from_data(
        {"model": {"y": "x"}, "inputs": {"x": {"distribution": "normal", "mean": mean, "std": std}}}
    )
    found = evaluate(budget, method="both", trials=1000, seed=1)
    assert found["u"] == std and all(lines(budget, found))
    ET.fromstring(draw(budget, found))


@pytest.mark.parametrize("method", ["lpu", "mcm"])
def test_what_outgrows_the_floats_is_refused_and_never_infinite(method):
    for formula in ("x**2", "x**2 - y**2", "x*1e150"):
        inputs = {n: {"distribution": "normal", "mean": 1e149, "std": 1e140} for n in "xy"}
        with pytest.raises(BadInput, match=r"model\.z"):
            evaluate(from_data({"model": {"z": formula}, "inputs": inputs}), method=method, trials=1000)
