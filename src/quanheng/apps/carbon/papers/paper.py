"""The statement as a paper: its figures in the words of a reader, set in type and sealed. It computes no figure.

A paper shows what the statement keeps; who wants to know whether it still stands asks the page that its code names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string

from quanheng.apps.carbon import words
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.papers.printing import printed
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.records import evidence as ledger
from quanheng.apps.records import queries as records
from quanheng.apps.records.classify import key_of, urn_of
from quanheng.documents.signing import Seal, sign
from quanheng.documents.typesetting import render, square_code
from quanheng.science.uncertainty.rounding import format_result, group_digits, round_to_place

TEMPLATE = "statement"
KIND = "签名核算结果"
REASON = "核算结果 statement of emission"
HOUR_WORDS = {"covered": "覆盖", "conditional": "附条件", "not covered": "未覆盖"}
SMALL = Decimal("0.0005")


def fonts() -> list[Path]:
    """The folders of the fonts for papers; the settings say who knows them."""
    found: list[Path] = import_string(settings.PAPER_FONTS)()
    return found


def typeset(statement: Statement, seal: Seal, at: dt.datetime) -> bytes:
    """The signed PDF/A of a statement: the date of the paper is that of the statement, the time of signing is `at`."""
    with translation.override("zh-hans"):
        data = paper_data(statement, seal.fingerprint)
    made = render(TEMPLATE, data, fonts=fonts(), at=statement.made_at)
    return sign(made, seal, at, reason=f"{REASON} {statement.number}")


def code_of(statement: Statement) -> str:
    """What the paper's page is found by: it cannot be guessed, so only who holds the paper knows it."""
    return statement.pk.hex


def address_of(statement: Statement) -> str:
    """Where the paper is verified."""
    return settings.PUBLIC_ADDRESS.rstrip("/") + reverse("verify-statement", args=[code_of(statement)])


def name_of(statement: Statement) -> str:
    return f"{statement.number}.pdf"


def paper_data(statement: Statement, seal: str) -> dict[str, Any]:
    """All texts of the paper, ready to be printed."""
    value, expanded = printed(statement)
    relative = statement.expanded_uncertainty / statement.value * 100 if statement.value else None
    result = statement.result
    return {
        "title": f"{statement.year} 年度二氧化碳排放核算结果",
        "owner": statement.owner.name,
        "number": statement.number,
        "urn": urn_of(statement),
        "facts": _facts(statement),
        "value": group_digits(value),
        "expanded": group_digits(expanded),
        "k": group_digits(statement.coverage_factor.normalize()),
        "relative": "—" if relative is None else f"{round_to_place(relative, -1)}%",
        "remarks": list(_remarks(statement)),
        "contributions": list(_contributions(result)),
        "coverage": list(_coverage(statement)),
        "coverage_note": "按吨计的占比取各输入量中最差的一种。加大不确定度的办法"
        f"第 {result['enlargements']['version']} 版，是平台的提案，没有主管部门核定（暂定）。",
        "enlargements": list(_enlargements(result)),
        "sources": [_source(one) for one in result["sources"]],
        "certificates": list(_certificates(statement)),
        "factors": list(_factors(result)),
        "fixed": _fixed(statement, seal),
        "code": square_code(address_of(statement)),
        "check_note": "这份文件带数字签名。核验页可上传文件或填校验码，查是否被改动、是否已被新版替换；离线核验用证据包和核验程序。"
        "自签名证书只证明文件未改动、出自同一把钥匙；指纹须从别的途径核对。",
    }


def _facts(statement: Statement) -> list[list[str]]:
    made = statement.made_at.astimezone(dt.timezone(dt.timedelta(hours=8)))
    return [
        ["单位", statement.owner.name],
        ["场所", f"{statement.site.name}（{statement.site.code}）"],
        ["年度", f"{statement.year} 年（{statement.site.time_zone}）"],
        ["方法", str(words.named(words.METHODS, statement.method))],
        ["版次", f"第 {statement.edition} 版"],
        ["核算时间", f"{made.year}年{made.month}月{made.day}日 {made:%H:%M}（UTC+8）"],
    ]


def _remarks(statement: Statement) -> Iterator[str]:
    """What must be read before the figure."""
    missing = statement.hours_of_year - statement.hours
    told = (
        f"全年 {group_digits(statement.hours_of_year)} 小时中，{group_digits(statement.hours)} 小时在合计里。"
    )
    yield told + (f"缺的 {group_digits(missing)} 小时没有当作零。" if missing else "")
    put_in = statement.result.get("substituted")
    if isinstance(put_in, dict) and put_in["hours"]:
        yield f"其中 {group_digits(put_in['hours'])} 小时按规则补入，占 {_percent(put_in['share_of_tonnes'])}。"
        for one in put_in["sources"]:
            checked = words.CHECKED.get(one["verified"], words.CHECKED["none"])[1]
            yield f"{one['source']} 的补入规则：{one['title']}，{one['cite']}（{checked}）。"
    left_out = [str(words.named(words.INPUTS, name)) for name in statement.result["without_uncertainty"]]
    note = "U 只含所列来源，没有计入采样代表性、流场和计算方法本身"
    yield note + (f"；取为常数、没有给不确定度的：{'、'.join(left_out)}。" if left_out else "。")
    if silent := statement.result["repeatability_not_stated"]:
        yield f"没有给出重复性的器具：{'、'.join(silent)}。"


