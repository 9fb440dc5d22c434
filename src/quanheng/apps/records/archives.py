"""Office documents are ZIP archives: their members are looked at before anybody unpacks them.

Nothing is written to disk. Sizes are counted while unpacking into nothing, because an archive may lie about them.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from quanheng.errors import BadInput

_FORM = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "word/document.xml": f"{_FORM}wordprocessingml.document",
    "xl/workbook.xml": f"{_FORM}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_FORM}presentationml.presentation",
}
MOST_MEMBERS = 10_000
MOST_BYTES = 600 * 1024 * 1024
WORST_RATIO = 250  # real documents stay below 60; deflate ends at 1032
SMALL = 4 * 1024 * 1024  # below this no ratio is dangerous
PIECE = 1 << 16


def office_type(path: Path, name: str) -> str:
    """The type of an Office document; BadInput if the archive is a trap, and `application/zip` if it is no document."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_names(members, name)
            _count(archive, members, path.stat().st_size, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as problem:
        raise BadInput(_("压缩结构损坏"), file=name, found=str(problem)[:80]) from None
    names = {member.filename for member in members}
    if any(n.lower().endswith("vbaproject.bin") for n in names):
        raise BadInput(_("文件含有宏"), file=name, remedy=_("请另存为不含宏的文件"))
    if "[Content_Types].xml" not in names:
        return "application/zip"
    return next((kind for part, kind in OFFICE.items() if part in names), "application/zip")


def _check_names(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MOST_MEMBERS:
        raise BadInput(_("压缩包内文件过多"), file=name, found=str(len(members)), expected=str(MOST_MEMBERS))
    for member in members:
        if _leads_out(member):
            raise BadInput(_("压缩包内的路径不合法"), file=name, found=member.filename[:80])
        if member.flag_bits & 1:
            raise BadInput(_("压缩包已加密，无法检查"), file=name, found=member.filename[:80])
    if len({member.filename for member in members}) != len(members):
        raise BadInput(_("压缩包内有重名文件"), file=name)


def _leads_out(member: zipfile.ZipInfo) -> bool:
    # `orig_filename`: zipfile itself cuts a name at a zero character, which would hide the rest.
    path = member.orig_filename
    return (
        "\\" in path
        or "\x00" in path
        or PurePosixPath(path).is_absolute()
        or ".." in PurePosixPath(path).parts
        or re.match(r"[A-Za-z]:", path) is not None
        or stat.S_ISLNK(member.external_attr >> 16)
    )


def _count(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Unpack everything into nothing and stop at the limit; checks each member's checksum on the way."""
    limit = max(SMALL, min(MOST_BYTES, packed * WORST_RATIO))
    total = 0
    for member in members:
        with archive.open(member) as stream:
            while piece := stream.read(PIECE):
                total += len(piece)
                if total > limit:
                    raise BadInput(_("解压后过大，疑为压缩炸弹"), file=name, found=f"> {limit} bytes")
