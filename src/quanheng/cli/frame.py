"""What all commands share: `--json`, `--as PERSON`, one clear line for each error, and the exit codes."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from quanheng import __version__
from quanheng.errors import BadInput, Refused

DONE, FAULT, BAD_INPUT, REFUSED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answers: data for programs, lines for people, and whether a check found something wrong."""

    data: Any
    lines: Iterable[str] = ()
    code: int = DONE


def new_file(name: str | Path) -> Path:
    """Where a command will write: a free name in a folder that is there. Asked before anything is done or recorded."""
    target = Path(name)
    if target.exists():
        raise BadInput("exists already", file=str(name), remedy="name a new file")
    if not target.parent.is_dir():
        raise BadInput("no such folder", file=str(name), found=str(target.parent))
    return target


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="quanheng")
def quanheng() -> None:
    """权衡 Quanheng: from a raw reading to a published figure, and back.

    Data lie in the folder QUANHENG_HOME (default: var/). Exit codes: 0 done, 1 fault, 2 bad input, 3 refused.
    """


def group(name: str, text: str) -> click.Group:
    """A named group of commands."""
    made = click.Group(name, help=text)
    quanheng.add_command(made)
    return made


def command(
    parent: click.Group, name: str, *, changes: bool = False, bare: bool = False
) -> Callable[[Callable[..., Answer]], click.Command]:
    """Add a command. `changes`: it takes `--as PERSON`; `bare`: it needs no installation."""

    def build(function: Callable[..., Answer]) -> click.Command:
        @functools.wraps(function)
        def run(*, as_json: bool, person: str | None = None, **values: Any) -> None:
            if not bare:
                start()
            if changes:
                values["actor"] = acting(person)
            finish(function(**values), as_json)

        run = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(run)
        if changes:
            run = click.option(
                "--as", "person", required=True, metavar="PERSON", help="Login name of the person who acts."
            )(run)
        made = click.command(name, help=function.__doc__)(run)
        parent.add_command(made)
        return made

    return build


def ready() -> None:
    """Load the platform into this process; the data folder is not looked at."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def start() -> None:
    """Make the platform ready in this process, and its database if this is the first time."""
    ready()
    from quanheng.cli.installation import prepare

    prepare()


def acting(person: str | None) -> Any:
    """The actor behind `--as`."""
    from quanheng.apps.parties import queries

    return queries.actor_for(queries.person(person or ""))


def finish(answer: Answer, as_json: bool) -> None:
    """Print an answer in the form that was asked for and end with its code."""
    if as_json:
        click.echo(json.dumps(answer.data, ensure_ascii=False, indent=1, default=str))
    else:
        for line in answer.lines:
            click.echo(line)
    if answer.code:
        sys.exit(answer.code)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every error ends in clear lines and the exit code of its kind."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        quanheng.main(args=given, prog_name="quanheng", standalone_mode=False)
    except Exception as error:
        sys.exit(told(error, "--json" in given))


def told(error: Exception, as_json: bool) -> int:
    """Tell an error in one line per problem (JSON: one object) and give its exit code."""
    code, data, lines = _told(error)
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
    for line in lines:
        click.echo(line, err=True)
    return code


def _told(error: Exception) -> tuple[int, dict[str, Any], list[str]]:
    if isinstance(error, BadInput):
        problems = [p.as_dict() for p in error.problems]
        return BAD_INPUT, {"error": "bad input", "problems": problems}, [p.line() for p in error.problems]
    if isinstance(error, Refused):
        v = error.verdict
        data = {"error": "refused", "reason": v.reason, "cite": v.cite, "instead": v.instead}
        return REFUSED, data, [f"refused: {error.line()}"]
    if isinstance(error, click.exceptions.Abort):
        return FAULT, {"error": "stopped"}, ["stopped"]
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code, {}, []
    if isinstance(error, click.ClickException):
        text = error.format_message()
        return BAD_INPUT, {"error": "bad input", "problems": [{"message": text}]}, [text]
    if os.environ.get("QUANHENG_DEBUG") == "1":
        raise error
    text = f"{type(error).__name__}: {error}"
    return FAULT, {"error": "fault", "message": text}, [f"fault: {text}", "set QUANHENG_DEBUG=1 to see where"]
