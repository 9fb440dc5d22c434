"""How a foreign table is to be read as instruments, placements and checks: a documented YAML file, read strictly.

    format: quanheng-laboratory-mapping/1
    source: where the table comes from; it is kept with every row
    leave_out:                         # rows that are none of these, each kind with its reason
      - {rows: {record: formula}, reason: "…"}
    takes:                             # the first section whose `rows` fit takes a row; a row that none takes is refused
      - becomes: instrument            # instrument | placement | check
        rows: {record: component}      # column: value, or a list of values
        values: {code: "X-{id}", unit: {from: type, words: {NOX: ppm}}}
      - becomes: check
        group: [component_id, test_number]   # rows of one check
        values: {instrument: "X-{component_id}", number: "{test_number}", …}
        reading: {level: "{gas_level}", reference: "{reference}", indication: "{measured}"}
        standard: {name: "{gas_type}", certificate: "{vendor_id}/{cylinder_id}", valid_until: "{gas_expiration}"}

The keys under `values` are the parameters of the act that takes the row (`laboratory.instrument.register`,
`laboratory.placement.record`, `laboratory.check.record`). A value is a text in which `{column}` stands for a cell, or
words of one column put into others. A text that names an empty cell is empty as a whole. Nothing is computed here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pydantic
import yaml
from pydantic import Field

from quanheng.apps.records.media import decoded
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Problem

FORMAT = "quanheng-laboratory-mapping/1"
LONGEST_MAPPING = 64 * 1024
LONGEST_TABLE = 64 * 1024 * 1024
_PLACE = re.compile(r"\{([^{}]+)\}")
Kind = Literal["instrument", "placement", "check"]
Cells = dict[str, str]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """The words of one column and what they become."""

    column: Annotated[str, Field(alias="from")]
    words: dict[str, str]


Value = str | Words
Rows = dict[str, str | list[str]]


class LeftOut(_Strict):
    """Rows that are not taken, and why."""

    rows: Rows
    reason: Annotated[str, Field(min_length=4)]


class Section(_Strict):
    """What some rows become."""

    becomes: Kind
    rows: Rows = {}
    values: dict[str, Value]
    group: list[str] = []
    reading: dict[str, Value] = {}
    standard: dict[str, Value] = {}

    @pydantic.model_validator(mode="after")
    def _whole(self) -> Section:
        wanted = self.becomes == "check"
        if wanted != bool(self.group) or wanted != bool(self.reading) or (self.standard and not wanted):
            raise ValueError("a check has `group` and `reading`, nothing else has them or a `standard`")
        return self

    def column_of(self, field: str) -> str:
        """The column from which a parameter of the act comes, for a message; the parameter itself if none."""
        first, _, rest = field.partition(".")
        inner = rest.rpartition(".")[2]
        value = {"readings": self.reading, "traced_to": self.standard}.get(first, self.values)
        found = value.get(inner or first)
        columns = list(columns_of(found)) if found is not None else []
        return ", ".join(columns) or inner or first


class TableMapping(_Strict):
    """A mapping file."""

    format: Literal["quanheng-laboratory-mapping/1"]
    source: Annotated[str, Field(min_length=4, max_length=300)]
    leave_out: list[LeftOut] = []
    takes: Annotated[list[Section], Field(min_length=1)]

    def section_of(self, cells: Cells) -> Section | None:
        """The first section that takes a row."""
        return next((one for one in self.takes if fits(one.rows, cells)), None)

    def reason_against(self, cells: Cells) -> str:
        """Why a row is left out; empty if it is not."""
        return next((one.reason for one in self.leave_out if fits(one.rows, cells)), "")

    def columns(self) -> Iterator[str]:
        """Every column that is named anywhere."""
        for one in self.leave_out:
            yield from one.rows
        for section in self.takes:
            yield from (*section.rows, *section.group)
            for values in (section.values, section.reading, section.standard):
                for value in values.values():
                    yield from columns_of(value)


def columns_of(value: Value) -> Iterator[str]:
    """The columns that a value is made of."""
    yield from [value.column] if isinstance(value, Words) else _PLACE.findall(value)


def fits(rows: Rows, cells: Cells) -> bool:
    """Whether a row has the wanted words in the wanted columns."""
    return all(
        cells.get(column, "") in ([wanted] if isinstance(wanted, str) else wanted)
        for column, wanted in rows.items()
    )


def filled(values: Mapping[str, Value], cells: Cells) -> dict[str, str]:
    """The parameters that a row gives; one whose cells are empty is left out."""
    found = {name: _text(value, cells, name) for name, value in values.items()}
    return {name: text for name, text in found.items() if text}


def _text(value: Value, cells: Cells, name: str) -> str:
    if isinstance(value, Words):
        word = cells[value.column]
        if word and word not in value.words:
            expected = ", ".join(value.words)
            raise BadInput(
                "the mapping has no word for this", field=value.column, found=word, expected=expected
            )
        return value.words.get(word, "")
    if any(not cells[column] for column in _PLACE.findall(value)):
        return ""
    return _PLACE.sub(lambda m: cells[m[1]], value).strip()


# ---- the two files --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a CSV file with their numbers; the header is row 1."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[int, Cells], ...]


def load(upload: Upload) -> tuple[TableMapping, str]:
    """Read a mapping file; gives it and its text. Every slip in it is named by its key."""
    text = _decoded(upload, LONGEST_MAPPING)
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else None
        raise BadInput("is no YAML", file=upload.name, row=row) from None
    try:
        return TableMapping.model_validate(raw), text
    except pydantic.ValidationError as error:
        raise BadInput(
            Problem(
                one["msg"].removeprefix("Value error, "),
                field=".".join(map(str, one["loc"])),
                file=upload.name,
            )
            for one in error.errors(include_url=False)
        ) from None


def table(upload: Upload, mapping: TableMapping) -> Table:
    """Read the foreign table; a column that the mapping names and the table has not is named."""
    reader = csv.reader(io.StringIO(_decoded(upload, LONGEST_TABLE)), strict=True)
    try:
        heads = tuple(head.strip() for head in next(reader, []))
        _refuse_heads(heads, mapping, upload.name)
        return Table(upload.name, heads, tuple(_rows(reader, heads, upload.name)))
    except csv.Error as error:
        raise BadInput("is no table", file=upload.name, row=reader.line_num, found=str(error)[:80]) from None


def _refuse_heads(heads: tuple[str, ...], mapping: TableMapping, file: str) -> None:
    missing = sorted(set(mapping.columns()) - set(heads))
    twice = sorted({head for head in heads if heads.count(head) > 1})
    if missing or twice:
        said = "a column of the mapping is missing" if missing else "a column twice"
        raise BadInput(
            [Problem(said, field=name, file=file, row=1, expected=", ".join(heads)) for name in missing or twice]
        )  # fmt: skip


def _rows(reader: Any, heads: tuple[str, ...], file: str) -> Iterator[tuple[int, Cells]]:
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heads):
            found, expected = f"{len(cells)} cells", f"{len(heads)} cells"
            raise BadInput("is cut off", file=file, row=reader.line_num, found=found, expected=expected)
        yield reader.line_num, {h: cell.strip() for h, cell in zip(heads, cells, strict=True)}


def _decoded(upload: Upload, longest: int) -> str:
    if upload.path.stat().st_size > longest:
        raise BadInput("is too large", file=upload.name, expected=f"at most {longest} bytes")
    text = decoded(upload.path.read_bytes())
    if text is None:
        raise BadInput("is no text", file=upload.name, expected="UTF-8 or GB 18030")
    return text
