"""What somebody asked for and ticked in a bulk edit, until it is applied or old.

The choice stands on the server, so every page of a bulk edit is read by GET: the way
back leads to what was asked and ticked, and what is sent twice is applied once.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import QueryDict

from profiles.models import UnsavedForm
from profiles.unsaved import keep
from surveys.models import BulkEdit

_ASKED, _SEEN, _DONE = "_asked", "_seen", "_done"
_WERE_TICKED, _TICKED = "_were_ticked", "_ticked"


class Choice:
    """One person's choice in one window; `start` is its name, which addresses carry."""

    def __init__(self, user: Any, start: str):
        self._user, self._start = user, start
        forms = UnsavedForm.objects.of_form(user, BulkEdit, start)
        kept = forms.first()
        self._kept = kept.sent if kept else QueryDict(mutable=True)

    @property
    def asked(self) -> QueryDict | None:
        """What was asked for, as its form sends it; None before anything was."""
        if _ASKED not in self._kept:
            return None
        asked = self._kept.copy()
        for name in self._kept:
            if name.startswith("_"):
                del asked[name]
        return asked

    @property
    def ticked(self) -> set[str] | None:
        """The numbers of the facts that were ticked; None before any were."""
        if _WERE_TICKED not in self._kept:
            return None
        return {*self._kept.getlist(_TICKED)}

    @property
    def done(self) -> BulkEdit | None:
        """The bulk edit that wrote what is ticked."""
        return BulkEdit.objects.filter(pk=self._kept.get(_DONE) or 0).first()

    def ask(self, asked: QueryDict) -> None:
        """Keep what is asked for; what was ticked for another question goes."""
        if asked != self.asked:
            self._kept = asked.copy()
            self._kept[_ASKED] = "1"
        self._keep()

    def tick(self, numbers: Collection[str]) -> None:
        for name in (_SEEN, _DONE):
            self._kept.pop(name, None)
        self._kept[_WERE_TICKED] = "1"
        self._kept.setlist(_TICKED, sorted(numbers))
        self._keep()

    def note(self, bulk_edit: BulkEdit, seen: Mapping[str, str]) -> None:
        """Keep which bulk edit wrote what was seen: digests by mechanism."""
        self._kept[_DONE] = str(bulk_edit.pk)
        self._kept.setlist(_SEEN, _as_list(seen))
        self._keep()

    def done_after(self, seen: Mapping[str, str]) -> BulkEdit | None:
        """Return the bulk edit that wrote what was seen, if it was sent before."""
        return self.done if _as_list(seen) == self._kept.getlist(_SEEN) else None

    def _keep(self) -> None:
        keep(self._user, BulkEdit, self._start, "", self._kept)


def _as_list(seen: Mapping[str, str]) -> list[str]:
    return sorted(f"{mechanism} {digest}" for mechanism, digest in seen.items())
