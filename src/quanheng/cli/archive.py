"""Backup and restore: one file with everything, a second with the keys, and a manifest of hashes.

The database is taken first and the lake after it, so that every batch that the database knows is in the copy of
the lake; what the lake holds beyond that is unrecorded and never read. Keys lie apart, because whoever holds
both can read personal data and sign checkpoints.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quanheng import __version__
from quanheng.errors import BadInput

MANIFEST = "manifest.json"


def backup(output: Path | None) -> dict[str, Any]:
    """Write a backup of the running installation; gives its files and what they hold."""
    from django.conf import settings
    from django.utils import timezone

    from quanheng.apps.monitoring import queries as monitoring
    from quanheng.apps.records import checkpoints

    head = checkpoints.checkpoint()
    signed = {"size": head.size, "root": head.root, "fingerprint": head.fingerprint} if head else {"size": 0}
    stamp = timezone.now().strftime("%Y%m%dT%H%M%SZ")
    target = output or settings.HOME / "backups" / f"quanheng-{stamp}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    keys = target.with_name(target.stem + ".keys.tar")
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        database = _dump_database(Path(work))
        with monitoring.lake().held():
            members = [*_members(settings.HOME, ("lake",)), (database.name, database)]
            members += _members(settings.HOME, ("files", "checkpoints"))
            manifest = _write(target, members, signed)
    _write(
        keys, [(f"keys/{p.name}", p) for p in sorted(settings.KEYS_FOLDER.glob("*")) if p.is_file()], signed
    )
    keys.chmod(0o600)
    return {
        "file": str(target), "keys": str(keys), "bytes": target.stat().st_size,
        "files": len(manifest["files"]), "ledger": manifest["ledger"],
    }  # fmt: skip


def _dump_database(folder: Path) -> Path:
    from django.db import connection

    if connection.vendor == "sqlite":
        copy = folder / "quanheng.sqlite3"
        with sqlite3.connect(connection.settings_dict["NAME"]) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        return copy
    copy = folder / "quanheng.pgdump"
    subprocess.run(
        ["pg_dump", "--format=custom", f"--file={copy}", *_server(connection.settings_dict)],
        check=True,
        env=_secret(connection.settings_dict),
    )
    return copy


def _server(where: dict[str, Any]) -> list[str]:
    named = {"--host": where["HOST"], "--port": where["PORT"], "--username": where["USER"]}
    return [f"{key}={value}" for key, value in named.items() if value] + [f"--dbname={where['NAME']}"]


def _secret(where: dict[str, Any]) -> dict[str, str]:
    return {**os.environ, "PGPASSWORD": where["PASSWORD"]} if where["PASSWORD"] else dict(os.environ)


def _members(home: Path, folders: tuple[str, ...]) -> list[tuple[str, Path]]:
    found = [p for name in folders for p in sorted((home / name).rglob("*")) if p.is_file()]
    return [(str(p.relative_to(home)), p) for p in found]


def _write(target: Path, members: list[tuple[str, Path]], signed: Any) -> dict[str, Any]:
    """Write a tar with its manifest last; under another name until it is whole and on the disk."""
    draft = target.with_name(target.name + ".part")
    hashes = {}
    with tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in members:
            tar.add(path, arcname=name, recursive=False)
            hashes[name] = _sha256(path)
        manifest = {"program": __version__, "files": hashes, "ledger": signed}
        content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.replace(target)
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def restore(file: Path, keys: Path | None, folder: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder, compare every file with the manifest, and verify the ledger there."""
    keys = keys or file.with_name(file.stem + ".keys.tar")
    for one in (file, keys):
        if not one.is_file():
            raise BadInput("no such file", file=str(one), remedy="name the backup, and its keys with --keys")
    if folder.exists() and any(folder.iterdir()):
        raise BadInput("the folder is not empty", file=str(folder), remedy="name a new folder with --to")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        count = sum(_unpack(one, folder) for one in (file, keys))
    except BaseException:
        shutil.rmtree(folder)
        raise
    (folder / "keys").chmod(0o700)
    for key in (folder / "keys").iterdir():
        key.chmod(0o600)
    sound, findings = _verified(folder)
    return {"folder": str(folder), "files": count, "sound": sound, "findings": findings}


def _unpack(file: Path, folder: Path) -> int:
    try:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise BadInput("is not a backup", file=str(file), found=str(error)[:120]) from None
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInput("has no manifest", file=str(file), expected="a file made by `quanheng backup`")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    wrong = [name for name, digest in manifest["files"].items() if not _matches(folder / name, digest)]
    if wrong:
        raise BadInput("a file differs from the manifest", file=str(file), found=", ".join(wrong[:5]))
    return len(manifest["files"])


def _matches(path: Path, digest: str) -> bool:
    return path.is_file() and _sha256(path) == digest


def _verified(folder: Path) -> tuple[bool, list[str]]:
    """Verify in a process of its own, whose data folder is the restored one."""
    environment = {**os.environ, "QUANHENG_HOME": str(folder)}
    environment.pop("QUANHENG_KEYS", None)
    dump = folder / "quanheng.pgdump"
    if dump.exists() and not environment.get("QUANHENG_DATABASE_URL"):
        return False, [
            f"{dump}: load it with pg_restore, set QUANHENG_DATABASE_URL, then run `quanheng records verify`"
        ]
    command = [sys.executable, "-m", "quanheng.cli", "records", "verify"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode == 0, list(_told(done.stdout + done.stderr))


def _told(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip():
            yield line.strip()
