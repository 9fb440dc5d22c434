"""Tables and filters of the pages of parties; what may stand in them is decided by the queries."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from quanheng.apps.parties import roles
from quanheng.apps.parties.models import Organisation, Qualification

FIT = {"td": {"class": "fit"}}
STATE_KINDS = {"active": "ok", "pending": "warn", "rejected": "bad", "closed": "mute"}
DAY = "{{ value|qh_date }}"


def status(kind: str, words: Any) -> SafeString:
    """A chip: shape, word, colour."""
    return format_html('<span class="qh-st qh-st-{}">{}</span>', kind, words)


def link(name: str, pk: Any, words: Any) -> SafeString:
    """A link to the page of one object."""
    return format_html('<a href="{}">{}</a>', reverse(f"parties:{name}", args=[pk]), words)


def role_title(name: str) -> str:
    """A role in the reader's language; a role that the book no longer knows stands as it was stored."""
    role = roles.book().roles.get(name)
    if role is None:
        return name
    return role.name_en if (get_language() or "").startswith("en") else role.name


class OrganisationTable(tables.Table):
    """Organisations that one may see."""

    name = tables.Column(verbose_name=gettext_lazy("名称"))
    code = tables.Column(verbose_name=gettext_lazy("简码"), attrs={"td": {"class": "fit qh-nowrap"}})
    kind = tables.Column(verbose_name=gettext_lazy("种类"), attrs=FIT)
    division = tables.Column(verbose_name=gettext_lazy("所在地"), accessor="division__name", attrs=FIT)
    authority = tables.Column(verbose_name=gettext_lazy("主管局"), accessor="authority__name")
    state = tables.Column(verbose_name=gettext_lazy("状态"), attrs=FIT)

    class Meta:
        attrs = {"lead": "name", "caption": gettext_lazy("单位")}
        order_by = "name"

    def render_name(self, value: str, record: Organisation) -> SafeString:
        return link("organisation", record.pk, value)

    def render_kind(self, record: Organisation) -> Any:
        return record.get_kind_display()

    def render_state(self, record: Organisation) -> SafeString:
        return status(STATE_KINDS.get(record.state, "mute"), record.get_state_display())


