"""README, licence and publiccode.yaml say what is so. Not a test of the product."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "README.zh.md"]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    return listed.stdout.splitlines()


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "docs/deploy.md"])
def test_every_make_target_that_a_paper_names_exists(name: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]+)", (ROOT / name).read_text(encoding="utf-8"), re.M))
    assert named <= make_targets()


@pytest.mark.parametrize("name", READMES)
def test_a_readme_gives_the_two_commands(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make serve" in text
    assert "make test" in text


@pytest.mark.parametrize("name", [n for n in tracked() if n.endswith(".md")])
def test_every_link_inside_the_repository_leads_somewhere(name: str) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.S)
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)", text)
    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []


def test_the_licence_is_the_apache_licence_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["license"] == "Apache-2.0"


def test_no_source_file_carries_a_notice_of_its_own() -> None:
    """The licence stands once, in LICENSE and NOTICE; a notice in a file would mean that the file is not ours."""
    foreign = re.compile(
        r"copyright\s*(\(c\)|©|\d{4})|all rights " + "reserved|SPDX-License" + "-Identifier", re.I
    )
    ours = [
        n for n in tracked() if n.endswith((".py", ".sh", ".html", ".css", ".js")) and Path(ROOT / n).exists()
    ]
    assert ours
    assert [n for n in ours if foreign.search((ROOT / n).read_text(encoding="utf-8"))] == []


def test_publiccode_has_every_key_that_the_standard_requires() -> None:
    card = yaml.safe_load((ROOT / "publiccode.yaml").read_text(encoding="utf-8"))
    required = {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"}
    assert required | {"description", "legal", "maintenance", "localisation"} <= card.keys()
    assert card["legal"]["license"] == "Apache-2.0"
    assert set(card["localisation"]["availableLanguages"]) == {"zh-Hans", "en"}
    for text in card["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]


def test_publiccode_names_the_version_of_the_package() -> None:
    package = (ROOT / "src" / "quanheng" / "__init__.py").read_text(encoding="utf-8")
    card = yaml.safe_load((ROOT / "publiccode.yaml").read_text(encoding="utf-8"))
    assert f'__version__ = "{card["softwareVersion"]}"' in package


def test_the_changelog_has_a_part_for_what_is_not_released() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_decision_is_listed_and_numbered_in_order() -> None:
    folder = ROOT / "docs" / "decisions"
    files = sorted(path.name for path in folder.glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == files
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
