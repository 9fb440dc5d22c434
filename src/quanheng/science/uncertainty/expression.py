"""The expression language of models: a small algebra, read by our own walk and never handed to Python to run.

Python's parser makes the tree; of it only names, numbers, + - * / **, signs, brackets and calls of a fixed list of
functions are taken, within limits of length, depth and size, so that no text can reach the interpreter, or keep it
busy. What is left is a short list of steps that works on numbers, NumPy arrays and Taylor numbers alike.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quanheng.errors import BadInput
from quanheng.science.uncertainty.taylor import ARITY, FUNCTIONS, power

# Proposals of the house, not of a norm: wide enough for a model on paper, narrow enough to be read at once.
LONGEST = 4000  # characters
DEEPEST = 50  # brackets, calls and powers within each other; a long sum is not deep
MOST_STEPS = 1000
LARGEST_EXPONENT = 1000.0
LARGEST_NUMBER = 1e300

CONSTANTS = {"pi": np.float64(np.pi)}
RESERVED = frozenset(FUNCTIONS) | frozenset(CONSTANTS)
KNOWN = "+ - * / **, brackets, pi and " + " ".join(FUNCTIONS)

_FOREIGN = re.compile(r"[^\w\s.+\-*/(),]")
# A number that runs into a word: Python takes `9in x` for two words and only warns.
_RUN_ON = re.compile(r"((?<![\w.])\d++\.?+\d*+|\.\d++)([eE][-+]?\d++)?+(?=[^\W\d])")
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}

Step = tuple[
    str, Any
]  # ("number", value) | ("name", name) | ("sign", None) | (operator, None) | ("call", function)


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula that was read: its text, the names it needs, and its steps in the order of carrying out."""

    text: str
    names: frozenset[str]
    steps: tuple[Step, ...]

    def __call__(self, /, **values: Any) -> Any:
        """The value for given inputs.

        Parameters
        ----------
        values : name -> number, array or Taylor number; arrays of one shape

        Returns
        -------
        What the arithmetic gives; where it is not defined, NaN or infinity (nothing is raised)
        """
        with np.errstate(all="ignore"):
            return _carry_out(self.steps, {name: _as_float(values[name]) for name in self.names})


def _as_float(value: Any) -> Any:
    return np.float64(value) if isinstance(value, int | float) else value  # 1/0 is inf, not an exception


def parse(text: object, *, field: str = "model") -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : the formula
    field : the name of its place, for the message

    Returns
    -------
    Expression; parts without names are already worked out

    Raises
    ------
    BadInput : anything that is not of the language, and anything beyond its limits, in one line

    Notes
    -----
    Whole numbers are floats from the start, so 9**9**9 is refused by its exponent and never computed.
    """
    clean = _clean(text, field)
    try:
        tree = ast.parse(clean, mode="eval")
    except SyntaxError as fault:
        place = f"at character {fault.offset}" if fault.offset else ""
        raise BadInput("not a formula", field=field, found=_short(clean), remedy=place) from None
    except (RecursionError, MemoryError, ValueError, OverflowError):
        raise BadInput("too complex a formula", field=field, found=_short(clean)) from None
    return _Reader(field, clean).read(tree.body)


def check_name(name: object, field: str) -> str:
    """A name that an input may bear, in the form in which formulas refer to it (NFKC).

    Raises
    ------
    BadInput : no identifier, a word of Python's, a function or ``pi``
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise BadInput("not a name", field=field, found=str(name), expected="letters, digits and _")
    plain = same_name(name)
    if plain in RESERVED:
        raise BadInput(
            "this name is a function or constant", field=field, found=name, remedy="choose another"
        )
    return plain


def same_name(name: str) -> str:
    """The name as Python's parser gives it: the micro sign and the letter mu are one (NFKC)."""
    return unicodedata.normalize("NFKC", name)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _clean(text: object, field: str) -> str:
    if not isinstance(text, str):
        raise BadInput("a formula is text", field=field, found=_short(str(text)), expected="text in quotes")
    if len(text) > LONGEST:
        raise BadInput(
            "too long a formula", field=field, found=f"{len(text)} characters", expected=f"<= {LONGEST}"
        )
    clean = " ".join(text.split())
    if not clean:
        raise BadInput("an empty formula", field=field)
    foreign = _FOREIGN.search(clean)
    if foreign:
        remedy = "write powers with **" if foreign[0] == "^" else ""
        raise BadInput(
            f"{foreign[0]!r} is not of the language", field=field, found=_short(clean), expected=KNOWN, remedy=remedy
        )  # fmt: skip
    run_on = _RUN_ON.search(clean)
    if run_on:
        raise BadInput("a number runs into a word", field=field, found=_short(clean[run_on.start() :]))
    return clean


