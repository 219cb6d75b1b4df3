"""Keeps the submissions of a file, and apart from them who filled them in."""

from typing import Any

from partnerships.models import Organisation
from profiles.keyed_values import UnknownRecord
from profiles.models import Mechanism, State
from surveys.applying.rows import Rows
from surveys.models import PersonalDetails, Submission, SurveyImport
from surveys.pipeline import Preparation
from surveys.planning.plans import Plan
from surveys.refusals import ChangedSincePreview
from surveys.statements import Submitted
from surveys.vocabularies import RespondentKind

_BATCH = 500
RESPONDENTS: dict[str, Any] = {
    RespondentKind.MECHANISM: Mechanism,
    RespondentKind.STATE: State,
    RespondentKind.ORGANISATION: Organisation,
}


class SubmissionRows:
    """The new and corrected submissions of a plan, made ready to be inserted.

    Raises ChangedSincePreview when the registry no longer has a respondent.
    """

    def __init__(self, preparation: Preparation, plan: Plan):
        self.preparation = preparation
        self.plan = plan
        self.keys = plan.respondents.keys
        self.kind = plan.respondents.normalised.kind
        self.submissions = plan.respondents.normalised.submissions
        self.rows = Rows(
            Submission,
            questionnaire=preparation.questionnaire,
            kind=self.kind,
            tool=preparation.export.tool.value,
        )
        self.people = Rows(PersonalDetails)
        added = [self.submissions[i] for i in (*plan.new, *plan.corrected)]
        self.row_of = {one.submission_id: self._row(one) for one in added}
        self.person_of = {
            one.submission_id: self._person(one) for one in added if _has_person(one)
        }

    def _row(self, submitted: Submitted) -> dict[str, Any]:
        return self.rows.add_values(
            **self._respondent(submitted.subject),
            respondent=submitted.respondent,
            submission_id=submitted.submission_id,
            content_hash=submitted.content_hash,
            submitted_at=submitted.submitted_at,
            time_zone=submitted.time_zone,
            language=submitted.language,
            status=submitted.status,
            row=submitted.row,
            answers=submitted.answers,
            unanswered=submitted.unanswered,
            sheet=submitted.sheet[:120],
            row_number=submitted.row_number,
        )

    def _respondent(self, subject: str) -> dict[str, Any]:
        if not subject:
            return {}
        try:
            return {self.kind: self.keys.pk(RESPONDENTS[self.kind], subject)}
        except UnknownRecord:
            raise ChangedSincePreview from None

    def _person(self, submitted: Submitted) -> dict[str, Any]:
        return self.people.add_values(
            name=submitted.person_name,
            email=submitted.person_email,
            cells=submitted.personal,
        )

    def insert(self, survey_import: SurveyImport) -> dict[int, int]:
        """Store the submissions as those of an import; return all pks, by index.

        A corrected one takes the place of the one that it corrects, which stays.
        Raises ChangedSincePreview when the stored ones are not what the plan was
        made on.
        """
        current = _pks(
            Submission.objects.current().filter(
                round=survey_import.round, questionnaire=self.preparation.questionnaire
            )
        )
        self._replace_corrected(current)
        for identifier, row in self.row_of.items():
            row["round"] = survey_import.round_id
            row["survey_import"] = survey_import.pk
            row["corrects"] = current.get(identifier)
        self.rows.insert()
        stored = _pks(Submission.objects.filter(survey_import=survey_import))
        for identifier, row in self.person_of.items():
            row["submission"] = stored[identifier]
        self.people.insert()
        pks = current | stored
        return {i: pks[one.submission_id] for i, one in enumerate(self.submissions)}

    def _replace_corrected(self, current: dict[str, int]) -> None:
        """Let corrected submissions no longer be current."""
        known = [*self.plan.corrected, *self.plan.unchanged]
        if not all(self.submissions[i].submission_id in current for i in known):
            raise ChangedSincePreview
        new = (self.submissions[index].submission_id for index in self.plan.new)
        if not current.keys().isdisjoint(new):
            raise ChangedSincePreview
        corrected = [
            current[self.submissions[i].submission_id] for i in self.plan.corrected
        ]
        for start in range(0, len(corrected), _BATCH):
            old = corrected[start : start + _BATCH]
            Submission.objects.filter(pk__in=old).update(is_current=False)


def _pks(submissions) -> dict[str, int]:
    return dict(submissions.order_by().values_list("submission_id", "pk"))


def _has_person(submitted: Submitted) -> bool:
    return bool(submitted.personal or submitted.person_name or submitted.person_email)
