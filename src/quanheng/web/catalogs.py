"""The English words of the interface: collects Chinese msgids from pages and code, and compiles the catalogue.

`python -m quanheng.web.catalogs update` adds new msgids to the .po file, `check` names those without English,
`compile` writes the .mo that Django reads. It stands in for the gettext programs, which a host may lack.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CATALOGUE = Path(__file__).resolve().parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
HEADER = (
    "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nLanguage: en\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\n"
)
CALLS = {"gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "_": 1, "ngettext": 2, "ngettext_lazy": 2}
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(n?gettext|_)\(\s*({_LITERAL})(?:\s*,\s*({_LITERAL}))?")


@dataclass
class Entry:
    """One msgid, its plural if it has one, its English, and the files where it stands."""

    msgid: str
    plural: str = ""
    english: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def translated(self) -> bool:
        wanted = 2 if self.plural else 1
        return len(self.english) == wanted and all(self.english)


# ---- collecting --------------------------------------------------------------------------------------------


def collect(package: Path = PACKAGE) -> dict[str, Entry]:
    """Every marked message of the package's templates and Python files."""
    found: dict[str, Entry] = {}
    for path in sorted([*package.rglob("*.html"), *package.rglob("*.py")]):
        place = path.relative_to(package.parent).as_posix()
        for msgid, plural in messages_of(path):
            entry = found.setdefault(msgid, Entry(msgid, plural))
            entry.plural = entry.plural or plural
            entry.places.add(place)
    return found


def messages_of(path: Path) -> Iterator[tuple[str, str]]:
    """(msgid, plural) pairs of one file; plural is empty for a plain message."""
    text = path.read_text(encoding="utf-8")
    return from_python(text) if path.suffix == ".py" else from_template(text)


def from_template(text: str) -> Iterator[tuple[str, str]]:
    from django.utils.translation.template import templatize

    for call, first, second in _CALL.findall(templatize(text)):
        plural = ast.literal_eval(second) if second and call == "ngettext" else ""
        yield ast.literal_eval(first), plural


def from_python(text: str) -> Iterator[tuple[str, str]]:
    if "gettext" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if len(words) >= CALLS[node.func.id]:
                yield words[0], words[1] if CALLS[node.func.id] == 2 else ""


# ---- the .po file ------------------------------------------------------------------------------------------


def read_catalogue(text: str) -> dict[str, Entry]:
    """The entries of a .po file; comments are dropped, they are written anew from the places."""
    entries: dict[str, Entry] = {}
    for block in re.split(r"\n\s*\n", text):
        parts = _parts(block)
        if parts.get("msgid"):
            english = [parts[k] for k in sorted(parts) if k.startswith("msgstr")]
            entries[parts["msgid"]] = Entry(parts["msgid"], parts.get("msgid_plural", ""), english)
    return entries


def _parts(block: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    key = ""
    for line in block.splitlines():
        head = re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?)\s+(".*")$', line)
        if head:
            key = head[1]
            parts[key] = ast.literal_eval(head[2])
        elif line.startswith('"') and key:
            parts[key] += ast.literal_eval(line)
    return parts


def write_catalogue(entries: Iterable[Entry]) -> str:
    """The .po file, ordered by place and message so that two people who add words rarely collide."""
    blocks = ['msgid ""\nmsgstr ""\n' + "".join(f"{_quoted(line)}\n" for line in HEADER.splitlines(True))]
    for entry in sorted(entries, key=lambda e: (min(e.places, default=""), e.msgid)):
        blocks.append(_written(entry))
    return "\n".join(blocks)


def _written(entry: Entry) -> str:
    lines = [f"#: {place}" for place in sorted(entry.places)] + [f"msgid {_quoted(entry.msgid)}"]
    if entry.plural:
        english = [*entry.english, "", ""][:2]
        lines.append(f"msgid_plural {_quoted(entry.plural)}")
        lines += [f"msgstr[{i}] {_quoted(words)}" for i, words in enumerate(english)]
    else:
        lines.append(f"msgstr {_quoted((entry.english or [''])[0])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


# ---- the .mo file ------------------------------------------------------------------------------------------


def compiled(entries: Iterable[Entry]) -> bytes:
    """The binary catalogue (GNU gettext manual, section "The Format of GNU MO Files")."""
    pairs = [(b"", HEADER.encode())]
    for entry in entries:
        if entry.translated():
            key = f"{entry.msgid}\0{entry.plural}" if entry.plural else entry.msgid
            pairs.append((key.encode(), "\0".join(entry.english).encode()))
    pairs.sort()
    keys_at, values_at = 28, 28 + 8 * len(pairs)
    text_at = values_at + 8 * len(pairs)
    table, texts = b"", b""
    for column in (0, 1):
        for pair in pairs:
            table += struct.pack("<II", len(pair[column]), text_at + len(texts))
            texts += pair[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), keys_at, values_at, 0, 0) + table + texts


# ---- commands ----------------------------------------------------------------------------------------------


def update(catalogue: Path = CATALOGUE) -> list[Entry]:
    """Add new msgids, drop those that nobody uses any more, keep all English; returns what still lacks it."""
    known = read_catalogue(catalogue.read_text(encoding="utf-8")) if catalogue.exists() else {}
    entries = collect()
    for msgid, entry in entries.items():
        if msgid in known:
            entry.english = known[msgid].english
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.write_text(write_catalogue(entries.values()), encoding="utf-8")
    return [entry for entry in entries.values() if not entry.translated()]


def compile_catalogue(catalogue: Path = CATALOGUE) -> Path:
    """Write django.mo beside django.po."""
    target = catalogue.with_suffix(".mo")
    target.write_bytes(compiled(read_catalogue(catalogue.read_text(encoding="utf-8")).values()))
    return target


def untranslated(catalogue: Path = CATALOGUE, package: Path = PACKAGE) -> list[Entry]:
    """Messages that stand in pages or code and have no English."""
    known = read_catalogue(catalogue.read_text(encoding="utf-8"))
    return [e for e in collect(package).values() if not known.get(e.msgid, e).translated()]


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else ""
    if command == "compile":
        sys.stdout.write(f"{compile_catalogue()}\n")
        return 0
    if command not in ("update", "check"):
        sys.stderr.write("usage: python -m quanheng.web.catalogs update|check|compile\n")
        return 2
    missing = update() if command == "update" else untranslated()
    for entry in missing:
        sys.stdout.write(f"no English: {entry.msgid!r} in {', '.join(sorted(entry.places))}\n")
    return 1 if missing and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
