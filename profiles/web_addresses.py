"""Addresses of the web, which alone become links: http or https, and a host."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import Left
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

_of_the_web = URLValidator(
    schemes=["http", "https"],
    message=_("Enter an address that begins with http:// or https:// and a host."),
)


def validate_web_address(value: str) -> None:
    """Raise a ValidationError for what a browser might take for something else."""
    _of_the_web(value)
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in value):
        raise ValidationError(_("The address holds characters that cannot be seen."))
    if "@" in urlsplit(value).netloc:
        raise ValidationError(_("The address holds a name or a password."))


def is_web_address(value: str) -> bool:
    """Say whether a text may become a link, however it came to be stored."""
    try:
        validate_web_address(value)
    except ValidationError:
        return False
    return True


class WebAddressField(models.URLField):
    """A URLField that takes addresses of the web only; Django's takes ftp as well.

    HTTP:// is kept as http://, which is all that the database takes.
    """

    default_validators = [validate_web_address]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return lower_scheme(value) if isinstance(value, str) else value

    def deconstruct(self) -> Any:
        # The column is the same: no migration tells the two apart.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs


def lower_scheme(address: str) -> str:
    """Return an address with its http:// or https:// in lower case."""
    return re.sub(r"^https?://", lambda m: m[0].lower(), address, flags=re.IGNORECASE)


def of_the_web(field: str) -> models.CheckConstraint:
    """Return the constraint that `field` is empty or begins with http:// or https://.

    It compares beginnings with `=`: SQLite's LIKE takes no notice of case, and
    PostgreSQL's does.
    """
    return models.CheckConstraint(
        condition=models.Q(**{field: ""})
        | models.Q(Exact(Left(field, 7), models.Value("http://")))
        | models.Q(Exact(Left(field, 8), models.Value("https://"))),
        name=f"%(class)s_{field}_is_of_the_web",
        violation_error_message=_of_the_web.message,
    )


def make_ready_for_constraint(model: type[models.Model], field: str) -> None:
    """Lower the schemes that are stored; raise ValueError for an address that is none.

    For the migrations: the database would refuse the constraint without naming a row.
    """
    others = []
    for row in model._base_manager.exclude(**{field: ""}).only("pk", field):
        stored = getattr(row, field)
        address = lower_scheme(stored)
        if not address.startswith(("http://", "https://")):
            others.append(f"{model._meta.label} {row.pk}: {stored}")
        elif address != stored:
            model._base_manager.filter(pk=row.pk).update(**{field: address})
    if others:
        raise ValueError(
            "These addresses begin with neither http:// nor https://. Correct or empty "
            "them with the version before, then migrate: " + "; ".join(others)
        )
