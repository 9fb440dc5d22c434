"""Each test has its own lake and file store; `run` is the command line in this process."""

from tests.cli.conftest import run  # noqa: F401  (a fixture)
from tests.small_world import _people, cast, plant  # noqa: F401  (fixtures)
