"""Who publishes the registry, and whom readers ask, as the settings name them."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from profiles.web_addresses import is_web_address


@dataclass(frozen=True)
class Party:
    """A name and an address; either may be "", and both are where nothing is set."""

    name: str
    address: str

    def __bool__(self) -> bool:
        return bool(self.name or self.address)

    @property
    def link(self) -> str:
        """Where the address leads: a letter or a page; "" for a postal address."""
        if is_web_address(self.address):
            return self.address
        try:
            validate_email(self.address)
        except ValidationError:
            return ""
        return f"mailto:{self.address}"


def the_publisher() -> Party:
    return Party(settings.PUBLISHER_NAME, settings.PUBLISHER_ADDRESS)


def the_contact() -> Party:
    return Party(settings.CONTACT_NAME, settings.CONTACT_ADDRESS)