class _Reader:
    """The walk over one tree, without recursion: children are read before their parent."""

    def __init__(self, field: str, text: str) -> None:
        self.field, self.text = field, text
        self.names: set[str] = set()
        self.known: list[tuple[list[Step], Any]] = []  # steps so far, and the value where it is constant
        self.count = 0

    def read(self, root: ast.expr) -> Expression:
        todo: list[tuple[ast.expr, int, bool]] = [(root, 1, False)]
        while todo:
            node, depth, ready = todo.pop()
            if ready:
                self._join(node)
                continue
            self._count(depth)
            children = self._children(node)
            todo.append((node, depth, True))
            for place, child in reversed(list(enumerate(children))):
                todo.append((child, depth + (0 if _is_run(node, place) else 1), False))
        steps, _ = self.known.pop()
        return Expression(self.text, frozenset(self.names), tuple(steps))

    def _count(self, depth: int) -> None:
        self.count += 1
        if depth > DEEPEST:
            raise BadInput("too deep a formula", field=self.field, expected=f"depth <= {DEEPEST}")
        if self.count > MOST_STEPS:
            raise BadInput("too large a formula", field=self.field, expected=f"<= {MOST_STEPS} steps")

    def _children(self, node: ast.expr) -> list[ast.expr]:
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return [node.left, node.right]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return [node.operand]
        if isinstance(node, ast.Call):
            self._check_call(node)
            return list(node.args)
        if isinstance(node, ast.Name | ast.Constant):
            return []
        raise BadInput(
            "not of the language of formulas", field=self.field, found=self._said(node), expected=KNOWN
        )

    def _check_call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            raise BadInput(
                "no such function", field=self.field, found=self._said(node.func), expected=" ".join(FUNCTIONS)
            )  # fmt: skip
        if len(node.args) != ARITY[name] or node.keywords:
            raise BadInput(
                f"wrong number of arguments of {name}", field=self.field, found=self._said(node), expected=str(ARITY[name])
            )  # fmt: skip

    def _join(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant):
            self.known.append(self._number(node))
        elif isinstance(node, ast.Name):
            self.known.append(self._name(node))
        elif isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.USub):
                self._apply(node, ("sign", None), 1)
        elif isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            self._apply(node, ("call", node.func.id), len(node.args))
        elif isinstance(node, ast.BinOp):
            operator = _OPERATORS[type(node.op)]
            if operator == "**":
                self._check_exponent(node)
            self._apply(node, (operator, None), 2)

    def _number(self, node: ast.Constant) -> tuple[list[Step], Any]:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise BadInput("not a number", field=self.field, found=self._said(node))
        try:
            value = np.float64(node.value)
        except OverflowError:
            value = np.float64(np.inf)
        self._check_size(value, node)
        return [("number", value)], value

    def _name(self, node: ast.Name) -> tuple[list[Step], Any]:
        if node.id in CONSTANTS:
            return [("number", CONSTANTS[node.id])], CONSTANTS[node.id]
        if node.id in FUNCTIONS:
            raise BadInput(
                "a function without its brackets", field=self.field, found=node.id, expected=f"{node.id}(…)"
            )
        self.names.add(node.id)
        return [("name", node.id)], None

    def _check_exponent(self, node: ast.BinOp) -> None:
        exponent = self.known[-1][1]
        if exponent is not None and abs(exponent) > LARGEST_EXPONENT:
            raise BadInput(
                "too large an exponent", field=self.field, found=self._said(node.right), expected=f"<= {LARGEST_EXPONENT:g}"
            )  # fmt: skip

    def _apply(self, node: ast.expr, step: Step, arity: int) -> None:
        parts = self.known[-arity:]
        del self.known[-arity:]
        steps = [one for part, _ in parts for one in part] + [step]
        value = None
        if all(v is not None for _, v in parts):
            with np.errstate(all="ignore"):
                value = _carry_out(steps, {})
            self._check_size(value, node)
            steps = [("number", value)]
        self.known.append((steps, value))

    def _check_size(self, value: Any, node: ast.expr) -> None:
        if not abs(value) <= LARGEST_NUMBER:
            raise BadInput("not defined or too large", field=self.field, found=self._said(node))

    def _said(self, node: ast.expr) -> str:
        return _short(ast.get_source_segment(self.text, node) or self.text)


def _is_run(node: ast.expr, place: int) -> bool:
    """The left side of a + b + c …: it goes on in its line, it does not go deeper."""
    return isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow) and place == 0


def _carry_out(steps: tuple[Step, ...] | list[Step], values: Mapping[str, Any]) -> Any:
    stack: list[Any] = []
    for kind, what in steps:
        if kind == "number":
            stack.append(what)
        elif kind == "name":
            stack.append(values[what])
        elif kind == "sign":
            stack.append(-stack.pop())
        elif kind == "call":
            arguments = stack[-ARITY[what] :]
            del stack[-ARITY[what] :]
            stack.append(FUNCTIONS[what](*arguments))
        else:
            right = stack.pop()
            stack.append(_combine(kind, stack.pop(), right))
    return stack[0]


def _combine(operator: str, left: Any, right: Any) -> Any:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left / right if operator == "/" else power(left, right)
