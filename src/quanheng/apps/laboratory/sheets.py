"""The template of the workbook in which instruments and certificates come in: its sheets and columns. No rule stands here."""

from __future__ import annotations

from quanheng.apps.laboratory.models import Certificate, Instrument, StandardUse
from quanheng.apps.records import workbooks
from quanheng.apps.records.workbooks import Column, Sheet, choice_words

_ISSUER = Column("出具单位", "issuer", "简码或统一社会信用代码", required=True)
_NUMBER = Column("证书编号", "number", "证书上印的编号", required=True)
_BASIS = choice_words(Instrument.Basis)

INSTRUMENTS = Sheet(
    "器具",
    None,
    (
        Column("所属单位", "owner", "简码或统一社会信用代码", required=True),
        Column("器具编号", "code", "字母、数字、点、横线，最多 40 个", required=True),
        Column("名称", "name", "", required=True),
        Column("制造单位", "maker", "", required=True),
        Column("型号规格", "model", "", required=True),
        Column("出厂编号", "serial", "铭牌上的编号", required=True),
        Column("被测量", "quantity", "如 co2_concentration、flow、temperature", required=True),
        Column("计量单位", "unit", "如 %、m3/h、degC；没有给出就不填，这样的器具不能录入证书"),
        Column("重复性标准偏差", "repeatability", "没有给出就不填"),
        Column("重复性的表示", "repeatability_basis", "选一种；不填为相对示值", words=_BASIS),
    ),
)
CERTIFICATES = Sheet(
    "证书",
    None,
    (
        _ISSUER,
        _NUMBER,
        Column("种类", "kind", "选一种", required=True, words=choice_words(Certificate.Kind)),
        Column("器具所属单位", "owner", "简码或统一社会信用代码", required=True),
        Column("器具编号", "instrument", "已登记，或在本文件“器具”表里", required=True),
        Column("签发日期", "issued_on", "如 2026-03-01", required=True),
        Column("生效日期", "valid_from", "如 2026-03-01", required=True),
        Column("有效期至", "valid_until", "含当日；没有写就不填"),
        Column("计量单位", "unit", "示值、误差和 U 的单位", required=True),
        Column("误差的表示", "basis", "选一种", required=True, words=_BASIS),
        Column("范围下限", "range_low", "", required=True),
        Column("范围上限", "range_high", "", required=True),
        Column("环境条件", "environment", "证书上写的，如 (20±2) °C"),
    ),
)
POINTS = Sheet(
    "校准点",
    None,
    (
        _ISSUER,
        _NUMBER,
        Column("示值", "nominal", "标称示值", required=True),
        Column("示值误差", "error", "示值减参考值；证书给出误差时填这一列"),
        Column("修正值", "correction", "参考值减示值；证书给出修正值时填这一列"),
        Column(
            "U", "U", "扩展不确定度，单位同误差；没有给出不确定度的不是证书，请作为核查记录", required=True
        ),
        Column("k", "k", "包含因子", required=True),
    ),
)
STANDARDS = Sheet(
    "所用标准",
    None,
    (
        _ISSUER,
        _NUMBER,
        Column("标准名称", "name", "", required=True),
        Column("标准的证书", "certificate", "出具单位/编号"),
        Column("标准有效期至", "valid_until", "纸面写的；没有写就不填"),
        Column("级别", "level", "选一种；不填为计量标准", words=choice_words(StandardUse.Level)),
    ),
)


def sheets() -> tuple[Sheet, ...]:
    """The template, in the order in which its sheets are taken in."""
    return INSTRUMENTS, CERTIFICATES, POINTS, STANDARDS


def template() -> bytes:
    """The empty workbook, with a sheet that explains every column."""
    return workbooks.template(sheets())
