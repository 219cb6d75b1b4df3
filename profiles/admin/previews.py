"""What the preview of a table showed: the records as they were stored then.

The form that confirms an import carries it, signed. Nothing is imported over a change
that the preview did not show.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core import signing
from django.db import models
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from profiles.admin.overwriting import digest

MOST_NAMED = 10
"""How many changed records a message names."""


class ChangedSincePreview(Exception):
    """Somebody changed, added or deleted records that the table names."""

    def __init__(self, keys: Sequence[str] | None):
        """`keys` are those of the records; None: nobody knows what was shown."""
        self.keys = keys

    def __str__(self):
        if self.keys is None:
            return _(
                "Nothing was imported: the form does not tell what its preview showed. "
                "Below is what the file would change now."
            )
        named = ", ".join(self.keys[:MOST_NAMED])
        if len(self.keys) > MOST_NAMED:
            named += " …"
        return _(
            "Nothing was imported: somebody changed %(records)s since the preview. "
            "Below is what the file would change now."
        ) % {"records": named}


def stored_now(model: Any, column: str, keys: Iterable[str]) -> dict[str, str]:
    """Return digests of the records of these keys, and keep others from changing them.

    A key without a record is left out. To be called in a transaction.
    """
    rows = model._base_manager.filter(**{f"{column}__in": {*keys}})
    lists = [f.name for f in model._meta.many_to_many]
    locked = rows.select_for_update().order_by("pk").prefetch_related(*lists)
    return {str(getattr(row, column)): digest(model_to_dict(row)) for row in locked}


def signed(stored: dict[str, str], model: type[models.Model], file: str) -> str:
    return signing.dumps(stored, salt=_salt(model, file), compress=True)


def hold_against_preview(
    stored: dict[str, str], previewed: str, model: type[models.Model], file: str
) -> None:
    """Raise ChangedSincePreview if the preview of this file showed other records."""
    try:
        before = signing.loads(previewed, salt=_salt(model, file))
    except signing.BadSignature:
        raise ChangedSincePreview(None) from None
    changed = [
        key for key in {**before, **stored} if before.get(key) != stored.get(key)
    ]
    if changed:
        raise ChangedSincePreview(sorted(changed))


def _salt(model: type[models.Model], file: str) -> str:
    return f"preview:{model._meta.label_lower}:{file}"
