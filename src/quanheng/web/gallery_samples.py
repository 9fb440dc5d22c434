"""Invented data for the gallery of components. No figure here is a measured or published one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from quanheng.errors import Problem

REGULATION = "《示例管理办法》"
NUMBER = "示例〔2024〕1号"
TODAY = dt.date(2026, 11, 20)
DIGEST = "9f3c71ae04d2c655b8f6a4d019be7f3220c78e165d24b8f63e91c07a5d240001"


def cited(article: str, gist: str = "") -> dict[str, str]:
    return {"article": article, "title": REGULATION, "number": NUMBER, "gist": gist}


def working_days(count: int = 20) -> list[dt.date]:
    """Monday to Friday after the sample's today; real pages take the calendar of law."""
    days = (TODAY + dt.timedelta(days=i) for i in range(1, 60))
    return [day for day in days if day.weekday() < 5][:count]


def cases() -> list[dict[str, Any]]:
    rows = (
        (
            "CQI-2024-019",
            "书面通知不予考核",
            "轨道交通装备产业计量测试中心（筹）",
            "初审不符合",
            -1,
            "拟通知",
        ),
        ("CQC-2024-006", "验收申请初审", "铝加工碳计量中心（筹）", "初审", 0, "初审"),
        ("CQI-2026-008", "研究公示期意见（2 条）", "低空装备产业计量测试中心", "公示", 1, "办理"),
        ("CQC-2024-002", "审阅变更报告：实验室搬迁", "水泥行业碳计量中心", "已成立", 3, "审阅"),
        ("CQI-2024-015", "组织现场考核", "精密齿轮传动产业计量测试中心（筹）", "现场考核", 5, "组织"),
        ("CQI-2023-011", "核对整改报告", "页岩气产业计量测试中心（筹）", "限期整改", 10, "核对"),
    )
    days = [TODAY - dt.timedelta(days=1), TODAY, *working_days()]
    return [
        {
            "number": number,
            "matter": matter,
            "unit": unit,
            "stage": stage,
            "due": days[left + 1],
            "term": {"due": days[left + 1], "left": left},
            "late": left < 0,
            "cite": cited("第十八条", "初审 7 个工作日。"),
            "act": act,
        }
        for number, matter, unit, stage, left, act in rows
    ]


def everything() -> dict[str, Any]:
    return {
        "menu": _menu(),
        "organisation": "市场监管局 计量处",
        "crumbs": [{"title": "办件", "url": "#"}, {"title": "产业计量测试中心", "url": "#"}],
        "facts": [
            {"label": "编号", "value": "CQI-2024-017"},
            {"label": "承建单位", "value": "渝能动力电池检测研究院"},
        ],
        "figures": _figures(),
        "ruler_days": working_days(),
        "ruler_marks": [{"due": case["due"], "title": case["matter"]} for case in cases()],
        "today": TODAY,
        "steps": _steps(),
        "timeline": _timeline(),
        "terms": _terms(),
        "cited": cited("第十七条", "最晚日，含当日；早于此日随时可以申请。"),
        "loaded": {
            **cited("第十四条", "2 年，从接到任务书之日起算。"),
            "sentence": "（已载入的原文显示在这里。）",
        },
        "reasons": [
            {"text": "任务未全部完成：检定校准差 4 项，关键参数差 3 项。", "cite": cited("第十五条（一）")},
            {"text": "未收到区县市场监管局的同意意见。", "cite": cited("第十六条", "须附区县局意见。")},
        ],
        "files": _files(),
        "contributions": _contributions(),
        "coverage_rows": _coverage(),
        "year_start": dt.date(2025, 1, 1),
        "year_end": dt.date(2025, 12, 31),
        "readings": _readings(),
        "trust": _trust(),
        "tabs": [
            {"title": "待办", "url": "#", "count": 12, "current": True},
            {"title": "已办", "url": "#", "count": 218},
            {"title": "我发起的", "url": "#", "count": 4},
            {"title": "抄送", "url": "#", "count": 0},
        ],
        "phrases": ["请按期申请验收", "请补充进度说明", "已阅"],
        "problems": [
            Problem("不是日期。", "检定日期", 14, found="2026-13-02", remedy="请写成 2026-12-02。"),
            Problem("与第 9 行相同。", "出厂编号", 37, remedy="请核对铭牌。"),
        ],
        "consequences": [
            "1 416 个小时的读数改为“附条件”",
            "3 份核算结果进入重述，合计 +1 940 t",
            "通知渝江热电有限公司和 2 名审查员",
        ],
        "digest": DIGEST,
        "value": Decimal("10.0003"),
        "expanded": Decimal("0.0100"),
    }


