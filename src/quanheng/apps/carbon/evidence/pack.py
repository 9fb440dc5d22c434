"""The evidence pack of a statement: everything from which its figures come out again, and the proofs of it.

It gathers through queries and computes nothing that counts: the figures are those of the statement, and whoever
checks the pack computes them anew. Before a pack leaves it is checked by the same program as its receiver has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from quanheng.apps.carbon.coverage import enlargements
from quanheng.apps.carbon.evidence import of_activity as evidence_activity
from quanheng.apps.carbon.evidence import of_cems as evidence_cems
from quanheng.apps.carbon.evidence.parts import Gathered, Members
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.papers.printing import printed
from quanheng.apps.records import evidence as ledger
from quanheng.apps.records import files
from quanheng.apps.records.classify import decimal_text, key_of, plain, urn_of
from quanheng.errors import BadInput, QuanhengError
from quanheng.evidence.canonical import canonical_json
from quanheng.evidence.offline.check import pack_lines, verify_pack
from quanheng.evidence.pack import close


class PackUnsound(QuanhengError):
    """The pack that was made does not hold when it is checked; it is not handed out."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack: its bytes, its hash, the key that signed it, and what was found when it was checked."""

    content: bytes
    sha256: str
    fingerprint: str
    statement: Statement
    recomputed: bool
    lines: list[str]

    @property
    def name(self) -> str:
        return f"{self.statement.number}.zip"


Gatherer = Callable[[Statement], Gathered]
GATHERERS: dict[str, Gatherer] = {
    "cems": evidence_cems.gather,
    "fuel": evidence_activity.gather,
    "electricity": evidence_activity.gather,
}


def pack(statement: Statement) -> Packed:
    """Make the pack of a statement. Made again it is the same, as long as no further paper is published.

    Raises PackUnsound if the pack does not hold; a method that cannot be computed anew is told in words instead.
    """
    gather = GATHERERS.get(statement.method)
    gathered = gather(statement) if gather else Gathered([], lambda _: {"computation.json": _empty()})
    told = ledger.told_of(gathered.keys, first=key_of(statement))
    members = {
        "README.txt": README.encode(),
        "statement.json": canonical_json(_statement(statement)),
        "method.json": canonical_json(METHOD_WORDS.get(statement.method, {"key": statement.method})),
        "norms.json": canonical_json(_norms(statement)),
        "rules.json": canonical_json(_rules(statement)),
        **told.members,
        **gathered.finish(told.contents),
        **_papers(statement),
    }
    for name in ("certificates.json", "instruments.json", "readings/batches.json"):
        members.setdefault(name, canonical_json([]))
    content = close(members, {"statement": statement.number, "urn": urn_of(statement)}, ledger.signer())
    return _checked(statement, content)


def _checked(statement: Statement, content: bytes) -> Packed:
    key = ledger.fingerprint()
    report = verify_pack(content, [key])
    serious = [fault for fault in report.faults if fault["kind"] != "method"]
    if serious:
        raise PackUnsound(f"{statement.number}: " + "; ".join(pack_lines(report)[: len(report.faults)][:3]))
    digest = hashlib.sha256(content).hexdigest()
    return Packed(content, digest, key, statement, not report.faults, pack_lines(report))


def _empty() -> bytes:
    return canonical_json({"points": {}, "sources": []})


def _statement(statement: Statement) -> dict[str, Any]:
    value, expanded = printed(statement)
    return {
        "id": str(statement.pk),
        "urn": urn_of(statement),
        "number": statement.number,
        "owner": statement.owner.name,
        "site": {
            "code": statement.site.code,
            "name": statement.site.name,
            "time_zone": statement.site.time_zone,
        },
        "year": statement.year,
        "method": statement.method,
        "edition": statement.edition,
        "unit": "t CO2",
        "value": decimal_text(statement.value),
        "u": decimal_text(statement.standard_uncertainty),
        "U": decimal_text(statement.expanded_uncertainty),
        "k": decimal_text(statement.coverage_factor),
        "printed": {"value": value, "U": expanded},
        "hours": statement.hours,
        "hours_of_year": statement.hours_of_year,
        "lake_version": statement.lake_version,
        "made_at": plain(statement.made_at),
        "result": statement.result,
    }


