"""The budget file: a model and its inputs as data, read strictly, and its result as data again.

Both forms are published as JSON Schemas beside this file (`quanheng uncertainty schema`). They may grow by optional
keys and never change their meaning. How a result looks for people is in ``tables`` and ``picture``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field, fields, replace
from importlib import resources
from typing import Any, Literal, TypeAlias, get_args

from quanheng.errors import BadInput
from quanheng.science.uncertainty import yaml_text
from quanheng.science.uncertainty.distributions import KINDS, Constant, Distribution, Readings, keys, number
from quanheng.science.uncertainty.expression import same_name
from quanheng.science.uncertainty.model import Array, Input, Model, build
from quanheng.science.uncertainty.montecarlo import Simulated, Simulation, simulate
from quanheng.science.uncertainty.propagation import Propagated, Propagation, propagate

Method: TypeAlias = Literal["lpu", "mcm", "both"]
Data: TypeAlias = dict[str, Any]

SCHEMAS = ("budget", "result")
TRIALS = 1_000_000  # JCGM 101:2008, 7.2.3: often enough for two digits of a 95 % interval
_TOP = ("model", "inputs", "correlations", "coverage_probability")
_WORDS = ("unit", "description", "source")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a budget file says, checked."""

    model: Model
    p: float
    file: str = ""
    spelled: Mapping[str, str] = field(default_factory=dict)

    def spelling(self, name: str) -> str:
        """An input's name as it stands in the file (formulas know it in one normal form)."""
        return self.spelled.get(name, name)


def schema(name: str) -> Data:
    """The published JSON Schema of the budget file (``budget``) or of the result (``result``).

    Raises BadInput for any other name.
    """
    if name not in SCHEMAS:
        raise BadInput("no such schema", field="name", found=name, expected=" or ".join(SCHEMAS))
    path = resources.files("quanheng.science.uncertainty") / "schemas" / f"{name}.schema.json"
    found: Data = json.loads(path.read_text(encoding="utf-8"))
    return found


def read_budget(text: str, file: str = "") -> Budget:
    """Read a budget file.

    Parameters
    ----------
    text : YAML
    file : its name, for messages

    Raises
    ------
    BadInput : the first thing that is wrong, with file and field; an unknown key is named
    """
    return from_data(yaml_text.read(text, file), file)


def from_data(document: object, file: str = "") -> Budget:
    """As ``read_budget``, from data that were read already (a form, an archive)."""
    with _placed(file=file):
        top = _mapping(document, "", _TOP, required=("model", "inputs"))
        outputs = {_text(name, "model"): formula for name, formula in _mapping(top["model"], "model").items()}
        given = _mapping(top["inputs"], "inputs")
        inputs = {_text(name, "inputs"): _input(one, f"inputs.{name}") for name, one in given.items()}
        model = build(outputs, inputs, _correlations(top.get("correlations", [])))
        p = _probability(top.get("coverage_probability", 0.95))
        return Budget(model, p, file, {same_name(name): name for name in inputs})


def evaluate(
    budget: Budget,
    *,
    method: Method = "both",
    trials: int = TRIALS,
    seed: int = 0,
    truncate_dof: bool = False,
    threads: int | None = None,
) -> Data:
    """The result of a budget, in the published form.

    Parameters
    ----------
    budget : see ``read_budget``
    method : ``lpu`` law of propagation, ``mcm`` Monte Carlo, or ``both``
    trials, seed, threads : see ``montecarlo.simulate``
    truncate_dof : see ``propagation.propagate``

    Returns
    -------
    ``outputs`` with ``lpu`` and ``mcm`` of each; ``covariance`` of several outputs by name (of the law of propagation
    where it was asked for, else of the trials), null with one; with one output its fields stand on top too

    Raises
    ------
    BadInput : see ``propagate`` and ``simulate``; with the file
    """
    if method not in get_args(Method):
        raise BadInput("no such method", field="method", found=str(method), expected="lpu, mcm or both")
    with _placed(file=budget.file):
        lpu = propagate(budget.model, p=budget.p, truncate_dof=truncate_dof) if method != "mcm" else None
        mcm = (
            simulate(budget.model, trials=trials, seed=seed, p=budget.p, threads=threads)
            if method != "lpu"
            else None
        )
        return _result(budget, lpu, mcm)


def _result(budget: Budget, lpu: Propagation | None, mcm: Simulation | None) -> Data:
    names = list(budget.model.outputs)
    outputs: Data = {name: {} for name in names}
    for name in names:
        if lpu is not None:
            outputs[name]["lpu"] = _propagated(lpu.outputs[name], budget)
        if mcm is not None:
            outputs[name]["mcm"] = _simulated(mcm.outputs[name])
    first = lpu or mcm
    assert first is not None
    covariance = _by_name(names, first.covariance) if len(names) > 1 else None
    whole: Data = {"outputs": outputs, "covariance": covariance, "coverage_probability": budget.p}
    if mcm is not None and mcm.notes:
        whole["notes"] = list(mcm.notes)
    if len(names) == 1:
        whole |= outputs[names[0]]["lpu" if lpu is not None else "mcm"]
    return whole


