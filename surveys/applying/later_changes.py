"""What other imports built on one that is undone: they are undone to what stood before.

Imports can be undone in any order, and bulk edits with them. Each remembers what it
found; what one found that is undone now was never there, so the later one takes over
what stood before that.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q

from profiles.models import Profile
from surveys.models import BulkEdit, ImportedChange, SurveyImport
from surveys.statements import PROFILE
from surveys.vocabularies import ChangeAction, ImportState


class LaterChanges:
    """The changes that other imports and bulk edits, applied ones, made to a draft."""

    def __init__(self, undone: SurveyImport | BulkEdit, draft: Profile):
        found = (
            ImportedChange.objects.filter(
                Q(survey_import__state=ImportState.APPLIED)
                | Q(bulk_edit__isnull=False, bulk_edit__undone_at__isnull=True),
                profile=draft,
            )
            .exclude(**{undone.traced_as: undone})
            .order_by("pk")
        )
        self._of: defaultdict[tuple[str, UUID | None], list[ImportedChange]]
        self._of = defaultdict(list)
        for change in found:
            self._of[change.target, change.uid].append(change)

    @property
    def is_nobody(self) -> bool:
        return not self._of

    def without_rewritten(
        self, change: ImportedChange, value_of: Callable[[str], Any]
    ) -> list[str]:
        """Return the fields of a change but for those that a later import wrote anew.

        The later import takes over what stood there before the change.
        """
        names = [*{**change.before, **change.after}]
        return [
            name
            for name in names
            if same_value(value_of(name), change.after.get(name))
            or not self._take_over(change, name)
        ]

    def _take_over(self, change: ImportedChange, name: str) -> bool:
        for later in self._after(change):
            is_field = name in later.after and later.action == ChangeAction.CHANGE
            if is_field and same_value(later.before.get(name), change.after.get(name)):
                later.before = _with(later.before, name, change.before.get(name))
                later.save(update_fields=["before"])
                return True
        return False

    def hand_over(self, change: ImportedChange) -> bool:
        """Let the import that changed an added fact next be the one that added it.

        Returns False if a person changed the fact, so that nobody takes it back.
        """
        for later in self._after(change):
            if later.action != ChangeAction.CHANGE:
                continue
            found = {name: change.after.get(name) for name in later.after}
            if not all(
                same_value(later.before.get(name), value)
                for name, value in found.items()
            ):
                return False
            later.action = change.action
            later.after = {**change.after, **later.after}
            later.before = {}
            later.save(update_fields=["action", "before", "after"])
            return True
        return False

    def forget_removal(self, change: ImportedChange) -> None:
        """Let no later import bring a fact back that nobody added any more."""
        for later in self._after(change):
            if later.action == ChangeAction.REMOVE:
                later.action = ChangeAction.SAME
                later.save(update_fields=["action"])

    def _after(self, change: ImportedChange) -> list[ImportedChange]:
        of_it = self._of.get((change.target, change.uid), [])
        return [later for later in of_it if later.pk > change.pk]


def opening_by_undone(draft: Profile) -> ImportedChange | None:
    """Return the change by which an import or bulk edit that is undone opened a draft,
    if any."""
    return ImportedChange.objects.filter(
        Q(survey_import__state=ImportState.UNDONE)
        | Q(bulk_edit__undone_at__isnull=False),
        profile=draft,
        target=PROFILE,
        action=ChangeAction.ADD,
        field="",
        before={},
    ).first()


def same_value(one: Any, other: Any) -> bool:
    """Do two values of a field say the same? An empty one is None, "" or []."""
    if isinstance(one, list) or isinstance(other, list):
        return sorted(map(str, one or ())) == sorted(map(str, other or ()))
    return _plain(one) == _plain(other)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _with(values: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    kept = {n: v for n, v in values.items() if n != name}
    return kept if value in (None, "", []) else {**kept, name: value}
