"""Sets of norm values read from YAML and asked by key and day; a set with one fault is not loaded at all.

Opens only the packaged sets; a set that a bureau adds is handed in as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml

from quanheng.errors import BadInput, Problem
from quanheng.norms.schema import KEY, NormValue, fingerprint, make, problems_of


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All values of the loaded sets."""

    values: tuple[NormValue, ...]

    def find(self, **criteria: str) -> list[NormValue]:
        """Values whose key fields equal the criteria (norm, edition, table, item, basis)."""
        return [
            v for v in self.values if all(getattr(v, name) == wanted for name, wanted in criteria.items())
        ]

    def value(
        self,
        *,
        norm: str,
        item: str,
        on: date,
        edition: str | None = None,
        table: str | None = None,
        basis: str | None = None,
    ) -> NormValue:
        """The one value that the key and the day determine.

        Parameters
        ----------
        norm, item : always named
        on : the day for which the value is to hold
        edition, table, basis : named where the rest does not determine the value

        Raises
        ------
        BadInput : no such value, none in force on that day, or more than one (all are then listed):
            the choice between editions is part of a method and is never made silently
        """
        asked = {"norm": norm, "item": item, "edition": edition, "table": table, "basis": basis}
        known = self.find(**{name: text for name, text in asked.items() if text is not None})
        in_force = [v for v in known if v.in_force(on)]
        if len(in_force) == 1:
            return in_force[0]
        raise BadInput(_why_not_one(asked, on, known, in_force))


def load(texts: Mapping[str, str]) -> Catalogue:
    """Read sets of norm values.

    Parameters
    ----------
    texts : file name -> YAML text with ``set``, ``title`` and ``values``

    Raises
    ------
    BadInput : every unknown, missing, doubled or ill-formed key, with the file and the path of the key
    """
    values: list[NormValue] = []
    problems: list[Problem] = []
    for file, text in texts.items():
        try:
            values += _read_set(file, text)
        except BadInput as refused:
            problems += refused.problems
    problems += _doubled(values)
    if problems:
        raise BadInput(problems)
    return Catalogue(tuple(values))


@cache
def packaged() -> Catalogue:
    """The sets that come with the house."""
    folder = resources.files("quanheng.norms") / "sets"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return load({f.name: f.read_text(encoding="utf-8") for f in files})


def value(
    *,
    norm: str,
    item: str,
    on: date,
    edition: str | None = None,
    table: str | None = None,
    basis: str | None = None,
) -> NormValue:
    """``Catalogue.value`` on the packaged sets."""
    return packaged().value(norm=norm, item=item, on=on, edition=edition, table=table, basis=basis)


class _StrictLoader(yaml.SafeLoader):
    """YAML without its habit of letting the last of two equal keys win."""


def _mapping_without_doubles(loader: _StrictLoader, node: yaml.MappingNode) -> dict[object, object]:
    content: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in content:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key!r} stands twice", key_node.start_mark
            )
        content[key] = loader.construct_object(value_node, deep=True)
    return content


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_doubles)


def _parsed(file: str, text: str) -> Mapping[str, object]:
    try:
        document = yaml.load(text, Loader=_StrictLoader)  # a SafeLoader: builds plain data only
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else None
        raise BadInput(fault.problem or "not YAML", file=file, row=line) from None
    except yaml.YAMLError:
        raise BadInput("not YAML", file=file) from None
    if not isinstance(document, dict):
        raise BadInput("a set is a mapping", file=file, expected="set, title, values")
    return document


def _read_set(file: str, text: str) -> list[NormValue]:
    document = _parsed(file, text)
    problems = [
        Problem("unknown key", str(name), file=file, expected="set, title, values")
        for name in document
        if name not in ("set", "title", "values")
    ]
    problems += [
        Problem("missing", name, file=file) for name in ("set", "title", "values") if not document.get(name)
    ]
    records = document.get("values") or []
    if not isinstance(records, list):
        raise BadInput([*problems, Problem("must be a list", "values", file=file)])
    for i, record in enumerate(records):
        if isinstance(record, dict):
            problems += problems_of(record, f"values[{i}]", file)
        else:
            problems.append(Problem("must be a mapping", f"values[{i}]", file=file))
    if problems:
        raise BadInput(problems)
    version = fingerprint(document)
    made = [make(record, str(document["set"]), version) for record in records]
    doubled = _doubled(made, file)
    if doubled:
        raise BadInput(doubled)
    return made


def _doubled(values: Sequence[NormValue], file: str = "") -> list[Problem]:
    seen: set[tuple[str, ...]] = set()
    problems = []
    for i, v in enumerate(values):
        if v.key in seen:
            where = f"values[{i}]" if file else f"set {v.set_name}"
            problems.append(
                Problem("key stands twice", where, file=file, found=v.id, expected="one value per key")
            )
        seen.add(v.key)
    return problems


def _why_not_one(
    asked: Mapping[str, str | None], on: date, known: Sequence[NormValue], in_force: Sequence[NormValue]
) -> Problem:
    found = ", ".join(f"{name} {asked[name]}" for name in KEY if asked[name] is not None)
    if not known:
        return Problem("no such value in the norms", "norm", found=found, remedy="add a set that carries it")
    if not in_force:
        spans = "; ".join(f"{v.edition}: {v.valid_from or '…'} to {v.valid_to or '…'}" for v in known)
        return Problem("no value in force on this day", "on", found=f"{found}, {on}", expected=spans)
    listed = "; ".join(v.id for v in in_force)
    return Problem(
        "more than one value fits", "norm", found=found, expected=f"one of: {listed}", remedy="name it fully"
    )
