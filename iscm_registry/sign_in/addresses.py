"""Which accounts an e-mail address stands for.

Compared here and not in the database, whose idea of letters that differ only in
capitals takes a dotless ı for an i: somebody else's address would open the account.
"""

import string
import unicodedata
from typing import Any

from django.contrib.auth import get_user_model

_TO_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def accounts_of(address: str) -> list[Any]:
    """Return the open accounts that have this very address; capitals do not matter."""
    wanted = comparable(address)
    if not wanted:
        return []
    users = get_user_model().objects.filter(is_active=True).exclude(email="")
    return [user for user in users if comparable(user.email) == wanted]


def comparable(address: str) -> str | None:
    """Return the address as it is compared, or None if it can be taken for another.

    Letters beyond A to Z that have a small form or stand for other letters (ſ, the
    Kelvin sign) make an address equal to none.
    """
    small = address.translate(_TO_SMALL)
    if small != address.casefold() or small != unicodedata.normalize("NFKC", small):
        return None
    return small
