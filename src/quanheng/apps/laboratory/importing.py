"""Instruments, certificates, placements and checks from a file: each good record lands by its own act, each bad one is named.

A workbook follows the template (`sheets`), a foreign table a mapping (`mapping`). What is there already with the same
values is counted as known and not entered again, so that the same file twice adds nothing; with other values it is
refused, since nothing entered is rewritten. This file stores nothing: it calls the acts that a page calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from quanheng.apps.laboratory import mapping as foreign
from quanheng.apps.laboratory import stored
from quanheng.apps.laboratory.mapping import Cells, Section, Table, TableMapping
from quanheng.apps.laboratory.sheets import CERTIFICATES, INSTRUMENTS, POINTS, STANDARDS, sheets
from quanheng.apps.records import workbooks
from quanheng.apps.records.uploads import Upload
from quanheng.apps.records.workbooks import Sheet
from quanheng.errors import BadInput, Problem, Refused, Verdict

Blame = Callable[[Problem], Problem]
MOST_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One record of a file: what it is, the values of its act, and where a problem with it stands in the file."""

    kind: str
    values: dict[str, Any]
    blame: Blame


@dataclass
class Told:
    """What became of a file: records by kind, rows left out by reason, and what is wrong with each that did not land."""

    landed: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    by_right: list[Verdict] = field(default_factory=list)

    def refuse(self, kind: str, problems: Iterable[Problem]) -> None:
        _count(self.refused, kind)
        self.problems += problems

    def only_by_right(self) -> Verdict | None:
        """The refusal where the actor has the right to none of the records."""
        nothing = not self.landed and not self.known
        return (
            self.by_right[0]
            if nothing and self.by_right and len(self.by_right) == sum(self.refused.values())
            else None
        )


def _count(counted: dict[str, int], kind: str) -> None:
    counted[kind] = counted.get(kind, 0) + 1


@dataclass(frozen=True, slots=True)
class Plan:
    """A file read and judged in its form; nothing is stored yet."""

    jobs: list[Job]
    told: Told
    mapping: str = ""


def read(upload: Upload, mapping: Upload | None, owner: str) -> Plan:
    """Read a file into records. Raises BadInput where nothing of it can be read."""
    if mapping is None:
        return _from_workbook(upload)
    rules, text = foreign.load(mapping)
    return _from_table(foreign.table(upload, rules), rules, owner, text)


def carry_out(actor: Any, plan: Plan) -> Told:
    """Enter the records, each by its own act."""
    for job in plan.jobs:
        _enter(actor, job, plan.told)
    kept = sorted(plan.told.problems, key=lambda p: (p.file, p.row or 0))[:MOST_PROBLEMS]
    plan.told.problems = [replace(p, field=_printable(p.field), found=_printable(p.found)) for p in kept]
    return plan.told


