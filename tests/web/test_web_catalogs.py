"""The English catalogue: every message of the package has English, and the compiled file says what the text says."""

from __future__ import annotations

import gettext
import io
import re

import pytest

from quanheng.web import catalogs
from quanheng.web.catalogs import Entry

HAN = re.compile(r"[\u4e00-\u9fff]")


def entries():
    return catalogs.read_catalogue(catalogs.CATALOGUE.read_text(encoding="utf-8"))


def rooms():
    """The shell and every app that has messages."""
    apps = sorted(p for p in (catalogs.PACKAGE / "apps").iterdir() if (p / "__init__.py").exists())
    return [catalogs.PACKAGE / "web", *apps]


def test_every_message_of_the_package_has_english():
    assert {e.msgid: sorted(e.places) for e in catalogs.untranslated()} == {}


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_the_messages_of_every_app_are_in_the_catalogue(room):
    wanted = catalogs.collect(room)
    assert wanted and set(wanted) <= set(entries())


def test_the_catalogue_holds_no_message_that_nobody_uses():
    assert set(entries()) - set(catalogs.collect()) == set()


def test_metrology_is_said_in_the_words_of_the_vocabulary():
    """JJF 1001 tells verification from calibration, and no English word of ours means 精度."""
    for entry in entries().values():
        for words in entry.english:
            assert not re.search(r"\b(accura|precis)", words, re.IGNORECASE), entry.msgid
            if "检定" in entry.msgid:
                assert re.search(r"verif", words, re.IGNORECASE), entry.msgid
            if "校准" in entry.msgid:
                assert re.search(r"calibrat|CMC", words, re.IGNORECASE), entry.msgid
            if "示值误差" in entry.msgid:
                assert re.search(r"errors? of indication", words, re.IGNORECASE), entry.msgid


def test_the_english_holds_no_chinese_and_the_same_placeholders():
    for entry in entries().values():
        for words in entry.english:
            assert not HAN.search(words), entry.msgid
            if words:
                assert set(re.findall(r"%\(\w+\)s", words)) == set(re.findall(r"%\(\w+\)s", entry.msgid))


def test_the_compiled_catalogue_is_read_by_gettext():
    made = gettext.GNUTranslations(
        io.BytesIO(
            catalogs.compiled(
                [Entry("剩 %(n)s 天", "剩 %(n)s 天", ["one", "many"]), Entry("退出", english=["Out"])]
            )
        )
    )
    assert made.gettext("退出") == "Out"
    assert made.ngettext("剩 %(n)s 天", "剩 %(n)s 天", 1) == "one"
    assert made.ngettext("剩 %(n)s 天", "剩 %(n)s 天", 7) == "many"


@pytest.mark.parametrize("text", ["plain", 'with "quotes"', "two\nlines", "back\\slash", "剩 %(n)s 天"])
def test_what_is_written_is_read_back(text):
    written = catalogs.write_catalogue([Entry(text, english=[text[::-1]], places={"a.py"})])
    assert catalogs.read_catalogue(written)[text].english == [text[::-1]]


def test_messages_are_found_in_templates_and_code():
    template = '{% translate "一" %}{% blocktranslate count n=x %}{{ n }} 项{% plural %}{{ n }} 项{% endblocktranslate %}'
    assert list(catalogs.from_template(template)) == [("一", ""), ("%(n)s 项", "%(n)s 项")]
    code = 'from x import gettext as _\n_("二")\nngettext("三", "四", n)\nother("五")'
    assert list(catalogs.from_python(code)) == [("二", ""), ("三", "四")]


def test_update_keeps_english_and_drops_what_nobody_uses(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(
        catalogs.write_catalogue([Entry("退出", english=["Out"]), Entry("没有人用", english=["x"])])
    )
    catalogs.update(path)
    kept = catalogs.read_catalogue(path.read_text())
    assert kept["退出"].english == ["Out"] and "没有人用" not in kept
