"""`quanheng parties`: organisations, people and roles from a workbook, and the empty workbook to fill in."""

from __future__ import annotations

from typing import Any

import click

from quanheng.cli.frame import BAD_INPUT, DONE, Answer, command, group, new_file

parties = group("parties", "Organisations, people and roles.")


@click.argument("file", type=click.Path())
def import_file(file: str, actor: Any) -> Answer:
    """Take in a workbook with the sheets 单位, 人员 and 角色. Good rows land, bad ones are listed; then the exit code is 2.

    A row that exists already is refused as taken: the same file again doubles nothing.
    """
    from quanheng.apps.parties import importing
    from quanheng.apps.records.uploads import Upload

    told = importing.take_in(actor, Upload.local(file))
    data = {
        "file": told.file,
        "landed": told.landed,
        "refused": told.refused,
        "problems": [problem.as_dict() for problem in told.problems],
    }
    lines = [f"{told.file}: {told.taken} rows taken in, {told.left} refused"]
    lines += [f"  {problem.line()}" for problem in told.problems]
    return Answer(data, lines, BAD_INPUT if told.problems else DONE)


@click.option("-o", "--output", "file", required=True, type=click.Path(), help="File to write (.xlsx).")
def template(file: str) -> Answer:
    """Write the empty workbook; its sheet 说明 explains every column."""
    from quanheng.apps.parties import importing

    new_file(file).write_bytes(importing.template())
    return Answer({"file": file}, [f"{file}: fill in and run `quanheng parties import {file} --as PERSON`"])


command(parties, "import", changes=True)(import_file)
command(parties, "template")(template)
