"""A file of months is a table of its form, or it is refused with one clear line; nothing else comes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.apps.carbon.activity import files as activity_files
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput

HEAD = "stream,year,month,amount,unit\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("files") / "months.csv"


def read(place, content: bytes):
    place.write_bytes(content)
    return activity_files.rows_of(Upload("months.csv", place))


@given(content=st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(place, content) -> None:
    try:
        assert read(place, content)
    except BadInput as refused:
        assert refused.problems


@given(content=st.binary(max_size=200))
def test_what_begins_like_a_workbook_and_is_none_is_refused(place, content) -> None:
    with pytest.raises(BadInput):
        read(place, b"PK\x03\x04" + content)


@given(
    cells=st.lists(
        st.text(st.characters(exclude_characters='\r\n",\x00', codec="utf-8"), max_size=8), max_size=8
    )
)
def test_a_row_keeps_its_number_and_its_cells(place, cells) -> None:
    rows = read(place, (HEAD + "COAL,2025,1,1,t\n" + ",".join(cells) + "\n").encode())
    assert rows[0] == (2, {"编号": "COAL", "年": "2025", "月": "1", "数量": "1", "单位": "t"})
    if any(cells):
        number, values = rows[1]
        assert number == 3 and ("" in values) == (len(cells) > 5)
        assert list(values.values())[: min(len(cells), 5)] == cells[:5]


def test_encoding_other_than_utf_8_is_named(place) -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        read(place, "编号,年,月,数量,单位\n煤,2025,1,1,t\n".encode("gb18030"))


def test_heads_may_stand_in_chinese_or_as_in_the_interface(place) -> None:
    chinese = read(place, "编号*,年*,月*,数量*,单位*\nC,2025,1,1,t\n".encode())
    assert chinese == read(place, (HEAD + "C,2025,1,1,t\n").encode())
