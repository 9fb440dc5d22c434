"""Makes the one file that checks packs: the parts of `offline` and what they use of `verifier`, in one text.

The parts stay small and tested where they stand; who is supervised gets one file to read and to run. The same
sources always make the same file, so its hash can be told.
"""

from __future__ import annotations

import ast
from importlib.resources import files

PARTS = ("container", "proofs", "covering", "filling", "cems", "activity", "check")
HOUSE = "quanheng."


def single_file() -> bytes:
    """The verifier of packs as one Python file that needs the standard library only.

    Returns
    -------
    bytes
        UTF-8. The opening words are those of `offline.check`; the imports stand once, then the parts in order.
    """
    package = files("quanheng.evidence")
    base = (package / "verifier.py").read_text(encoding="utf-8")
    parts = [(package / "offline" / f"{name}.py").read_text(encoding="utf-8") for name in PARTS]
    trees = [ast.parse(part) for part in parts]
    wanted = {name for tree in trees for name in _taken(tree, "quanheng.evidence.verifier")}
    tree = ast.parse(base)
    kept = _closure(tree, wanted)
    imports = sorted(_imports([tree, *trees]))
    opening = f'#!/usr/bin/env python3\n"""{ast.get_docstring(trees[-1], clean=False)}"""\n'
    head = f"{opening}\nfrom __future__ import annotations\n\n" + "\n".join(imports)
    bodies = [_text(base, kept), *(_text(text, _own(tree)) for text, tree in zip(parts, trees, strict=True))]
    return ("\n\n\n".join([head, *bodies]) + "\n").encode()


def _taken(tree: ast.Module, module: str) -> list[str]:
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == module]
    return [alias.name for node in found for alias in node.names]


def _imports(trees: list[ast.Module]) -> set[str]:
    """The imports of the standard library, each as its own line."""
    found: set[str] = set()
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.Import):
                found |= {f"import {alias.name}" for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not _of_house(node):
                found |= {f"from {node.module} import {alias.name}" for alias in node.names}
    return found


def _of_house(node: ast.ImportFrom) -> bool:
    return (node.module or "").startswith((HOUSE, "__future__"))


def _own(tree: ast.Module) -> list[ast.stmt]:
    """All of a part but its opening words and its imports."""
    return [node for node in tree.body[1:] if not isinstance(node, ast.Import | ast.ImportFrom)]


def _closure(tree: ast.Module, wanted: set[str]) -> list[ast.stmt]:
    """The definitions that these names need, in the order of the file."""
    defined = {name: node for node in tree.body for name in _names(node)}
    found, waiting = set[str](), [name for name in wanted if name in defined]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            used = {node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)}
            waiting += [one for one in used if one in defined]
    return [node for node in tree.body if set(_names(node)) & found]


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _text(source: str, nodes: list[ast.stmt]) -> str:
    """The definitions as they are written, with the comments right above and behind them."""
    lines = source.splitlines()
    pieces = []
    for node in nodes:
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        first = min([first, *(d.lineno - 1 for d in getattr(node, "decorator_list", []))])
        while first and lines[first - 1].startswith("#"):
            first -= 1
        pieces.append("\n".join(lines[first:last]))
    return "\n\n".join(pieces)
