"""How a file comes in: looked at, relieved of what it tells about people, stored, and only then attached by an act.

Looking and storing are slow and need no lock, so they are the `prepare` of an action; `attach` is its short part.
A file that was stored for an act which then failed lies unused in the store and belongs to nobody.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from quanheng.apps.records import files, ledger, media, metadata
from quanheng.apps.records.act import Act
from quanheng.apps.records.models import Attachment, StoredFile
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that lies in the store: hash, size, type by content, safe name, kinds of side data removed.

    `original` is the hash of the file as it was brought; empty says that it is the stored one.
    """

    sha256: str
    size: int
    media_type: str
    name: str
    removed: tuple[str, ...] = ()
    original: str = ""


def take_in(upload: Upload) -> Taken:
    """Look into a file and store it; BadInput with what is wrong if the house does not take it."""
    examined = media.examine(upload.path, upload.name)
    original = _hash_of(upload.path)
    with tempfile.TemporaryDirectory(dir=_scratch()) as folder:
        clean = Path(folder) / "clean"
        removed = metadata.strip(upload.path, clean, examined.media_type)
        sha256, size = files.store().put(clean if removed else upload.path)
    return Taken(sha256, size, examined.media_type, examined.name, tuple(removed), original)


def attach(
    act: Act, taken: Taken, *, owner: uuid.UUID, object: str, kind: str, replaces: Attachment | None = None
) -> Attachment:
    """Attach a file that was taken in to an object, as part of an act of any app."""
    subject = act.subject
    ledger.hold()  # two acts that bring the same new content must not both make its row
    stored = StoredFile.objects.filter(sha256=taken.sha256).first() or act.create(
        StoredFile(sha256=taken.sha256, size=taken.size, media_type=taken.media_type)
    )
    made = act.create(
        Attachment(
            owner_id=owner,
            file=stored,
            object=object,
            kind=kind,
            name=taken.name,
            brought_by=act.actor.urn,
            brought_at=act.at,
            replaces=replaces,
            removed_metadata=", ".join(taken.removed)[:200],
            original_sha256=taken.original or taken.sha256,
        )
    )
    act.files.add(taken.sha256)
    act.subject = subject or made
    return made


def newest(attachment: Attachment) -> Attachment:
    """Refuse a version that was replaced already, naming the one that counts."""
    newer = Attachment.objects.filter(replaces=attachment).first()
    if newer is not None:
        raise BadInput("was replaced already", field="attachment", remedy=f"replace {newer.pk} instead")
    return attachment


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _scratch() -> Path:
    folder = Path(settings.HOME) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
