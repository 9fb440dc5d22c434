"""A file is what its content is. Hostile uploads are refused with one clear line; side data are taken away and named."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from quanheng.apps.records import media, metadata
from quanheng.apps.records.action import REGISTRY, read_input
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput


def jpeg(exif: bool = False, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (16, 9), (200, 30, 30))
    extra: dict = {"comment": comment} if comment else {}
    if exif:
        told = Image.Exif()
        told[0x0112] = 6
        told[0x010F] = "Phone of Zhang San"
        told.get_ifd(0x8825)[1] = "N"
        told.get_ifd(0x8825)[2] = (29.0, 33.0, 0.0)
        extra["exif"] = told
    image.save(out, "JPEG", **extra)
    return out.getvalue()


def png() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    out, told = io.BytesIO(), PngInfo()
    told.add_text("Author", "张三")
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


def pdf(author: str = "", script: str = "") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as paper:
        paper.add_blank_page()
        if author:
            paper.docinfo["/Author"] = author
        if script:
            paper.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=script)
        paper.save(out)
    return out.getvalue()


def office(
    members: dict[str, bytes] | None = None, main: str = "xl/workbook.xml", method=zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in {
            "[Content_Types].xml": b"<Types/>",
            main: b"<workbook/>",
            **(members or {}),
        }.items():
            member = zipfile.ZipInfo(name)  # with the time of 1980: the same bytes at every collection
            member.compress_type = method
            archive.writestr(member, content)
    return out.getvalue()


def examine(tmp_path: Path, name: str, content: bytes) -> media.Examined:
    path = tmp_path / "incoming"
    path.write_bytes(content)
    return media.examine(path, name)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("报告.pdf", pdf(), "application/pdf"),
        ("照片.JPG", jpeg(), "image/jpeg"),
        ("图.png", png(), "image/png"),
        ("表.xlsx", office(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            "文书.docx",
            office(main="word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("数据.csv", "时间,浓度\n2026-01-01,12.5\n".encode(), "text/csv"),
        ("旧数据.csv", "时间,浓度\n2026-01-01,12.5\n".encode("gb18030"), "text/csv"),
        ("说明.txt", "﻿说明".encode(), "text/plain"),
        ("a.json", b'{"a": [1]}', "application/json"),
        ("dcc.xml", b"<dcc xmlns='https://ptb.de/dcc'/>", "application/xml"),
    ],
)
def test_the_type_comes_from_the_content(tmp_path, name, content, expected) -> None:
    assert examine(tmp_path, name, content).media_type == expected


def bomb() -> bytes:
    return office({"xl/media/zero.bin": b"\0" * (64 * 1024 * 1024)})


def lying_bomb() -> bytes:
    """An archive whose directory claims ten bytes for a member of 64 MB."""
    content = bytearray(bomb())
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"zero.bin"))
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def with_entity() -> bytes:
    return b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


def png_with_page() -> bytes:
    base = png()
    content = b"Comment\0<script>alert(1)</script>"
    chunk = struct.pack(">I", len(content)) + b"tEXt" + content
    chunk += struct.pack(">I", zlib.crc32(b"tEXt" + content))
    return base[:33] + chunk + base[33:]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("空.pdf", b"", "空"),
        ("程序.exe", b"MZ" + b"\0" * 64, "不接受"),
        ("程序.pdf", b"MZ" + b"\0" * 64, "不符"),
        ("照片.jpg", pdf(), "不符"),
        ("页面.svg", b"<svg/>", "不接受"),
        ("页面.txt", b"<!DOCTYPE html><script>1</script>", "网页代码"),
        ("页面.xml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "网页代码"),
        ("图.xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "网页代码"),
        ("实体.xml", with_entity(), "文档类型定义"),
        ("二进制.csv", b"\x00\x01\x02\x03" * 100, "不是文本"),
        ("坏.json", b"{" * 20000, "JSON"),
        ("双面.pdf", pdf() + office(), "两种格式"),
        ("双面.jpg", jpeg() + office(), "两种格式"),
        ("图.png", png_with_page(), "网页代码"),
        ("图.jpg", jpeg(comment=b"<html ><script >"), "网页代码"),
        ("断.jpg", b"\xff\xd8\xff\xe0" + b"x" * 50, "图片无法读取"),
        ("断.pdf", b"%PDF-1.7 nothing", "PDF 无法读取"),
        ("脚本.pdf", pdf(script="app.alert(1)"), "脚本"),
        ("炸弹.xlsx", bomb(), "炸弹"),
        ("谎报.xlsx", lying_bomb(), "压缩"),
        ("越界.xlsx", office({"../../etc/passwd": b"x"}), "路径"),
        ("越界.xlsx", office({"/etc/passwd": b"x"}), "路径"),
        ("越界.xlsx", office({"C:\\windows\\x": b"x"}), "路径"),
        ("宏.xlsx", office({"xl/vbaProject.bin": b"x"}), "宏"),
        ("压缩.xlsx", office(main="other.txt"), "不符"),
        ("断.xlsx", office()[:60], "压缩"),
    ],
)
def test_hostile_uploads_are_refused_with_one_clear_line(tmp_path, name, content, word) -> None:
    with pytest.raises(BadInput) as bad:
        examine(tmp_path, name, content)
    (problem,) = bad.value.problems
    assert word in problem.message
    assert problem.file == name


def test_an_encrypted_pdf_is_refused(tmp_path) -> None:
    out = io.BytesIO()
    with pikepdf.new() as paper:
        paper.add_blank_page()
        paper.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(BadInput, match="加密"):
        examine(tmp_path, "密.pdf", out.getvalue())


def test_an_image_of_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(media, "MOST_PIXELS", 100)
    with pytest.raises(BadInput, match="像素"):
        examine(tmp_path, "大.jpg", jpeg())


def test_a_claim_of_two_gigabytes_is_refused_before_a_byte_is_read(tmp_path) -> None:
    def pieces():
        raise AssertionError("was read")
        yield b""

    with pytest.raises(BadInput, match="太大"):
        Upload.received("大.pdf", pieces(), tmp_path / "x", claimed=2 * 1024**3)


@pytest.mark.parametrize("body", [{"name": "a.txt", "path": "/etc/passwd"}, "/etc/passwd", ["a", "b"], None])
def test_no_body_can_name_a_file_of_this_machine(body) -> None:
    spec = REGISTRY["records.attachment.add"]
    with pytest.raises(BadInput) as bad:
        read_input(spec, {"object": "urn:quanheng:a:b:c", "kind": "k", "file": body})
    assert [problem.field for problem in bad.value.problems] == ["file"]


def test_an_upload_is_counted_while_it_comes_whatever_it_claims(tmp_path, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    taken = []

    def pieces():
        for _n in range(1000):
            taken.append(1)
            yield b"x" * 100

    with pytest.raises(BadInput, match="太大"):
        Upload.received("大.pdf", pieces(), tmp_path / "x", claimed=10)
    assert len(taken) == 11


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\报告.pdf", "报告.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        (".htaccess", "htaccess"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "file"),
        ("长" * 500 + ".pdf", "长" * 120 + ".pdf"),
        ('a<b>:"|?*.pdf', "ab.pdf"),
    ],
)
def test_a_file_name_is_made_safe(given, safe) -> None:
    assert media.safe_name(given) == safe


def test_place_and_device_are_taken_from_a_photo_and_its_pixels_stay(tmp_path) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    source.write_bytes(jpeg(exif=True))
    assert metadata.strip(source, target, media.JPEG) == ["Exif GPS", "Exif"]
    assert b"Zhang San" not in target.read_bytes()
    with Image.open(source) as before, Image.open(target) as after:
        assert before.tobytes() == after.tobytes()
        assert dict(after.getexif()) == {0x0112: 6}


def test_stripping_a_stripped_photo_changes_nothing(tmp_path) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    source.write_bytes(jpeg(exif=True))
    metadata.strip(source, target, media.JPEG)
    assert metadata.strip(target, tmp_path / "c.jpg", media.JPEG) == []


def test_data_behind_the_end_of_a_photo_are_cut_off(tmp_path) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    source.write_bytes(jpeg() + b"hidden message")
    assert metadata.strip(source, target, media.JPEG) == ["trailing data"]
    assert target.read_bytes() == jpeg()


def test_text_chunks_are_taken_from_a_png(tmp_path) -> None:
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(png())
    assert metadata.strip(source, target, media.PNG) == ["text"]
    with Image.open(target) as after:
        after.load()
        assert after.text == {}


def test_the_author_is_taken_from_a_pdf(tmp_path) -> None:
    source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
    source.write_bytes(pdf(author="Zhang San"))
    assert metadata.strip(source, target, media.PDF) == ["Author"]
    with pikepdf.open(target) as paper:
        assert "/Info" not in paper.trailer
    assert metadata.strip(target, tmp_path / "c.pdf", media.PDF) == []


def test_a_pdf_a_stays_pdf_a(tmp_path) -> None:
    source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
    with pikepdf.new() as paper:
        paper.add_blank_page()
        with paper.open_metadata() as told:
            told["pdfaid:part"], told["pdfaid:conformance"] = "2", "B"
            told["dc:title"] = "张三的报告"
        paper.save(source)
    assert "XMP" in metadata.strip(source, target, media.PDF)
    with pikepdf.open(target) as paper, paper.open_metadata() as told:
        assert told.pdfa_status == "2B"
        assert "dc:title" not in told


def test_a_signed_pdf_is_left_untouched(tmp_path) -> None:
    source = tmp_path / "a.pdf"
    with pikepdf.new() as paper:
        paper.add_blank_page()
        paper.docinfo["/Author"] = "Zhang San"
        paper.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=pikepdf.Array())
        paper.save(source)
    assert metadata.strip(source, tmp_path / "b.pdf", media.PDF) == []