def _norms(statement: Statement) -> list[dict[str, Any]]:
    """Each norm value that the figures used, with its citation and how far it was checked."""
    sources = statement.result.get("sources", [])
    found = {one["id"]: one for source in sources for one in source.get("constants", {}).values()}
    return [found[key] for key in sorted(found)]


def _rules(statement: Statement) -> dict[str, Any]:
    rules = enlargements()
    kept = statement.result.get("enlargements", {}).get("version", rules["version"])
    if kept != rules["version"]:
        raise BadInput(
            "the statement was made under rules of enlargement that this release does not hold",
            field="enlargements", found=str(kept), expected=str(rules["version"]),
            remedy="state the emission anew",
        )  # fmt: skip
    return rules


def _papers(statement: Statement) -> Members:
    """The papers that were published of the statement, as the store holds them."""
    hashes = ledger.published(urn_of(statement))
    names = [f"papers/{statement.number}.pdf", *(f"papers/{statement.number}-{n}.pdf" for n in range(2, 99))]
    return {
        name: b"".join(files.store().stream(one)) for name, one in zip(names, reversed(hashes), strict=False)
    }


METHOD_WORDS = {
    "cems": {
        "key": "cems",
        "version": "1",
        "zh": "连续监测：每小时质量 = 浓度 × 标态流量 × 摩尔质量 / 摩尔体积，或监测系统给出的质量；读数先按证书修正。"
        "同一证书的校准误差对它管的所有小时相同，按符号相加；重复性各时独立，按平方相加。U = 2u。",
        "en": "Continuous measurement: hourly mass = concentration × flow in the standard state × molar mass / molar "
        "volume, or the mass that the monitoring system reports; readings are corrected by their certificate first. "
        "The calibration error of one certificate is common to its hours and adds up with its sign; repeatability is "
        "independent and adds up in squares. U = 2u.",
        "norm": "HJ 75-2017; JCGM 100:2008; JJF 1059.1-2012",
    },
    "fuel": {
        "key": "fuel",
        "version": "1",
        "zh": "燃料：每月质量 = 数量 × 收到基含碳量 × 碳氧化率 × 44/12；没有元素碳的月份用发热量和单位热值含碳量。"
        "月值均摊到各小时，证书按小时和分析日期判断；重复性和采制样每月一次，按平方相加。U = 2u。",
        "en": "Fuel: monthly mass = amount × carbon as received × oxidation × 44/12; months without analysed carbon take "
        "the heating value and its default content. A month is laid on its hours, certificates are judged by hour and by "
        "the day of analysis; repeatability and sampling are drawn once a month and add up in squares. U = 2u.",
        "norm": "GB/T 32150-2015; GB/T 483-2007; JCGM 100:2008; JJF 1059.1-2012",
    },
    "electricity": {
        "key": "electricity",
        "version": "1",
        "zh": "外购电力、热力：质量 = 数量 × 排放因子；电表的校准误差相对作用，因子有不确定度的计入。U = 2u。",
        "en": "Bought energy: mass = amount × emission factor; the error of the meter acts relatively, a factor whose norm "
        "states an uncertainty has it in the budget. U = 2u.",
        "norm": "GB/T 32150-2015; JCGM 100:2008; JJF 1059.1-2012",
    },
}

README = """证据包 / evidence pack

statement.json     核算结果 the statement
computation.json   排放源、测点、安装 sources, points, installations
readings/          读数：原文、数值、所在提交 readings: text as received, value, commit
certificates.json  证书 certificates        instruments.json  器具 instruments
norms.json         因子与常数 norm values   rules.json        加大办法 rules of enlargement
ledger/            台账条目、证明、签名检查点 ledger entries, proof, signed checkpoint
papers/            签名 PDF（已发布时） signed PDF (if published)
MANIFEST.json      每个文件的校验码 hashes  MANIFEST.sig      签名 signature

核验 to check:  python3 quanheng_pack_verifier.py PACK.zip --key FINGERPRINT
程序和密钥指纹须从包以外的途径取得。 The program and the fingerprint must not come from this pack.
"""
