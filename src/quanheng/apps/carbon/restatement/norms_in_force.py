"""Whether current statements still stand on the norm values that are in force: two versions compared, nothing computed.

A newer release or a set that a bureau adds may bring another value under the same key. It is announced once, and
then takes the way of everything that falls.
"""

from __future__ import annotations

from typing import Any

from quanheng import norms
from quanheng.apps.carbon import queries
from quanheng.apps.carbon.actions.restatements import note_norm
from quanheng.apps.carbon.coverage import enlargements
from quanheng.apps.carbon.events import NormChanged
from quanheng.apps.records import queries as records
from quanheng.norms.substitution import substitution_rules

KINDS = ("norm", "enlargements", "substitution")


def changed() -> list[dict[str, str]]:
    """Each (kind, id) that current statements used in another version than the one in force, in words."""
    found = []
    for (kind, key), versions in records.versions_used("statement", KINDS).items():
        now, words = _in_force(kind, key)
        older = [urns for version, urns in versions.items() if version != now]
        standing = queries.current_of([urn for urns in older for urn in urns])
        if standing and (records.last_announced(NormChanged.kind, id=key) or {}).get("version") != now:
            before = next((said for row in standing if (said := _value_used(row, key))), "")
            text = f"{words}（原 {before}）" if before else words
            found.append({"of": kind, "id": key, "version": now, "words": text})
    return found


def note_changed(actor: Any) -> list[NormChanged]:
    """Announce each of them; who may is asked by the act."""
    return [note_norm(actor, **one) for one in changed()]


def _in_force(kind: str, key: str) -> tuple[str, str]:
    if kind == "enlargements":
        version = str(enlargements()["version"])
        return version, f"没有证书覆盖时的加大办法第 {version} 版"
    if kind == "substitution":
        rule = substitution_rules().get(key)
        return (
            (rule.version, f"缺测补入的规则 {rule.cite}")
            if rule
            else ("gone", f"缺测补入的规则 {key} 没有了")
        )
    names = ("norm", "edition", "table", "item", "basis")
    wanted = dict(zip(names, (part.strip() for part in key.split("|")), strict=True))
    values = norms.catalogue.packaged().find(**wanted)
    if not values:
        return "gone", f"{key}：因子库里不再有这个值"
    return values[0].version, f"{key}：{values[0].value} {values[0].unit}"


def _value_used(row: Any, key: str) -> str:
    """The value that a statement kept for a norm, as text; empty where it kept none."""
    for source in row.result["sources"]:
        for value in source.get("constants", {}).values():
            if value["id"] == key:
                return f"{value['value']} {value['unit']}"
    return ""
