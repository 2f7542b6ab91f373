"""Composition of the product, driven by the environment; safe for production unless DEBUG=1 is asked."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("SEGUR_DATA_DIR") or BASE_DIR / ".data").absolute()


def _flag(name: str, default: str = "0") -> bool:
    value = os.environ.get(name, default)
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} vaut 0 ou 1, pas {value!r}.")
    return value == "1"


def _megabytes(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit() or int(value) == 0:
        raise ImproperlyConfigured(f"{name} est un nombre entier de mégaoctets, 1 ou plus, pas {value!r}.")
    return int(value) * 1_000_000


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"Le dossier {path} ne peut pas être créé ({error.strerror}). Vérifiez SEGUR_DATA_DIR."
        ) from error
    return path


def _secret_key() -> str:
    """The key of the environment, or one made for this installation and kept in its data folder.

    Sessions and the keyed hashes of the history need a key that survives a restart.
    """
    if given := os.environ.get("SECRET_KEY"):
        return given
    kept = _folder(DATA_DIR) / "secret_key"
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=DATA_DIR, prefix="secret_key.") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        # Linked whole: of two processes that start together, both read the key of the first.
        with suppress(FileExistsError):
            os.link(file.name, kept)
    return kept.read_text(encoding="ascii")


def _database(url: str) -> dj_database_url.DBConfig:
    try:
        return dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except ValueError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL a la forme postgres://utilisateur:secret@machine:5432/base ou sqlite:///chemin."
        ) from error


def _broker_url() -> str:
    url = os.environ.get("CELERY_BROKER_URL") or "filesystem://localhost"
    if not url.startswith(("filesystem://", "redis://", "rediss://", "amqp://", "amqps://", "memory://")):
        raise ImproperlyConfigured(
            "CELERY_BROKER_URL commence par filesystem://, redis://, rediss://, amqp:// ou amqps://."
        )
    return url


def _log_level() -> str:
    level = os.environ.get("LOG_LEVEL", "WARNING")
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ImproperlyConfigured(f"LOG_LEVEL vaut DEBUG, INFO, WARNING, ERROR ou CRITICAL, pas {level!r}.")
    return level


DEBUG = _flag("DEBUG")
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "segur.apps.SegurConfig",
    "orders.apps.OrdersConfig",
    "funding.apps.FundingConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "segur.urls"
WSGI_APPLICATION = "segur.wsgi.application"
ASGI_APPLICATION = "segur.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "segur.context.workspace",
            ],
        },
    },
]

# SQLite takes the write lock when a transaction begins: two writers then wait instead of failing half-way.
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
DATABASES = {"default": _database(os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'segur.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    _folder(DATA_DIR)
    DATABASES["default"]["OPTIONS"] = _SQLITE_OPTIONS
    DATABASES["default"]["CONN_MAX_AGE"] = 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "segur.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "segur.fonts.FontFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Production is HTTPS behind a proxy. The embedded start on localhost says so with SEGUR_INSECURE_HTTP=1.
_HTTPS = not (DEBUG or _flag("SEGUR_INSECURE_HTTP"))
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("SEGUR_BEHIND_PROXY") else None
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
# An order of many doctors is one form; Django’s own limit of 1 000 fields would end it at some 160 lines.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# Largest file accepted, per kind; refused before it is read. Public registers have no limit.
SEGUR_MAX_COUNTS_BYTES = _megabytes("SEGUR_MAX_COUNTS_MB", 200)
SEGUR_MAX_ORDERS_BYTES = _megabytes("SEGUR_MAX_ORDERS_MB", 200)
SEGUR_REGULATION_DIRS = tuple(
    Path(folder) for folder in os.environ.get("SEGUR_REGULATION_DIRS", "").split(os.pathsep) if folder
)

# Out of the box the broker is a pair of folders, which must exist before the first message.
CELERY_BROKER_URL = _broker_url()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_folder(DATA_DIR / "broker" / "messages")),
        "data_folder_out": str(_folder(DATA_DIR / "broker" / "messages")),
        "control_folder": str(_folder(DATA_DIR / "broker" / "control")),
        "polling_interval": 0.1,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "clear-expired-sessions": {"task": "segur.clear_expired_sessions", "schedule": crontab(hour="3", minute="10")},
    "clear-old-login-attempts": {"task": "segur.clear_old_login_attempts", "schedule": crontab(hour="3", minute="20")},
    "purge-order-uploads": {"task": "funding.purge_order_uploads", "schedule": crontab(hour="3", minute="30")},
    "audit-uniqueness": {"task": "orders.audit_uniqueness", "schedule": crontab(hour="2", minute="30")},
    "seal-histories": {"task": "orders.seal_histories", "schedule": crontab(hour="2", minute="40")},
}

# Key of the history's chained hashes. Derived from SECRET_KEY where it is not given: give one of its own before the
# secret key is ever changed, since a history is only verified with the key it was written under.
EVENT_KEY = os.environ.get("EVENT_KEY", "")

# The demonstration (manage.py demo) shows its accounts on the login page.
SEGUR_DEMO = _flag("SEGUR_DEMO")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _log_level()},
}
