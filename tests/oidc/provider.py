"""An OpenID Connect provider: a Django site of its own, with django-oauth-toolkit.

What an organisation would run, made small. Started as a process by the tests of
sign-in, and asked over HTTP only. FOLDER holds its database and people.json, which is
read for each answer: by name, what the provider says of somebody. All have the
password "password".
"""

import json
import os
from pathlib import Path
from typing import Any

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

FOLDER = Path(os.environ["FOLDER"])
PASSWORD = "password"


def private_key() -> str:
    """Return the key that identities are signed with; all processes share it."""
    path = FOLDER / "key.pem"
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(pem)
    return path.read_text()


settings.configure(
    SECRET_KEY="the provider's key for tests only " * 2,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="tests.oidc.urls",
    LOGIN_URL="/login/",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SESSION_COOKIE_NAME="provider_session",
    CSRF_COOKIE_NAME="provider_csrf",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent],
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "provider.sqlite3",
        }
    },
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": private_key(),
        "OAUTH2_VALIDATOR_CLASS": "tests.oidc.claims.Claims",
        "SCOPES": {"openid": "", "profile": "", "email": ""},
        "PKCE_REQUIRED": True,
    },
)
django.setup()


def people() -> dict[str, dict[str, Any]]:
    return json.loads((FOLDER / "people.json").read_text())


def prepare(client_id: str, client_secret: str, redirect_uri: str) -> None:
    """Make the database, the people and the one client that may ask."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    for name in people():
        User.objects.create_user(name, password=PASSWORD)
    Application.objects.create(
        name="The registry",
        client_id=client_id,
        client_secret=client_secret,
        redirect_uris=redirect_uri,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        algorithm=Application.RS256_ALGORITHM,
        skip_authorization=True,
    )
