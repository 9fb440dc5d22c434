"""The picture of the floors is drawn from the code, and the committed one is that picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tools import draw_floors


def test_the_committed_picture_is_what_the_package_tree_and_the_contracts_give() -> None:
    assert draw_floors.PICTURE.read_text(encoding="utf-8") == draw_floors.draw(), "run: make docs"


def test_every_room_of_the_package_stands_in_the_picture() -> None:
    package = draw_floors.ROOT / "src" / "quanheng"
    rooms = {
        path.parent.name for path in [*package.glob("*/__init__.py"), *package.glob("apps/*/__init__.py")]
    }
    shown = {
        element.text for element in ET.fromstring(draw_floors.draw()).iter() if element.tag.endswith("}text")
    }
    assert rooms - {"apps"} <= shown


def test_no_room_stands_in_the_picture_that_the_package_lacks() -> None:
    drawn = [room for _, rooms in draw_floors.floors() for room in rooms]
    assert drawn
    assert all(draw_floors.exists(room) for room in drawn)
