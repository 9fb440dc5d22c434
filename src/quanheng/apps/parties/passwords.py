"""What a password must be: the rules of the settings, answered in the words of the house."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from quanheng.apps.parties.models import Person
from quanheng.errors import BadInput, Problem


def strong(password: str, person: Person) -> None:
    """Refuse a password that the rules of the installation find too weak for this person."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput(Problem(message, field="password") for message in error.messages) from None
