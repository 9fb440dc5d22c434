"""The `quanheng` command: how scripts, tests and other programs meet the house. Its JSON keeps its meaning.

Exit codes: 0 done, 1 fault, 2 bad input, 3 refused by permission or rule (with the article).
"""

from quanheng.cli import (  # noqa: F401  (they add their commands)
    carbon,
    codes,
    demo,
    evidence,
    laboratory,
    lake,
    parties,
    platform,
    quality,
    records,
    restatements,
    uncertainty,
)
from quanheng.cli.frame import main, quanheng

__all__ = ["main", "quanheng"]
