"""Who reads the paper of a certificate and who may replace it; what the home of the issuer's people offers; checks."""

from __future__ import annotations

import lxml.html
import pytest
from tests.api.world import Program, World
from tests.carbon import world
from tests.laboratory.test_foreign_tables import CHECK_MAPPING, take_in
from tests.laboratory.test_foreign_tables import given as files
from tests.laboratory.test_pages import browser, text_of

from quanheng.apps.laboratory.models import Check
from quanheng.apps.parties import actions as parties_acts
from quanheng.apps.parties import queries as parties
from quanheng.apps.records import actions as records
from quanheng.apps.records import queries as read
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.registries import shortcuts
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Refused

TABLE = [("5", "0.1", "0.2"), ("15", "0.1", "0.2")]


@pytest.fixture
def papers(cast, tmp_path):
    """One certificate with a paper of its issuer and one of the holder; a second plant with a certificate and paper."""
    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    certificate = world.certificate(cast["technician"], "N-1", "AN", "%", TABLE, ("5", "15"))
    brought = {
        login: _bring(cast[login], certificate, tmp_path, f"{login}.txt") for login in ("technician", "clerk")
    }
    return cast, certificate, brought


def _bring(actor, certificate, folder, name: str):
    path = folder / name
    path.write_text(f"paper of {name}\n", encoding="utf-8")
    return records.add_attachment(actor, object=urn_of(certificate), kind="证书", file=Upload.local(path))


def _officer_of_another_bureau():
    parties_acts.register_organisation(SYSTEM, code="BUR2", name="另一市局", kind="bureau")
    parties_acts.register_person(SYSTEM, login="far", name="far", organisation="BUR2")
    parties_acts.grant_role(SYSTEM, login="far", organisation="BUR2", role="bureau_officer")
    return parties.actor_for(parties.person("far"))


def test_who_sees_the_certificate_reads_its_papers_and_nobody_else(papers) -> None:
    cast, certificate, brought = papers
    everybody = {**cast, "far": _officer_of_another_bureau()}
    both = {one.pk for one in brought.values()}
    seen = {
        login: {row.pk for row in read.attachments(actor, urn_of(certificate))}
        for login, actor in everybody.items()
    }
    allowed = {"technician", "signatory", "clerk", "officer"}
    assert seen == {login: both if login in allowed else set() for login in everybody}


def test_download_answers_the_holder_and_hides_from_strangers(papers) -> None:
    _cast, _certificate, brought = papers
    address = f"/records/files/{brought['technician'].pk}/"
    assert b"".join(browser("clerk").get(address)) == b"paper of technician.txt\n"
    assert [browser(login).get(address).status_code for login in ("neighbour", "stranger")] == [404, 404]


def test_rule_of_certificates_opens_no_paper_of_other_things(papers, tmp_path) -> None:
    """The issuer sees the instrument of the plant, not what is attached to the plant or to another certificate."""
    cast, _certificate, _brought = papers
    elsewhere = world.certificate(cast["clerk"], "X-1", "AN", "%", TABLE, ("5", "15"), issuer="LAB2")
    paper = _bring(cast["clerk"], elsewhere, tmp_path, "other.txt")
    assert paper.pk not in {row.pk for row in read.attachments(cast["technician"])}
    assert paper.pk in {
        row.pk for row in read.attachments(cast["stranger"])
    }  # its issuer, who may confirm it


def test_reading_a_paper_is_no_right_to_replace_it(papers, tmp_path) -> None:
    """A newer version in the hands of the holder would pass for the issuer's on the public page."""
    cast, _certificate, brought = papers
    path = tmp_path / "forged.txt"
    path.write_text("forged\n", encoding="utf-8")
    for login, theirs in (("clerk", "technician"), ("technician", "clerk")):
        with pytest.raises(Refused, match="只有提交这份文件的单位"):
            records.replace_attachment(cast[login], attachment=brought[theirs].pk, file=Upload.local(path))
        with pytest.raises(Refused, match="只有提交材料的单位"):
            records.declare(cast[login], attachments=[brought[theirs].pk])
    with pytest.raises(BadInput, match="unknown attachment"):
        records.replace_attachment(cast["neighbour"], attachment=brought["clerk"].pk, file=Upload.local(path))
    newer = records.replace_attachment(
        cast["technician"], attachment=brought["technician"].pk, file=Upload.local(path)
    )
    assert newer.owner_id == brought["technician"].owner_id


def test_papers_name_the_organisation_that_brought_them(papers) -> None:
    _cast, certificate, _brought = papers
    shown = text_of(browser("officer").get(f"/laboratory/certificates/{certificate.pk}/"))
    assert "technician.txt示例计量院" in shown.replace(" ", "") and "clerk.txt示例热电厂" in shown.replace(
        " ", ""
    )
    assert "urn:quanheng:parties:person" not in shown


def test_home_of_the_issuers_people_offers_to_enter_and_to_import_certificates(cast) -> None:
    titles = {login: [one.title for one in shortcuts.collect(actor)] for login, actor in cast.items()}
    both = ["录入证书", "导入证书"]
    issuers = ("technician", "signatory", "stranger")
    assert {login for login, offered in titles.items() if offered == both} == set(issuers)
    assert not any("证书" in title for login in ("clerk", "officer", "neighbour") for title in titles[login])
    client = browser("technician")
    home = lxml.html.document_fromstring(client.get("/").content.decode())
    links = [link for link in home.xpath("//a/@href") if link.startswith("/do/")]
    assert len(links) == len(set(links)), "no form is offered twice"
    for one in shortcuts.collect(cast["technician"]):
        assert one.url in links and client.get(one.url).status_code == 200
    assert 'value="LAB"' in client.get(shortcuts.collect(cast["technician"])[0].url).content.decode()


def test_home_of_who_works_for_two_issuers_says_for_which_one(cast) -> None:
    parties_acts.join(SYSTEM, login="technician", organisation="LAB2")
    parties_acts.grant_role(SYSTEM, login="technician", organisation="LAB2", role="technician")
    titles = [one.title for one in shortcuts.collect(parties.actor_for(parties.person("technician")))]
    assert sorted(titles) == sorted(
        f"{act}：{lab}" for act in ("录入证书", "导入证书") for lab in ("示例计量院", "另一家计量院")
    )


def test_programs_list_checks_that_their_person_may_see(cast, tmp_path) -> None:
    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    table = "test,day,level,ref,ind\nT-1,2023-01-01,LOW,5,5.1\n"
    take_in(cast["clerk"], *files(tmp_path, table, CHECK_MAPPING))
    (check,) = Check.objects.all()
    listed = {login: _key(login).get("laboratory/checks").json()["items"] for login in ("clerk", "neighbour")}
    assert [one["number"] for one in listed["clerk"]] == ["T-1"] and listed["neighbour"] == []
    found = _key("clerk").get(f"laboratory/checks/{check.pk}")
    assert found.status_code == 200 and found.json()["points"] == check.points
    assert _key("neighbour").get(f"laboratory/checks/{check.pk}").status_code == 404


def _key(login: str) -> Program:
    keeper = World.__new__(World)
    keeper.units = {name: unit for name, unit, _role in world.PEOPLE}
    return keeper.key(login)
