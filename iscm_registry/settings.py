"""One file of settings; what differs between machines comes from the environment.

Safe by default: without DEBUG or DEMO the process refuses to start unless it has
a secret key, and answers only over HTTPS.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from environs import Env

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where it runs -----------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
# The demonstration that `make run` starts: plain HTTP on this machine.
DEMO = env.bool("DEMO", False)
_plain_http = DEBUG or DEMO

# Whatever the registry writes (database, index, uploads) is for its own user alone.
os.umask(0o077)
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
# Former keys, so that what they protect stays readable when the key is changed.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if _plain_http else []
)
# Ports that readers type or links name, besides 80 and 443.
ALLOWED_PORTS: list[str] = env.list("ALLOWED_PORTS", [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

# --- What it is made of ------------------------------------------------------

INSTALLED_APPS = [
    "iscm_registry.listening",  # before those that bring a `runserver`
    "modeltranslation",  # before admin, whose model forms it extends
    "profiles.desk_site.DeskConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # for allauth's pages
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "csp",
    "auditlog",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "iscm_registry.sign_in",  # after allauth, whose admin pages it replaces
    "profiles",
    "partnerships",
    "corrections",
    "surveys",
    "answers",
    "iscm_registry",
]

MIDDLEWARE = [
    # What is known of public pages, with what those below once added to it.
    "iscm_registry.caching.KnownPagesMiddleware",
    # Above all else that can answer, so that every answer carries these headers.
    "iscm_registry.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "iscm_registry.refusals.RefusalsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Public pages know no reader: above all that reads cookies or languages.
    "iscm_registry.caching.PublicPagesMiddleware",
    "iscm_registry.parameters.ParametersMiddleware",
    "iscm_registry.methods.MethodsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Above all that reads a body.
    "iscm_registry.refusals.BodiesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # After those that know the user, and before all that a staff page may do.
    "iscm_registry.sign_in.staff_pages.StaffPagesMiddleware",
    "iscm_registry.admin.lists.ListsMiddleware",
    # Knows who is behind a change; after those that know the user.
    "iscm_registry.audit.AuditMiddleware",
    "iscm_registry.views.search.SearchNotReadyMiddleware",
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


def _database_at(url: str) -> dict[str, Any]:
    # A connection from before the database was away is not given to anybody.
    database: dict[str, Any] = {**dj_database_url.parse(url, conn_health_checks=True)}
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["ENGINE"] = "iscm_registry.sqlite"
        # To open the file takes five times as long as a page that is kept.
        database["CONN_MAX_AGE"] = None
        # Writers wait for each other instead of failing half way; readers never wait.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    elif database["ENGINE"] == "django.db.backends.postgresql":
        from iscm_registry.patience import MOMENT, Connection

        # While the database is away, nobody waits for it longer than two seconds; for
        # an answer that it has begun to work on, see patience.py.
        database["OPTIONS"] = {
            **database.get("OPTIONS", {}),
            "connect_timeout": MOMENT,
            "tcp_user_timeout": MOMENT * 1000,
            # A network that was cut while nothing was on its way is noticed by these.
            "keepalives_idle": 5,
            "keepalives_interval": MOMENT,
            "pool": {
                "connection_class": Connection,
                "min_size": env.int("DATABASE_POOL_MIN", 1),
                "max_size": env.int("DATABASE_POOL_MAX", 10),
                "timeout": MOMENT,
                "reconnect_timeout": MOMENT,
            },
        }
    return database


DATABASES = {
    "default": _database_at(
        env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'registry.sqlite3'}")
    )
}
DATABASE_ROUTERS: list[str] = []
# A streaming replica that public pages are read from; see freshness.py.
if DATABASE_REPLICA_URL := env.str("DATABASE_REPLICA_URL", ""):
    DATABASES["replica"] = {
        **_database_at(DATABASE_REPLICA_URL),
        "TEST": {"MIRROR": "default"},
    }
    DATABASE_ROUTERS = ["iscm_registry.replica.Router"]
# Seconds that a page waits for one statement of PostgreSQL; 0: as long as it takes.
DATABASE_PATIENCE = env.int("DATABASE_PATIENCE", 30)

# Tries of passwords and codes are counted in the default cache, which is the database:
# readers cannot fill it, and all processes and machines share it.
# Pages of the public are kept apart: per process, in a cache that processes share
# (redis://…), or not at all (off).
CACHE_URL = env.str("CACHE_URL", "")
KEEP_PAGES = CACHE_URL != "off"
CACHES = {
    "default": {"BACKEND": "iscm_registry.sign_in.tallies.TallyCache"},
    "pages": {
        "BACKEND": "iscm_registry.page_memory.PageMemory",
        "OPTIONS": {"MAX_BYTES": env.int("CACHE_MAX_MB", 32) * 1024 * 1024},
    },
}
if CACHE_URL and KEEP_PAGES:
    if not re.match("(redis|rediss|unix)://", CACHE_URL):
        raise ImproperlyConfigured(
            "CACHE_URL must begin with redis://, rediss:// (by TLS) or unix://, for "
            "Valkey too; or be “off”, or empty."
        )
    CACHES["pages"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "iscm",
        # A cache that hangs must not hold readers up: their pages are drawn instead.
        "OPTIONS": {
            "serializer": "iscm_registry.kept_pages.PageSerializer",
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
        },
    }
# Seconds since a process last reached the database for which it goes on showing
# the pages that are kept.
STALE_PAGES_FOR = env.int("STALE_PAGES_FOR", 60 * 60)
# Seconds for which a proxy or CDN answers by itself, before it asks again.
SHARED_PAGES_FOR = env.int("SHARED_PAGES_FOR", 60)
# Pages that each process draws after a publication before anybody asks; 0: none.
PAGES_DRAWN_AHEAD = env.int("PAGES_DRAWN_AHEAD", 40)

# Below these, in any language, answers are never kept by a cache; all other pages
# are the same for every reader (see caching.py). The form for errors holds a token.
NOT_PUBLIC_PATHS = ["/admin/", "/accounts/", "/healthz/", "/report/"]

# Nobody publishes what they submitted themselves. Switch it off where one person
# does all the work.
FOUR_EYES = env.bool("FOUR_EYES", True)

# Who publishes the registry, and whom to ask: names, and each an e-mail address, an
# address of the web or a postal address. What is not set, pages say is not known.
PUBLISHER_NAME = env.str("PUBLISHER_NAME", "").strip()
PUBLISHER_ADDRESS = env.str("PUBLISHER_ADDRESS", "").strip()
CONTACT_NAME = env.str("CONTACT_NAME", "").strip()
CONTACT_ADDRESS = env.str("CONTACT_ADDRESS", "").strip()

# Days after which `forget_respondent --overdue` removes the address of a sender.
REPORT_SENDERS_KEPT_DAYS = env.int("REPORT_SENDERS_KEPT_DAYS", 180)

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


def _named_with_language(name, code):
    return format_lazy("{} ({})", name, _LANGUAGE_NAMES[code])


MODELTRANSLATION_BUILD_LOCALIZED_VERBOSE_NAME = _named_with_language

# --- Files -------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Nobody else's pages need our files; a font that ours preload is the same origin.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# What browsers ask for at the top of a site, whatever its pages name.
WHITENOISE_ROOT = BASE_DIR / "public"
MEDIA_ROOT = Path(env.str("MEDIA_DIR", str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Nothing gives these out but a view that asks who may read them.
    "source_files": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# --- Sign-in -----------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
CSRF_FAILURE_VIEW = "iscm_registry.sign_in.views.csrf_failure"

# Staff show an authenticator app or a passkey besides their password. The
# demonstration does without, and says so on every staff page.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", not DEMO)

ACCOUNT_ADAPTER = "iscm_registry.sign_in.accounts.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "iscm_registry.sign_in.forms.ForgottenPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
# Administrators make accounts; nothing is done to or by an unverified address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[ISCM Registry] "
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Closing the browser ends a session, and so do SESSION_COOKIE_AGE seconds.
ACCOUNT_SESSION_REMEMBER = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reset_password": "10/m/ip,3/m/key",
    # The form asks for the old password: who found an open browser may not guess it.
    "change_password": "5/m/user,20/h/user",
    # Reports of errors by strangers, counted in the same way: those of one network,
    # and all together.
    "report_error": env.str("REPORT_RATE_LIMIT", "5/h/ip,20/d/ip,300/d/key"),
}
# A network of IPv6 that one household or one rented server has is one address.
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = 64
USERSESSIONS_TRACK_ACTIVITY = False

MFA_ADAPTER = "iscm_registry.sign_in.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "iscm_registry.sign_in.forms.AddKeyForm",
    "authenticate": "iscm_registry.sign_in.forms.CodeForm",
    "reauthenticate": "iscm_registry.sign_in.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "ISCM Registry"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _plain_http

# The organisation's own sign-in (OpenID Connect), if it has one.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "")
# True if the provider lets nobody in without a second factor. Otherwise ours is
# asked, unless the provider says "mfa" in `amr`.
OIDC_TRUSTS_MFA = env.bool("OIDC_TRUSTS_MFA", False)
SOCIALACCOUNT_ADAPTER = "iscm_registry.sign_in.organisation.OrganisationAdapter"
# A link, not a form: the content security policy lets forms go nowhere else, and
# providers send people on to hosts that nobody can list.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
if OIDC_SERVER_URL:
    if not OIDC_SERVER_URL.startswith("https://") and not (
        OIDC_SERVER_URL.startswith("http://127.0.0.1") and _plain_http
    ):
        # Who the provider says somebody is, is believed because it came by TLS.
        raise ImproperlyConfigured("OIDC_SERVER_URL must begin with https://")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": env.str("OIDC_NAME", "your organisation"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }

# --- E-mail ------------------------------------------------------------------

# Without a server nothing is sent, and a forgotten password is an administrator's
# to set anew.
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "registry@localhost")
if not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
# Links in letters begin with this, whatever address was asked for.
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", "").rstrip("/")
if EMAIL_HOST and not PUBLIC_ADDRESS:
    _names = [name for name in ALLOWED_HOSTS if name and name[0] not in "*."]
    if not _names:
        raise ImproperlyConfigured(
            "PUBLIC_ADDRESS is not set, and ALLOWED_HOSTS names no host. Links in "
            "letters need it, for instance https://registry.example.org"
        )
    PUBLIC_ADDRESS = f"{'http' if _plain_http else 'https'}://{_names[0]}"
if PUBLIC_ADDRESS and not re.fullmatch(r"https?://[^/?#@\s]+", PUBLIC_ADDRESS):
    raise ImproperlyConfigured(
        "PUBLIC_ADDRESS must be a scheme and a host, for instance "
        "https://registry.example.org"
    )
# People hear of changes to their own account.
ACCOUNT_EMAIL_NOTIFICATIONS = bool(EMAIL_HOST)

# --- Security ----------------------------------------------------------------

# Whom security.txt names to who finds a weakness: mailto:… or https://…, parted by
# commas. Without one, it names the page that says how to reach the registry.
SECURITY_CONTACT: list[str] = env.list("SECURITY_CONTACT", [])
for _contact in SECURITY_CONTACT:
    if not re.fullmatch(r"(mailto:|https://|tel:)\S+", _contact):
        raise ImproperlyConfigured(
            f"SECURITY_CONTACT has “{_contact}”: it takes addresses that begin with "
            "mailto:, https:// or tel:, parted by commas."
        )

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
    # The address that the proxy adds to X-Forwarded-For is who tries passwords.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", 1)
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

_log_level = env.str("LOG_LEVEL", "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "refused": {
            "()": "iscm_registry.refusals.OneLineForRefused",
            "level": _log_level,
        }
    },
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["refused"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": _log_level},
    # It writes a line for each try to connect; outages.py tells once what is away.
    "loggers": {"psycopg.pool": {"level": "ERROR"}},
}