def _propagated(one: Propagated, budget: Budget) -> Data:
    lines = {
        budget.spelling(name): {
            "c": line.c,
            "u": line.u,
            "cu": line.cu,
            "share": line.share,
            "x": line.x,
            "dof": _finite(line.dof),
        }
        for name, line in one.contributions.items()
    }
    terms = one.second_order_terms.items()
    return {
        "y": one.y,
        "u": one.u,
        "veff": _finite(one.veff),
        "k": one.k,
        "U": one.U,
        "contributions": lines,
        "second_order": one.second_order,
        "second_order_terms": {f"{budget.spelling(a)}*{budget.spelling(b)}": term for (a, b), term in terms},
    }


def _simulated(one: Simulated) -> Data:
    return {
        "y": one.y,
        "u": one.u,
        "interval": list(one.interval),
        "shortest": list(one.shortest),
        "trials": one.trials,
        "seed": one.seed,
    }


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _by_name(names: list[str], matrix: Array) -> Data:
    return {a: {b: float(matrix[i, j]) for j, b in enumerate(names)} for i, a in enumerate(names)}


@contextmanager
def _placed(*, file: str = "", within: str = "") -> Iterator[None]:
    """Say of each problem in which file and under which key it stands."""
    try:
        yield
    except BadInput as bad:
        moved = [
            replace(p, file=p.file or file, field=".".join(part for part in (within, p.field) if part))
            for p in bad.problems
        ]
        raise BadInput(moved) from None


def _mapping(
    value: object, field: str, known: tuple[str, ...] = (), *, required: tuple[str, ...] = ()
) -> Mapping[Any, Any]:
    """A mapping that has the required keys and, where ``known`` says so, no other than these."""
    if not isinstance(value, Mapping) or not value:
        found = "nothing" if value is None or value == {} else str(value)[:60]
        raise BadInput("must be a mapping", field=field, found=found, expected=" ".join(known) or "name: …")
    place = f"{field}." if field else ""
    for key in value:
        if known and key not in known:
            raise BadInput("unknown key", field=f"{place}{key}", expected=" ".join(known))
    for key in required:
        if key not in value:
            raise BadInput("missing", field=f"{place}{key}")
    return value


def _text(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadInput("must be text", field=field, found=str(value)[:60])
    return value


def _word(value: object, field: str) -> str:
    """Text, or a number that stands for itself (the unit 1, group 2)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _text(value, field)


def _input(value: object, field: str) -> Input:
    if not isinstance(value, Mapping):
        raise BadInput(
            "must be a mapping",
            field=field,
            found=str(value)[:60],
            expected="distribution, readings or constant",
        )
    ways = [key for key in ("distribution", "readings", "constant") if key in value]
    if len(ways) != 1:
        raise BadInput(
            "what is known about an input is said in one way", field=field,
            found=" and ".join(ways) or " ".join(map(str, value)), expected="distribution, readings or constant",
        )  # fmt: skip
    way = ways[0]
    cls = {"readings": Readings, "constant": Constant}.get(way) or _kind(value[way], f"{field}.distribution")
    own = keys(cls)
    extra = (("distribution",) if way == "distribution" else ()) + (
        ("simultaneous",) if way == "readings" else ()
    )
    needed = tuple(f.name for f in fields(cls) if f.default is MISSING)
    given = _mapping(value, field, (*extra, *own, *_WORDS), required=needed)
    words = {w: _word(given[w], f"{field}.{w}") for w in (*_WORDS, "simultaneous") if w in given}
    with _placed(within=field):
        return Input(cls(**{key: given[key] for key in own if key in given}), **words)


def _kind(value: object, field: str) -> type[Distribution]:
    if not isinstance(value, str) or value not in KINDS:
        raise BadInput("no such distribution", field=field, found=str(value)[:60], expected=" ".join(KINDS))
    return KINDS[value]


def _correlations(value: object) -> list[tuple[str, str, float]]:
    if not isinstance(value, list):
        raise BadInput("must be a list", field="correlations", expected="- {a: …, b: …, r: …}")
    found = []
    for n, one in enumerate(value):
        pair = _mapping(one, f"correlations[{n}]", ("a", "b", "r"), required=("a", "b", "r"))
        found.append(
            (_text(pair["a"], f"correlations[{n}].a"), _text(pair["b"], f"correlations[{n}].b"), pair["r"])
        )
    return found


def _probability(value: object) -> float:
    p = number(value, "coverage_probability")
    if not 0 < p < 1:
        raise BadInput(
            "out of range",
            field="coverage_probability",
            found=f"{p:g}",
            expected="between 0 and 1, for example 0.95",
        )
    return p