def _percent(share: Any) -> str:
    if share is None:
        return "—"
    percent = Decimal(share) * 100
    return "< 0.1%" if 0 < percent < Decimal("0.05") else f"{round_to_place(percent, -1)}%"


def _tonnes(text: Any) -> str:
    return group_digits(round_to_place(text, 0))


def _contributions(result: dict[str, Any]) -> Iterator[list[str]]:
    rest = Decimal(0)
    for one in result["contributions"]:
        share = Decimal(one["share"] or "0")
        if share < SMALL:
            rest += share
            continue
        common = f"{group_digits(one['readings'])} 小时共同" if one["kind"] == "common" else "各时独立"
        source, name = words.named(words.INPUTS, one["input"]), words.component(one["name"], one["input"])
        yield [name if f"（{source}）" in name else f"{name}（{source}）", common, _percent(share)]
    if rest:
        yield ["其余各项", "", _percent(rest)]


def _coverage(statement: Statement) -> Iterator[list[str]]:
    coverage = statement.result["coverage"]
    whole = sum((Decimal(tonnes) for tonnes in coverage["tonnes"].values()), Decimal(0))
    for key, word in HOUR_WORDS.items():
        tonnes = Decimal(coverage["tonnes"][key])
        share = _percent(tonnes / whole) if whole else "—"
        yield [word, group_digits(coverage["hours"][key]), _tonnes(tonnes), share]
    put_in = statement.result.get("substituted")
    if isinstance(put_in, dict):
        share = _percent(put_in["share_of_tonnes"])
        yield ["其中补入", group_digits(put_in["hours"]), _tonnes(put_in["tonnes"]), share]


def _enlargements(result: dict[str, Any]) -> Iterator[list[str]]:
    for one in result["enlargements"]["used"]:
        reasons = "、".join(str(words.named(words.REASONS, reason)) for reason in one["reasons"])
        yield [
            words.component(one["component"], one["input"]),
            reasons,
            group_digits(one["hours"]),
            _tonnes(one["tonnes"]),
        ]


def _source(one: dict[str, Any]) -> list[str]:
    form = dict(FORMS).get(one["form"], one["form"])
    if not one["hours"] or one["U"] is None:
        return [f"{one['code']} {one['name']}", form, "未知", group_digits(one["hours"])]
    exact = not float(one["U"])
    figure = f"{_tonnes(one['tonnes'])} ± 0" if exact else format_result(one["tonnes"], one["U"])
    return [f"{one['code']} {one['name']}", form, figure, group_digits(one["hours"])]


FORMS = (
    ("concentration", "浓度 × 流量"),
    ("mass", "系统给出的质量"),
    ("fuel", "燃料"),
    ("electricity", "外购电力"),
    ("heat", "外购热力"),
)


def _certificates(statement: Statement) -> Iterator[list[str]]:
    """The certificates on which the figure stands, as the statement records what it used and the ledger what they say."""
    used = {used for kind, used, _ in records.uses_of(urn_of(statement)) if kind == "certificate"}
    found = ledger.recorded(f"laboratory.certificate:{one}" for one in used)
    instruments = laboratory.instrument_facts({one["instrument"] for one in found.values()})
    names = {name.partition("/")[2]: name for s in statement.result["strips"] for name in s["certificates"]}
    for one in sorted(found.values(), key=lambda c: (c["valid_from"], c["number"])):
        until = f"至 {one['valid_until']}" if one["valid_until"] else "没有写到期日"
        held = instruments[one["instrument"]]
        name = names.get(one["number"], one["number"])
        yield [name, f"{held.code} {held.name} {held.serial}", f"{one['valid_from']} {until}"]


def _factors(result: dict[str, Any]) -> Iterator[list[str]]:
    found = {
        value["id"]: (name, value)
        for one in result["sources"]
        for name, value in one.get("constants", {}).items()
    }
    for key, (name, value) in sorted(found.items()):
        checked = words.CHECKED.get(value["verified"], words.CHECKED["none"])[1]
        yield [
            str(words.named(words.INPUTS, name)),
            f"{value['value']} {value['unit']}",
            words.norm_in_words(key),
            str(checked),
        ]


def _fixed(statement: Statement, seal: str) -> list[list[str]]:
    entry = records.first_entry(key_of(statement))
    place = f"第 {entry.seq} 条，摘要 {entry.digest[:16]}" if entry else "—"
    return [
        ["读数版本", f"第 {statement.lake_version} 次提交，以后的更正不改变本版"],
        ["台账", place],
        ["标识", urn_of(statement)],
        ["印章指纹", _in_fours(seal)],
        ["证据包密钥指纹", _in_fours(ledger.fingerprint())],
        ["核验页", address_of(statement)],
    ]


def _in_fours(digest: str) -> str:
    """A fingerprint as people compare it."""
    return " ".join(digest[n : n + 4] for n in range(0, len(digest), 4))
