"""Roles and separation of duties as data: reads `roles.yaml` strictly, so that a slip in it is named and starts nothing.

What this file is not: a policy. Who holds which role is in the database; what a role allows is in the policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any, Literal

import pydantic
import yaml

from quanheng.apps.parties.models import Organisation
from quanheng.errors import ALLOWED, BadInput, Problem, Verdict

FILE = "roles.yaml"
Verified = Literal["none", "one reader", "two readers"]


class _Strict(pydantic.BaseModel):
    """An unknown key is an error, not a hint."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Role(_Strict):
    """Who may hold a role, who gives it, and what comes with it."""

    name: str
    name_en: str
    organisations: tuple[Organisation.Kind, ...] = pydantic.Field(min_length=1)
    staff: bool
    territory: bool = False
    given_by: Literal["security", "manager"] = "security"
    manages: bool = False
    apart: bool = False


class Separation(_Strict):
    """Roles that one person may not hold together, or acts that one person may not do on one paper."""

    kind: Literal["roles", "acts"]
    among: tuple[str, ...] = pydantic.Field(min_length=2)
    reason: str
    cite: str
    verified: Verified


class Access(_Strict):
    """The norm behind a refusal by right."""

    cite: str
    verified: Verified


class Book(_Strict):
    """Everything that the file says."""

    deputy_days: int = pydantic.Field(gt=0)
    access: Access
    roles: dict[str, Role]
    separation: tuple[Separation, ...]


def read(text: str, file: str = FILE) -> Book:
    """The book in a text; raises BadInput that names the file and the place of every slip."""
    try:
        found = Book.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise BadInput("is not YAML", file=file, found=" ".join(str(error).split())[:200]) from None
    except pydantic.ValidationError as error:
        raise BadInput(_problem(one, file) for one in error.errors(include_url=False)) from None
    problems = list(_unknown_roles(found, file))
    if problems:
        raise BadInput(problems)
    return found


def _problem(one: Any, file: str) -> Problem:
    shown = "" if one["type"] == "missing" else str(one.get("input", ""))[:80]
    return Problem(one["msg"], field=".".join(str(part) for part in one["loc"]), file=file, found=shown)


def _unknown_roles(found: Book, file: str) -> Iterator[Problem]:
    for number, rule in enumerate(found.separation):
        for role in rule.among if rule.kind == "roles" else ():
            if role not in found.roles:
                yield Problem("unknown role", field=f"separation.{number}.among", file=file, found=role)


@cache
def book() -> Book:
    """The roles of this release."""
    return read((resources.files("quanheng.apps.parties") / FILE).read_text(encoding="utf-8"))


def named(name: str) -> Role:
    """A role by its code name."""
    found = book().roles.get(name)
    if found is None:
        raise BadInput("unknown role", field="role", found=name, expected=", ".join(book().roles))
    return found


def together(held: Iterable[str], new: str) -> Verdict:
    """Whether a person with these roles may also hold another, and if not, why and by which norm."""
    for rule in book().separation:
        if rule.kind == "roles" and new in rule.among and set(held) & (set(rule.among) - {new}):
            return Verdict(False, rule.reason, rule.cite)
    return ALLOWED


def on_one_paper(done: Iterable[str], act: str) -> Verdict:
    """Whether somebody who did these acts on a paper may also do another on it."""
    before = set(done)
    for rule in book().separation:
        if rule.kind == "acts" and act in rule.among and before & (set(rule.among) - {act}):
            return Verdict(False, rule.reason, rule.cite)
    return ALLOWED
