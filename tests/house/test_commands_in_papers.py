"""Every `quanheng` command that a paper shows exists, with the options it shows."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from quanheng.cli import quanheng

ROOT = Path(__file__).resolve().parents[2]
PAPERS = ["README.md", "README.zh.md", "docs/deploy.md"]


def shown(paper: str) -> list[list[str]]:
    """The words of each command line in the blocks of code."""
    blocks = re.findall(r"```\n(.*?)```", (ROOT / paper).read_text(encoding="utf-8"), re.S)
    lines = [line.partition("#")[0] for block in blocks for line in block.splitlines()]
    return [line.split()[1:] for line in lines if line.startswith(".venv/bin/quanheng ")]


def named(words: list[str]) -> click.Command:
    """The command that the words lead to; a word that leads nowhere is a KeyError that names it."""
    command: click.Command = quanheng
    for word in words:
        if not isinstance(command, click.Group):
            break
        command = command.commands[word]
    return command


@pytest.mark.parametrize("paper", PAPERS)
def test_every_command_that_a_paper_shows_exists(paper: str) -> None:
    assert shown(paper)
    for words in shown(paper):
        known = {option for parameter in named(words).params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, " ".join(words)
