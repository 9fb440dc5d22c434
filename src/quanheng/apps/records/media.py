"""What a file is by its content, and whether the house takes it. The name that it came with proves nothing.

The allow-list is short. A file that is two things at once, or whose name says something else than its content, is
refused. What to remove from a file that is taken stands in `metadata`.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import filetype
import pikepdf
from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree
from PIL import Image

from quanheng.apps.records.archives import OFFICE, office_type
from quanheng.errors import BadInput

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
TEXT, CSV, JSON, XML = "text/plain", "text/csv", "application/json", "application/xml"
EXTENSIONS = {
    "pdf": PDF,
    "jpg": JPEG,
    "jpeg": JPEG,
    "png": PNG,
    "docx": OFFICE["word/document.xml"],
    "xlsx": OFFICE["xl/workbook.xml"],
    "pptx": OFFICE["ppt/presentation.xml"],
    "txt": TEXT,
    "csv": CSV,
    "json": JSON,
    "xml": XML,
}
LONGEST_NAME = 120
MOST_PIXELS = 80_000_000
MOST_TEXT = 64 * 1024 * 1024
MOST_OBJECTS = 500_000  # of a PDF

_ACTIVE = re.compile(rb"<script[\s>/]|<!doctype\s+html|<html[\s>]|<iframe[\s>]|<\?php", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_ACTIVE_ROOTS = (
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/XSL/Transform",
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found: the type by content, and a name that is safe to show and to save."""

    media_type: str
    name: str


def examine(path: Path, name: str) -> Examined:
    """Look into a file and tell its type; BadInput with what is wrong if the house does not take it."""
    safe = safe_name(name)
    size = path.stat().st_size
    if not size:
        raise BadInput(_("文件是空的"), file=safe)
    if size > settings.UPLOAD_MAX_BYTES:
        raise too_large(safe, size)
    suffix = PurePosixPath(safe).suffix.lower().lstrip(".")
    if suffix not in EXTENSIONS:
        raise BadInput(_("不接受这种文件"), file=safe, found=suffix, expected=", ".join(sorted(EXTENSIONS)))
    found = _type_of(path, safe, EXTENSIONS[suffix])
    if found != EXTENSIONS[suffix]:
        raise BadInput(_("文件名与内容不符"), file=safe, found=found, expected=EXTENSIONS[suffix])
    _refuse_second_nature(path, safe, found)
    CHECKS[found](path, safe)
    return Examined(found, safe)


def too_large(name: str, size: int) -> BadInput:
    """The one answer to a file above the limit, whether it was counted or claimed."""
    limit = f"{settings.UPLOAD_MAX_BYTES} bytes"
    return BadInput(_("文件太大"), file=name, found=f"{size} bytes", expected=limit)


def safe_name(name: str) -> str:
    """A file name without folders, controls, direction marks and leading dots; its ending is kept."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    stem, dot, suffix = kept.strip(" .").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = stem.strip(" .")[:LONGEST_NAME] or "file"
    return f"{stem}.{suffix[:10]}" if suffix else stem


def _type_of(path: Path, name: str, claimed: str) -> str:
    """The type by content. Kinds of text look alike, so among them the name decides which check is made."""
    with path.open("rb") as source:
        head = source.read(16)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"PK\x03\x04"):
        return office_type(path, name)
    known = filetype.guess(str(path))
    if known is not None:
        return str(known.mime)
    return claimed if claimed in (TEXT, CSV, JSON, XML) else "unknown"


def _refuse_second_nature(path: Path, name: str, found: str) -> None:
    """A PDF that is also a ZIP, an image that is also a page: whoever opens it sees something else than we did."""
    archive = found in OFFICE.values()
    if not archive and zipfile.is_zipfile(path):
        raise BadInput(_("文件同时是两种格式"), file=name, found=f"{found}, application/zip")
    if found in (JPEG, PNG) and _ACTIVE.search(path.read_bytes()):
        raise BadInput(_("图片里夹带网页代码"), file=name)


def _image(path: Path, name: str) -> None:
    try:
        with Image.open(path) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise BadInput(_("图片像素过多"), file=name, found=f"{width} × {height}")
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        raise BadInput(_("图片无法读取"), file=name, found=str(problem)[:80]) from None


def _pdf(path: Path, name: str) -> None:
    try:
        with pikepdf.open(path) as paper:
            if paper.is_encrypted:
                raise BadInput(_("PDF 已加密，无法检查"), file=name, remedy=_("请交未加密的文件"))
            _refuse_active(paper, name)
            len(paper.pages)
    except pikepdf.PasswordError:
        raise BadInput(_("PDF 已加密，无法检查"), file=name, remedy=_("请交未加密的文件")) from None
    except pikepdf.PdfError as problem:
        raise BadInput(_("PDF 无法读取"), file=name, found=str(problem)[:80]) from None


def _refuse_active(paper: pikepdf.Pdf, name: str) -> None:
    if len(paper.objects) > MOST_OBJECTS:
        raise BadInput(_("PDF 对象过多"), file=name, found=str(len(paper.objects)))
    for thing in paper.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream) and _active(thing):
            raise BadInput(_("PDF 含有脚本或启动程序的动作"), file=name, remedy=_("请另存为不含脚本的 PDF"))


def _active(thing: pikepdf.Object, depth: int = 4) -> bool:
    """Whether an object runs something: a script or a program, in it or in what it holds directly."""
    if "/JS" in thing or "/JavaScript" in thing or str(thing.get("/S", "")) in ("/JavaScript", "/Launch"):
        return True
    held = (
        value for value in thing.values() if isinstance(value, pikepdf.Dictionary) and not value.is_indirect
    )
    return depth > 0 and any(_active(value, depth - 1) for value in held)


def _text(path: Path, name: str) -> str:
    if path.stat().st_size > MOST_TEXT:
        raise BadInput(_("文本文件太大"), file=name, expected=f"{MOST_TEXT} bytes")
    text = decoded(path.read_bytes())
    if text is None or _CONTROLS.search(text):
        raise BadInput(_("不是文本"), file=name, expected="UTF-8, GB 18030", remedy=_("请另存为 UTF-8"))
    if _ACTIVE.search(text[:4096].encode()):
        raise BadInput(_("文本里夹带网页代码"), file=name)
    return text


def decoded(content: bytes) -> str | None:
    """Text in UTF-8, or in GB 18030 as older Chinese programs write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _json(path: Path, name: str) -> None:
    try:
        json.loads(_text(path, name))
    except (ValueError, RecursionError) as problem:
        raise BadInput(_("JSON 无法读取"), file=name, found=str(problem)[:80]) from None


def _xml(path: Path, name: str) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.parse(str(path), parser)
    except etree.XMLSyntaxError as problem:
        raise BadInput(_("XML 无法读取"), file=name, found=str(problem)[:80]) from None
    if tree.docinfo.doctype:
        raise BadInput(_("XML 不得带文档类型定义"), file=name, found=tree.docinfo.doctype[:80])
    if (
        etree.QName(tree.getroot()).namespace in _ACTIVE_ROOTS
        or etree.QName(tree.getroot()).localname == "html"
    ):
        raise BadInput(_("XML 里夹带网页代码"), file=name)


CHECKS: dict[str, Callable[[Path, str], object]] = {
    PDF: _pdf,
    JPEG: _image,
    PNG: _image,
    TEXT: _text,
    CSV: _text,
    JSON: _json,
    XML: _xml,
    **dict.fromkeys(OFFICE.values(), lambda path, name: None),  # looked into when the type was found
}
