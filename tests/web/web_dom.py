"""Finds elements by the small part of CSS selectors that the tests use; it knows tags, ids, classes, attributes."""

from __future__ import annotations

import re

_PART = re.compile(
    r"(?P<tag>^[a-z][\w-]*)|#(?P<id>[\w-]+)|\.(?P<cls>[\w-]+)|\[(?P<attr>[\w-]+)(?:='?(?P<value>[^\]']*)'?)?\]|:(?P<first>first-child)"
)


def find_all(element, selector: str) -> list:
    """All descendants that match `selector`: simple selectors joined by a space or by >."""
    path, axis = "", ".//"
    for piece in selector.replace(">", " > ").split():
        if piece == ">":
            axis = "/"
            continue
        path += f"{axis}{_step(piece)}"
        axis = "//"
    return element.xpath(path)


def _step(piece: str) -> str:
    tag, tests = "*", ""
    for part in _PART.finditer(piece):
        if part["tag"]:
            tag = part["tag"]
        elif part["id"]:
            tests += f"[@id='{part['id']}']"
        elif part["cls"]:
            tests += f"[contains(concat(' ', normalize-space(@class), ' '), ' {part['cls']} ')]"
        elif part["first"]:
            tests += "[not(preceding-sibling::*)]"
        else:
            tests += f"[@{part['attr']}]" if part["value"] is None else f"[@{part['attr']}='{part['value']}']"
    return f"{tag}{tests}"
