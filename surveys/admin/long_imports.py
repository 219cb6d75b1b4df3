"""Long imports: prepared and applied by the worker, while nobody waits for a page.

    asked ─prepare→ previewed ─(decisions)→ asked again … ─apply→ applied

What there is to do is a row of ImportWork. A worker that is killed leaves the row, and
whatever it had begun is begun again: preparing writes nothing, and applying writes all
in one transaction, after it made sure that the plan is the one that was looked at.
"""

import gzip
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from profiles import notices
from profiles.vocabularies import NoticeKind
from surveys import applying, pipeline, reports
from surveys.admin.preview import Preview
from surveys.mapping import MappingError
from surveys.models import ImportWork, LongPreview, SurveyImport
from surveys.pipeline import Preparation
from surveys.problems import FileRefused, Problem, Severity
from surveys.readers.tables import Export
from surveys.refusals import ChangedSincePreview, ImportRefused
from surveys.vocabularies import ChangeAction, ImportStep

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


class PreviewOfLong(Preview):
    """The preview of a long import, from what its last preparation left.

    It shows numbers, questions and problems; each change stands in the reports.
    """

    def __init__(self, survey_import: SurveyImport, kept: LongPreview):
        self.survey_import = survey_import
        self.kept = kept
        self.decisions = survey_import.decisions
        self.plan = None
        self.mechanisms = []

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
    with transaction.atomic():
        LongPreview.objects.update_or_create(
            survey_import=survey_import,
            defaults={
                "fingerprint": preview.fingerprint,
                "can_be_applied": preview.can_be_applied,
                **written,
            },
        )
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
