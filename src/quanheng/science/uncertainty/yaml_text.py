"""YAML as a data file means it: numbers are numbers, names stay names, nothing is built but plain data.

YAML 1.1, which PyYAML reads, takes `1e-3` for text and `no` for false, and lets the last of two equal keys win. Here
scalars follow the core schema of YAML 1.2, a key stands once, and references (anchors) are refused.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from quanheng.errors import BadInput

LONGEST = 20_000_000  # characters


class _Loader(yaml.SafeLoader):
    """A SafeLoader with other rules for plain scalars."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it open
            raise yaml.composer.ComposerError(None, None, "references (*name) are not taken", mark)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list("-+.")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(re.sub(r"\.(inf|nan)$", r"\1", str(loader.construct_scalar(node)).lower()))


def _int(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    text = str(loader.construct_scalar(node))
    return int(text) if len(text) < 400 else float(text)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    content: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, list | dict):
            raise yaml.constructor.ConstructorError(None, None, "a key is a name", key_node.start_mark)
        if key in content:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key!r} stands twice", key_node.start_mark
            )
        content[key] = loader.construct_object(value_node, deep=True)
    return content


_Loader.add_constructor("tag:yaml.org,2002:float", _float)
_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read(text: str, file: str = "") -> Any:
    """The plain data of a YAML text.

    Raises
    ------
    BadInput : no YAML (with the row), two equal keys, references, or too long or too deep a text
    """
    if len(text) > LONGEST:
        raise BadInput("too long a file", file=file, expected=f"<= {LONGEST} characters")
    try:
        return yaml.load(text, Loader=_Loader)  # (a SafeLoader: builds plain data only)
    except yaml.MarkedYAMLError as fault:
        row = fault.problem_mark.line + 1 if fault.problem_mark else None
        raise BadInput(_one_line(fault.problem or "not YAML"), file=file, row=row) from None
    except (yaml.YAMLError, ValueError):
        raise BadInput("not YAML", file=file) from None
    except RecursionError:
        raise BadInput("too deep a file", file=file) from None


def _one_line(text: str) -> str:
    return " ".join(text.split())
