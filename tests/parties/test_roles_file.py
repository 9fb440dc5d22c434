"""The file of roles is read strictly: each slip is named with its place, and none is let through."""

from __future__ import annotations

from importlib import resources

import pytest
import yaml

from quanheng.apps.parties import roles
from quanheng.errors import BadInput

TEXT = (resources.files("quanheng.apps.parties") / "roles.yaml").read_text(encoding="utf-8")


def changed(edit) -> str:
    content = yaml.safe_load(TEXT)
    edit(content)
    return yaml.safe_dump(content, allow_unicode=True)


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (lambda c: c["roles"]["expert"].update(staf=True), "roles.expert.staf"),
        (lambda c: c["roles"]["expert"].pop("name"), "roles.expert.name"),
        (lambda c: c["roles"]["expert"].update(organisations=["ministry"]), "roles.expert.organisations.0"),
        (lambda c: c["roles"]["expert"].update(organisations=[]), "roles.expert.organisations"),
        (lambda c: c["roles"]["expert"].update(given_by="anybody"), "roles.expert.given_by"),
        (lambda c: c["separation"][0].update(among=["system_admin"]), "separation.0.among"),
        (lambda c: c["separation"][0].update(among=["system_admin", "sistem"]), "separation.0.among"),
        (lambda c: c["separation"][0].pop("cite"), "separation.0.cite"),
        (lambda c: c["separation"][0].update(verified="perhaps"), "separation.0.verified"),
        (lambda c: c["separation"][0].update(kind="role"), "separation.0.kind"),
        (lambda c: c.update(deputy_days=0), "deputy_days"),
        (lambda c: c.update(extra=1), "extra"),
        (lambda c: c.pop("separation"), "separation"),
    ],
)
def test_a_slip_is_named_with_file_and_place(edit, place) -> None:
    with pytest.raises(BadInput) as bad:
        roles.read(changed(edit), "mine.yaml")
    assert (bad.value.problems[0].file, bad.value.problems[0].field) == ("mine.yaml", place)


@pytest.mark.parametrize("text", ["roles: [", "", "- a", "\0", "&a [*a]"])
def test_what_is_no_such_file_is_refused(text) -> None:
    with pytest.raises(BadInput, match="mine.yaml"):
        roles.read(text, "mine.yaml")


def test_every_role_can_be_held_somewhere_and_every_rule_cites_a_norm() -> None:
    book = roles.book()
    assert all(role.organisations and role.name and role.name_en for role in book.roles.values())
    assert all(rule.cite and rule.reason for rule in book.separation)


def test_an_unknown_role_is_named_with_those_that_exist() -> None:
    with pytest.raises(BadInput, match="bureau_officer"):
        roles.named("king")
