"""Values of technical norms as data: each with its norm, edition, place, unit, validity and who has checked it.

Not here: law (``quanheng.law``) and formulas (``quanheng.science``). A value is never known by its name
alone: the same fuel has different defaults by norm and edition.
"""

from quanheng.norms.catalogue import Catalogue, load, packaged, value
from quanheng.norms.schema import NormValue, Verified

__all__ = ["Catalogue", "NormValue", "Verified", "load", "packaged", "value"]
