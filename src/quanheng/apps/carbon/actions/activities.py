"""Activity data: streams of fuel and of bought energy, and their months. A corrected month is a new version."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.carbon import policy
from quanheng.apps.carbon.actions.words import Reason, SiteCode
from quanheng.apps.carbon.activity import files as activity_files
from quanheng.apps.carbon.activity import queries as activity_queries
from quanheng.apps.carbon.activity import values as activity_values
from quanheng.apps.carbon.activity.events import ActivityChanged
from quanheng.apps.carbon.activity.models import ActivityFile, ActivityMonth, ActivityStream
from quanheng.apps.carbon.activity.periods import key_of, month_of, version_of
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.action import Act, action, read_input
from quanheng.apps.records.files import store
from quanheng.apps.records.uploads import Upload
from quanheng.apps.records.workbooks import placed, plain
from quanheng.errors import BadInput, Problem

StreamCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", title=_("活动数据编号"))]
InstrumentCode = Annotated[str, Field(max_length=40)]
Percent = Annotated[Decimal | None, Field(ge=0, le=100, max_digits=9)]
ENERGY_OF = {"electricity": "active_energy", "heat": "heat_energy"}
ANALYSIS = ("carbon", "basis", "moisture_ar", "moisture_ad", "ncv", "oxidation")
MONTH = ("amount", "unit", *ANALYSIS, "analysed_on", "report")
PROBLEMS_KEPT = 200


# ---- streams ---------------------------------------------------------------------------------------------------


@action("carbon.stream.register", policy=policy.keep_site, title=_("登记活动数据"))
def register_stream(
    act: Act,
    *,
    site: SiteCode,
    code: StreamCode,
    name: Annotated[str, Field(min_length=1, max_length=120, title=_("名称"))],
    kind: Annotated[Literal["fuel", "electricity", "heat"], Field(title=_("种类"))],
    fuel: Annotated[
        str, Field(max_length=40, title=_("燃料品种"), description=_("按指南的名称，如 燃煤、烟煤、天然气"))
    ] = "",
    defaults: Annotated[
        str,
        Field(
            max_length=200,
            title=_("缺省值的出处"),
            description=_("指南 | 版本；燃料必填，没有实测时取它的缺省值"),
        ),
    ] = "",
    ratio: Annotated[Literal["44/12", "44.0095/12.0107"], Field(title=_("CO₂ 与碳的质量比"))] = "44/12",
    factor: Annotated[
        str,
        Field(
            max_length=300,
            title=_("排放因子的出处"),
            description=_("出处 | 版本 | 表 | 项 | 条件；外购电力和热力必填"),
        ),
    ] = "",
    point: Annotated[
        str,
        Field(max_length=40, title=_("测点"), description=_("每小时有读数的外购能源才填；不填就按月录入")),
    ] = "",
    meter: Annotated[InstrumentCode, Field(title=_("计量器具"))] = "",
    analyser: Annotated[InstrumentCode, Field(title=_("元素碳分析仪器"))] = "",
    calorimeter: Annotated[InstrumentCode, Field(title=_("发热量分析仪器"))] = "",
    sampling: Annotated[
        Decimal | None, Field(ge=0, max_digits=9, title=_("采制样的相对标准不确定度（%）"))
    ] = None,
) -> ActivityStream:
    """Describe a fuel that is burnt or an energy that is bought: what measures it, and which norm values it takes."""
    place = monitoring.site_named(site)
    burnt = kind == "fuel"
    _refuse_unfit(act.given, burnt)
    if burnt:
        activity_values.defaults_of(defaults, fuel, act.at.date())
    else:
        activity_values.factor_of(factor, kind, act.at.date())
    if point:
        _refuse_other_point(place, point, kind, meter)
    held = {
        role: laboratory.instrument_named(place.owner.code, held) if held else None
        for role, held in (("meter", meter), ("analyser", analyser), ("calorimeter", calorimeter))
    }
    return act.create(
        ActivityStream(
            owner=place.owner,
            site=place,
            code=code,
            name=name,
            kind=kind,
            fuel=fuel,
            defaults=defaults,
            ratio=ratio if burnt else "",
            factor=factor,
            point=point,
            sampling=sampling,
            known_from=act.at,
            **held,
        )
    )


def _refuse_unfit(given: Any, burnt: bool) -> None:
    """A fuel takes defaults and analyses; a bought energy takes a factor."""
    wanted = ("fuel", "defaults") if burnt else ("factor",)
    strange = ("factor", "point") if burnt else ("fuel", "defaults", "analyser", "calorimeter", "sampling")
    problems = [Problem("is not stated", field=name) for name in wanted if not getattr(given, name)]
    problems += [
        Problem("does not belong to this kind", field=name, found=str(getattr(given, name)))
        for name in strange
        if getattr(given, name)
    ]
    if problems:
        raise BadInput(problems)


def _refuse_other_point(site: Any, code: str, kind: str, meter: str) -> None:
    """Energy read by the hour at a point: the meters are those that stood there, so none is named here."""
    found = monitoring.point_named(site, code)
    if found.quantity != ENERGY_OF[kind]:
        raise BadInput(
            "measures another quantity", field="point", found=found.quantity, expected=ENERGY_OF[kind]
        )
    if found.interval != 3600:
        raise BadInput("is not read every hour", field="point", found=f"every {found.interval} s")
    if meter:
        raise BadInput("is told by the installations at the point", field="meter", found=meter)


@action("carbon.stream.stop", policy=policy.keep_site, title=_("停用活动数据"))
def stop_stream(act: Act, *, site: SiteCode, stream: StreamCode, reason: Reason) -> ActivityStream:
    """Take a stream out of later figures, for example to enter it anew with another factor. Earlier figures keep it."""
    found = activity_queries.stream_named(monitoring.site_named(site), stream)
    act.extra = {"reason": reason}
    return act.update(found, known_to=act.at)


# ---- months ----------------------------------------------------------------------------------------------------


@action("carbon.activity.enter", policy=policy.keep_site, title=_("录入活动数据月值"))
def enter_month(
    act: Act,
    *,
    site: SiteCode,
    stream: StreamCode,
    year: Annotated[int, Field(ge=1990, le=2100, title=_("年"))],
    month: Annotated[int, Field(ge=1, le=12, title=_("月"))],
    amount: Annotated[Decimal, Field(ge=0, max_digits=18, title=_("数量"))],
    unit: Annotated[str, Field(min_length=1, max_length=20, title=_("单位"))],
    carbon: Annotated[Percent, Field(title=_("元素碳含量（%）"))] = None,
    basis: Annotated[Literal["", "ar", "ad", "d"], Field(title=_("基准"))] = "",
    moisture_ar: Annotated[Percent, Field(title=_("全水分（%）"))] = None,
    moisture_ad: Annotated[Percent, Field(title=_("空干基水分（%）"))] = None,
    ncv: Annotated[Decimal | None, Field(gt=0, max_digits=9, title=_("低位发热量"))] = None,
    oxidation: Annotated[Percent, Field(title=_("碳氧化率（%）"))] = None,
    analysed_on: Annotated[dt.date | None, Field(title=_("分析日期"))] = None,
    report: Annotated[str, Field(max_length=80, title=_("检测报告编号"))] = "",
) -> ActivityMonth:
    """Enter a month of a stream, or correct it: what was known before stays readable, and so does what stands on it."""
    made = _kept(act, monitoring.site_named(site), act.given, None, None)
    act.about(made)  # not the version that it ended
    return made


def _rows(actor: Any, given: Any) -> Any:
    """Read the file before the transaction; a file that is no table of this form lands nothing."""
    rows = activity_files.rows_of(given.file)
    store().put(given.file.path)
    return rows


@action("carbon.activity.take_in", policy=policy.keep_site, title=_("导入活动数据月值"), prepare=_rows)
def take_in_months(
    act: Act, *, site: SiteCode, file: Annotated[Upload, Field(title=_("文件（Excel 或 CSV）"))]
) -> ActivityFile:
    """Take in the months of a file. Good rows are kept, bad ones are listed with their reason."""
    place, sha256 = monitoring.site_named(site), file.sha256()
    good, problems, refused = _judged(place, act.prepared, file.name, act.at)
    if not good:
        raise BadInput(problems)
    act.files.add(sha256)
    kept = act.create(
        ActivityFile(
            owner=place.owner,
            site=place,
            name="".join(c if c.isprintable() else "\ufffd" for c in file.name)[:200],
            file=sha256,
            rows=len(good),
            refused=refused,
            problems=[problem.as_dict() for problem in problems[:PROBLEMS_KEPT]],
            received_at=act.at,
        )
    )
    for number, values in good:
        _kept(act, place, values, kept, number)
    return kept


def _judged(
    site: Any, rows: Any, name: str, at: dt.datetime
) -> tuple[list[tuple[int, Any]], list[Problem], int]:
    """The rows that can be kept, and what is wrong with the others."""
    good, problems, refused = [], [], 0
    seen: dict[tuple[str, int, int], int] = {}
    for number, cells in rows:
        try:
            values = _values(site, cells, at)
            key = (values.stream, values.year, values.month)
            if key in seen:
                raise BadInput(
                    "this month stands in the file twice", field="month", found=f"also row {seen[key]}"
                )
            seen[key] = number
            good.append((number, values))
        except BadInput as error:
            refused += 1
            problems += [placed(problem, activity_files.SHEET, name, number) for problem in error.problems]
    return good, problems, refused


def _values(site: Any, cells: dict[str, Any], at: dt.datetime) -> Any:
    if cells.get(""):
        raise BadInput(str(cells[""]), remedy="write numbers without separators between thousands")
    values = read_input(enter_month.spec, {"site": site.code, **plain(activity_files.SHEET, cells)})
    stream = activity_queries.stream_named(site, values.stream)
    _content(stream, values, at)
    _refuse_unchanged(_current(stream, values.year, values.month), _content(stream, values, at))
    return values


def _kept(act: Act, site: Any, values: Any, file: ActivityFile | None, row: int | None) -> ActivityMonth:
    """Keep a month; the version before it ends and stays."""
    stream = activity_queries.stream_named(site, values.stream)
    content = _content(stream, values, act.at)
    before = _current(stream, values.year, values.month)
    _refuse_unchanged(before, content)
    if before is not None:
        act.update(before, known_to=act.at)
    made = act.create(
        ActivityMonth(
            owner=site.owner,
            stream=stream,
            year=values.year,
            month=values.month,
            file=file,
            row=row,
            known_from=act.at,
            replaces=before,
            **content,
        )
    )
    act.emit(_changed(made, act.at))
    return made


def _current(stream: ActivityStream, year: int, month: int) -> ActivityMonth | None:
    return ActivityMonth.objects.filter(stream=stream, year=year, month=month, known_to=None).first()


def _refuse_unchanged(before: ActivityMonth | None, content: dict[str, Any]) -> None:
    if before is not None and all(getattr(before, name) == value for name, value in content.items()):
        raise BadInput("stands so already, nothing was changed", field="month", found=str(before))


def _changed(made: ActivityMonth, at: dt.datetime) -> ActivityChanged:
    first, last = month_of(made.stream.site.time_zone, made.year, made.month)
    words = _("更正月值：%(month)s") if made.replaces_id else _("录入月值：%(month)s")
    site = made.stream.site.code
    told = str(words) % {"month": made}
    return ActivityChanged(
        made.stream.code, site, key_of(site, made), version_of(made), told, at, first, last
    )


def _content(stream: ActivityStream, values: Any, at: dt.datetime) -> dict[str, Any]:
    """What is kept of a month, in the units of its stream; refused by field where it cannot be."""
    if stream.point:
        raise BadInput("is read at a point", field="stream", found=stream.point, remedy="import its readings")
    if month_of(stream.site.time_zone, values.year, values.month)[1] > at:
        found = f"{values.year}-{values.month:02d}"
        raise BadInput("is not over yet", field="month", found=found)
    if stream.kind == ActivityStream.Kind.FUEL:
        _refuse_analysis(stream, values, at.date())
    else:
        given = [name for name in ANALYSIS if getattr(values, name)]
        if given:
            raise BadInput(Problem("belongs to a fuel", field=name) for name in given)
    kept = activity_values.kept_unit(stream, at.date())
    factor = Decimal(repr(activity_values.to_kept(values.unit, kept)))
    content = {name: getattr(values, name) for name in MONTH}
    content |= {"amount": (values.amount * factor).quantize(Decimal("0.000001")), "unit": kept}
    return content


def _refuse_analysis(stream: ActivityStream, values: Any, on: dt.date) -> None:
    """A measured carbon needs its basis and moistures; without one the guideline must give what is missing."""
    defaults = activity_values.defaults_of(stream.defaults, stream.fuel, on)
    if values.carbon is None:
        strange = [name for name in ("basis", "moisture_ar", "moisture_ad") if getattr(values, name)]
        if strange:
            raise BadInput(Problem("is of no use without the carbon content", field=name) for name in strange)
        _refuse_without_defaults(defaults, values)
    elif defaults.unit == activity_values.GAS:
        raise BadInput("a gas is entered by its heating value", field="carbon", found=str(values.carbon))
    else:
        needs = {"ar": (), "ad": ("moisture_ar", "moisture_ad"), "d": ("moisture_ar",), "": ("basis",)}
        absent = [name for name in needs[values.basis] if getattr(values, name) in (None, "")]
        if absent:
            raise BadInput(Problem("is needed with this carbon content", field=name) for name in absent)
        over = [
            n
            for n in ("moisture_ar", "moisture_ad")
            if getattr(values, n) is not None and getattr(values, n) >= 100
        ]
        if over:
            raise BadInput(
                Problem("leaves nothing of the fuel", field=name, expected="below 100 %") for name in over
            )
    if values.oxidation is None and defaults.oxidation is None:
        raise BadInput("is not given by the guideline", field="oxidation", found=stream.defaults)


def _refuse_without_defaults(defaults: activity_values.Defaults, values: Any) -> None:
    if defaults.content is None:
        raise BadInput("is not measured, and the guideline gives no default", field="carbon")
    if values.ncv is None and defaults.ncv is None:
        remedy = "enter the measured heating value, or the carbon content"
        raise BadInput("is not measured, and the guideline gives no default", field="ncv", remedy=remedy)
