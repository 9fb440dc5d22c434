"""A small world of two tenants and every role, made through the acts that a user would do."""

from __future__ import annotations

from quanheng.apps.parties import actions, queries

PASSWORD = "weigh-me-twice-2026"
# login name, name, organisation, role
PEOPLE = (
    ("chenjing", "陈静", "SCJ", "bureau_officer"),
    ("liqu", "李渠", "QJ", "district_officer"),
    ("zhoufang", "周方", "CQIM", "centre_manager"),
    ("wangfang", "王芳", "CQIM", "technician"),
    ("zhaoyi", "赵毅", "CQIM", "expert"),
    ("qianduo", "钱多", "PLANT", "enterprise_manager"),
    ("sunli", "孙丽", "PLANT", "enterprise_clerk"),
    ("wuhe", "吴禾", "MILL", "enterprise_clerk"),
    ("zhengming", "郑明", "DRC", "department_user"),
    ("fengxi", "冯希", "OPS", "system_admin"),
    ("chuan", "褚安", "OPS", "security_admin"),
    ("weishen", "卫审", "OPS", "audit_admin"),
)
UNITS = (
    ("SCJ", "南山市市场监督管理局", "bureau", ""),
    ("QJ", "渡口区市场监督管理局", "local_bureau", "SCJ"),
    ("CQIM", "南山市计量质量检测研究院", "centre", "SCJ"),
    ("PLANT", "南山热电有限公司", "enterprise", "SCJ"),
    ("MILL", "北河纸业有限公司", "enterprise", "SCJ"),
    ("DRC", "南山市发展和改革委员会", "department", "SCJ"),
    ("OPS", "平台运行中心", "operator", ""),
)
STAFF = tuple(p for p in PEOPLE if not p[3].startswith("enterprise"))


class World:
    """The people by login name."""

    def __getitem__(self, login: str):
        return queries.person(login)


def build() -> World:
    """Units, people, roles and passwords; nobody has a second factor yet."""
    for code, name, kind, above in UNITS:
        actions.register_organisation(actions.SYSTEM, code=code, name=name, kind=kind, authority=above)
    actions.register_division(
        actions.SYSTEM, code="990101", name="渡口区", level="county", source="made for tests"
    )
    for login, name, unit, role in PEOPLE:
        actions.register_person(actions.SYSTEM, login=login, name=name, organisation=unit)
        territory = {"territory": "990101"} if role == "district_officer" else {}
        actions.grant_role(actions.SYSTEM, login=login, organisation=unit, role=role, **territory)
        set_password(login)
    return World()


def set_password(login: str, password: str = PASSWORD) -> None:
    code = actions.issue_code(actions.SYSTEM, login=login, purpose="new_account")
    actions.set_password(actions.SYSTEM, login=login, code=code, password=password)


def enrol(person) -> str:
    """Give a person a one-time-password factor; returns its secret."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def code_for(secret: str) -> str:
    """The six digits that the app would show now; a person waits for the next ones when the time is nearly up."""
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    if time.time() % 30 > 25:
        time.sleep(30.5 - time.time() % 30)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
