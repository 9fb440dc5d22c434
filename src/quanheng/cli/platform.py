"""`quanheng serve|doctor|backup|restore|upgrade`: running and keeping an installation."""

from __future__ import annotations

from pathlib import Path

import click

from quanheng.cli.frame import FAULT, Answer, command, quanheng
from quanheng.errors import BadInput


@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default="a free one", help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> Answer:
    """Serve the pages and the API until stopped (Ctrl-C)."""
    from quanheng.cli import server

    return server.run(host, port, workers)


def doctor() -> Answer:
    """Say what is missing on this host and how to mend it; exit code 1 if something must be mended."""
    from quanheng.cli.checkup import examine

    findings = examine()
    data = [finding.as_dict() for finding in findings]
    lines = [finding.line() for finding in findings]
    return Answer(data, lines, FAULT if any(f.state == "bad" for f in findings) else 0)


@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write (default: backups/ of the folder)."
)
def backup(output: Path | None) -> Answer:
    """Write everything into one file, keys into a second one, both with hashes; the platform may go on running."""
    from quanheng.cli import archive

    made = archive.backup(output)
    lines = [
        f"{made['file']}  {made['bytes']} bytes, ledger of {made['ledger']['size']} entries",
        f"{made['keys']}  keys: keep apart",
    ]
    return Answer(made, lines)


@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="The file of keys (default: beside FILE).")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), required=True, help="An empty or new folder."
)
def restore(file: Path, keys: Path | None, folder: Path) -> Answer:
    """Restore a backup into an empty folder and verify its ledger there."""
    from quanheng.cli import archive

    found = archive.restore(file, keys, folder)
    lines = [f"restored into {found['folder']}, {found['files']} files", *found["findings"]]
    lines.append("the ledger verifies" if found["sound"] else "THE LEDGER DOES NOT VERIFY")
    return Answer(found, lines, 0 if found["sound"] else FAULT)


def upgrade() -> Answer:
    """Bring the data folder to the form of this program; a backup is made before."""
    from quanheng.cli import archive, frame, installation

    frame.ready()
    steps = installation.pending()
    if not steps:
        return Answer({"steps": []}, ["nothing to do: the data folder has the form of this program"])
    made = archive.backup(None) if installation.exists() else {"file": None}
    installation.make_tables()
    return Answer({"steps": steps, "backup": made["file"]}, [f"backup: {made['file']}", *steps, "done"])


@click.option("--code", required=True, help="Short code of the authority, for example CQSCJG.")
@click.option("--name", required=True, help="Name of the authority that runs this installation.")
@click.option("--division", default="", help="Division code of its territory, for example 500000.")
@click.option(
    "--admin",
    "admins",
    nargs=2,
    multiple=True,
    required=True,
    metavar="LOGIN NAME",
    help="Three times: system, security, audit administrator.",
)
def init(code: str, name: str, division: str, admins: tuple[tuple[str, str], ...]) -> Answer:
    """Found an installation: the authority and its three administrators, who get one-time codes."""
    from quanheng.cli import founding

    if len(admins) != 3:
        raise BadInput(
            "three administrators are needed",
            field="--admin",
            expected="system, security, audit, in this order",
        )
    made = founding.found(code, name, division, admins)
    return Answer(
        made, [f"{a['role']}: {a['login']}  one-time code {a['code']}" for a in made["administrators"]]
    )


command(quanheng, "serve")(serve)
command(quanheng, "doctor")(doctor)
command(quanheng, "backup")(backup)
command(quanheng, "restore", bare=True)(restore)
command(quanheng, "upgrade", bare=True)(upgrade)
command(quanheng, "init")(init)
