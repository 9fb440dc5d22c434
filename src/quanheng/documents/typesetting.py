"""A template and plain data become a PDF/A. Data go in as one JSON value and are never part of the template's source.

Nothing is fetched: fonts are those that are handed in, and a template may use no package.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from quanheng.errors import BadInput, QuanhengError

FAMILIES = ("Noto Serif SC", "Noto Sans SC")
STANDARD: Literal["a-2b"] = "a-2b"  # PDF/A-2b, ISO 19005-2: for years on a shelf


class NotSet(QuanhengError):
    """The typesetter refused a template with these data: a fault of ours, not of who asked."""


def render(template: str, data: Mapping[str, Any], *, fonts: Sequence[Path], at: dt.datetime) -> bytes:
    """Set a paper.

    Parameters
    ----------
    template : str
        Name of a template of this package, without its ending.
    data : mapping
        Texts, numbers, lists and mappings; the template reads them and adds only words of its own.
    fonts : sequence of Path
        Folders with the TrueType files of the families in `FAMILIES`.
    at : datetime
        The time that the paper bears as its date of making.

    Returns
    -------
    bytes
        A PDF/A-2b. The same data, fonts and time give the same bytes.

    Raises
    ------
    BadInput
        If there is no such template, a time zone is missing, or a font is.
    NotSet
        If the typesetter refuses.
    """
    source = files(__package__) / "templates" / f"{template}.typ"
    if not template.isidentifier() or not source.is_file():
        raise BadInput("no such template", field="template", found=template)
    if at.utcoffset() is None:
        raise BadInput("a time without its zone", field="at", found=at.isoformat())
    _refuse_missing_fonts(fonts)
    with as_file(files(__package__) / "templates") as folder, tempfile.TemporaryDirectory() as nothing:
        try:
            made = typst.compile(
                str(folder / f"{template}.typ"),
                root=str(folder),
                font_paths=[str(one) for one in fonts],
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
                pdf_standards=STANDARD,
                timestamp=int(at.timestamp()),
                package_path=nothing,
                package_cache_path=nothing,
            )
        except typst.TypstError as error:
            raise NotSet(f"{template}: {error.message}") from None
    return bytes(made)


def _refuse_missing_fonts(folders: Sequence[Path]) -> None:
    known = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(f) for f in folders]
    )
    missing = [name for name in FAMILIES if name not in known.families()]
    if missing:
        raise BadInput(
            "a font for papers is missing", field="fonts", found=", ".join(missing), remedy="run `make setup`"
        )


def square_code(text: str) -> str:
    """A QR code as SVG without a frame of its own; error correction M (ISO/IEC 18004)."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()
