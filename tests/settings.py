"""Settings of the suite: the demo profile in a temporary folder, one for each worker.

SQLite files by default, so that threads have connections of their own; PostgreSQL and Redis where
PORTAL_TEST_DATABASE_URL and PORTAL_TEST_REDIS_URL name them.
"""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit

from portal.env import TESTING

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
SCRATCH = tempfile.mkdtemp(prefix=f"portal-tests-{WORKER}-")
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("PORTAL_") and name not in TESTING]:
    del os.environ[_name]
os.environ["PORTAL_PROFILE"] = "demo"
os.environ["PORTAL_DATA_DIR"] = SCRATCH
os.environ["PORTAL_MADE_UP_LANGUAGES"] = "yes"
if _database := os.environ.get("PORTAL_TEST_DATABASE_URL"):
    _parts = urlsplit(_database)
    _mine = _parts._replace(path=f"{_parts.path}_{WORKER}")
    os.environ["PORTAL_DATABASE_URL"] = _mine.geturl()
    os.environ["PORTAL_SHRED_DATABASE_URL"] = _mine._replace(path=f"{_mine.path}_shred").geturl()
if _redis := os.environ.get("PORTAL_TEST_REDIS_URL"):
    os.environ["PORTAL_REDIS_URL"] = _redis

from portal.settings import *  # noqa: E402, F403
from portal.settings import CACHES, CHANNEL_LAYERS, REDIS_URL  # noqa: E402

DOOR_INLINE = True
PASSWORD_HASHERS = ["tests.harness.passwords.QuickArgon2"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Every test client starts the middleware anew; the finders' walk would be most of its time.
WHITENOISE_AUTOREFRESH = True
if REDIS_URL:
    _own = f"portal-tests-{WORKER}-{os.getpid()}"
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = _own  # type: ignore[index]
    CACHES["default"]["KEY_PREFIX"] = _own
