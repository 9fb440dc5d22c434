"""Draws docs/architecture.svg: the floors and rooms as they are in the package tree and in the import contracts.

The picture is drawn from pyproject.toml and src/ alone, so a test can draw it again and compare. It shows rooms
that exist; a room that the contract only allows for (in brackets there) appears when its package does.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.svg"
ROOF = ("Roof · 屋顶", "processes, pages, commands")
GROUND = ("Ground floor · 底层", "rules, values, numbers, proofs: no Django, no clock")
FLOOR_OF = {
    "cli": ROOF,
    "demo": ROOF,
    "gateways": ROOF,
    "web": ROOF,
    "apps": ("Second floor · 二层", "what people do, one app per noun"),
    "lake": ("First floor · 一层", "measurement series, papers"),
    "documents": ("First floor · 一层", "measurement series, papers"),
    "law": GROUND,
    "norms": GROUND,
    "science": GROUND,
    "evidence": GROUND,
    "errors": ("Foundation · 基础", "the two ways to say no"),
}

WIDTH, LEFT, ROOM, GAP, LINE, PAD = 1000, 230, 116, 10, 16, 14
STEP = 14  # how much higher the next rung of the ladder stands


def contracts() -> list[dict]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"]


def layers(contract: dict) -> list[list[str]]:
    """The layers of one contract from the top, each a list of dotted packages that exist."""
    named = [re.findall(r"[\w.]+", layer) for layer in contract["layers"]]
    return [[package for package in layer if exists(package)] for layer in named]


def exists(package: str) -> bool:
    path = ROOT / "src" / package.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def inner_rooms(package: str) -> list[str]:
    """The sub-packages of a room, by name."""
    folder = ROOT / "src" / package.replace(".", "/")
    inside = (path.parent.name for path in folder.glob("*/__init__.py"))
    return sorted(
        name
        for name in inside
        if name not in {"migrations", "templatetags", "models", "actions", "management"}
    )


def floors() -> list[tuple[tuple[str, str], list[str]]]:
    """Title and rooms of each floor, from the roof down."""
    joined: dict[tuple[str, str], list[str]] = {}
    for room in (room for layer in layers(contracts()[0]) for room in layer):
        name = room.rsplit(".", 1)[-1]
        if name not in FLOOR_OF:
            raise SystemExit(f"which floor is {room} on? Say so in FLOOR_OF")
        joined.setdefault(FLOOR_OF[name], []).append(room)
    return list(joined.items())


def draw() -> str:
    """The whole picture as SVG text without style attributes or scripts."""
    parts: list[str] = []
    top = 20
    for title, rooms in floors():
        if rooms == ["quanheng.apps"]:
            height, body = ladder(top)
        else:
            height, body = row(rooms, top)
        parts += floor(title, top, height)
        parts += body
        top += height + GAP
    return "\n".join([*head(top), *parts, *arrow(top), "</svg>", ""])


def head(height: int) -> Iterator[str]:
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height + 10}" role="img" aria-labelledby="t d">'
    yield '<title id="t">The floors of Quanheng</title>'
    yield '<desc id="d">An import goes down or stays in its own room; an app calls only apps to its left.</desc>'
    yield f'<rect width="{WIDTH}" height="{height + 10}" fill="#ffffff"/>'


def floor(title: tuple[str, str], top: int, height: int) -> Iterator[str]:
    yield f'<rect x="10" y="{top}" width="{WIDTH - 60}" height="{height}" rx="6" fill="#f3f6fb" stroke="#c6d2e6"/>'
    yield text(24, top + 26, title[0], size=15, weight="bold")
    for number, line in enumerate(wrapped(title[1], 30)):
        yield text(24, top + 46 + number * LINE, line, size=12, fill="#4a5668")


def row(rooms: list[str], top: int) -> tuple[int, list[str]]:
    lines = max(len(inner_rooms(room)) for room in rooms)
    height = 2 * PAD + 36 + lines * LINE
    body: list[str] = []
    for number, room in enumerate(rooms):
        body += box(room, LEFT + number * (ROOM + GAP), top + PAD, height - 2 * PAD)
    return height, body


def ladder(top: int) -> tuple[int, list[str]]:
    """The apps as rungs: an app calls only those left of it."""
    rungs = [rung for rung in reversed(layers(contracts()[1])) if rung]
    apps = [(app, number) for number, rung in enumerate(rungs) for app in rung]
    room = min(ROOM, (WIDTH - 70 - LEFT) // len(apps) - GAP)
    height = 2 * PAD + 42 + STEP * (len(rungs) - 1)
    body: list[str] = []
    for place, (app, rung) in enumerate(apps):
        rise = top + PAD + STEP * (len(rungs) - 1 - rung)
        body += box(app, LEFT + place * (room + GAP), rise, top + height - PAD - rise, room)
    return height, body


def box(room: str, x: int, y: int, height: int, width: int = ROOM) -> Iterator[str]:
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="#ffffff" stroke="#2457a6"/>'
    yield text(x + 8, y + 24, room.rsplit(".", 1)[-1], size=13, weight="bold")
    for number, inner in enumerate(inner_rooms(room)):
        yield text(x + 8, y + 42 + number * LINE, inner, size=12, fill="#4a5668")


def arrow(bottom: int) -> Iterator[str]:
    x = WIDTH - 28
    yield f'<path d="M{x} 40 V{bottom - 30} m-6 -10 l6 10 l6 -10" fill="none" stroke="#4a5668" stroke-width="2"/>'
    yield text(x - 12, 30, "import", size=12, fill="#4a5668")


def text(x: int, y: int, words: str, *, size: int, weight: str = "normal", fill: str = "#16202e") -> str:
    family = 'font-family="Noto Sans SC, Noto Sans CJK SC, sans-serif"'
    return f'<text x="{x}" y="{y}" {family} font-size="{size}" font-weight="{weight}" fill="{fill}">{escape(words)}</text>'


def wrapped(words: str, width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)} drawn\n")
