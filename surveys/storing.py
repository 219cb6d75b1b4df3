"""Keeps the submissions of a file, and apart from them who filled them in."""

from collections.abc import Iterator
from typing import Any

from partnerships.models import Organisation
from profiles.models import Mechanism, State
from surveys.models import PersonalDetails, Submission, SurveyImport
from surveys.pipeline import Preparation
from surveys.records import Keys, UnknownRecord
from surveys.refusals import ChangedSincePreview
from surveys.statements import Submitted
from surveys.vocabularies import RespondentKind

_BATCH = 500
_RESPONDENTS: dict[str, Any] = {
    RespondentKind.MECHANISM: Mechanism,
    RespondentKind.STATE: State,
    RespondentKind.ORGANISATION: Organisation,
}


def store(
    survey_import: SurveyImport, preparation: Preparation, keys: Keys
) -> dict[int, Submission]:
    """Store new and corrected submissions; return those of the plan by their index.

    A corrected one takes the place of the one that it corrects, which stays. Raises
    ChangedSincePreview when the stored ones are not what the plan was made on.
    """
    normalised, plan = preparation.normalised, preparation.plan
    if normalised is None or plan is None:
        return {}
    current = _current(survey_import, preparation)
    stored = {}
    old = {}
    for index in [*plan.corrected, *plan.unchanged]:
        known = current.get(normalised.submissions[index].submission_id)
        if known is None:
            raise ChangedSincePreview
        old[index] = known
    for index in plan.new:
        if normalised.submissions[index].submission_id in current:
            raise ChangedSincePreview
    stored = {index: old[index] for index in plan.unchanged}
    replaced = [old[index].pk for index in plan.corrected]
    for pks in _batches(replaced):
        Submission.objects.filter(pk__in=pks).update(is_current=False)
    for indexes in _batches([*plan.new, *plan.corrected]):
        made = [
            _submission(survey_import, preparation, normalised.submissions[index], keys)
            for index in indexes
        ]
        for index, submission in zip(indexes, made, strict=True):
            if index in old:
                submission.corrects_id = old[index].pk
            stored[index] = submission
        Submission.objects.bulk_create(made)
        PersonalDetails.objects.bulk_create(
            PersonalDetails(
                submission=stored[index],
                name=submitted.person_name,
                email=submitted.person_email,
                cells=submitted.personal,
            )
            for index in indexes
            if _has_person(submitted := normalised.submissions[index])
        )
        for submission in made:
            # They are in the database; ten thousand in memory would be two files.
            submission.row = submission.answers = submission.unanswered = {}
    return stored


def _current(
    survey_import: SurveyImport, preparation: Preparation
) -> dict[str, Submission]:
    submissions = Submission.objects.current().filter(
        round=survey_import.round, questionnaire=preparation.questionnaire
    )
    return {
        submission.submission_id: submission
        for submission in submissions.defer("row", "answers", "unanswered")
    }


def _submission(
    survey_import: SurveyImport,
    preparation: Preparation,
    submitted: Submitted,
    keys: Keys,
) -> Submission:
    assert preparation.normalised is not None  # noqa: S101 - it was planned
    kind = preparation.normalised.kind
    submission = Submission(
        round=survey_import.round,
        questionnaire=preparation.questionnaire,
        kind=kind,
        respondent=submitted.respondent,
        tool=preparation.export.tool.value,
        submission_id=submitted.submission_id,
        content_hash=submitted.content_hash,
        submitted_at=submitted.submitted_at,
        time_zone=submitted.time_zone,
        language=submitted.language,
        status=submitted.status,
        row=submitted.row,
        answers=submitted.answers,
        unanswered=submitted.unanswered,
        survey_import=survey_import,
        sheet=submitted.sheet[:120],
        row_number=submitted.row_number,
    )
    if submitted.subject:
        try:
            pk = keys.pk(_RESPONDENTS[kind], submitted.subject)
        except UnknownRecord:
            raise ChangedSincePreview from None
        setattr(submission, f"{kind}_id", pk)
    return submission


def _has_person(submitted: Submitted) -> bool:
    return bool(submitted.personal or submitted.person_name or submitted.person_email)


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