def _menu() -> list[dict[str, Any]]:
    def entry(title: str, count: int | None = None, current: bool = False) -> dict[str, Any]:
        return {"title": title, "url": "#", "count": count, "current": current}

    return [
        {"title": "我的", "entries": [entry("工作台", 12, True), entry("我发起的", 4), entry("抄送", 7)]},
        {"title": "中心管理", "entries": [entry("办件", 46), entry("现场考核", 2), entry("中心名录", 31)]},
        {"title": "监督", "entries": [entry("强制检定"), entry("监督检查")]},
        {"title": "数据", "entries": [entry("核算结果"), entry("来龙去脉"), entry("依据库")]},
    ]


def _figures() -> list[dict[str, Any]]:
    return [
        {"label": "超期", "value": 1, "kind": "bad"},
        {"label": "今日到期", "value": 1, "kind": "bad"},
        {"label": "三日内", "value": 2, "kind": "warn"},
        {"label": "全部待办", "value": 6},
    ]


def _steps() -> list[dict[str, str]]:
    done = [
        ("提出申请", "2024年10月22日"),
        ("形式审查", "10月30日"),
        ("专家论证", "11月21日"),
        ("公示", "12月11日"),
    ]
    ahead = [("申请验收", ""), ("初审", "7 个工作日"), ("现场考核", "20 个工作日"), ("批准成立", "")]
    return [
        *({"title": title, "note": note, "state": "done"} for title, note in done),
        {"title": "筹建", "note": "第 618 天", "state": "now"},
        *({"title": title, "note": note, "state": ""} for title, note in ahead),
    ]


def _timeline() -> list[dict[str, Any]]:
    return [
        {"act": "申请验收考核", "todo": True, "who": "承建单位，最晚 2026年12月11日"},
        {"date": dt.date(2026, 11, 18), "act": "上传自评 83.5 分", "who": "渝能院　罗敏"},
        {
            "date": dt.date(2026, 9, 18),
            "act": "现场指导",
            "cite": cited("第十三条", "筹建期内予以指导。"),
            "quote": "关键参数进度偏慢，建议借用内阻标准。",
            "who": "区局　高远",
        },
        {"date": dt.date(2025, 3, 12), "act": "接到任务书，筹建期起算", "key": True, "who": "渝能院　签收"},
    ]


def _terms() -> dict[str, dict[str, Any]]:
    steps = [
        "起点：2025年3月12日接到任务书，当日不计。",
        {"text": "筹建期 2 年，期满日 2027年3月12日。", "cite": cited("第十四条", "2 年。")},
        "倒推 3 个月，此前最后一个工作日是 12月11日。",
    ]
    return {
        "far": {"due": dt.date(2026, 12, 11), "left": 15, "steps": steps},
        "near": {"due": dt.date(2026, 11, 25), "left": 3},
        "today": {"due": TODAY, "left": 0},
        "late": {"due": dt.date(2026, 11, 19), "left": -1},
        "calendar": {"due": dt.date(2027, 3, 12), "left": 112, "unit": "day"},
        "provisional": {
            "due": dt.date(2027, 1, 8),
            "left": 35,
            "provisional": True,
            "earliest": dt.date(2027, 1, 6),
            "latest": dt.date(2027, 1, 11),
        },
        "suspended": {"due": None, "left": 4, "suspended": True},
    }


