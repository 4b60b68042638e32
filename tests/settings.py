"""The site's settings on a home of its own that is thrown away."""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="jieban-test-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["JIEBAN_HOME"] = _HOME
os.environ.setdefault("JIEBAN_LANGUAGE", "zh")

from jieban.site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# As Django does for its own SQLite backend; several test processes have one each.
if DATABASES["default"]["ENGINE"] == "jieban.site.sqlite":  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
