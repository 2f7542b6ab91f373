"""Settings of the suite: the product's own, on a database of its own, stricter where Django is lenient."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 60)
os.environ.setdefault("SEGUR_DATA_DIR", tempfile.mkdtemp(prefix="segur-tests-"))
os.environ.setdefault("SEGUR_INSECURE_HTTP", "1")

from segur.settings import *  # noqa: F403
from segur.settings import STORAGES, TEMPLATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
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
