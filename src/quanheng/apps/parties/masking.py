"""Who sees personal data in full, and what all others see of them: one place for pages and programs.

In full: the person himself, and a manager of an organisation where the person works. The form of what the others
see stands in the first app, since every app has personal data.
"""

from __future__ import annotations

from typing import Any

from quanheng.apps.parties.models import Person
from quanheng.apps.parties.policy import people_of
from quanheng.apps.records.action import System
from quanheng.apps.records.fields import masked

PERSONAL = ("phone", "email", "id_number")


class Reader:
    """What one actor sees of people; his own people are asked for once, however many follow."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self._people: frozenset[Any] | None = None

    def sees(self, pk: Any) -> bool:
        """Whether the personal data of this person are shown to the actor in full."""
        if self._people is None:
            self._people = frozenset(people_of(self.actor))
        return isinstance(self.actor, System) or pk in self._people

    def contact(self, person: Person) -> dict[str, str]:
        """Telephone, e-mail and identity number of a person as this actor may read them."""
        found = {name: getattr(person, name) for name in PERSONAL}
        return found if self.sees(person.pk) else {name: str(masked(value)) for name, value in found.items()}


def contact(actor: Any, person: Person) -> dict[str, str]:
    """Telephone, e-mail and identity number of one person as this actor may read them."""
    return Reader(actor).contact(person)
