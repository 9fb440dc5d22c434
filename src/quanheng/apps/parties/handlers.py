"""What this app does when something happened: notices to those who must act or want to know."""

from __future__ import annotations

from quanheng.apps.parties import queries
from quanheng.apps.parties.events import CodeIssued, OrganisationApplied, OrganisationDecided
from quanheng.apps.records import notices
from quanheng.apps.records.events import subscribe


@subscribe("parties.organisation.applied", "parties.tell_officers")
def tell_officers(happened: OrganisationApplied) -> None:
    """The officers who may decide learn that a unit registered itself."""
    unit = queries.organisation(happened.organisation)
    text = f"{happened.name}申请注册，请确认"
    notices.notify_all(
        queries.officers_of(unit), "parties.organisation.applied", text, f"/parties/organisations/{unit.pk}/"
    )


@subscribe("parties.organisation.decided", "parties.tell_unit")
def tell_unit(happened: OrganisationDecided) -> None:
    """The people of the unit learn what was decided."""
    unit = queries.organisation(happened.organisation)
    text = (
        f"{happened.name}的注册已确认"
        if happened.confirmed
        else f"{happened.name}的注册没有通过：{happened.reason}"
    )
    people = [m.person for m in unit.members.select_related("person")]
    notices.notify_all(people, "parties.organisation.decided", text)


@subscribe("parties.code.issued", "parties.tell_person")
def tell_person(happened: CodeIssued) -> None:
    """Whose password can be set by a code learns who issued it: a code that he did not ask for is an attack."""
    person = queries.by_id(happened.person)
    text = f"{happened.by}签发了设置你密码的一次性口令；不是你要的，请告诉安全管理员"
    notices.notify_all([person] if person else [], "parties.code.issued", text)
