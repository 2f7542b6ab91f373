"""Settings of the suite: the product's own, on a database of its own, stricter where Django is lenient."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 60)
os.environ.setdefault("SEGUR_INSECURE_HTTP", "1")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
# Its own folder in every process of the suite, gone with it: pytest-xdist workers share nothing.
os.environ["SEGUR_DATA_DIR"] = tempfile.mkdtemp(prefix="segur-tests-")

from segur.settings import *  # noqa: F403
from segur.settings import CELERY_BROKER_URL, DATA_DIR, STATIC_ROOT, STORAGES, TEMPLATES

atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# On a Redis server that others use too (parallel processes of the suite among them), the keys are this process's.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"global_keyprefix": f"segur-tests-{os.getpid()}:"} if CELERY_BROKER_URL.startswith("redis") else {}
)
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


class UndefinedVariable(str):
    """A template that names a variable nobody gave is a bug: rendering it fails."""

    def __mod__(self, missing: object) -> str:
        raise AssertionError(f"undefined template variable: {missing}")

    def __contains__(self, key: object) -> bool:
        return key == "%s"


TEMPLATES = [{**TEMPLATES[0], "OPTIONS": {**TEMPLATES[0]["OPTIONS"], "string_if_invalid": UndefinedVariable("%s")}}]

# WhiteNoise warns of a folder that is not there, and every warning fails.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
