"""Each test has its own lake and file store."""

from tests.small_world import _people, cast, plant  # noqa: F401  (fixtures)
