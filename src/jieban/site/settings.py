"""Settings of one installation, all from the environment (`JIEBAN_*`).

The page docs/zh/reference/settings.md lists them; a test keeps it complete.
Everything has a default that works on one machine without a server.
"""

import os
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from jieban.domain.errors import Refused
from jieban.home import Home

HOME = Home.from_environment()
SITE = Path(__file__).resolve().parent


def _secret_key() -> str:
    """The site's secret, made once and kept with the other keys."""
    file = HOME.keys / "site-secret"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
    return file.read_text()


def _database(url: str | None) -> dict[str, Any]:
    """SQLite in HOME unless a PostgreSQL address is given.

    SQLite has one writer: transactions take the write lock when they begin
    (IMMEDIATE) and queue for it, so two of them wait instead of failing half-way.
    """
    if not url:
        return {
            "ENGINE": "jieban.site.sqlite",
            "NAME": HOME.database,
            # Stays open: the last one to close it writes the whole log back into the file, which
            # would cost every request more than its own work.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                # How long somebody who wants to write waits for the turn before being told so.
                "timeout": float(os.environ.get("JIEBAN_WRITE_WAIT_SECONDS", "10")),
                # FULL: what was committed is on the disk, though the power fail (docs/adr/0023).
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;"
                    "PRAGMA journal_size_limit=67108864;"
                ),
            },
        }
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise Refused("settings.database_url", reason=str(error)) from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "jieban"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,
    }


SECRET_KEY = os.environ.get("JIEBAN_SECRET_KEY") or _secret_key()
DEBUG = False
# Names, with their port where it is not the usual one, by which other machines open the pages
# (docs/adr/0021); HTTPS: a proxy before this server has a certificate.
HOSTS = [name.strip() for name in os.environ.get("JIEBAN_HOSTS", "").split(",") if name.strip()]
HTTPS = os.environ.get("JIEBAN_HTTPS", "") == "1"
if any("*" in name for name in HOSTS):
    raise Refused("settings.hosts_wild")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
ALLOWED_HOSTS += [re.sub(r":\d+$", "", name) for name in HOSTS]

DATABASES = {"default": _database(os.environ.get("JIEBAN_DATABASE_URL"))}
# Jobs wait in the database: no broker to run, and a job is stored with the act that asks for it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.messages",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "jieban.apps.jobs",
    "jieban.apps.ledger",
    "jieban.apps.accounts",
    "jieban.apps.directory",
    "jieban.apps.cases",
    "jieban.apps.followups",
    "jieban.apps.assessments",
    "jieban.apps.practices",
    "jieban.apps.rectification",
    "jieban.apps.letters",
    "jieban.apps.programmes",
    "jieban.apps.terms",
    "jieban.apps.effects",
    "jieban.apps.integrations",
    "jieban.site",
]
MIDDLEWARE = [
    "jieban.site.metrics.Measured",
    "django.middleware.security.SecurityMiddleware",
    "jieban.site.api.OwnWay",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jieban.site.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jieban.site.middleware.People",
    "jieban.site.middleware.Gate",
    "jieban.site.middleware.Kept",
    "jieban.site.middleware.Refusals",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "jieban.site.urls"
WSGI_APPLICATION = "jieban.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "jieban.site.context.everywhere",
            ],
            "builtins": ["django.templatetags.i18n", "jieban.site.templatetags.figures"],
        },
    }
]
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
# Five wrong passwords for one name from one address: a quarter of an hour's pause.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "jieban.apps.accounts.web.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Jieban"
# A session ends after a pause, and after half a day in any case.
SESSION_IDLE = timedelta(minutes=int(os.environ.get("JIEBAN_SESSION_IDLE_MINUTES", "30")))
SESSION_LONGEST = timedelta(hours=12)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"

# The office's own sign-in, beside the password (docs/adr/0021); None without one.
OIDC = (
    {
        "issuer": os.environ["JIEBAN_OIDC_ISSUER"],
        "client": os.environ.get("JIEBAN_OIDC_CLIENT_ID", ""),
        "secret": os.environ.get("JIEBAN_OIDC_CLIENT_SECRET", ""),
    }
    if os.environ.get("JIEBAN_OIDC_ISSUER")
    else None
)

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

LANGUAGE_CODE = {"zh": "zh-hans", "en": "en"}.get(
    os.environ.get("JIEBAN_LANGUAGE", "zh"), "zh-hans"
)
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [SITE.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("JIEBAN_TIME_ZONE", "Asia/Shanghai")

# Rulebooks the handling of cases goes by: shipped names or files, the later one wins.
RULEBOOKS = [
    name.strip()
    for name in os.environ.get("JIEBAN_RULEBOOK", "beijing-district").split(",")
    if name.strip()
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [SITE / "static"]
STATIC_ROOT = None
# Served straight from the installed package: no collect step, nothing copied.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# How long files sent through the web are kept, and how large one may be.
KEEP_UPLOADS_DAYS = int(os.environ.get("JIEBAN_KEEP_UPLOADS_DAYS", "30"))
# How long after a case is closed what the resident said or left is kept.
KEEP_PRIVATE_DAYS = int(os.environ.get("JIEBAN_KEEP_PRIVATE_DAYS", "1095"))
MAX_UPLOAD_MB = int(os.environ.get("JIEBAN_MAX_UPLOAD_MB", "100"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# Hosts ("hooks.intranet" or "127.0.0.1:9000") that webhooks may be sent to although they are
# not public, or speak plain http.
WEBHOOK_ADDRESSES = frozenset(
    host.strip().lower()
    for host in os.environ.get("JIEBAN_WEBHOOK_ADDRESSES", "").split(",")
    if host.strip()
)

# Whoever shows it may read /metrics and the details of /readyz without signing in.
METRICS_TOKEN = os.environ.get("JIEBAN_METRICS_TOKEN", "")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# The proxy speaks http to us; the browser sends forms from https.
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in HOSTS] if HTTPS else []
CSRF_FAILURE_VIEW = "jieban.site.web.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