def _printable(text: str) -> str:
    """A text from outside as it can be stored and shown: control characters become a visible mark."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _enter(actor: Any, job: Job, told: Told) -> None:
    try:
        if stored.has(actor, job.kind, job.values):
            _count(told.known, job.kind)
            return
        stored.ACTS[job.kind](actor, **job.values)
    except BadInput as error:
        told.refuse(job.kind, [job.blame(problem) for problem in error.problems])
    except Refused as error:
        told.by_right.append(error.verdict)
        told.refuse(job.kind, [job.blame(Problem(error.line()))])
    else:
        _count(told.landed, job.kind)


# ---- a workbook -----------------------------------------------------------------------------------------------


def _from_workbook(upload: Upload) -> Plan:
    plan = Plan([], Told())
    rows = {sheet.title: listed for sheet, listed in workbooks.read(upload, sheets())}
    for number, cells in rows.get(INSTRUMENTS.title, []):
        _plan_row(plan, upload.name, INSTRUMENTS, number, cells)
    book = _Certificates(upload.name, plan)
    for sheet in (POINTS, STANDARDS):
        for number, cells in rows.get(sheet.title, []):
            book.add_line(sheet, number, cells)
    for number, cells in rows.get(CERTIFICATES.title, []):
        book.plan_certificate(number, cells)
    book.refuse_orphans()
    return plan


def _plan_row(plan: Plan, file: str, sheet: Sheet, number: int, cells: dict[str, Any]) -> None:
    def blame(problem: Problem) -> Problem:
        return workbooks.placed(problem, sheet, file, number)

    try:
        plan.jobs.append(Job("instruments", workbooks.plain(sheet, cells), blame))
    except BadInput as error:
        plan.told.refuse("instruments", [blame(problem) for problem in error.problems])


Key = tuple[str, str]


@dataclass
class _Certificates:
    """The certificates of a workbook, put together from their row and their lines in two other sheets."""

    file: str
    plan: Plan
    lines: dict[str, dict[Key, list[tuple[int, dict[str, Any]]]]] = field(default_factory=dict)
    broken: dict[Key, list[Problem]] = field(default_factory=dict)
    used: set[Key] = field(default_factory=set)

    def add_line(self, sheet: Sheet, number: int, cells: dict[str, Any]) -> None:
        key = self._key(cells)
        try:
            values = workbooks.plain(sheet, cells)
            self.lines.setdefault(sheet.title, {}).setdefault(key, []).append((number, _line(sheet, values)))
        except BadInput as error:
            placed = [workbooks.placed(problem, sheet, self.file, number) for problem in error.problems]
            self.broken.setdefault(key, []).extend(placed)

    def _key(self, cells: dict[str, Any]) -> Key:
        return workbooks.text_of(cells.get("出具单位")), workbooks.text_of(cells.get("证书编号"))

    def plan_certificate(self, number: int, cells: dict[str, Any]) -> None:
        key = self._key(cells)
        self.used.add(key)
        lines = {title: found.get(key, []) for title, found in self.lines.items()}
        blame = _certificate_blame(self.file, number, lines)
        problems = list(self.broken.get(key, []))
        try:
            values = workbooks.plain(CERTIFICATES, cells) | _results(lines)
        except BadInput as error:
            problems += [blame(problem) for problem in error.problems]
        if problems:
            self.plan.told.refuse("certificates", problems)
        else:
            self.plan.jobs.append(Job("certificates", values, blame))

    def refuse_orphans(self) -> None:
        """Lines of a certificate that the file does not list."""
        for sheet in (POINTS, STANDARDS):
            for key, lines in self.lines.get(sheet.title, {}).items():
                if key not in self.used:
                    said = Problem(
                        "belongs to no certificate of this file", field="number", found="/".join(key)
                    )
                    placed = [workbooks.placed(said, sheet, self.file, number) for number, _values in lines]
                    self.plan.told.refuse("certificates", placed)
        for key, problems in self.broken.items():
            if key not in self.used:
                self.plan.told.refuse("certificates", problems)


def _line(sheet: Sheet, values: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name not in ("issuer", "number")}
    if sheet is POINTS and ("error" in kept) == ("correction" in kept):
        raise BadInput("needs the error or the correction, not both", field="error")
    return kept


def _results(lines: Mapping[str, list[tuple[int, dict[str, Any]]]]) -> dict[str, Any]:
    points = [values for _number, values in lines.get(POINTS.title, [])]
    return {
        "points": [point for point in points if "error" in point],
        "corrections": [point for point in points if "correction" in point],
        "traced_to": [values for _number, values in lines.get(STANDARDS.title, [])],
    }


def _certificate_blame(
    file: str, number: int, lines: Mapping[str, list[tuple[int, dict[str, Any]]]]
) -> Blame:
    """A problem of the act, at its line in the sheet of points or standards, else at the row of the certificate."""

    def blame(problem: Problem) -> Problem:
        first, _, rest = problem.field.partition(".")
        sheet = {"points": POINTS, "corrections": POINTS, "traced_to": STANDARDS}.get(first)
        place, _, inner = rest.partition(".")
        index = int(place) if place.isdigit() else (problem.row or 0) - 1
        found = lines.get(sheet.title, []) if sheet else []
        if sheet is None or not 0 <= index < len(found):
            return workbooks.placed(replace(problem, row=None), CERTIFICATES, file, number)
        return workbooks.placed(replace(problem, field=inner or "nominal"), sheet, file, found[index][0])

    return blame


# ---- a foreign table by a mapping -----------------------------------------------------------------------------


def _from_table(table: Table, rules: TableMapping, owner: str, text: str) -> Plan:
    plan = Plan([], Told(), text)
    groups: dict[tuple[int, tuple[str, ...]], list[tuple[int, Cells]]] = {}
    for number, cells in table.rows:
        reason, section = rules.reason_against(cells), rules.section_of(cells)
        if reason:
            _count(plan.told.left_out, reason)
        elif section is None:
            said = Problem("no section of the mapping takes this row", file=table.name, row=number)
            plan.told.refuse("rows", [said])
        else:
            key = tuple(cells[name] for name in section.group) or (str(number),)
            groups.setdefault((rules.takes.index(section), key), []).append((number, cells))
    for (index, _key), rows in sorted(groups.items(), key=lambda item: item[0][0]):
        _plan_foreign(plan, table.name, rules.takes[index], rows, {"owner": owner, "source": rules.source})
    return plan


def _plan_foreign(
    plan: Plan, file: str, section: Section, rows: list[tuple[int, Cells]], common: dict[str, str]
) -> None:
    kind = f"{section.becomes}s"

    def blame(problem: Problem) -> Problem:
        place = problem.field.split(".")[1:2]
        index = (
            int(place[0])
            if problem.field.startswith("readings.") and place[0].isdigit()
            else (problem.row or 1) - 1
        )
        row = rows[index][0] if index < len(rows) else rows[0][0]
        return replace(problem, file=file, row=row, field=section.column_of(problem.field))

    try:
        plan.jobs.append(Job(kind, _values(section, rows, common), blame))
    except BadInput as error:
        plan.told.refuse(kind, [replace(p, file=file, row=p.row or rows[0][0]) for p in error.problems])


def _values(section: Section, rows: list[tuple[int, Cells]], common: dict[str, str]) -> dict[str, Any]:
    first = foreign.filled(section.values, rows[0][1])
    wanted = common if section.becomes != "instrument" else {"owner": common["owner"]}
    if section.becomes != "check":
        return {**wanted, **first}
    for number, cells in rows[1:]:
        other = foreign.filled(section.values, cells)
        if other != first:
            name = next(n for n in {**first, **other} if first.get(n) != other.get(n))
            raise BadInput(
                "differs from the first row of its group", row=number, field=section.column_of(name),
                found=other.get(name, ""), expected=first.get(name, ""),
            )  # fmt: skip
    return {**wanted, **first, **_readings(section, rows)}


def _readings(section: Section, rows: list[tuple[int, Cells]]) -> dict[str, Any]:
    readings, standards = [], {}
    for _number, cells in rows:
        standard = foreign.filled(section.standard, cells)
        name = standard.get("certificate") or standard.get("name", "")
        if name:
            standards[name] = standard
        readings.append({**foreign.filled(section.reading, cells), "standard": name})
    return {"readings": readings, "traced_to": list(standards.values())}
