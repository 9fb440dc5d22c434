"""The house rules find what they forbid, and the repository keeps them. Not a test of ruff, mypy or import-linter."""

from __future__ import annotations

import pytest
from tools.house_lint import Source, judge, tracked

ACTIONS = "src/quanheng/apps/carbon/actions.py"
VIEWS = "src/quanheng/apps/carbon/views.py"
PAGE = "src/quanheng/apps/carbon/templates/carbon/list.html"
DOC = '"""A file with an opening sentence."""\n'
MACHINE = "/" + "work" + "/main"
HOST = "registry.npm" + "js.org"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("src/quanheng/law/clock.py", DOC + "x = 1\n" * 450, "becomes a folder"),
        ("src/quanheng/law/clock.py", "x = 1\n", "no opening docstring"),
        ("src/quanheng/law/clock.py", DOC + "now = datetime.now(UTC)\n", "reads the clock"),
        ("src/quanheng/law/clock.py", DOC + "day = dt.date.today()\n", "reads the clock"),
        (VIEWS, DOC + "Site.objects.create(name='x')\n", "beside the ledger"),
        (VIEWS, DOC + "Site.objects.filter(pk=1).update(name='x')\n", "beside the ledger"),
        (VIEWS, DOC + "Site.objects.bulk_create(rows)\n", "beside the ledger"),
        (VIEWS, DOC + "site.save()\n", "beside the ledger"),
        (VIEWS, DOC + "site.save(update_fields=['name'])\n", "beside the ledger"),
        (VIEWS, DOC + "cursor.execute('DELETE FROM carbon_site')\n", "beside the ledger"),
        (
            ACTIONS,
            DOC + "@action('carbon.site.add', policy=p)\ndef add(act):\n    site.save()\n",
            "beside the ledger",
        ),
        ("src/quanheng/apps/records/views.py", DOC + "Entry.objects.all().delete()\n", "beside the ledger"),
        (ACTIONS, DOC + "def add(actor): ...\n", "no @action"),
        (ACTIONS, DOC + "@action('carbon.site.add')\ndef add(act): ...\n", "who may?"),
        (ACTIONS, DOC + "@action('site.add', policy=p)\ndef add(act): ...\n", "verb must begin"),
        (
            VIEWS,
            DOC + "from quanheng.apps.parties.models import Person\n",
            "use parties's actions or queries",
        ),
        (VIEWS, DOC + "import quanheng.apps.parties.models\n", "use parties's actions or queries"),
        (VIEWS, DOC + "HTML = '<b style=\"color:red\">'\n", "style attribute"),
        (PAGE, '<p style="color:red">', "style attribute"),
        (PAGE, "<p>\n<style>p{}</style>", "style element"),
        (PAGE, "<script>alert(1)</script>", "inline script"),
        (PAGE, '<a onclick="go()">', "inline event handler"),
        (PAGE, '<a href="javascript:go()">', "javascript: address"),
        (PAGE, '<script src="https://cdn.example/x.js"></script>', "third-party file"),
        (PAGE, "{{ comment|safe }}", "switches escaping off"),
        ("docs/deploy.md", f"cd {MACHINE}\n", "path of one machine"),
        ("package-lock.json", f'"address": "{HOST}"\n', "registry host"),
        (VIEWS, DOC + "x = f()  # type: ignore[misc]\n", "without a reason"),
        (PAGE, "<p>高" + "精" + "度</p>", "no term of JJF 1001"),
    ],
)
def test_a_rule_names_what_it_forbids(path: str, text: str, said: str) -> None:
    assert any(said in finding.said for finding in judge(Source(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/quanheng/law/clock.py", DOC + "def due(at: datetime) -> date: ...\n"),
        (
            VIEWS,
            DOC
            + "names = {}\nnames.update(a=1)\nform.save()\nworkbook.save(path)\nimage.save(buffer, 'PNG')\n",
        ),
        (
            VIEWS,
            DOC + "from quanheng.apps.parties import queries\nfrom quanheng.apps.carbon.models import Site\n",
        ),
        (
            ACTIONS,
            DOC
            + "@action('carbon.site.add', policy=p)\ndef add(act):\n    act.create(Site())\n\ndef _own(): ...\n",
        ),
        ("src/quanheng/lake/commits.py", DOC + "connection.execute('INSERT INTO commits VALUES (?)')\n"),
        ("src/quanheng/apps/records/ledger.py", DOC + "entry.save(force_insert=True)\n"),
        ("src/quanheng/apps/carbon/migrations/0001_initial.py", "Site.objects.create()\n"),
        (PAGE, '<script src="/static/x.js" defer></script><script type="application/json">{}</script>'),
        (PAGE, '<a href="https://example.org/law">text of the law</a>'),
        (VIEWS, DOC + "x = f()  # type: ignore[misc]  # the library has no types\n"),
    ],
)
def test_a_rule_leaves_good_code_alone(path: str, text: str) -> None:
    assert judge(Source(path, text)) == []


def test_the_repository_keeps_the_rules_of_the_house() -> None:
    findings = [str(finding) for source in tracked() for finding in judge(source)]
    assert findings == []
