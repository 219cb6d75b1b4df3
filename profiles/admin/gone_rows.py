"""Rows of a form whose records somebody deleted while it was open."""

import re
from collections.abc import Sequence
from typing import Any

from profiles.admin.closed_rows import is_closed

GONE = "GONE"
"""Marks a posted row whose record somebody deleted meanwhile."""

_ROW = re.compile(r"-\d+-")


def with_gone_rows_as_new(formset: Any, there: Sequence[str]) -> Any:
    """Return what was posted, with the rows whose record is gone turned into new ones.

    `there` are the keys of the records that are left. What was typed is not lost with
    the record: it comes after the rows that still have one, which Django finds by
    their number. A row that nobody opened goes with its record. None: no row is gone.
    """
    key = formset.model._meta.pk.name
    prefix = formset.prefix
    number = formset.initial_form_count()
    posted = range(formset.total_form_count())
    gone = [
        i
        for i in posted[:number]
        if formset.data.get(f"{prefix}-{i}-{key}") not in there
    ]
    if not gone:
        return None
    kept = [i for i in posted if i not in gone]
    still = number - len(gone)
    gone = [i for i in gone if not is_closed(formset.data, f"{prefix}-{i}")]
    posted_data: Any = formset.data
    data = posted_data.copy()
    for name in [n for n in data if _ROW.match(n.removeprefix(prefix))]:
        if name.startswith(f"{prefix}-"):
            del data[name]
    for new, old in enumerate([*kept[:still], *gone, *kept[still:]]):
        before = f"{prefix}-{old}-"
        for name in [n for n in posted_data if n.startswith(before)]:
            to = f"{prefix}-{new}-{name.removeprefix(before)}"
            data.setlist(to, posted_data.getlist(name))
        if old in gone:
            data[f"{prefix}-{new}-{key}"] = ""
            data[f"{prefix}-{new}-{GONE}"] = "1"
    data[f"{prefix}-INITIAL_FORMS"] = str(still)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(gone))
    return data
