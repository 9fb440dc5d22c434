"""Takes away what a file tells about people beside its content: place and time of a photo, author of a paper.

Pixels and pages stay as they are: images are not compressed again, only their side segments are left out. A signed
PDF is left untouched, since any change would break its signature; that is then said. Nothing here judges a file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from PIL import Image

from quanheng.apps.records.media import JPEG, PDF, PNG

ORIENTATION = 0x0112
GPS = 0x8825
_PNG_TOLD = {b"eXIf": "Exif", b"tEXt": "text", b"zTXt": "text", b"iTXt": "text", b"tIME": "time"}
_PDFA = "http://www.aiim.org/pdfa/ns/id/"


def strip(source: Path, target: Path, media_type: str) -> list[str]:
    """Write the file without side data; returns the kinds that were removed. Without any, nothing is written."""
    if media_type == JPEG:
        return _rewrite(source, target, *_without_jpeg_segments(source.read_bytes(), _told_by_exif(source)))
    if media_type == PNG:
        return _rewrite(source, target, *_without_png_chunks(source.read_bytes(), _told_by_exif(source)))
    return _strip_pdf(source, target) if media_type == PDF else []


def _rewrite(source: Path, target: Path, content: bytes, removed: list[str]) -> list[str]:
    if removed:
        target.write_bytes(content)
    return removed


def _told_by_exif(path: Path) -> tuple[int, list[str]]:
    """The orientation, which belongs to the picture, and the kinds of what else its Exif tells."""
    with Image.open(path) as image:
        exif = image.getexif()
    orientation = int(exif.get(ORIENTATION, 1) or 1)
    told = ["Exif GPS"] if GPS in exif else []
    return (orientation if 1 <= orientation <= 8 else 1), told


# JPEG: markers FF xx with a length, then compressed data up to the next marker


def _without_jpeg_segments(data: bytes, exif: tuple[int, list[str]]) -> tuple[bytes, list[str]]:
    orientation, removed = exif[0], list(exif[1])
    kept = [b"\xff\xd8", *([_orientation_segment(orientation)] if orientation != 1 else [])]
    end = 2
    for marker, start, end in _jpeg_segments(data):
        kind = _jpeg_kind(marker, data[start + 4 : start + 40])
        if kind:
            removed.append(kind)
        else:
            kept.append(data[start:end])
    if data[end:].strip(b"\x00"):
        removed.append("trailing data")
    told = list(dict.fromkeys(removed))
    return b"".join(kept), ([] if told == ["Exif"] and _only_orientation(data, orientation) else told)


def _only_orientation(data: bytes, orientation: int) -> bool:
    """Whether the Exif segment is the very one that we write, so that stripping twice changes nothing."""
    return orientation != 1 and _orientation_segment(orientation) in data


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each part from behind the start of the image to its end."""
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        if marker == 0xD9:
            yield marker, at, at + 2
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            end = _end_of_scan(data, end)
        yield marker, at, end
        at = end
    yield 0xD9, at, len(data)


def _end_of_scan(data: bytes, at: int) -> int:
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _jpeg_kind(marker: int, head: bytes) -> str:
    """What a segment tells beside the picture; empty if it belongs to the picture."""
    if marker == 0xE1:
        return "Exif" if head.startswith(b"Exif\x00") else "XMP"
    if marker == 0xED:
        return "IPTC"
    if marker == 0xFE:
        return "comment"
    keeps = marker in (0xE0, 0xEE) or (marker == 0xE2 and head.startswith(b"ICC_PROFILE"))
    return "" if keeps or not 0xE0 <= marker <= 0xEF else "application data"


def _orientation_segment(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0)
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00"
    return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif


# PNG: chunks with length, kind, content and checksum


def _without_png_chunks(data: bytes, exif: tuple[int, list[str]]) -> tuple[bytes, list[str]]:
    removed, kept, at = list(exif[1]), [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind in _PNG_TOLD:
            removed.append(_PNG_TOLD[kind])
        else:
            kept.append(data[at:end])
        at = end
        if kind == b"IEND":
            break
    if data[at:]:
        removed.append("trailing data")
    return b"".join(kept), list(dict.fromkeys(removed))


# PDF


def is_signed(paper: pikepdf.Pdf) -> bool:
    """Whether a PDF carries a digital signature."""
    form = paper.Root.get("/AcroForm")
    if form is not None and int(form.get("/SigFlags", 0)) & 1:
        return True
    return any(
        isinstance(thing, pikepdf.Dictionary) and "/ByteRange" in thing and "/Contents" in thing
        for thing in paper.objects
    )


def _strip_pdf(source: Path, target: Path) -> list[str]:
    with pikepdf.open(source) as paper:
        if is_signed(paper):
            return []
        told = [str(key).lstrip("/") for key in paper.trailer.get("/Info", {})]
        told += ["XMP"] if "/Metadata" in paper.Root and _tells_more_than_its_kind(paper) else []
        if told:
            _forget(paper)
            paper.save(target, deterministic_id=True)
        return told


def _tells_more_than_its_kind(paper: pikepdf.Pdf) -> bool:
    with paper.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told:
        return any(not str(name).startswith(f"{{{_PDFA}}}") for name in told)


def _forget(paper: pikepdf.Pdf) -> None:
    """Remove document information and metadata; what says that the file is PDF/A stays, for it is about the file."""
    kept = {}
    if "/Metadata" in paper.Root:
        with paper.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told:
            kept = {name: told[name] for name in told if str(name).startswith(f"{{{_PDFA}}}")}
        del paper.Root["/Metadata"]
    if "/Info" in paper.trailer:
        del paper.trailer["/Info"]
    if kept:
        with paper.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told:
            for name, value in kept.items():
                told[name] = value
