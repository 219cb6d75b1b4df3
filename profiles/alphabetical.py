"""Names in the order in which a reader looks for them."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """Return what to sort `name` by: 'Côte d'Ivoire' stands before 'Croatia'.

    Databases disagree on accents and on capital letters; this does not.
    """
    letters = unicodedata.normalize("NFKD", name)
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold()
