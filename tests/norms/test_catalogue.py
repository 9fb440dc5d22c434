"""Norm values: found by key and day, refused when anything is missing, versioned by content."""

from datetime import date
from decimal import Decimal

import pytest
import yaml

from quanheng import norms
from quanheng.errors import BadInput

DAY = date(2026, 1, 1)
RECORD = {
    "norm": "N 1",
    "edition": "2020",
    "table": "1",
    "item": "coal",
    "basis": "as received",
    "value": "0.7143",
    "unit": "kgce/kg",
    "page": "p. 4",
    "verified": "none",
    "source": "printed copy",
}


def one_set(*records, **head):
    content = {"set": "s", "title": "t", "values": list(records), **head}
    return {"s.yaml": yaml.safe_dump(content, allow_unicode=True)}


def load_one(**changes):
    record = {name: content for name, content in {**RECORD, **changes}.items() if content is not ...}
    return norms.load(one_set(record))


def problems(texts):
    with pytest.raises(BadInput) as refused:
        norms.load(texts)
    return refused.value.problems


def test_a_value_is_an_exact_decimal_with_its_unit_and_citation():
    found = load_one().value(norm="N 1", item="coal", on=DAY)
    assert (found.value, str(found.value), found.unit) == (Decimal("0.7143"), "0.7143", "kgce/kg")
    assert found.cite == "N 1 (2020), 1, p. 4"
    assert found.dependency == ("norm", "N 1 | 2020 | 1 | coal | as received", found.version)


@pytest.mark.parametrize("status", ["none", "one reader", "two readers"])
def test_who_has_checked_a_value_travels_with_it(status):
    assert load_one(verified=status).values[0].verified == status


@pytest.mark.parametrize("name", ["norm", "edition", "item", "value", "unit", "page", "verified", "source"])
def test_a_missing_field_is_named_with_file_and_path(name):
    record = {k: v for k, v in RECORD.items() if k != name}
    [problem] = problems(one_set(RECORD | {"item": "other"}, record))
    assert (problem.file, problem.field, problem.message) == ("s.yaml", f"values[1].{name}", "missing")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"value": 0.7143}, "value"),  # a float in a file is already rounded
        ({"value": "0,7143"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"standard_uncertainty": 0.1}, "standard_uncertainty"),
        ({"verified": "yes"}, "verified"),
        ({"edition": 2020}, "edition"),
        ({"valid_from": "2020"}, "valid_from"),
        ({"valid_from": date(2021, 1, 1), "valid_to": date(2020, 1, 1)}, "valid_to"),
    ],
)
def test_an_unknown_or_ill_formed_field_is_named(changes, field):
    [problem] = problems(one_set(RECORD | changes))
    assert problem.field == f"values[0].{field}"


def test_all_problems_of_all_files_are_told_at_once():
    texts = {
        "a.yaml": one_set(RECORD | {"value": 1})["s.yaml"],
        "b.yaml": one_set(RECORD | {"x": "1"})["s.yaml"],
    }
    assert {p.file for p in problems(texts)} == {"a.yaml", "b.yaml"}


def test_a_key_may_stand_once_in_a_set_and_once_in_all_sets():
    [problem] = problems(one_set(RECORD, RECORD | {"value": "0.9"}))
    assert (problem.file, problem.field) == ("s.yaml", "values[1]")
    text = one_set(RECORD)["s.yaml"]
    [problem] = problems({"a.yaml": text, "b.yaml": text})
    assert problem.message == "key stands twice"


def test_a_yaml_key_that_stands_twice_is_refused_with_its_line():
    [problem] = problems({"s.yaml": "set: s\ntitle: t\nvalues:\n- norm: a\n  norm: b\n"})
    assert (problem.file, problem.row) == ("s.yaml", 5)


@pytest.mark.parametrize(
    "text", ["", "[1]", "set: s\ntitle: t\nvalues: x\n", "set: [", "set: s\nvalues: []\ntitle: t"]
)
def test_what_is_no_set_is_refused(text):
    assert problems({"s.yaml": text})


def test_data_cannot_run_code():
    assert problems({"s.yaml": "set: !!python/object/apply:os.getcwd []\ntitle: t\nvalues: []\n"})


def test_the_choice_between_editions_is_never_made_silently():
    catalogue = norms.load(one_set(RECORD, RECORD | {"edition": "2008", "value": "0.7"}))
    with pytest.raises(BadInput, match=r"more than one value fits.*2008.*|more than one value fits.*2020.*"):
        catalogue.value(norm="N 1", item="coal", on=DAY)
    assert catalogue.value(norm="N 1", item="coal", edition="2008", on=DAY).value == Decimal("0.7")


def test_validity_decides_between_editions_both_ends_included():
    old = RECORD | {"edition": "2008", "value": "0.7", "valid_to": date(2020, 12, 31)}
    catalogue = norms.load(one_set(RECORD | {"valid_from": date(2021, 1, 1)}, old))
    for day, edition in ((date(2020, 12, 31), "2008"), (date(2021, 1, 1), "2020")):
        assert catalogue.value(norm="N 1", item="coal", on=day).edition == edition


def test_outside_every_validity_there_is_no_value():
    catalogue = load_one(valid_from=date(2021, 1, 1))
    with pytest.raises(BadInput, match="no value in force"):
        catalogue.value(norm="N 1", item="coal", on=date(2020, 1, 1))


def test_an_unknown_item_is_refused():
    with pytest.raises(BadInput, match="no such value"):
        norms.value(norm="N 1", item="phlogiston", on=DAY)


def test_version_follows_content_and_not_layout():
    one = load_one().values[0]
    text = one_set(RECORD)["s.yaml"]
    commented = norms.load({"s.yaml": "# a remark\n" + text}).values[0]
    corrected = load_one(value="0.7144").values[0]
    assert (one.version, one.set_version) == (commented.version, commented.set_version)
    assert one.version != corrected.version and one.set_version != corrected.set_version


def test_a_set_that_gains_a_value_leaves_the_version_of_the_others():
    one = load_one().values[0]
    grown = norms.load(one_set(RECORD, RECORD | {"item": "coke"})).values[0]
    assert one.version == grown.version
    assert one.set_version != grown.set_version
