"""Acts on administrative divisions: the list that comes with the program, and changes after it."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.parties import queries, rules
from quanheng.apps.parties.models import Division, Succession
from quanheng.apps.records.action import Act, action, system_only
from quanheng.errors import BadInput

Source = Annotated[str, Field(min_length=2, max_length=200, title=_("来源"))]


@action("parties.division.load", policy=system_only, title=_("载入行政区划"), api=False)
def load_divisions(act: Act) -> int:
    """Enter the divisions that come with the program; those that are there already stay as they are."""
    text = (files("quanheng.apps.parties") / "divisions.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    known = {(d.code, d.name) for d in Division.objects.all()}
    parents: dict[str, Division] = {d.code: d for d in Division.objects.exclude(code="")}
    names: dict[str, Division] = {}
    for level in ("province", "city", "county"):  # a division is stored before what lies in it
        entries = [e for e in content["divisions"] if e["level"] == level]
        new = [e for e in entries if (e.get("code", ""), e["name"]) not in known]
        for made in act.create_many([_division(entry, content["source"], parents) for entry in new]):
            parents[made.code] = names[made.name] = made
    act.create_many(_successions(content["successions"], parents, names))
    return len(names)


def _division(entry: dict[str, Any], source: str, parents: dict[str, Division]) -> Division:
    return Division(
        code=entry.get("code", ""),
        name=entry["name"],
        name_en=entry.get("name_en", ""),
        level=entry["level"],
        parent=parents[entry["parent"]] if "parent" in entry else None,
        valid_from=entry.get("from"),
        valid_to=entry.get("to"),
        source=entry.get("source", source),
    )


def _successions(
    entries: list[dict[str, Any]], codes: dict[str, Division], names: dict[str, Division]
) -> list[Succession]:
    found = []
    for entry in entries:
        old, new = codes[entry["old"]], names.get(entry["new"])
        if new is not None:
            found.append(Succession(old=old, new=new, on=entry.get("on"), source=entry["source"]))
    return found


@action("parties.division.register", policy=rules.keep_divisions, title=_("登记行政区划"))
def register_division(
    act: Act,
    *,
    name: Annotated[str, Field(min_length=2, max_length=80, title=_("名称"))],
    level: Annotated[Literal["province", "city", "county", "functional"], Field(title=_("级别"))],
    parent: Annotated[str, Field(max_length=80, title=_("上级"))] = "",
    code: Annotated[str, Field(pattern=r"^(\d{6})?$", title=_("行政区划代码"))] = "",
    valid_from: Annotated[dt.date | None, Field(title=_("起始"))] = None,
    source: Source,
) -> Division:
    """Enter a division. A code that is not known stays empty; none is invented, and none is borne by two at a time."""
    if code and queries.divisions(valid_from).filter(code=code).exists():
        raise BadInput("is borne by another division", field="code", found=code)
    above = queries.division(parent) if parent else None
    return act.create(
        Division(code=code, name=name, level=level, parent=above, valid_from=valid_from, source=source)
    )


@action("parties.division.succeed", policy=rules.keep_divisions, title=_("登记区划承接"))
def succeed(
    act: Act,
    *,
    old: Annotated[str, Field(min_length=2, max_length=80, title=_("原区划"))],
    new: Annotated[str, Field(min_length=2, max_length=80, title=_("现区划"))],
    on: Annotated[dt.date, Field(title=_("日期"))],
    source: Source,
) -> Succession:
    """State that a division ended and another took over its territory."""
    before, after = queries.division(old), queries.division(new)
    if before.pk == after.pk:
        raise BadInput("succeeds itself", field="new", found=new)
    act.update(before, valid_to=on)
    made = act.create(Succession(old=before, new=after, on=on, source=source))
    act.about(made)
    return made
