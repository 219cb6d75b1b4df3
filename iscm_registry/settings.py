"""One file of settings; what differs between machines comes from the environment.

Safe by default: without DEBUG or DEMO the process refuses to start unless it has
a secret key, and answers only over HTTPS.
"""

import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where it runs -----------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
# The demonstration that `make run` starts: plain HTTP on this machine.
DEMO = env.bool("DEMO", False)
_plain_http = DEBUG or DEMO

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))


def _demo_secret_key() -> str:
    """Return this machine's own key, made once and readable by its owner only."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "") or (_demo_secret_key() if _plain_http else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random text into the environment variable "
        "SECRET_KEY, for instance the output of: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'. "
        "To try the registry on this machine, use `make run` instead."
    )

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if _plain_http else []
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

# --- What it is made of ------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",  # before admin, whose model forms it extends
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "csp",
    "auditlog",
    "profiles",
    "partnerships",
    "iscm_registry",
]

MIDDLEWARE = [
    # Above all that can answer, so that every answer carries these headers.
    "iscm_registry.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Public pages know no reader: above all that reads cookies or languages.
    "iscm_registry.caching.PublicPagesMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Knows who is behind a change; after those that know the user.
    "iscm_registry.audit.AuditMiddleware",
]

ROOT_URLCONF = "iscm_registry.urls"
WSGI_APPLICATION = "iscm_registry.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "iscm_registry.context.registry",
            ],
        },
    },
]

# --- Data --------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'registry.sqlite3'}")
    )
}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # Writers wait for each other instead of failing half way; readers never wait.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database["OPTIONS"] = {
        "pool": {
            "min_size": env.int("DATABASE_POOL_MIN", 1),
            "max_size": env.int("DATABASE_POOL_MAX", 10),
            "timeout": 10,
        }
    }

# Pages of the public are kept per process, in a cache that processes share
# (redis://…), or not at all (off).
CACHE_URL = env.str("CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": env.int("CACHE_MAX_ENTRIES", 2000)},
    }
}
if CACHE_URL == "off":
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
elif CACHE_URL:
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "iscm",
        # A cache that hangs must not hold readers up: their pages are drawn instead.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }

# Below these, in any language, answers are never kept by a cache; all other pages
# are the same for every reader (see caching.py).
NOT_PUBLIC_PATHS = ["/admin/", "/accounts/", "/healthz/"]

# Nobody publishes what they submitted themselves. Switch it off where one person
# does all the work.
FOUR_EYES = env.bool("FOUR_EYES", True)

# profiles may not import the search, which knows all apps: they find it by name.
SEARCH = "iscm_registry.search"

# --- Languages ---------------------------------------------------------------

_LANGUAGE_NAMES = {
    "en": _("English"),
    "fr": _("French"),
    "es": _("Spanish"),
    "ar": _("Arabic"),
}
LANGUAGE_CODE = "en"
# Languages of the interface. Content is kept in all four whatever is shown.
LANGUAGES = [
    (code, _LANGUAGE_NAMES[code]) for code in env.list("REGISTRY_LANGUAGES", ["en"])
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["iscm_registry.formats"]
TIME_ZONE = "Europe/Zurich"
USE_TZ = True

MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = tuple(_LANGUAGE_NAMES)
MODELTRANSLATION_FALLBACK_LANGUAGES = {
    "default": ("en", "fr", "es", "ar"),
}

# --- Files -------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Nobody else's pages need our files; a font that ours preload is the same origin.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# --- Security ----------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not _plain_http)
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
SECURE_HSTS_SECONDS = 0 if _plain_http else env.int("HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
if env.bool("BEHIND_PROXY", False):
    # Only when a proxy in front always sets or removes this header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = not _plain_http
CSRF_COOKIE_SECURE = not _plain_http
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 10
X_FRAME_OPTIONS = "DENY"
# The form of a profile holds some ten inputs for each of its facts.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# The audit log says who, not from where.
AUDITLOG_DISABLE_REMOTE_ADDR = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Logs --------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO").upper()},
}
