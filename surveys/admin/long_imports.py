"""Long imports: prepared and applied by the worker, while nobody waits for a page.

    asked ─prepare→ previewed ─(decisions)→ asked again … ─apply→ applied

What there is to do is a row of ImportWork. A worker that is killed leaves the row, and
whatever it had begun is begun again: preparing writes nothing, and applying writes all
in one transaction, after it made sure that the plan is the one that was looked at.
"""

import gzip
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from profiles import notices
from profiles.vocabularies import NoticeKind
from surveys import applying, pipeline, reports
from surveys.admin.filtering import Part
from surveys.admin.preview import (
    MOST_LEFT_SHOWN,
    ORDER,
    Actions,
    MechanismPreview,
    OpenName,
    Preview,
    ShownChange,
)
from surveys.admin.questions import FileQuestion
from surveys.mapping import MappingError
from surveys.models import (
    ImportWork,
    LongPreview,
    LongPreviewPart,
    Questionnaire,
    SurveyImport,
)
from surveys.pipeline import Preparation
from surveys.problems import FileRefused, Problem, Severity
from surveys.readers.tables import Export
from surveys.refusals import ChangedSincePreview, ImportRefused
from surveys.vocabularies import ChangeAction, ImportState, ImportStep

MOST_ROWS_AT_ONCE = 1000
"""Rows that are prepared while somebody waits for the page."""

APPLY = "surveys.change_surveyimport"

_SECONDS_BETWEEN_REPORTS = 1.0

REPORTS = ("html", "csv", "json")


def is_long(export: Export, content: bytes) -> bool:
    """Tell whether a file is the worker's: lines count where rows are not known yet."""
    rows = len(export.responses) or content.count(b"\n")
    return rows > MOST_ROWS_AT_ONCE


def ask(survey_import: SurveyImport, step: ImportStep, by: Any) -> None:
    """Leave work for the worker. Work that waits already is begun anew."""
    ImportWork.objects.update_or_create(
        survey_import=survey_import,
        defaults={"step": step, "asked_by": by, "done": 0, "total": 0, "tries": 0},
    )


def of_worker(survey_import: SurveyImport) -> bool:
    """Tell whether an import is one that the worker prepares and applies."""
    return (
        ImportWork.objects.filter(survey_import=survey_import).exists()
        or LongPreview.objects.filter(survey_import=survey_import).exists()
    )


def note_decisions(kept: LongPreview) -> None:
    """Note that something was decided since: before it is applied, it is prepared."""
    kept.fingerprint = ""
    kept.save(update_fields=["fingerprint"])


def prepare_copies_again(survey_import: SurveyImport, by: Any) -> None:
    """Let the worker look again at waiting files with submissions of an import.

    For an import that is undone or deleted: what it had is new in the other files.
    """
    copies = SurveyImport.objects.filter(
        round=survey_import.round_id,
        state=ImportState.PREPARED,
        long_preview__isnull=False,
        counts__same_as__has_key=str(survey_import.pk),
    )
    for copy in copies:
        ask(copy, ImportStep.PREPARE, by)


PARTS_ON_A_PAGE = 5


