"""What `quanheng doctor` looks at: each finding says what it saw and, where something is wrong, how to mend it."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import connection

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State
    seen: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def line(self) -> str:
        return f"{self.state:<5} {self.what}: {self.seen}" + (f"  → {self.remedy}" if self.remedy else "")


def examine() -> list[Finding]:
    """Look at everything; a check that itself fails is a finding, not an end."""
    findings: list[Finding] = []
    for check in (
        _python,
        _folder,
        _keys,
        _database,
        _guards,
        _lake,
        _front_end,
        _language,
        _calendar,
        _mail,
        _space,
    ):
        findings += _safely(check)
    return findings


def _safely(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(check())
    except Exception as error:
        return [
            Finding(
                check.__name__.strip("_"), "bad", f"{type(error).__name__}: {error}"[:200], "see the message"
            )
        ]


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    yield Finding("python", "ok" if good else "bad", version, "" if good else "install Python 3.11 or newer")
    new_enough = sqlite3.sqlite_version_info >= (3, 37)
    yield Finding(
        "sqlite",
        "ok" if new_enough else "bad",
        sqlite3.sqlite_version,
        "" if new_enough else "3.37 or newer is needed",
    )


def _folder() -> Iterator[Finding]:
    home = settings.HOME
    probe = home / ".probe"
    probe.write_text("x")
    probe.unlink()
    yield Finding("data folder", "ok", f"{home}" + (" (demonstration)" if settings.DEMO else ""))


def _keys() -> Iterator[Finding]:
    folder: Path = settings.KEYS_FOLDER
    open_ones = [p.name for p in sorted(folder.glob("*")) if p.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if open_ones:
        yield Finding("keys", "bad", f"readable by others: {', '.join(open_ones)}", f"chmod 600 {folder}/*")
    else:
        yield Finding("keys", "ok", str(folder))
    if folder.is_relative_to(settings.HOME):
        yield Finding(
            "signing key", "warn", "lies in the data folder", "set QUANHENG_KEYS to a folder elsewhere"
        )


def _database() -> Iterator[Finding]:
    from quanheng.cli.installation import pending

    waiting = pending()
    remedy = "run `quanheng upgrade`" if waiting else ""
    yield Finding(
        "database", "bad" if waiting else "ok", f"{connection.vendor}, {len(waiting)} steps behind", remedy
    )


def _guards() -> Iterator[Finding]:
    from quanheng.apps.records import triggers

    doors = triggers.unguarded()
    yield Finding(
        "append-only tables",
        "bad" if doors else "ok",
        "; ".join(doors) or "guarded",
        "run `quanheng upgrade`" if doors else "",
    )


def _lake() -> Iterator[Finding]:
    from quanheng.apps.monitoring import queries

    lake = queries.lake()
    orphans = queries.unrecorded(lake.version)
    seen = f"version {lake.version}" + (f", commits without a record: {orphans}" if orphans else "")
    yield Finding("lake", "warn" if orphans else "ok", seen, "bring the same file again" if orphans else "")


def _front_end() -> Iterator[Finding]:
    folder = Path(settings.STATICFILES_DIRS[0]) / "vendor"
    there = (folder / "tabler.min.css").exists()
    yield Finding(
        "front end",
        "ok" if there else "bad",
        str(len(list(folder.glob("*")))) + " files",
        "" if there else "run `make setup`",
    )


def _language() -> Iterator[Finding]:
    catalogue = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.mo"
    there = catalogue.exists()
    yield Finding(
        "english",
        "ok" if there else "warn",
        "compiled" if there else "not compiled",
        "" if there else "run `make setup`",
    )
    zoneinfo.ZoneInfo("Asia/Shanghai")
    yield Finding("time zones", "ok", "known")


def _calendar() -> Iterator[Finding]:
    from django.utils import timezone

    from quanheng.law.calendar import packaged_calendar

    year = timezone.localdate().year
    calendar = packaged_calendar()
    published = calendar.notices
    states: tuple[State, State] = ("bad", "warn")
    for wanted, state in zip((year, year + 1), states, strict=True):
        known = wanted in published
        remedy = "" if known else "dates in this year are provisional until the calendar is entered"
        yield Finding(
            f"calendar {wanted}", "ok" if known else state, "known" if known else "not known", remedy
        )


def _mail() -> Iterator[Finding]:
    by_file = settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
    yield Finding(
        "mail",
        "warn" if by_file else "ok",
        "written to files" if by_file else settings.EMAIL_BACKEND,
        "set QUANHENG_EMAIL_BACKEND" if by_file else "",
    )


def _space() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.HOME).free
    yield Finding(
        "disk",
        "ok" if free > 2**30 else "bad",
        f"{free / 2**30:.1f} GiB free",
        "" if free > 2**30 else "make room",
    )
