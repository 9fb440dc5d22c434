"""Settings of a test run: those of the product, on a data folder that is thrown away.

They are read before any `conftest.py`, so the folder must be chosen here. Processes that a test starts get the
product's own settings, and the folder that the test gives them.
"""

import os
import tempfile

_home = tempfile.TemporaryDirectory(prefix="quanheng-tests-")
os.environ["QUANHENG_HOME"] = _home.name
os.environ.setdefault("QUANHENG_SECRET_KEY", "only-for-tests")
os.environ["DJANGO_SETTINGS_MODULE"] = "quanheng.web.settings"

from quanheng.web.settings import *  # noqa: E402, F403  (the folder had to be named before)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir()  # noqa: F405  (from the product's settings)