class PreviewOfLong(Preview):
    """The preview of a long import, from what its last preparation left."""

    def __init__(
        self, survey_import: SurveyImport, kept: LongPreview, part: Part | None = None
    ):
        self.survey_import = survey_import
        self.kept = kept
        self.part = part or Part()
        self.decisions = survey_import.decisions
        self.plan = None

    @cached_property
    def page_of_changes(self) -> Page:
        asked = self.part
        parts = LongPreviewPart.objects.filter(long_preview=self.kept)
        if asked.mechanism:
            parts = parts.filter(mechanism=asked.mechanism)
        if asked.action:
            parts = parts.filter(action=asked.action)
        return Paginator(parts, PARTS_ON_A_PAGE).get_page(asked.page)

    @cached_property
    def names_of_mechanisms(self) -> list[tuple[str, str]]:
        parts = LongPreviewPart.objects.filter(long_preview=self.kept)
        names = parts.order_by("name", "mechanism").values_list("mechanism", "name")
        return list(names.distinct())

    @cached_property
    def mechanisms(self) -> list[MechanismPreview]:
        return [
            self._of_mechanism([*parts])
            for _mechanism, parts in groupby(
                self.page_of_changes, key=lambda part: part.mechanism
            )
        ]

    def _of_mechanism(self, parts: list[LongPreviewPart]) -> MechanismPreview:
        first = parts[0]
        actions = [
            Actions(ChangeAction(part.action), self._changes_in(part), 0)
            for part in parts
        ]
        return MechanismPreview(
            first.mechanism,
            first.name,
            first.opens_draft,
            reverse("admin:profiles_profile_change", args=[first.base])
            if first.base
            else None,
            [one for one in actions if one.action != ChangeAction.SAME],
            next((one for one in actions if one.action == ChangeAction.SAME), None),
        )

    def _changes_in(self, part: LongPreviewPart) -> list[ShownChange]:
        shown = json.loads(gzip.decompress(part.changes))
        return [
            ShownChange(
                **one
                | {
                    "pairs": [tuple(pair) for pair in one["pairs"]],
                    "is_taken": one["number"] in self.taken,
                }
            )
            for one in shown
        ]

    @cached_property
    def questionnaire(self) -> Questionnaire | None:
        try:
            mapping = pipeline.mapping_of(self.survey_import)
        except MappingError:
            return None
        return pipeline.questionnaire_of(mapping) if mapping else None

    @cached_property
    def open_names(self) -> list[OpenName]:
        """Return what is open still: the worker found what was before decisions."""
        decided = {one.id for one in self.decided_names}
        return [one for one in super().open_names if one.id not in decided]

    @cached_property
    def file_questions(self) -> list[FileQuestion]:
        answered = {one.id for one in self.answered_questions}
        return [one for one in super().file_questions if one.id not in answered]

    @cached_property
    def problems(self) -> list[Problem]:
        return [Problem.from_json(plain) for plain in self.survey_import.problems]

    @property
    def errors(self) -> list[Problem]:
        return [p for p in self.problems if p.severity == Severity.ERROR]

    @property
    def left_out(self) -> list[int]:
        return []

    @property
    def counts(self) -> list[tuple[ChangeAction, int]]:
        counted = self.survey_import.counts
        return [(a, counted[a.value]) for a in ChangeAction if counted.get(a.value)]

    @property
    def number_more(self) -> int:
        """Problems that the reports have and the page has not."""
        counted = self.survey_import.counts
        found = sum(counted.get(f"problems_{s.value}", 0) for s in Severity)
        return max(0, found - len(self.problems))

    @property
    def same(self) -> dict[int, int]:
        counted = self.survey_import.counts.get("same_as", {})
        return {int(pk): number for pk, number in counted.items()}

    @property
    def is_held_back(self) -> bool:
        return bool(self.same) and not self.can_be_applied and not self.errors

    @property
    def can_be_applied(self) -> bool:
        return self.kept.can_be_applied

    @cached_property
    def fingerprint(self) -> str:
        return self.kept.fingerprint


def work_on_next() -> None:
    """Do what was asked for longest, if anything was. For the worker alone."""
    waiting = ImportWork.objects.filter(tries__lt=ImportWork.MOST_TRIES)
    work = waiting.select_related("survey_import__round", "asked_by").first()
    if work is None:
        return
    work.tries += 1
    work.save(update_fields=["tries"])
    try:
        _do(work)
    except FileRefused as refused:
        _end(work, NoticeKind.FAILED, str(refused.problem.text))
    except MappingError as error:
        _end(work, NoticeKind.FAILED, " ".join(error.problems))
    except ChangedSincePreview as changed:
        # What would happen now is made ready to be looked at.
        tell(work, NoticeKind.FAILED, str(changed))
        ask(work.survey_import, ImportStep.PREPARE, work.asked_by)
    except ImportRefused as refused:
        _end(work, NoticeKind.FAILED, str(refused))


