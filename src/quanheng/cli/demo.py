"""`quanheng demo`: makes a demonstration folder, runs the main job in it through the real commands, and prints."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from quanheng.cli import frame
from quanheng.cli.frame import Answer, command, quanheng
from quanheng.errors import Refused
from quanheng.web.home import data_folder

MARK = "DEMO"


def demo() -> Answer:
    """Set up a demonstration in the data folder, state one tonne and walk it back. A second run starts clean."""
    make_clean(data_folder())
    frame.start()
    from quanheng.demo import story

    told = story.tell(lambda line: click.echo(line, err=False))
    return Answer(told)


def make_clean(folder: Path) -> None:
    """Empty a demonstration folder. A folder with anything else in it is never touched."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise Refused(
                f"{folder} 里有不是演示的数据，没有动它", instead="用 QUANHENG_HOME 指定另一个文件夹"
            )
        for one in folder.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("演示数据，可以随时清空。Demonstration data, may be emptied at any time.\n")
    os.environ["QUANHENG_HOME"] = str(folder)


command(quanheng, "demo", bare=True)(demo)
