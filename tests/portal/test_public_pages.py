"""What a visitor sees: two sentences, three ways on, and public fields of confirmed organisations only."""

from __future__ import annotations

import lxml.html
import pytest
from tests.web_pages import world as made

from quanheng.apps.parties import actions
from quanheng.apps.portal import queries
from quanheng.apps.records.classify import levels


@pytest.fixture
def units(db):
    return made.build()


def tree(response):
    return lxml.html.document_fromstring(response.content.decode())


def test_the_public_home_offers_search_registration_and_sign_in(db, client):
    document = tree(client.get("/"))
    assert document.xpath("//main//form[@role='search']/@action") == ["/public/organisations/"]
    assert {"/accounts/register/", "/accounts/login/"} <= set(document.xpath("//main//a/@href"))


def test_the_public_home_shows_no_figures(db, client):
    words = "".join(
        tree(client.get("/")).xpath("//main/div[@class='qh-front']//text()|//main/section//text()")
    )
    assert not any(character.isdigit() for character in words)


def test_the_public_home_asks_the_database_nothing(db, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/")


@pytest.mark.parametrize(("query", "found"), [("热电", ["南山热电有限公司"]), ("没有这家", [])])
def test_organisations_are_found_by_a_part_of_their_name(units, client, query, found):
    rows = tree(client.get(f"/public/organisations/?q={query}")).xpath("//tbody/tr/th")
    assert [row.text_content() for row in rows] == found


@pytest.mark.parametrize("state", ["pending", "rejected", "closed"])
def test_only_confirmed_organisations_are_public(units, state):
    unit = actions.register_organisation(
        actions.SYSTEM, code="X1", name="某单位", kind="enterprise", authority="SCJ"
    )
    assert queries.organisations().filter(pk=unit.pk).exists()
    type(unit).objects.filter(pk=unit.pk).update(state=state)
    assert not queries.organisations().filter(pk=unit.pk).exists()


def test_every_field_shown_to_the_public_is_classified_as_public(units):
    from quanheng.apps.parties.models import Organisation
    from quanheng.apps.portal.tables import OrganisationTable

    shown = {str(column.accessor).split("__")[0] for column in OrganisationTable([]).columns}
    assert {levels(Organisation)[name] for name in shown} == {"public"}


def test_an_internal_field_does_not_leave_with_the_public_list(units, client):
    actions.change_organisation(actions.SYSTEM, organisation="PLANT", address="保密路 7 号")
    assert "保密路" not in client.get("/public/organisations/").content.decode()
    assert "保密路" not in str(client.get("/public/organisations/?export=xlsx").content)
