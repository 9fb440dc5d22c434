"""How a foreign file of measurement data is to be read, and the opening of a text whose encoding must be right.

A mapping is written once for a format and used for all its files. The rows are read in `reading_files`.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from quanheng.errors import BadInput, Problem

LARGEST_MAPPING = 100_000  # bytes
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class TimeColumns(BaseModel):
    """Where the time of the start of each interval stands, how it is written, and in which zone."""

    model_config = ConfigDict(extra="forbid")
    columns: list[str] = Field(min_length=1, max_length=6)
    format: str | None = None
    zone: str | None = None
    hours_to_add: float = Field(default=0, ge=-48, le=48, allow_inf_nan=False)

    @field_validator("format")
    @classmethod
    def _readable_format(cls, text: str | None) -> str | None:
        if text is not None:
            sample = dt.datetime(2025, 1, 31, 23, tzinfo=dt.UTC).strftime(text)
            dt.datetime.strptime(sample, text).replace(tzinfo=dt.UTC)
        return text

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                zoneinfo.ZoneInfo(name)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(f"no such time zone: {name[:40]}") from None
        return name


class PointColumn(BaseModel):
    """The column of one point and the unit of its values."""

    model_config = ConfigDict(extra="forbid")
    column: str
    unit: str


class FileMapping(BaseModel):
    """How a foreign file is to be read."""

    model_config = ConfigDict(extra="forbid")
    time: TimeColumns
    points: dict[str, PointColumn] = Field(min_length=1)
    delimiter: str = Field(default=",", pattern=r"^[^\r\n\"\x00]$")
    encoding: str = "utf-8-sig"


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping file; an unknown key is named."""
    try:
        if path.stat().st_size > LARGEST_MAPPING:
            raise BadInput(
                "the mapping is too large", file=path.name, expected=f"{LARGEST_MAPPING} bytes or less"
            )
        return FileMapping.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadInput(
            Problem(
                e["msg"].removeprefix("Value error, "), field=".".join(map(str, e["loc"])), file=path.name
            )
            for e in error.errors()
        ) from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise BadInput("the mapping cannot be read", file=path.name, found=str(error)[:120]) from None


@contextmanager
def opened(path: Path, name: str, encoding: str) -> Iterator[TextIO]:
    """A text file in a stated encoding; another one is named as far as it can be told, never guessed silently."""
    try:
        with path.open(encoding=encoding, newline="") as stream:
            yield stream
    except UnicodeError:
        raise BadInput(
            "is not written in this encoding",
            file=name,
            field="encoding",
            found=_likely(path),
            expected=encoding.removesuffix("-sig"),
            remedy="save it as UTF-8, or state `encoding:` in a mapping file",
        ) from None
    except LookupError:
        raise BadInput("unknown encoding", file=name, field="encoding", found=encoding) from None
    except OSError as error:
        raise BadInput("cannot be read", file=name, found=error.strerror or "") from None


def _likely(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(65536)
    if start.startswith(UTF16):
        return "probably UTF-16"
    try:
        start[: start.rfind(b"\n") + 1 or None].decode("gb18030")
    except UnicodeError:
        return "an unknown encoding"
    return "probably GB 18030 (GBK)"
