"""Bases for the tests of any app: what every list, every act and every interface must keep, told once.

An app's tests derive from `ListPageCase` with an address and whom it is shown to, call `assert_open_to` with a line of
a permission table, and `assert_same_refusal` with an act. The people are those of `tests/parties/cast.py`.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from typing import Any

import lxml.html
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from tests.parties import cast

from quanheng.apps.parties.models import Person
from quanheng.apps.records.action import REGISTRY, judge, perform, read_input
from quanheng.apps.records.pages import shown_text
from quanheng.errors import BadInput, Refused

MOST_QUERIES = 12


def signed_in(login: str) -> Client:
    """A browser in which this person has signed in with everything that his roles ask for."""
    person = Person.objects.get(login=login)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["factor_checked"] = [str(person.pk), int(time.time())]
    session.save()
    return client


def page(client: Client, address: str) -> lxml.html.HtmlElement:
    """A page that must be there, as a tree."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return lxml.html.fromstring(answer.content.decode())


def screen(tree: lxml.html.HtmlElement) -> list[list[str]]:
    """The table of a page as texts, its head first; columns without a head hold buttons."""
    (table,) = tree.xpath("//main//table[thead/tr/th]")
    heads = [
        _words(th).rstrip(" ↓↑") for th in table.xpath("./thead/tr[1]/th")
    ]  # the arrow is the order, no word
    kept = [n for n, head in enumerate(heads) if head]
    rows = [[_words(cell) for cell in tr.xpath("./td|./th")] for tr in table.xpath("./tbody/tr")]
    return [[heads[n] for n in kept], *[[row[n] for n in kept] for row in rows]]


def _words(cell: lxml.html.HtmlElement) -> str:
    inside = (cell.text or "") + "".join(lxml.html.tostring(part, encoding="unicode") for part in cell)
    return shown_text(inside)


def excel(client: Client, address: str) -> list[list[str]]:
    """The same list as its Excel file gives it."""
    mark = "&" if "?" in address else "?"
    answer = client.get(f"{address}{mark}export=xlsx")
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.content)).active
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


class ListPageCase:
    """What every list page keeps. Derive, set the attributes, and fill the list in a fixture named `filled`.

    address: the page. reader: a login who sees the rows; mine: a text in each of his rows. stranger: a login who must
    not see that text; the page may be refused to him.
    """

    address = ""
    reader = ""
    stranger = ""
    mine = ""
    most_queries = MOST_QUERIES

    @pytest.fixture
    def filled(self) -> None:
        """Override: the people of the cast, and rows in the list."""
        raise NotImplementedError

    def test_the_list_shows_its_rows(self, filled) -> None:
        assert self.mine in page(signed_in(self.reader), self.address).text_content()

    def test_a_visitor_is_led_to_the_door(self, filled) -> None:
        answer = Client().get(self.address)
        assert answer.status_code == 302
        assert reverse("account_login") in answer["Location"]

    def test_a_stranger_sees_none_of_it_on_the_page_or_in_the_file(self, filled) -> None:
        client = signed_in(self.stranger)
        for address in (self.address, f"{self.address}?export=xlsx"):
            answer = client.get(address)
            assert answer.status_code in (200, 403, 404)
            assert self.mine not in answer.content.decode("utf-8", "replace")
        if client.get(self.address).status_code == 200:
            assert not any(self.mine in text for row in excel(client, self.address) for text in row)

    def test_the_list_takes_few_queries(self, filled) -> None:
        client = signed_in(self.reader)
        client.get(self.address)  # what the first request of a session asks once
        with CaptureQueriesContext(connection) as asked:
            client.get(self.address)
        shown = "\n".join(query["sql"][:160] for query in asked.captured_queries)
        assert len(asked) <= self.most_queries, shown

    def test_excel_equals_the_screen(self, filled) -> None:
        client = signed_in(self.reader)
        assert excel(client, self.address) == screen(page(client, self.address))


def assert_open_to(verb: str, values: dict[str, Any], logins: Iterable[str] | str) -> None:
    """One line of a permission table: this act is open to these people of the cast and to nobody else."""
    allowed = set(logins.split() if isinstance(logins, str) else logins)
    spec = REGISTRY[verb]
    given = read_input(spec, values)
    found = {login for login in cast.EVERYBODY if _may(spec, cast.actor(login), given)}
    assert found == allowed, (
        f"{verb}: also open to {sorted(found - allowed)}, closed to {sorted(allowed - found)}"
    )


def _may(spec: Any, actor: Any, given: Any) -> bool:
    try:
        return judge(spec, actor, given).ok
    except BadInput:
        return False  # what an actor may not see does not exist for him


def assert_same_refusal(login: str, verb: str, values: dict[str, Any]) -> None:
    """The act and its page refuse a person with the same reason and article (`tests/api` holds the interface to it)."""
    with pytest.raises(Refused) as refusal:
        perform(REGISTRY[verb], cast.actor(login), values)
    verdict = refusal.value.verdict
    answer = signed_in(login).post(reverse("do", args=[verb]), values)
    assert answer.status_code == 403
    for words in (verdict.reason, verdict.cite):
        assert words in answer.content.decode()
