"""The rules of this house that ruff, mypy and import-linter cannot say: one small function each.

Every rule takes one file and yields what is wrong with it; `RULES` lists them. Rules about Python read the syntax
tree, not the text, so a rule can be explained in a comment without breaking it. This file changes nothing.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 450


@dataclass(frozen=True)
class Source:
    """One tracked file: its path inside the repository and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def product(self) -> bool:
        return self.path.startswith("src/quanheng/")

    @property
    def app(self) -> str:
        """The app this file belongs to, or an empty text."""
        found = re.match(r"src/quanheng/apps/(\w+)/", self.path)
        return found[1] if found else ""

    def lines(self) -> Iterator[tuple[int, str]]:
        return enumerate(self.text.splitlines(), start=1)


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    said: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.said}"


Rule = Callable[[Source], Iterator[Finding]]


# Size and opening


def short_files(source: Source) -> Iterator[Finding]:
    """A file that outgrew its room becomes a folder."""
    length = source.text.count("\n")
    if source.python and source.path.startswith(("src/", "tools/")) and length > LONGEST_FILE:
        yield Finding(
            source.path, length, f"{length} lines; over {LONGEST_FILE} a file becomes a folder of that name"
        )


def opening_sentence(source: Source) -> Iterator[Finding]:
    """A file opens with its idea."""
    if not (source.python and source.product) or "/migrations/" in source.path or not source.text.strip():
        return
    if ast.get_docstring(source.tree) is None:
        yield Finding(
            source.path, 1, "no opening docstring: one or two sentences, the idea and what the file is not"
        )


# One write, one way

_ALWAYS_WRITES = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "acreate",
    "aupdate",
    "adelete",
}
_WRITES_ON_QUERYSETS = {"create", "update", "delete"}
_QUERYSET_WORDS = {"objects", "_base_manager", "_default_manager", "filter", "exclude", "all", "for_user"}
_WRITE_STATEMENT = re.compile(
    r"^\s*(insert\s+into|update\s+\w+\s+set|delete\s+from|truncate|drop\s+table)\b", re.I
)
_UNDER_THE_LEDGER = tuple(f"src/quanheng/{room}" for room in ("apps/", "web/", "gateways/", "cli"))
_THIN_FILES = {"views", "api", "queries", "forms", "tables", "policy", "urls"}


def one_writer(source: Source) -> Iterator[Finding]:
    """Rows are written by acts (`act.create`, `act.update`, `act.remove`), which the records core carries out."""
    if not (source.python and source.product) or _may_write(source):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and (name := _written(node)):
            yield Finding(
                source.path, node.lineno, f"{name} writes beside the ledger; use an action and its `act`"
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _WRITE_STATEMENT.match(node.value)
        ):
            yield Finding(source.path, node.lineno, "SQL that writes beside the ledger; use an action")


def _may_write(source: Source) -> bool:
    """The records core and migrations write; the lake and the ground floor have no rows of the ledger."""
    if "/migrations/" in source.path or not source.path.startswith(_UNDER_THE_LEDGER):
        return True
    rooms = set(Path(source.path).with_suffix("").parts)
    return source.app == "records" and not rooms & _THIN_FILES


def _written(call: ast.Call) -> str:
    if not isinstance(call.func, ast.Attribute):
        return ""
    name, receiver = call.func.attr, _chain(call.func.value)
    if name in _ALWAYS_WRITES or (name in _WRITES_ON_QUERYSETS and receiver & _QUERYSET_WORDS):
        return f".{name}()"
    saves_row = name == "save" and not call.args and {k.arg for k in call.keywords} <= _SAVE_WORDS
    return ".save()" if saves_row and not receiver & {"super", "form", "image", "book", "workbook"} else ""


_SAVE_WORDS = {"force_insert", "force_update", "using", "update_fields"}


def _chain(node: ast.expr) -> set[str]:
    """The names along `a.b(…).c`, so that a call can be judged by what it is called on."""
    names: set[str] = set()
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return names | ({node.id} if isinstance(node, ast.Name) else set())


def actions_have_policies(source: Source) -> Iterator[Finding]:
    """Each public function of actions is an `@action` with a verb in its app's namespace and a policy."""
    if not (source.app and re.search(r"/actions(\.py|/\w+\.py)$", source.path)):
        return
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield from _judged(source, node)


def _judged(source: Source, function: ast.FunctionDef) -> Iterator[Finding]:
    made = [d for d in function.decorator_list if isinstance(d, ast.Call) and "action" in _chain(d.func)]
    if not made:
        yield Finding(
            source.path,
            function.lineno,
            f"{function.name} is public but no @action: others could write by it",
        )
        return
    verb = made[0].args[0] if made[0].args else None
    if not (isinstance(verb, ast.Constant) and str(verb.value).startswith(f"{source.app}.")):
        yield Finding(
            source.path, function.lineno, f"{function.name}: its verb must begin with '{source.app}.'"
        )
    if "policy" not in {keyword.arg for keyword in made[0].keywords}:
        yield Finding(source.path, function.lineno, f"{function.name} has no policy=: who may?")


# Doors and floors


def models_stay_home(source: Source) -> Iterator[Finding]:
    """Another app is entered by its actions and queries, never by its models."""
    if not (source.python and source.product) or "/migrations/" in source.path:
        return
    for node in ast.walk(source.tree):
        for module in _imported(node):
            found = re.match(r"quanheng\.apps\.(\w+)\.models\b", module)
            if found and found[1] != source.app:
                yield Finding(
                    source.path, node.lineno, f"imports {module}; use {found[1]}'s actions or queries"
                )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


_GROUND = tuple(f"src/quanheng/{room}/" for room in ("law", "norms", "science", "evidence"))
_CLOCK = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}


def ground_reads_no_clock(source: Source) -> Iterator[Finding]:
    """On the ground floor the time is an argument."""
    if not source.python or not source.path.startswith(_GROUND):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = next(iter(_chain(node.func.value) & {"datetime", "date", "time"}), "")
            if (owner, node.func.attr) in _CLOCK:
                yield Finding(
                    source.path, node.lineno, "reads the clock; on the ground floor the time is an argument"
                )


# Pages

_PAGE_RULES = [
    (re.compile(r"<[^>]*\sstyle\s*=", re.I), "style attribute; use a class of the style sheets"),
    (re.compile(r"<style\b", re.I), "style element; use a style sheet"),
    (re.compile(r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*application/json)", re.I), "inline script; use a file"),
    (re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.I), "inline event handler; use a file"),
    (re.compile(r"javascript:", re.I), "javascript: address"),
    (
        re.compile(r"<(script|link|img|iframe|source)\b[^>]*\b(src|href)\s*=\s*[\"'](https?:)?//", re.I),
        "third-party file",
    ),
]
_TEMPLATE_RULES = [
    (re.compile(r"\|\s*safe\b"), "|safe switches escaping off"),
    (re.compile(r"{%\s*autoescape\s+off"), "autoescape off"),
]


def strict_pages(source: Source) -> Iterator[Finding]:
    """Pages live under a strict content security policy: no inline style or script, nothing from elsewhere."""
    if not source.product:
        return
    if source.path.endswith((".html", ".svg")):
        yield from _matched(source, 1, source.text, _PAGE_RULES + _TEMPLATE_RULES)
    elif source.python:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "<" in node.value:
                yield from _matched(source, node.lineno, node.value, _PAGE_RULES)


def _matched(
    source: Source, first: int, text: str, rules: list[tuple[re.Pattern[str], str]]
) -> Iterator[Finding]:
    for pattern, said in rules:
        for found in pattern.finditer(text):
            yield Finding(source.path, first + text.count("\n", 0, found.start()), said)


# Words

# Written in pieces, so that this file does not break its own rule.
_ELSEWHERE = re.compile(
    r"(^|[^.\w])/(" + "|".join(["wor" + "k", "far" + "m", "roo" + "t", "hom" + "e", "tm" + "p"]) + r")/"
    r"|index" + r"-url|\bpypi" + r"\.org|pythonhosted" + r"\.org|registry\.npm" + r"js|deb\.debian" + r"\.org"
    r"|\"resolved\"\s*:\s*\"http"
)  # fmt: skip


def no_trace_of_a_machine(source: Source) -> Iterator[Finding]:
    """No path of a machine and no registry's host in a tracked file: a clone works anywhere."""
    for number, line in source.lines():
        if _ELSEWHERE.search(line):
            yield Finding(source.path, number, "names a registry host or a path of one machine")


_SILENCED = re.compile(r"#\s*(type:\s*ignore(\[[\w, -]*\])?|noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?)\s*$")


def silence_is_explained(source: Source) -> Iterator[Finding]:
    """A checker that is told to be silent is told why, in the same line."""
    if source.python:
        for number, line in source.lines():
            if _SILENCED.search(line):
                yield Finding(
                    source.path, number, "silences a checker without a reason (add `  # why` behind it)"
                )


_BANNED_TERM = "精" + "度"


def terms_of_the_vim(source: Source) -> Iterator[Finding]:
    """Terms of JJF 1001 in code, pages and papers."""
    if source.product:
        for number, line in source.lines():
            if _BANNED_TERM in line:
                yield Finding(
                    source.path, number, f"{_BANNED_TERM} is no term of JJF 1001: 准确度, 不确定度, 分辨力?"
                )


RULES: list[Rule] = [
    short_files,
    opening_sentence,
    one_writer,
    actions_have_policies,
    models_stay_home,
    ground_reads_no_clock,
    strict_pages,
    no_trace_of_a_machine,
    silence_is_explained,
    terms_of_the_vim,
]


def tracked(root: Path = ROOT) -> Iterator[Source]:
    """Every text file that git tracks or would track (so that a mistake shows before it is committed)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    for name in sorted(set(listed.stdout.decode().split("\0")) - {""}):
        path = root / name
        content = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in content[:8192]:
            yield Source(name, content.decode("utf-8", errors="replace"))


def judge(source: Source) -> list[Finding]:
    """Everything that the house finds wrong with one file."""
    return sorted(finding for rule in RULES for finding in rule(source))


def main() -> int:
    findings = [finding for source in tracked() for finding in judge(source)]
    print(
        "\n".join(map(str, findings)) or "house: nothing to say", file=sys.stderr if findings else sys.stdout
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