def _files() -> list[dict[str, Any]]:
    return [
        {
            "ext": "pdf",
            "name": "关于批准筹建的通知",
            "from": "市局",
            "date": dt.date(2025, 2, 26),
            "size": 412_000,
            "kind": "ok",
            "state": "已签章",
        },
        {
            "ext": "docx",
            "name": "自查报告（草稿）",
            "from": "承建单位",
            "date": dt.date(2026, 11, 18),
            "size": 1_840_000,
            "kind": "mute",
            "state": "草稿",
        },
    ]


def _contributions() -> list[dict[str, Any]]:
    rows = (
        ("皮带秤 BC-01：校准", "全年共同", "0.58", "common"),
        ("元素碳含量：同一化验室", "全年共同", "0.27", "common"),
        ("收到基水分：采样", "全年共同", "0.07", "common"),
        ("皮带秤：附条件和未覆盖时段", "67 天共同", "0.05", "conditional"),
        ("煤样重复性", "各月独立", "0.0297", "independent"),
        ("天然气、电力", "各月独立", "0.0003", "independent"),
    )
    return [
        {"name": name, "url": "#", "correlation": correlation, "share": Decimal(share), "kind": kind}
        for name, correlation, share, kind in rows
    ]


def _coverage() -> list[dict[str, Any]]:
    def part(first: tuple[int, int], last: tuple[int, int], state: str) -> dict[str, Any]:
        return {"from": dt.date(2025, *first), "to": dt.date(2025, *last), "state": state}

    return [
        {
            "name": "皮带秤 BC-01",
            "note": "JL-2025-0312 等 3 份",
            "segments": [
                part((1, 1), (3, 13), "covered"),
                part((3, 14), (3, 21), "none"),
                part((3, 22), (11, 2), "covered"),
                part((11, 3), (12, 31), "conditional"),
            ],
            "covered": Decimal("0.816"),
            "conditional": Decimal("0.162"),
            "none": Decimal("0.022"),
        },
        {
            "name": "量热仪 LR-02",
            "note": "JL-2024-2207",
            "segments": [part((1, 1), (12, 31), "covered")],
            "covered": 1,
            "conditional": 0,
            "none": 0,
        },
    ]


def _readings() -> list[dict[str, Any]]:
    return [
        {
            "kind": "上报值",
            "chip": {"kind": "ok", "word": "现行，第 2 版"},
            "value": "412 900 t CO₂",
            "small": "± 7 400 t（k = 2）",
        },
        {"kind": "月", "value": "2025年7月　31 842 t CO₂", "small": "12 个月之一"},
        {
            "kind": "小时值",
            "chip": {"kind": "ok", "word": "有效"},
            "value": "7月16日 14:00　21.58 t",
            "small": "60 个分钟值",
        },
        {
            "kind": "原始报文",
            "value": "第 1 884 207 号",
            "note": "网关 GW-07",
            "digest": DIGEST,
            "url": "#",
            "end": True,
        },
    ]


def _trust() -> list[dict[str, Any]]:
    return [
        {
            "kind": "法规",
            "value": REGULATION,
            "small": NUMBER,
            "cite": cited("第二十一条"),
            "note": "批准成立",
            "end": True,
        },
        {"kind": "中心", "chip": {"kind": "ok", "word": "当日有资格"}, "value": "渝西碳计量中心"},
        {
            "kind": "能力项",
            "value": "皮带秤　(0～50) t/h",
            "broken": True,
            "reason": "读数 58.2 t/h 超出批准的能力范围。",
        },
        {
            "kind": "证书",
            "chip": {"kind": "ok", "word": "签名有效"},
            "value": "JL-2025-0312",
            "digest": DIGEST,
        },
    ]
