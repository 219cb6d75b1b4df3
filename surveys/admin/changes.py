"""The changes of an applied import by mechanism, with links to their drafts."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from surveys.admin.submissions import Destination, destination_of, name_of_mechanism
from surveys.applying.undoing import Undone
from surveys.models import ImportedChange, Submission, SurveyImport
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


def changes_of(survey_import: SurveyImport) -> list[ChangesToMechanism]:
    """Return the changes of an import; records without a mechanism come last."""
    wording = Wording()
    of_mechanism: dict[Any, list[ImportedChange]] = defaultdict(list)
    changes = survey_import.changes.select_related(
        "mechanism", "profile__mechanism", "submission"
    )
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
                [destination_of(change, wording) for change in its[:MOST_SHOWN]],
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
    return [destination_of(kept.change, wording) for kept in undone.kept[:MOST_SHOWN]]
