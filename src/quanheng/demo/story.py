"""The demonstration told through the real doors: every row enters by the same actions as a user's.

A plant has its instruments calibrated, brings a year of readings and of coal, states its tonnes by two methods and
compares them; then a certificate falls, and what stood on it is found, computed anew and confirmed by its owner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon import queries
from quanheng.apps.carbon.chain import chain as way
from quanheng.apps.carbon.comparison import comparing
from quanheng.apps.carbon.comparison import told as comparing_told
from quanheng.apps.carbon.telling import chain_lines, statement_data, statement_lines
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.laboratory import effects
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.records import events
from quanheng.apps.records.uploads import Upload
from quanheng.demo import coal, equipment, people, plant
from quanheng.demo.setting import SITE, YEAR, set_up

Say = Callable[[str], None]
FALLS = f"{people.CENTRE}/JL-2025-1204"
WHY = "复核发现校准所用标准气体的证书有误"


def tell(say: Say) -> dict[str, Any]:
    """Play the whole story; gives the statements, the comparison, the chain and the restatement."""
    say("权衡 Quanheng 演示 · demonstration (seeded, made-up plant)")
    cast = people.enter(say)
    set_up(cast)
    say(f"{len(equipment.INSTRUMENTS)} instruments, {len(equipment.CERTIFICATES)} certificates")
    _readings(cast["clerk"], say)
    first = _stated(cast["clerk"], "cems", say)
    fuel = _stated(cast["clerk"], "fuel", say)
    compared = comparing.compare(queries.statement_named(cast["clerk"], first.number).site, YEAR)
    _lines(say, comparing_told.lines(compared), "")
    say("chain of the hour with the largest mass:")
    chain = way.chain(first)
    _lines(say, chain_lines(chain))
    second, effect = _fallen(cast, first, say)
    papers = _papers(cast["enterprise"], second, say)
    say(f"after `make serve`: /carbon/statements/{second.pk}/  /carbon/statements/{second.pk}/chain/")
    _lines(say, people.how_to_sign_in(cast), "")
    return {
        "statement": statement_data(first),
        "fuel": statement_data(fuel),
        "comparison": compared,
        "chain": chain,
        "effect": effect,
        "restatement": statement_data(second),
        "papers": papers,
    }


def _lines(say: Say, lines: Iterator[str], indent: str = "  ") -> None:
    for line in lines:
        say(indent + line)


def _readings(clerk: Any, say: Say) -> None:
    """A year of hourly readings and of monthly coal, judged before anything is made of them."""
    folder = Path(settings.HOME) / "demo"
    folder.mkdir(exist_ok=True)
    hours, months = folder / f"{SITE}-{YEAR}.csv", folder / f"{SITE}-{YEAR}-coal.csv"
    plant.write_year(hours, YEAR)
    coal.write_months(months, YEAR)
    batch = monitoring.take_in(clerk, site=SITE, file=Upload.local(hours))
    say(
        f"readings: {batch.rows} taken in from {batch.name}, commit {batch.seq}, {batch.refused} rows refused"
    )
    judged = monitoring.judge_quality(
        clerk, site=SITE, first_day=dt.date(YEAR, 1, 1), last_day=dt.date(YEAR, 12, 31)
    )
    tests = ", ".join(sorted({flag["test"] for flag in judged.flags}))
    say(f"quality: score {judged.score}, {judged.flag_count} flags ({tests})")
    kept = carbon.take_in_months(clerk, site=SITE, file=Upload.local(months))
    say(f"activity data: {kept.rows} months taken in from {kept.name}, {kept.refused} rows refused")


def _stated(clerk: Any, method: str, say: Say) -> Any:
    made = carbon.state(clerk, site=SITE, year=YEAR, method=method)
    _lines(say, statement_lines(made), "")
    return made


def _fallen(cast: dict[str, Any], stated: Any, say: Say) -> tuple[Any, dict[str, Any]]:
    """The centre takes back a certificate; the platform proposes, the owner confirms."""
    effect = effects.foretold(cast["clerk"], FALLS, "revoked")
    say(f"certificate {FALLS} is revoked: {WHY}")
    laboratory.revoke_certificate(cast["signatory"], certificate=FALLS, reason=WHY)
    events.deliver_pending()
    _lines(say, iter(effects.lines(effect)))
    proposed = queries.waiting(cast["enterprise"]).get(replaces=stated)
    carbon.confirm(cast["enterprise"], statement=proposed.number)
    second = queries.statement_named(cast["clerk"], proposed.number)
    say(f"{second.number} takes the place of {stated.number}, which stays readable:")
    _lines(say, statement_lines(second), "")
    return second, effect


def _papers(manager: Any, statement: Any, say: Say) -> dict[str, str]:
    """The signed paper and the evidence pack, and the check that anybody can make of the pack."""
    carbon.publish(manager, statement=statement.number)
    made = carbon.pack(manager, statement=statement.number)
    target = Path(settings.HOME) / "demo" / f"{statement.number}.zip"
    target.write_bytes(made.content)
    say(f"evidence pack: {target} ({len(made.content)} bytes); check it anywhere, without this database:")
    say(f"  quanheng verify {target} --key {made.fingerprint}")
    _lines(say, iter(made.lines))
    return {"pack": str(target), "fingerprint": made.fingerprint}
