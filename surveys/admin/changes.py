"""The changes of an applied import or bulk edit, with links to their drafts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count

from profiles.keyed_values import KeyedRecord, NaturalKeys
from surveys.admin.submissions import Destination, destination_of, name_of_mechanism
from surveys.applying.undoing import Undone
from surveys.models import BulkEdit, ImportedChange, Submission, SurveyImport
from surveys.vocabularies import ChangeAction
from surveys.wording import Wording

MOST_SHOWN = 200
MOST_SUBMISSIONS = 200


@dataclass(frozen=True)
class ChangesToMechanism:
    """The changes to one mechanism; `more` of them are not shown."""

    mechanism: Any
    editions: list[Any]
    counts: list[tuple[Any, int]]
    shown: list[Destination]
    more: int


def changes_of(written: SurveyImport | BulkEdit) -> list[ChangesToMechanism]:
    """Return the changes of an import or bulk edit; records without a mechanism come
    last."""
    wording = Wording()
    of_mechanism: dict[Any, list[ImportedChange]] = defaultdict(list)
    changes = written.changes.select_related(
        "mechanism", "profile__mechanism", "submission"
    )
    names = _names_of_facts(changes, wording)
    for change in changes:
        of_mechanism[change.mechanism].append(change)
    found = []
    for mechanism, its in of_mechanism.items():
        counted: dict[str, int] = defaultdict(int)
        for change in its:
            counted[change.action] += 1
        editions = {change.profile_id: change.profile for change in its}
        found.append(
            ChangesToMechanism(
                mechanism,
                [edition for edition in editions.values() if edition],
                [(a, counted[a]) for a in ChangeAction if counted[a]],
                [
                    destination_of(change, wording, names.get(_fact_of(change), ""))
                    for change in its[:MOST_SHOWN]
                ],
                max(0, len(its) - MOST_SHOWN),
            )
        )
    return sorted(found, key=lambda one: (one.mechanism is None, str(one.mechanism)))


def submissions_of(survey_import: SurveyImport) -> dict[str, Any]:
    submissions = Submission.objects.filter(survey_import=survey_import)
    shown = (
        submissions.select_related("mechanism", "state", "organisation")
        .annotate(
            number_of_changes=Count("changes"), mechanism_name=name_of_mechanism()
        )
        .defer("row", "answers", "unanswered")
        .order_by("pk")
    )
    return {"number": submissions.count(), "shown": shown[:MOST_SUBMISSIONS]}


def kept_of(undone: Undone) -> list[Destination]:
    """Return the values that undoing leaves, because somebody edited them since."""
    wording = Wording()
    shown = [kept.change for kept in undone.kept[:MOST_SHOWN]]
    names = _names_of_facts(shown, wording)
    return [
        destination_of(change, wording, names.get(_fact_of(change), ""))
        for change in shown
    ]


def _fact_of(change: ImportedChange) -> tuple[int | None, UUID | None]:
    return change.profile_id, change.uid


def _names_of_facts(
    changes: Iterable[ImportedChange], wording: Wording
) -> dict[tuple[int | None, UUID | None], str]:
    """Return what the facts that bulk edits changed are about, as they are now.

    What an import wrote into a fact says that itself. A query for each kind of fact.
    """
    of_target: dict[str, list[ImportedChange]] = defaultdict(list)
    for change in changes:
        if change.bulk_edit_id and change.uid:
            of_target[change.target].append(change)
    names, keys = {}, NaturalKeys()
    for target, of_one in of_target.items():
        kind: Any = apps.get_model(target)
        facts = kind._default_manager.filter(
            profile__in={change.profile_id for change in of_one},
            uid__in={change.uid for change in of_one},
        )
        for fact in facts:
            label = wording.fact(KeyedRecord(fact, keys), target)
            names[fact.profile_id, fact.uid] = label
    return names