class OrganisationFilter(django_filters.FilterSet):
    """By words of the name or by a code; by kind; by state."""

    q = django_filters.CharFilter(method="_named", label=gettext_lazy("名称或代码"))
    kind = django_filters.ChoiceFilter(
        choices=Organisation.Kind.choices, label=gettext_lazy("种类"), empty_label=gettext_lazy("全部种类")
    )
    state = django_filters.ChoiceFilter(
        choices=Organisation.State.choices, label=gettext_lazy("状态"), empty_label=gettext_lazy("全部状态")
    )

    def _named(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        words = Q(name__icontains=value) | Q(name_en__icontains=value)
        return queryset.filter(words | Q(code__iexact=value) | Q(uscc__iexact=value))


class PersonTable(tables.Table):
    """People that one may see, and where they work."""

    name = tables.Column(verbose_name=gettext_lazy("姓名"))
    login = tables.Column(verbose_name=gettext_lazy("登录名"), attrs=FIT)
    seen_memberships = tables.Column(verbose_name=gettext_lazy("单位"), orderable=False, empty_values=())
    is_active = tables.Column(verbose_name=gettext_lazy("账号"), attrs=FIT)

    class Meta:
        attrs = {"lead": "name", "caption": gettext_lazy("人员")}
        order_by = "name"

    def render_name(self, value: str, record: Any) -> SafeString:
        return link("person", record.pk, value)

    def render_seen_memberships(self, record: Any) -> Any:
        return format_html_join("、", "{}", ((m.organisation.name,) for m in record.seen_memberships)) or "—"

    def render_is_active(self, value: bool) -> SafeString:
        return status("ok", _("可以登录")) if value else status("mute", _("不能登录"))


class PersonFilter(django_filters.FilterSet):
    """By name or login name; whether the account is open."""

    q = django_filters.CharFilter(method="_named", label=gettext_lazy("姓名或登录名"))
    account = django_filters.ChoiceFilter(
        field_name="is_active",
        label=gettext_lazy("账号"),
        empty_label=gettext_lazy("全部账号"),
        choices=[("True", gettext_lazy("可以登录")), ("False", gettext_lazy("不能登录"))],
    )

    def _named(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(name__icontains=value) | Q(login__iexact=value))


class GrantTable(tables.Table):
    """Who holds which role, where and until when."""

    person = tables.Column(verbose_name=gettext_lazy("姓名"), accessor="person__name")
    role = tables.Column(verbose_name=gettext_lazy("角色"))
    organisation = tables.Column(verbose_name=gettext_lazy("单位"), accessor="organisation__name")
    territory = tables.Column(verbose_name=gettext_lazy("辖区"), accessor="territory__name", attrs=FIT)
    regime = tables.Column(verbose_name=gettext_lazy("管理办法"), attrs=FIT)
    valid_from = tables.TemplateColumn(DAY, verbose_name=gettext_lazy("起始"), attrs=FIT)
    valid_to = tables.TemplateColumn(DAY, verbose_name=gettext_lazy("终止"), attrs=FIT)

    class Meta:
        attrs = {"lead": "person", "caption": gettext_lazy("角色授予记录")}
        order_by = ("-valid_from", "person")

    def render_person(self, value: str, record: Any) -> SafeString:
        return link("person", record.person_id, value)

    def render_role(self, value: str) -> str:
        return role_title(value)


class GrantFilter(django_filters.FilterSet):
    """By person or organisation; by role."""

    q = django_filters.CharFilter(method="_named", label=gettext_lazy("姓名或单位"))
    role = django_filters.ChoiceFilter(
        choices=lambda: [(name, role_title(name)) for name in roles.book().roles],
        label=gettext_lazy("角色"),
        empty_label=gettext_lazy("全部角色"),
    )

    def _named(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(person__name__icontains=value) | Q(organisation__name__icontains=value))


class ExpertTable(tables.Table):
    """The expert pool."""

    person = tables.Column(verbose_name=gettext_lazy("姓名"), accessor="person__name")
    fields = tables.Column(verbose_name=gettext_lazy("专业领域"), orderable=False)
    title = tables.Column(verbose_name=gettext_lazy("职称"))
    employer = tables.Column(verbose_name=gettext_lazy("工作单位"))
    authority = tables.Column(verbose_name=gettext_lazy("建库单位"), accessor="authority__name")
    joined_on = tables.TemplateColumn(DAY, verbose_name=gettext_lazy("入库日期"), attrs=FIT)
    left_on = tables.Column(verbose_name=gettext_lazy("状态"), empty_values=(), attrs=FIT)

    class Meta:
        attrs = {"lead": "person", "caption": gettext_lazy("专家库")}
        order_by = ("left_on", "person")

    def render_fields(self, value: list[str]) -> str:
        return "、".join(value)

    def render_left_on(self, value: Any) -> SafeString:
        return status("mute", _("已出库")) if value else status("ok", _("在库"))


class ExpertFilter(django_filters.FilterSet):
    """By name, field or employer."""

    q = django_filters.CharFilter(method="_named", label=gettext_lazy("姓名或工作单位"))

    def _named(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(person__name__icontains=value) | Q(employer__icontains=value))


class QualificationTable(tables.Table):
    """What the people of an organisation are qualified for."""

    person = tables.Column(verbose_name=gettext_lazy("姓名"), accessor="person__name")
    owner = tables.Column(verbose_name=gettext_lazy("单位"), accessor="owner__name")
    kind = tables.Column(verbose_name=gettext_lazy("种类"), attrs=FIT)
    item = tables.Column(verbose_name=gettext_lazy("项目"))
    number = tables.Column(verbose_name=gettext_lazy("证书编号"), attrs={"td": {"class": "fit qh-nowrap"}})
    issued_on = tables.TemplateColumn(DAY, verbose_name=gettext_lazy("发证日期"), attrs=FIT)
    valid_to = tables.TemplateColumn(DAY, verbose_name=gettext_lazy("有效期至"), attrs=FIT)
    state = tables.Column(verbose_name=gettext_lazy("状态"), orderable=False, empty_values=(), attrs=FIT)

    class Meta:
        attrs = {"lead": "person", "caption": gettext_lazy("人员资格")}
        order_by = ("person", "item")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate()

    def render_kind(self, record: Qualification) -> Any:
        return record.get_kind_display()

    def render_state(self, record: Qualification) -> SafeString:
        if record.valid_to is not None and record.valid_to < self.today:
            return status("bad", _("已过有效期"))
        return status("ok", _("有效"))


class QualificationFilter(django_filters.FilterSet):
    """By person or item; by kind."""

    q = django_filters.CharFilter(method="_named", label=gettext_lazy("姓名或项目"))
    kind = django_filters.ChoiceFilter(
        choices=Qualification.Kind.choices,
        label=gettext_lazy("种类"),
        empty_label=gettext_lazy("全部种类"),
    )

    def _named(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(person__name__icontains=value) | Q(item__icontains=value))


class KeyTable(tables.Table):
    """Keys of programs; the keys themselves are stored nowhere."""

    name = tables.Column(verbose_name=gettext_lazy("用途"))
    prefix = tables.Column(verbose_name=gettext_lazy("前缀"), attrs={"td": {"class": "fit qh-mono"}})
    owner = tables.Column(verbose_name=gettext_lazy("单位"), accessor="owner__name")
    person = tables.Column(verbose_name=gettext_lazy("责任人"), accessor="person__name")
    scopes = tables.Column(verbose_name=gettext_lazy("范围"), orderable=False)
    valid_to = tables.TemplateColumn(DAY, verbose_name=gettext_lazy("到期日"), attrs=FIT)
    revoked_at = tables.Column(verbose_name=gettext_lazy("状态"), empty_values=(), attrs=FIT)
    act = tables.Column(verbose_name="", orderable=False, empty_values=(), attrs={"td": {"class": "fit act"}})

    class Meta:
        attrs = {"lead": "name", "caption": gettext_lazy("接口密钥")}
        order_by = ("revoked_at", "valid_to")

    def render_scopes(self, value: list[str]) -> str:
        return "、".join(value)

    def render_revoked_at(self, record: Any) -> SafeString:
        if record.revoked_at:
            return status("mute", _("已停用"))
        return (
            status("ok", _("有效")) if record.valid_to >= timezone.localdate() else status("bad", _("已到期"))
        )

    def render_act(self, record: Any) -> Any:
        if record.revoked_at:
            return ""
        url = reverse("do", args=["parties.key.revoke"])
        hidden = format_html('<span class="qh-sr">：{}</span>', record.prefix)
        return format_html(
            '<a class="btn btn-sm" href="{}?key={}">{}{}</a>', url, record.prefix, _("停用"), hidden
        )
