"""All settings, read once from the environment (or `.env` in the checkout), with defaults that are safe.

The names and defaults are promised in the README under "Settings"; `flowra/checks.py` says which values are unsafe.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from flowra.encryption_keys import KeyRing
from flowra.keys_at_first_run import keys_of_installation
from flowra.logs import logging_config
from flowra.origins import origin_of

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")
env = environ.Env()


def _yes_or_no(name: str) -> bool:
    text = env.str(name, default="").strip().lower()
    if text not in ("", "0", "1", "false", "true", "no", "yes", "off", "on"):
        raise ImproperlyConfigured(f"{name} must be true or false")
    return text in ("1", "true", "yes", "on")


FLOWRA_DATA_DIR = Path(env.str("FLOWRA_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
FLOWRA_PUBLIC_URL = (env.str("FLOWRA_PUBLIC_URL", default="").strip() or "http://127.0.0.1:8000").rstrip("/")
FLOWRA_MANAGED_CLIENTS = env.str("FLOWRA_MANAGED_CLIENTS", default="")
FLOWRA_DEMO_REGISTER = "authconfigs.demo.register_practice"
DEBUG = _yes_or_no("FLOWRA_DEBUG")

_origin = origin_of(FLOWRA_PUBLIC_URL)
_public = urlsplit(FLOWRA_PUBLIC_URL if _origin else "")
if _origin is None or _public.path or _public.query or _public.fragment:
    raise ImproperlyConfigured(
        "FLOWRA_PUBLIC_URL must be a scheme and a host, like https://connect.example.com"
    )
FLOWRA_PUBLIC_URL = _origin  # as browsers write it in their Origin header
FLOWRA_PUBLIC_IS_HTTPS = _public.scheme == "https"
_on_loopback = _public.hostname in ("localhost", "127.0.0.1", "::1")
if not FLOWRA_PUBLIC_IS_HTTPS and not _on_loopback:
    raise ImproperlyConfigured("FLOWRA_PUBLIC_URL must be https, except on loopback")


def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError as wrong:
        raise ImproperlyConfigured(
            f"FLOWRA_OUTBOUND_ALLOW must be CIDRs, comma-separated: {wrong}"
        ) from wrong


FLOWRA_OUTBOUND_ALLOW = _networks(env.str("FLOWRA_OUTBOUND_ALLOW", default=""))


def _number(name: str, default: int, least: int, most: int) -> int:
    text = env.str(name, default="").strip() or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}")
    return int(text)


FLOWRA_REFRESH_MARGIN_SECONDS = _number("FLOWRA_REFRESH_MARGIN_SECONDS", 900, 0, 86_400)
FLOWRA_PROXY_SECONDS = _number("FLOWRA_PROXY_SECONDS", 600, 1, 86_400)
FLOWRA_PROXY_PAUSE_SECONDS = _number("FLOWRA_PROXY_PAUSE_SECONDS", 60, 1, 86_400)
FLOWRA_PROXY_MAX_BYTES = _number("FLOWRA_PROXY_MAX_BYTES", 5_000_000_000, 1, 10**15)
FLOWRA_PROXY_CONCURRENCY = _number("FLOWRA_PROXY_CONCURRENCY", 20, 1, 10_000)
FLOWRA_REFRESHES_PER_SECOND = _number("FLOWRA_REFRESHES_PER_SECOND", 50, 1, 10_000)
FLOWRA_EXECUTION_LOG_DAYS = _number("FLOWRA_EXECUTION_LOG_DAYS", 30, 1, 3_650)

# The database: embedded SQLite unless told otherwise.
try:
    _database: dict[str, Any] = environ.Env.db_url_config(
        env.str("DATABASE_URL", default="") or f"sqlite:///{FLOWRA_DATA_DIR / 'flowra.sqlite3'}"
    )
except ValueError:
    # Its words may quote the URL, and with it the password.
    raise ImproperlyConfigured("DATABASE_URL is not a URL: quote what is special in its password") from None
_is_sqlite = _database["ENGINE"] == "django.db.backends.sqlite3"
if _is_sqlite:
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000;"
        " PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728; PRAGMA foreign_keys=ON;",
    }
    # A file for the tests as well: an embedded database in memory knows no second writer.
    _database["TEST"] = {"NAME": str(FLOWRA_DATA_DIR / "test.sqlite3")}
    try:
        Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise ImproperlyConfigured(
            f"{Path(_database['NAME']).parent} cannot be made ({wrong.strerror}); set FLOWRA_DATA_DIR to a folder "
            "that this user may write"
        ) from wrong
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _options = _database.setdefault("OPTIONS", {})
    _options.setdefault("pool", {"min_size": 1, "max_size": 16, "timeout": 10, "max_lifetime": 600})
else:
    raise ImproperlyConfigured("DATABASE_URL must be sqlite:///… or postgresql://…")
_database["CONN_HEALTH_CHECKS"] = not _is_sqlite
_database["CONN_MAX_AGE"] = None if _is_sqlite else 0
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Keys.
_keys = keys_of_installation(os.environ, FLOWRA_DATA_DIR, Path(_database["NAME"]) if _is_sqlite else None)
SECRET_KEY = _keys.secret
FLOWRA_KEY_RING = KeyRing.from_texts(_keys.encryption)
FIELD_ENCRYPTION_KEY = list(FLOWRA_KEY_RING.fernet_keys())

ALLOWED_HOSTS = env.list("FLOWRA_ALLOWED_HOSTS", default=[]) or (
    ["localhost", "127.0.0.1", "[::1]"] if _on_loopback else [_public.hostname]
)

INSTALLED_APPS = [
    "flowra.apps.FlowraAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "encrypted_model_fields",
    "flowra.apps.FlowraApp",
    "authconfigs.apps.AuthConfigsApp",
    "accounts.apps.AccountsApp",
]

MIDDLEWARE = [
    "flowra.api.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "flowra.api.middleware.PageHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "flowra.page_middleware.PageSessionMiddleware",
    "flowra.page_middleware.HostMiddleware",
    "flowra.page_middleware.PageCsrfMiddleware",
    "flowra.page_middleware.PageUserMiddleware",
    "flowra.page_middleware.PageMessageMiddleware",
    "flowra.page_language.PageLanguageMiddleware",
    "flowra.page_middleware.OnlyPressedMiddleware",
]
ROOT_URLCONF = "flowra.urls"
WSGI_APPLICATION = "flowra.wsgi.application"
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
            ],
        },
    },
]

LANGUAGE_CODE = "en"
# Those of end users' pages; the dashboard, the admin and the API speak English.
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt", "Português"),
    ("ja", "日本語"),
]
LOCALE_PATHS = [BASE_DIR / "flowra" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
_mail_url = env.str("EMAIL_URL", default="") or "consolemail://"
try:
    vars().update(environ.Env.email_url_config(_mail_url))
    _mail = urlsplit(_mail_url)
    # What follows `?from=`, else the account at the mail server where that is an address.
    _sender = parse_qs(_mail.query).get("from", [unquote(_mail.username or "")])[0]
except (ImproperlyConfigured, ValueError):
    raise ImproperlyConfigured(
        "EMAIL_URL must be like smtp+tls://user:password@mail.example.com:587"
    ) from None
DEFAULT_FROM_EMAIL = _sender if "@" in _sender else f"flowra@{_public.hostname}"
EMAIL_TIMEOUT = 20

# Cookies are Secure exactly when the public URL is https.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = FLOWRA_PUBLIC_IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
LOGIN_URL = "/dashboard/sign-in"
CSRF_TRUSTED_ORIGINS = [FLOWRA_PUBLIC_URL]
CSRF_FAILURE_VIEW = "flowra.api.problem_pages.forged_or_stale"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if FLOWRA_PUBLIC_IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if FLOWRA_PUBLIC_IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options is set by PageHeadersMiddleware
    "security.W003",  # PageCsrfMiddleware is Django's own, for pages
    "security.W004",  # HSTS and Secure cookies follow the public URL, which flowra.W010 speaks of
    "security.W010",
    "security.W012",
    "security.W016",
    "security.W005",  # what other subdomains do is not Flowra's to decide
    "security.W021",
    "security.W008",  # TLS ends at the proxy, which redirects; here it would turn health checks away
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["flowra.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["flowra.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["flowra.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["flowra.api.rendering.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "flowra.api.schema.Schema",
    "EXCEPTION_HANDLER": "flowra.api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Flowra",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "Permission to act for people at other services: asked for, kept alive, used and given back.",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AccountStatus": "accounts.models.connected_account.Status.values",
        "AuthConfigType": "authconfigs.actions.create_auth_config.TYPES",
        "FieldType": "authconfigs.api.shapes.FIELD_TYPES",
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

LOGGING_CONFIG = "logging.config.dictConfig"
_log_format = env.str("FLOWRA_LOG_FORMAT", default="") or "console"
if _log_format not in ("console", "json"):
    raise ImproperlyConfigured("FLOWRA_LOG_FORMAT must be console or json")
LOGGING = logging_config(style=_log_format, level="DEBUG" if DEBUG else "INFO")
