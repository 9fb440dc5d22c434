"""The lake of readings. Other rooms enter here and nowhere else; the files behind this door may change."""

from quanheng.lake.commits import Commit, LakeDamaged
from quanheng.lake.rows import READING, STORED, Reading, canonical_lines
from quanheng.lake.store import InclusionProof, Lake, Receipt
from quanheng.lake.verify import Fault

__all__ = [
    "READING",
    "STORED",
    "Commit",
    "Fault",
    "InclusionProof",
    "Lake",
    "LakeDamaged",
    "Reading",
    "Receipt",
    "canonical_lines",
]
