#!/usr/bin/env python3
"""证据包核验程序：离线核对一个证据包，并从读数、证书和规则重算数值与不确定度。

Offline verifier of an evidence pack (Python 3.10 or later, standard library only): canonical form, hashes, proofs, signature; and value and uncertainty computed
once more from the readings, the certificates and the rules. It trusts nothing but the fingerprint of the signing
key, which must reach you by another way than the pack; without it the signer is not proven, and that is said.

    python3 FILE.py PACK.zip [--key HEX] [--json]

退出码 exit code: 0 无误 nothing wrong · 1 有误，逐条列出 faults, each named · 2 输入无法使用 input unusable
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from quanheng.evidence.offline.activity import recompute_activity
from quanheng.evidence.offline.cems import recompute_cems
from quanheng.evidence.offline.container import (
    PACK_LARGEST,
    BadPack,
    PackReport,
    check_manifest,
    read_zip,
)
from quanheng.evidence.offline.covering import Figures
from quanheng.evidence.offline.proofs import (
    Case,
    check_entries,
    check_facts,
    check_papers,
    check_readings,
    registered_papers,
)

# In whatever way the content of a pack breaks its reader, it is one fault with its reason.
UNREADABLE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    StopIteration,
    RecursionError,
    csv.Error,
)
TOLERANCE = 1e-9  # relative, between our sums and those of the statement; what is printed must be identical
METHODS: dict[str, Callable[[Case], Figures]] = {
    "cems": recompute_cems,
    "fuel": recompute_activity,
    "electricity": recompute_activity,
}
NOT_PROVEN = "没有给出密钥指纹，签名者未经证实 / no fingerprint was given: the signer is not proven"


def verify_pack(data: bytes, keys: list[str]) -> PackReport:
    """Verify a pack against the fingerprints that are trusted; with none, the signer stays unproven.

    Raises BadPack if it cannot be taken as a pack at all.
    """
    trusted = [re.sub(r"[\s:]", "", key).lower() for key in keys]
    if any(not re.fullmatch(r"[0-9a-f]{64}", key) for key in trusted):
        raise BadPack("pack_fingerprint")
    report = PackReport()
    members = read_zip(data, report)
    signer = check_manifest(members, trusted, report)
    report.told.update({"signer": signer, "signer_proven": bool(trusted) and signer in trusted})
    if not report.faults:
        _check_content(members, signer, report)
    return report


def _check_content(members: dict[str, bytes], signer: str, report: PackReport) -> None:
    """What the members say, once they are known to be those that were signed."""
    try:
        case = Case(members)
        report.told["statement"] = {
            k: case.statement[k] for k in ("number", "urn", "value", "U", "k", "printed")
        }
        report.told["method"] = case.statement["method"]
        check_entries(case, signer, report)
        check_readings(case, report)
        check_facts(case, report)
        check_papers(case, report)
        check_figures(case, report)
    except UNREADABLE as wrong:
        report.fault("unreadable", f"{type(wrong).__name__} {wrong}"[:120], member="statement.json")


def check_figures(case: Case, report: PackReport) -> None:
    """The figures computed anew against those of the statement; an unknown method is told, never passed over."""
    method = case.statement["method"]
    if method not in METHODS:
        report.fault("method", method, member="statement.json")
        return
    found, stated = METHODS[method](case), case.statement["result"]
    exact = stated["exact"]
    for name, figure in (("value", found.value), ("u", found.u), ("U", found.U)):
        _compare(report, name, figure, exact[name])
    if found.hours != case.statement["hours"]:
        report.fault("figure", found.hours, case.statement["hours"], figure="hours", member="statement.json")
    _compare_budgets(found, stated["contributions"], report)
    for word, tonnes in stated["coverage"]["tonnes"].items():
        _compare(report, "coverage " + word, found.tonnes.get(word, 0.0), tonnes, found.value)
    printed = [plain(figure) for figure in rounded(found.value, found.U)]
    if found.U and printed != [case.statement["printed"]["value"], case.statement["printed"]["U"]]:
        report.fault(
            "figure",
            " ± ".join(printed),
            case.statement["printed"],
            figure="printed",
            member="statement.json",
        )
    told = {"value": found.value, "u": found.u, "U": found.U, "hours": found.hours, "tolerance": TOLERANCE}
    report.told["recomputed"] = told


def _compare_budgets(found: Figures, stated: list[dict[str, Any]], report: PackReport) -> None:
    """The contributions of each input and kind, from the largest on; how they are called is a matter of the page."""
    mine: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    for name, kind, u in found.contributions:
        mine.setdefault(f"{name} {kind}", []).append(u)
    for one in stated:
        theirs.setdefault(f"{one['input']} {one['kind']}", []).append(float(one["u"] or 0))
    for group in sorted(mine.keys() | theirs.keys()):
        ours, stand = sorted(mine.get(group, []))[::-1], sorted(theirs.get(group, []))[::-1]
        for n in range(max(len(ours), len(stand))):
            other = repr(stand[n]) if n < len(stand) else None
            _compare(report, group, ours[n] if n < len(ours) else None, other, found.u)


def _compare(
    report: PackReport, name: str, found: float | None, stated: str | None, scale: float = 0.0
) -> None:
    """Equal within the tolerance, relative to the figure itself or to the total that it is part of."""
    mine, theirs = found or 0.0, float(stated or 0.0)
    if not abs(mine - theirs) <= TOLERANCE * max(abs(theirs), abs(scale)):
        report.fault("figure", found, stated, figure=name, member="statement.json")


def rounded(value: float, expanded: float) -> tuple[Decimal, Decimal]:
    """U to two significant digits and the value to the same place, half to even (GB/T 8170; JCGM 100, 7.2.6)."""
    number, size = Decimal(repr(value)), Decimal(repr(expanded))
    with localcontext() as context:
        context.prec = 60
        if not size:
            return number, size  # without an uncertainty there is no place to round to
        place = size.adjusted() - 1
        uncertainty = size.quantize(Decimal(1).scaleb(place), rounding=ROUND_HALF_EVEN)
        if uncertainty.adjusted() > size.adjusted():
            place += 1
            uncertainty = uncertainty.quantize(Decimal(1).scaleb(place))
        return number.quantize(Decimal(1).scaleb(place), rounding=ROUND_HALF_EVEN), uncertainty


def plain(number: Decimal) -> str:
    """A decimal without exponent."""
    return format(number, "f")


def registered_in(data: bytes) -> list[str]:
    """The hashes of the papers that a pack registers; it must have been verified before."""
    case = Case(read_zip(data, PackReport()))
    entries = [json.loads(line)["body"] for line in case.members["ledger/entries.jsonl"].splitlines()]
    return sorted(registered_papers(entries, "urn:quanheng:carbon:statement:" + case.statement["id"]))


COUNTS = """成员 members {members}，台账条目 ledger entries {entries}，批次 batches {batches}，读数 readings {readings}
同批次未列出的行 rows of these batches not shown {rows_not_shown}，对照台账的事实 facts held against the ledger {facts}"""


def pack_lines(report: PackReport) -> list[str]:
    """A report in words."""
    lines = []
    for fault in report.faults:
        place = "，".join(
            str(fault[k]) for k in ("member", "figure", "line", "commit", "object") if k in fault
        )
        lines.append(f"✗ {place}：{fault['zh']} / {fault['en']}")
    told, counts = (
        report.told,
        dict.fromkeys(("members", "entries", "batches", "readings", "rows_not_shown", "facts"), 0),
    )
    lines.append(COUNTS.format(**{**counts, **report.counts}))
    if "statement" in told:
        lines.append(
            "核算结果 statement {number}：{value} ± {U} t CO₂（k = {k}）".format(
                **{**told["statement"], **told["statement"]["printed"]}
            )
        )
    if "recomputed" in told:
        lines.append("重算 recomputed: {value!r} ± {U!r} t CO₂，{hours} h".format(**told["recomputed"]))
    if told.get("signer"):
        lines.append(f"签名密钥 signing key {told['signer']}")
    if not told.get("signer_proven"):
        lines.append(NOT_PROVEN)
    lines.append(f"结论：{len(report.faults)} 处有误 / {len(report.faults)} faults")
    return lines


def pack_data(report: PackReport) -> dict[str, object]:
    """A report as programs read it."""
    return {"ok": not report.faults, **report.told, **report.counts, "faults": report.faults}


def read_file(path: str) -> bytes:
    """The bytes of a file, no more than a pack may have."""
    with open(path, "rb") as source:
        data = source.read(PACK_LARGEST + 1)
    if not data.startswith(b"PK"):
        raise BadPack("not_pack", member=path)
    return data


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="离线核验证据包 / verify an evidence pack offline")
    parser.add_argument("pack", help="证据包 evidence pack (ZIP)")
    parser.add_argument(
        "--key", action="append", default=[], help="签名密钥指纹 fingerprint of the signing key"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 print JSON")
    options = parser.parse_args(arguments)
    for stream in filter(None, (getattr(s, "reconfigure", None) for s in (sys.stdout, sys.stderr))):
        stream(errors="backslashreplace")  # a console without Chinese must not stop the check
    try:
        report = verify_pack(read_file(options.pack), options.key)
    except (BadPack, OSError) as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 2
    print(
        json.dumps(pack_data(report), ensure_ascii=False) if options.json else "\n".join(pack_lines(report))
    )
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
