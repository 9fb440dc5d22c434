"""The `quanheng` command: how scripts, tests and other programs meet the house. Its JSON keeps its meaning.

Exit codes: 0 done, 1 fault, 2 bad input, 3 refused by permission or rule (with the article).
"""

from quanheng.cli.frame import main, quanheng
from quanheng.cli import carbon, codes, demo, lake, laboratory, parties, platform, records  # noqa: F401, I001  (they add their commands)

__all__ = ["main", "quanheng"]