def _do(work: ImportWork) -> None:
    survey_import = work.survey_import
    preparation = pipeline.preparation_of(survey_import, progress=_progress_of(work))
    preview = Preview(survey_import, preparation)
    if work.step == ImportStep.APPLY:
        seen = LongPreview.objects.filter(survey_import=survey_import).first()
        if seen is None or seen.fingerprint != preview.fingerprint:
            raise ChangedSincePreview
        if work.asked_by is None or not work.asked_by.has_perm(APPLY):
            _end(work, NoticeKind.FAILED, _("Whoever asked may not apply it any more."))
            return
        # Killed in between, the worker would take an applied import for a failed one.
        with transaction.atomic():
            applying.apply(survey_import, preparation, by=work.asked_by)
            LongPreview.objects.filter(survey_import=survey_import).delete()
            _end(work, NoticeKind.IMPORTED, _("It was applied. Its drafts wait."))
        return
    written = _reports_on(preparation)
    parts = [*_parts_of(preview)]
    with transaction.atomic():
        kept, _made = LongPreview.objects.update_or_create(
            survey_import=survey_import,
            defaults={
                "fingerprint": preview.fingerprint,
                "can_be_applied": preview.can_be_applied,
                **written,
            },
        )
        kept.parts.all().delete()
        for part in parts:
            part.long_preview = kept
        LongPreviewPart.objects.bulk_create(parts, batch_size=50)
        pipeline.write_down(survey_import, preparation)
        survey_import.save(update_fields=["tool", "mapping", "counts", "problems"])
    _end(work, NoticeKind.IMPORTED, _("It can be looked at."))


def _progress_of(work: ImportWork):
    """Return what notes how many rows are done, once a second."""
    last = 0.0

    def note(done: int, total: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= _SECONDS_BETWEEN_REPORTS:
            last = now
            rows = ImportWork.objects.filter(pk=work.pk)
            rows.update(done=done, total=total)

    return note


def _parts_of(preview: Preview) -> Iterator[LongPreviewPart]:
    """Yield the changes in parts; of what is left as it is only the first."""
    position = 0
    for plan in preview.plan.mechanisms if preview.plan else ():
        for action in (*ORDER, ChangeAction.SAME):
            changes = [change for change in plan.changes if change.action == action]
            if action == ChangeAction.SAME:
                changes = changes[:MOST_LEFT_SHOWN]
            for start in range(0, len(changes), LongPreviewPart.MOST_CHANGES):
                some = changes[start : start + LongPreviewPart.MOST_CHANGES]
                shown = [asdict(preview.change(change)) for change in some]
                written = json.dumps(shown, ensure_ascii=False, default=str)
                yield LongPreviewPart(
                    position=position,
                    mechanism=plan.mechanism,
                    name=plan.name[:250],
                    base=plan.base,
                    opens_draft=plan.opens_draft,
                    action=action,
                    changes=gzip.compress(written.encode(), compresslevel=6),
                )
                position += 1


def _reports_on(preparation: Preparation) -> dict[str, bytes]:
    written = {}
    with tempfile.TemporaryDirectory() as folder:
        for suffix in REPORTS:
            path = Path(folder, f"report.{suffix}")
            reports.write_report(preparation, path)
            written[suffix] = gzip.compress(path.read_bytes(), compresslevel=6)
    return written


def _end(work: ImportWork, kind: NoticeKind, words: str) -> None:
    ImportWork.objects.filter(pk=work.pk).delete()
    tell(work, kind, words)


def tell(work: ImportWork, kind: NoticeKind, words: str) -> None:
    """Tell whoever asked what became of it."""
    path = reverse("admin:surveys_surveyimport_change", args=[work.survey_import_id])
    notices.tell([work.asked_by], kind, work.survey_import.file_name, path, words=words)
