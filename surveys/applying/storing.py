"""Keeps the submissions of a file, and apart from them who filled them in.

They are inserted as rows, not as records: making and saving ten thousand records took
as long as reading and understanding the file.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from partnerships.models import Organisation
from profiles.models import Mechanism, State
from surveys.applying.inserting import insert_rows
from surveys.applying.records import Keys, UnknownRecord
from surveys.models import PersonalDetails, Submission, SurveyImport
from surveys.pipeline import Preparation
from surveys.refusals import ChangedSincePreview
from surveys.statements import Normalised, Plan, Submitted
from surveys.vocabularies import RespondentKind

_BATCH = 500
_RESPONDENTS: dict[str, Any] = {
    RespondentKind.MECHANISM: Mechanism,
    RespondentKind.STATE: State,
    RespondentKind.ORGANISATION: Organisation,
}
# What JSONField writes, by an encoder that is made once.
_json = json.JSONEncoder().encode


def store(
    survey_import: SurveyImport, preparation: Preparation, keys: Keys
) -> dict[int, Submission]:
    """Store new and corrected submissions.

    Returns by their index those that planned changes come from, without their
    answers. A corrected one takes the place of the one that it corrects, which stays.
    Raises ChangedSincePreview when the stored ones are not what the plan was made on.
    """
    normalised, plan = preparation.normalised, preparation.plan
    if normalised is None or plan is None:
        return {}
    storing = _Storing(survey_import, preparation, normalised, plan, keys)
    storing.replace_corrected()
    storing.insert()
    return storing.behind_changes()


class _Storing:
    def __init__(
        self,
        survey_import: SurveyImport,
        preparation: Preparation,
        normalised: Normalised,
        plan: Plan,
        keys: Keys,
    ):
        self.survey_import = survey_import
        self.submissions = normalised.submissions
        self.kind = normalised.kind
        self.plan = plan
        self.keys = keys
        self.of_all = {
            "round": survey_import.round_id,
            "questionnaire": preparation.questionnaire and preparation.questionnaire.pk,
            "kind": str(normalised.kind),
            "tool": preparation.export.tool.value,
            "survey_import": survey_import.pk,
            "is_current": True,
        }
        self.current = self._pks(
            Submission.objects.current().filter(
                round=survey_import.round, questionnaire=preparation.questionnaire
            )
        )

    def _pks(self, submissions) -> dict[str, int]:
        return dict(submissions.order_by().values_list("submission_id", "pk"))

    def replace_corrected(self) -> None:
        """Let corrected submissions no longer be current."""
        known = [*self.plan.corrected, *self.plan.unchanged]
        if not all(self.submissions[i].submission_id in self.current for i in known):
            raise ChangedSincePreview
        new = (self.submissions[index].submission_id for index in self.plan.new)
        if not self.current.keys().isdisjoint(new):
            raise ChangedSincePreview
        for indexes in _batches(self.plan.corrected):
            old = [self.current[self.submissions[i].submission_id] for i in indexes]
            Submission.objects.filter(pk__in=old).update(is_current=False)

    def insert(self) -> None:
        added = [
            self.submissions[index] for index in (*self.plan.new, *self.plan.corrected)
        ]
        # Before the first row goes: no query can be asked while PostgreSQL copies.
        respondents = [self._respondent(submitted) for submitted in added]
        insert_rows(Submission, map(self._row, added, respondents))
        self.stored = self._pks(
            Submission.objects.filter(survey_import=self.survey_import)
        )
        insert_rows(PersonalDetails, map(self._person, filter(_has_person, added)))

    def _row(
        self, submitted: Submitted, respondent: dict[str, int | None]
    ) -> dict[str, Any]:
        return {
            **self.of_all,
            **respondent,
            "respondent": submitted.respondent,
            "submission_id": submitted.submission_id,
            "content_hash": submitted.content_hash,
            "submitted_at": _SUBMITTED_AT.get_db_prep_save(
                submitted.submitted_at, connection
            ),
            "time_zone": submitted.time_zone,
            "language": submitted.language,
            "status": str(submitted.status),
            "row": _json(submitted.row),
            "answers": _json(submitted.answers),
            "unanswered": _json(submitted.unanswered),
            "sheet": submitted.sheet[:120],
            "row_number": submitted.row_number,
            "corrects": self.current.get(submitted.submission_id),
        }

    def _respondent(self, submitted: Submitted) -> dict[str, int | None]:
        keys: dict[str, int | None] = dict.fromkeys(map(str, _RESPONDENTS))
        if submitted.subject:
            try:
                keys[str(self.kind)] = self.keys.pk(
                    _RESPONDENTS[self.kind], submitted.subject
                )
            except UnknownRecord:
                raise ChangedSincePreview from None
        return keys

    def _person(self, submitted: Submitted) -> dict[str, Any]:
        return {
            "submission": self.stored[submitted.submission_id],
            "name": submitted.person_name,
            "email": submitted.person_email,
            "cells": _json(submitted.personal),
        }

    def behind_changes(self) -> dict[int, Submission]:
        found = {}
        for change in self.plan.changes():
            statement = change.statement
            if statement is None or statement.submission in found:
                continue
            submitted = self.submissions[statement.submission]
            identifier = submitted.submission_id
            found[statement.submission] = Submission(
                pk=self.stored.get(identifier) or self.current[identifier],
                kind=self.kind,
                submitted_at=submitted.submitted_at,
                **{f"{n}_id": pk for n, pk in self._respondent(submitted).items()},
            )
        return found


_SUBMITTED_AT = Submission._meta.get_field("submitted_at")


def _has_person(submitted: Submitted) -> bool:
    return bool(submitted.personal or submitted.person_name or submitted.person_email)


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
