"""Acts on certificates: entering one, replacing it by a newer one, revoking it. None of them rewrites one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.laboratory import effects, policy
from quanheng.apps.laboratory.actions.instruments import _use
from quanheng.apps.laboratory.actions.words import Basis, Named, Reason, Unit, _not_after, _ordered
from quanheng.apps.laboratory.events import CertificateReplaced, CertificateRevoked
from quanheng.apps.laboratory.models import Certificate
from quanheng.apps.laboratory.queries import certificate_named, instrument_named
from quanheng.apps.laboratory.tables_of_results import (
    CalibrationPoint,
    CorrectionPoint,
    StandardGiven,
    as_errors,
    refuse_unfit,
)
from quanheng.apps.laboratory.units import conversion
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput


@action("laboratory.certificate.enter", policy=policy.enter_certificate, title=_("录入证书"))
def enter_certificate(
    act: Act,
    *,
    issuer: Annotated[str, Field(title=_("出具单位"))],
    number: Annotated[str, Field(min_length=1, max_length=60, title=_("证书编号"))],
    kind: Annotated[Literal["verification", "calibration", "test"], Field(title=_("种类"))],
    owner: Annotated[str, Field(title=_("器具所属单位"))],
    instrument: Annotated[str, Field(title=_("器具编号"))],
    issued_on: Annotated[dt.date, Field(title=_("签发日期"))],
    valid_from: Annotated[dt.date, Field(title=_("生效日期"))],
    unit: Unit,
    basis: Annotated[Basis, Field(title=_("误差的表示"))],
    range_low: Annotated[Decimal, Field(title=_("范围下限"))],
    range_high: Annotated[Decimal, Field(title=_("范围上限"))],
    points: Annotated[
        list[CalibrationPoint] | None, Field(max_length=200, title=_("校准点（示值误差）"))
    ] = None,
    corrections: Annotated[
        list[CorrectionPoint] | None, Field(max_length=200, title=_("校准点（修正值）"))
    ] = None,
    valid_until: Annotated[dt.date | None, Field(title=_("有效期至"))] = None,
    environment: Annotated[str, Field(max_length=200, title=_("环境条件"))] = "",
    standards: Annotated[str, Field(max_length=300, title=_("所用计量标准"))] = "",
    traced_to: Annotated[list[StandardGiven] | None, Field(max_length=50, title=_("所用标准的证书"))] = None,
) -> Certificate:
    """Enter what a certificate states; a value that it does not state is not guessed."""
    held = instrument_named(owner, instrument)
    _ordered("range_high", range_low, range_high)
    _ordered("valid_until", valid_from, valid_until or valid_from)
    _not_after("issued_on", issued_on, timezone.localdate(act.at))
    if unit != held.unit:
        conversion(unit, held.unit)
    gives, lines = as_errors(points or [], corrections or [])
    refuse_unfit(lines, basis, range_low, range_high)
    by_issuer = policy.of_issuer(act.actor, issuer).ok
    made = act.create(
        Certificate(
            owner=parties.organisation(issuer),
            number=number,
            kind=kind,
            instrument=held,
            issued_on=issued_on,
            valid_from=valid_from,
            valid_until=valid_until,
            unit=unit,
            basis=basis,
            gives=gives,
            points=[point.model_dump() for point in lines],
            range_low=range_low,
            range_high=range_high,
            standards=standards or "；".join(one.name for one in traced_to or [])[:300],
            environment=environment,
            entered_by=Certificate.EnteredBy.ISSUER if by_issuer else Certificate.EnteredBy.HOLDER,
            entered_people=policy.people_of(act.actor),
            known_from=act.at,
        )
    )
    _name_standards(act, made, traced_to or [])
    return made


def _name_standards(act: Act, made: Certificate, named: Sequence[StandardGiven]) -> None:
    for n, one in enumerate(named, 1):
        if one.certificate == made.name:
            raise BadInput("names itself as its standard", field="traced_to", row=n, found=one.certificate)
        act.create(_use(one, n, owner=made.owner, certificate=made))


@action(
    "laboratory.certificate.confirm",
    policy=policy.confirm_certificate,
    title=_("确认证书"),
    note=_("逐项对照出具的证书：录入的编号、日期、范围和校准点与它一致，才确认。不一致的不要确认，请撤销。"),
)
def confirm_certificate(act: Act, *, certificate: Named) -> Certificate:
    """The issuer stands for a certificate that the holder of the instrument entered from paper."""
    stored = _in_force(certificate)
    if not stored.unconfirmed:
        raise BadInput(
            "needs no confirmation", field="certificate", found=str(stored.get_entered_by_display())
        )
    act.update(
        stored,
        entered_by=Certificate.EnteredBy.CONFIRMED,
        confirmed_by=act.actor.urn,
        confirmed_at=act.at,
    )
    return stored


def _consequences(kind: Literal["revoked", "replaced"]) -> Any:
    def told(actor: Any, given: Any) -> list[str]:
        return effects.lines(effects.foretold(actor, given.certificate, kind))

    return told


@action(
    "laboratory.certificate.revoke",
    policy=policy.end_certificate,
    title=_("撤销证书"),
    irreversible=True,
    consequences=_consequences("revoked"),
)
def revoke_certificate(act: Act, *, certificate: Named, reason: Reason) -> Certificate:
    """Take back a certificate. It stays readable, and everything that used it is found."""
    stored = _in_force(certificate)
    act.update(
        stored,
        state=Certificate.State.REVOKED,
        ended_on=timezone.localdate(act.at),
        ended_at=act.at,
        reason=reason,
    )
    act.emit(
        CertificateRevoked(
            certificate=str(stored.pk), name=certificate, reason=reason, version=stored.state, at=act.at
        )
    )
    return stored


@action(
    "laboratory.certificate.replace",
    policy=policy.end_certificate,
    title=_("以新证书替换"),
    note=_("先录入新证书，再用它替换旧的。旧证书仍可查看。"),
    irreversible=True,
    consequences=_consequences("replaced"),
)
def replace_certificate(
    act: Act,
    *,
    certificate: Named,
    by: Annotated[Named, Field(title=_("新证书（出具单位/编号）"))],
    reason: Reason,
) -> Certificate:
    """Put a newer certificate of the same issuer and instrument in the place of an older one."""
    old, new = _in_force(certificate), _in_force(by, "by")
    _refuse_other(old, new)
    act.update(
        old,
        state=Certificate.State.REPLACED,
        ended_on=timezone.localdate(act.at),
        ended_at=act.at,
        reason=reason,
        replaced_by=new,
    )
    act.emit(
        CertificateReplaced(
            certificate=str(old.pk),
            name=certificate,
            by=str(new.pk),
            by_name=by,
            reason=reason,
            version=old.state,
            at=act.at,
        )
    )
    return old


def _in_force(name: str, field: str = "certificate") -> Certificate:
    stored = certificate_named(name, field)
    if stored.state != Certificate.State.VALID:
        raise BadInput("is not in force", field=field, found=str(stored.get_state_display()))
    return stored


def _refuse_other(old: Certificate, new: Certificate) -> None:
    """Only the same issuer replaces its own certificate of the same instrument, and by its own entry."""
    if old.pk == new.pk:
        raise BadInput("is the same certificate", field="by", found=new.name)
    if old.owner_id != new.owner_id:
        raise BadInput("is of another issuer", field="by", found=new.name, expected=old.owner.code)
    if old.instrument_id != new.instrument_id:
        raise BadInput(
            "is of another instrument", field="by", found=str(new.instrument), expected=str(old.instrument)
        )
    if new.unconfirmed:
        raise BadInput("was neither entered nor confirmed by its issuer", field="by", found=new.name)
