"""`quanheng codes`: check digits of identity codes; needs no installation."""

from __future__ import annotations

import click

from quanheng.cli.frame import FAULT, Answer, command, group
from quanheng.law import identity

codes = group("codes", "Identity codes.")


@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
def check(codes: tuple[str, ...]) -> Answer:
    """Check unified social credit codes (统一社会信用代码, GB 32100-2015)."""
    found = [(code, identity.check_uscc(code)) for code in codes]
    data = [{"code": code, "ok": verdict.ok, "reason": verdict.reason} for code, verdict in found]
    lines = [f"{code}  {'ok' if verdict.ok else verdict.reason}" for code, verdict in found]
    return Answer(data, lines, 0 if all(v.ok for _, v in found) else FAULT)


command(codes, "check", bare=True)(check)
