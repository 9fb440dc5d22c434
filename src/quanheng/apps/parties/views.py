"""Pages of organisations, people, roles, experts, qualifications and keys. Thin: queries read, acts write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.parties import actions, masking, policy, queries, remarks, roles, tables
from quanheng.apps.parties.forms import KeyForm
from quanheng.apps.parties.models import Organisation
from quanheng.apps.records import queries as records
from quanheng.apps.records.action import REGISTRY
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.foresight import foreseen
from quanheng.apps.records.pages import DetailPage, ListPage, Page, act_link
from quanheng.errors import BadInput, Refused

LATEST = 30  # acts in a timeline
MANY = 200  # rows of a side table
HOME_CRUMB = (gettext_lazy("工作台"), "home")


def offered(actor: Any, links: list[tuple[str, dict[str, Any]]], back: str) -> list[dict[str, Any]]:
    """The acts of a list that the actor may do."""
    found = (act_link(actor, verb, values, back=back) for verb, values in links)
    return [link for link in found if link]


def units_as(actor: Any, *roles_held: str) -> list[Organisation]:
    """The organisations in which the actor holds one of these roles; read already with the roles themselves."""
    return list(
        {g.organisation_id: g.organisation for g in policy.grants(actor) if g.role in roles_held}.values()
    )


def timeline(actor: Any, thing: Any) -> Iterator[dict[str, Any]]:
    """What was done to an object, newest first, as the component wants it."""
    for entry in records.entries_about(actor, urn_of(thing))[:LATEST]:
        spec = REGISTRY.get(entry.verb)
        behalf = _("（代%(name)s）") % {"name": entry.on_behalf_name} if entry.on_behalf_name else ""
        yield {
            "date": entry.at,
            "act": spec.title if spec else entry.verb,
            "cite": entry.cite,
            "quote": (entry.after.get("_") or {}).get("reason", ""),
            "who": entry.actor_name + behalf,
        }


# ---- organisations ---------------------------------------------------------------------------------------------


class OrganisationList(ListPage):
    """单位名录."""

    title = gettext_lazy("单位")
    query = queries.organisations
    table_class = tables.OrganisationTable
    filterset_class = tables.OrganisationFilter
    crumbs = (HOME_CRUMB,)
    empty_title = gettext_lazy("这里还没有单位")
    empty_text = gettext_lazy("企业自己注册，由所在地的局确认；其他单位由系统管理员登记。")

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        houses = [u.code for u in queries.own_units(self.actor) if u.kind in ("bureau", "operator")]
        links = [
            ("parties.organisation.register", {"kind": "enterprise", "authority": code})
            for code in houses[:1]
        ]
        return offered(self.actor, links, self.request.path)


class OrganisationPage(DetailPage):
    """One organisation: what is known, who works there, what was done."""

    query = queries.organisations
    template_name = "parties/organisation.html"
    crumbs = (HOME_CRUMB, (gettext_lazy("单位"), "parties:organisations"))

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        code = self.object.code
        waiting = [("parties.organisation.confirm", {"organisation": code}),
                   ("parties.organisation.reject", {"organisation": code})]  # fmt: skip
        usual: list[tuple[str, dict[str, Any]]] = [
            ("parties.person.register", {"organisation": code}),
            ("parties.role.grant", {"organisation": code}),
            ("parties.organisation.change", {"organisation": code}),
            ("parties.partnership.name", {"organisation": code}),
            ("parties.organisation.close", {"organisation": code}),
        ]
        by_state = {Organisation.State.PENDING: waiting, Organisation.State.ACTIVE: usual}
        return offered(self.actor, by_state.get(self.object.state, []), self.request.path)

    def facts(self) -> list[dict[str, Any]]:
        unit = self.object
        found = [
            (_("统一社会信用代码"), unit.uscc),
            (_("简码"), unit.code),
            (_("种类"), unit.get_kind_display()),
            (_("隶属"), unit.get_unit_kind_display()),
            (_("所在地"), self._place()),
            (_("主管的市场监管局"), unit.authority.name if unit.authority else ""),
            (_("英文名称"), unit.name_en),
            (_("地址"), unit.address),
            (_("登记人"), unit.registered_by),
            (_("处理意见"), unit.reason),
        ]
        return [{"label": label, "value": value} for label, value in found if value]

    def _place(self) -> str:
        place = self.object.division
        if place is None:
            return ""
        became = "、".join(str(new) for new in queries.successors(place)) if place.valid_to else ""
        return _("%(old)s（现为%(new)s）") % {"old": place, "new": became} if became else str(place)

    def context(self) -> dict[str, Any]:
        unit, waiting = self.object, self.object.state == Organisation.State.PENDING
        members = queries.memberships(self.actor).filter(organisation=unit)
        return {
            **super().context(),
            "state_kind": tables.STATE_KINDS.get(unit.state, "mute"),
            "remarks": remarks.on_code(unit) if waiting else [],
            "members": self._members(members),
            "partners": queries.partnerships(self.actor).filter(organisation=unit)[:MANY],
            "timeline": list(timeline(self.actor, unit)),
        }

    def _members(self, members: Any) -> list[dict[str, Any]]:
        held: dict[Any, list[str]] = {}
        current = policy.in_force(policy.today())
        for grant in queries.role_grants(self.actor).filter(current, organisation=self.object):
            held.setdefault(grant.person_id, []).append(tables.role_title(grant.role))
        return [
            {"membership": m, "roles": "、".join(held.get(m.person_id, []))}
            for m in members.filter(current).order_by("person__name")[:MANY]
        ]


# ---- people ----------------------------------------------------------------------------------------------------


class PersonList(ListPage):
    """人员."""

    title = gettext_lazy("人员")
    table_class = tables.PersonTable
    filterset_class = tables.PersonFilter
    crumbs = (HOME_CRUMB,)
    empty_title = gettext_lazy("这里还没有人员")

    def rows(self) -> Any:
        seen = queries.memberships(self.actor).filter(policy.in_force(policy.today()))
        return queries.people(self.actor).prefetch_related(
            Prefetch("memberships", queryset=seen, to_attr="seen_memberships")
        )

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        units = units_as(self.actor, "system_admin", *policy.MANAGERS)
        links = [("parties.person.register", {"organisation": unit.code}) for unit in units[:1]]
        return offered(self.actor, links, self.request.path)


class PersonPage(DetailPage):
    """One person: account, places of work, roles, qualifications, what was done."""

    query = queries.people
    template_name = "parties/person.html"
    crumbs = (HOME_CRUMB, (gettext_lazy("人员"), "parties:people"))

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        login = {"login": self.object.login}
        stop = "parties.person.stop" if self.object.is_active else "parties.person.resume"
        verbs = ["parties.person.change", "parties.role.grant", stop]
        if not self.object.is_active:
            verbs.append("parties.person.erase")
        return offered(self.actor, [(verb, login) for verb in verbs], self.request.path)

    def facts(self) -> list[dict[str, Any]]:
        who = self.object
        found = [(_("登录名"), who.login), (_("英文姓名"), who.name_en), *self._contact()]
        return [{"label": label, "value": value} for label, value in found if value]

    def _contact(self) -> list[tuple[str, str]]:
        """Contact data as this reader may see them."""
        shown = masking.contact(self.actor, self.object)
        return [
            (_("电子邮箱"), shown["email"]),
            (_("联系电话"), shown["phone"]),
            (_("身份证件号码"), shown["id_number"]),
        ]

    def context(self) -> dict[str, Any]:
        who, now = self.object, policy.in_force(policy.today())
        return {
            **super().context(),
            "memberships": queries.memberships(self.actor).filter(person=who)[:MANY],
            "grants": [
                self._grant(g) for g in queries.role_grants(self.actor).filter(now, person=who)[:MANY]
            ],
            "qualifications": queries.qualifications(self.actor).filter(person=who)[:MANY],
            "may_issue": who.is_active and may_issue(self.actor, who.login),
            "timeline": list(timeline(self.actor, who)),
        }

    def _grant(self, grant: Any) -> dict[str, Any]:
        act = act_link(self.actor, "parties.role.withdraw", {"grant": grant.pk}, back=self.request.path)
        return {"row": grant, "title": tables.role_title(grant.role), "act": act}


def may_issue(actor: Any, login: str) -> bool:
    """Whether the actor may give this person a one-time code."""
    right, _now = foreseen(REGISTRY["parties.code.issue"], actor, {"login": login})
    return bool(right.ok)


class CodePage(DetailPage):
    """A one-time code for a person: asked for, made, and shown this once."""

    query = queries.people
    template_name = "parties/code.html"
    crumbs = (HOME_CRUMB, (gettext_lazy("人员"), "parties:people"))

    def page_title(self) -> Any:
        return _("给%(name)s签发一次性口令") % {"name": self.object.name}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        code = actions.issue_code(
            self.actor, login=self.object.login, purpose=request.POST.get("purpose", "")
        )
        return render(request, self.template_name, {**self.context(), "code": code})

    def context(self) -> dict[str, Any]:
        purposes = [("lost_password", _("忘记密码")), ("new_account", _("新账号"))]
        return {**super().context(), "purposes": purposes, "may": may_issue(self.actor, self.object.login)}


class MyPage(Page):
    """我的设置: reading, signing in, my roles, who stands in for me, my keys."""

    title = gettext_lazy("我的设置")
    crumbs = (HOME_CRUMB,)

    def get(self, request: HttpRequest) -> HttpResponse:
        me: Any = request.user
        now = policy.in_force(policy.today())
        grants = queries.role_grants(me).filter(now, person=me)
        links = [("parties.person.change", {"login": me.login}), ("parties.deputy.appoint", {})]
        page = {
            **self.context(),
            "acts": offered(self.actor, links, request.path) if self.actor == me else [],
            "me": me,
            "grants": [{"row": g, "title": tables.role_title(g.role)} for g in grants],
            "deputies": [self._deputy(d) for d in queries.deputies(me).filter(valid_to__gte=policy.today())],
            "keys": queries.keys(me).filter(person=me, revoked_at=None),
        }
        return render(request, "parties/me.html", page)

    def _deputy(self, row: Any) -> dict[str, Any]:
        act = act_link(self.actor, "parties.deputy.end", {"deputy": row.pk}, back=self.request.path)
        return {"row": row, "role": tables.role_title(row.role), "act": act}


# ---- roles, experts, qualifications, keys ----------------------------------------------------------------------


class RoleBook(Page):
    """角色与职责分离: what the roles are, who gives them, and which exclude each other."""

    title = gettext_lazy("角色与职责分离")
    crumbs = (HOME_CRUMB,)

    def get(self, request: HttpRequest) -> HttpResponse:
        book = roles.book()
        kinds = dict(Organisation.Kind.choices)
        rows = [
            {
                "title": tables.role_title(name),
                "role": role,
                "kinds": [kinds[kind] for kind in role.organisations],
            }
            for name, role in book.roles.items()
        ]
        rules = [
            {"rule": rule, "among": [self._word(rule.kind, word) for word in rule.among]}
            for rule in book.separation
        ]
        return render(request, "parties/roles.html", {**self.context(), "rows": rows, "rules": rules})

    def _word(self, kind: str, word: str) -> str:
        acts = {"verify": _("检定（校准）"), "check": _("核验"), "approve": _("批准")}
        return tables.role_title(word) if kind == "roles" else acts.get(word, word)


class GrantList(ListPage):
    """角色授予记录: for whoever gives roles."""

    title = gettext_lazy("角色授予")
    query = queries.role_grants
    table_class = tables.GrantTable
    filterset_class = tables.GrantFilter
    crumbs = (HOME_CRUMB,)
    empty_title = gettext_lazy("还没有授予过角色")


class ExpertList(ListPage):
    """专家库."""

    title = gettext_lazy("专家库")
    query = queries.experts
    table_class = tables.ExpertTable
    filterset_class = tables.ExpertFilter
    crumbs = (HOME_CRUMB,)
    empty_title = gettext_lazy("专家库里还没有人")
    empty_text = gettext_lazy("专家由建库的市场监管局登记入库。")

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        houses = [unit.code for unit in units_as(self.actor, "bureau_officer")]
        links = [
            (f"parties.expert.{verb}", {"authority": code})
            for code in houses[:1]
            for verb in ("enrol", "release")
        ]
        return offered(self.actor, links, self.request.path)


class QualificationList(ListPage):
    """人员资格."""

    title = gettext_lazy("人员与资格")
    query = queries.qualifications
    table_class = tables.QualificationTable
    filterset_class = tables.QualificationFilter
    crumbs = (HOME_CRUMB,)
    empty_title = gettext_lazy("还没有登记资格")
    empty_text = gettext_lazy("由本单位的负责人登记：项目、证书编号、有效期。")

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        units = units_as(self.actor, *policy.MANAGERS)
        links = [("parties.qualification.record", {"organisation": unit.code}) for unit in units[:1]]
        return offered(self.actor, links, self.request.path)


class KeyList(ListPage):
    """接口密钥."""

    title = gettext_lazy("接口密钥")
    query = queries.keys
    table_class = tables.KeyTable
    template_name = "parties/keys.html"
    crumbs = (HOME_CRUMB,)
    empty_title = gettext_lazy("还没有接口密钥")
    empty_text = gettext_lazy("密钥让程序替本单位送数据；每把都有责任人和到期日。")

    def context(self) -> dict[str, Any]:
        may = policy.has_role(self.actor, "security_admin", *policy.MANAGERS)
        return {**super().context(), "may_issue": may.ok}


class NewKey(Page):
    """A new key: its words, and then the key itself, shown this once."""

    title = gettext_lazy("签发接口密钥")
    crumbs = (HOME_CRUMB, (gettext_lazy("接口密钥"), "parties:keys"))

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(KeyForm(units=self._units()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = KeyForm(request.POST, units=self._units())
        if form.is_valid():
            try:
                made = actions.issue_key(self.actor, **form.cleaned_data)
                return render(request, "parties/new_key.html", {**self.context(), "made": made})
            except BadInput as error:
                form.blame(error.problems)
        return self._show(form, status=422)

    def _units(self) -> list[Organisation]:
        """Those for which the actor may issue keys; the act asks again for the chosen person."""
        verdict = policy.has_role(self.actor, "security_admin", *policy.MANAGERS)
        if not verdict.ok:
            raise Refused(verdict)
        own = Q(pk__in=[unit.pk for unit in units_as(self.actor, *policy.MANAGERS)])
        over = policy.administered(self.actor, "security_admin")
        units = queries.organisations(self.actor).filter(state=Organisation.State.ACTIVE)
        return list(units.filter(own if over is None else own | over)[:MANY])

    def _show(self, form: KeyForm, status: int = 200) -> HttpResponse:
        page = {**self.context(), "form": form, "back": reverse("parties:keys")}
        return render(self.request, "parties/new_key.html", page, status=status)
