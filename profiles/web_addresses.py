"""Addresses of the web, which alone become links: http or https, and a host."""

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
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
    """A URLField that takes addresses of the web only; Django's takes ftp as well."""

    default_validators = [validate_web_address]

    def deconstruct(self) -> Any:
        # The column is the same: no migration tells the two apart.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs
