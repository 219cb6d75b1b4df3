"""What is written down of every change: who changed what, when.

Editions hold the history of what is public. The audit log adds the work in
between: each save of a draft or a reference record, field by field.
"""

from typing import Any

from auditlog.middleware import AuditlogMiddleware
from auditlog.registry import auditlog
from django.db.models import Model

from corrections.models import ErrorReport
from iscm_registry.caching import is_public
from iscm_registry.revision import REFERENCE_MODELS
from profiles.models import (
    Comment,
    Fact,
    Mechanism,
    Ownership,
    Profile,
    SourceFile,
    fact_kinds,
)
from surveys.models import (
    BulkEdit,
    Questionnaire,
    Recommendation,
    Round,
    SavedMapping,
    SurveyImport,
    Turnout,
)

_MOVES_BY_ITSELF = ["version", "created_at", "changed_at"]

_ANSWER = ["outcome", "summary", "reason", "answered_at", "answered_by"]

_STEPS_OF_IMPORT = [
    "round",
    "file_name",
    "mapping",
    "state",
    "uploaded_by",
    "applied_by",
    "applied_at",
    "undone_by",
    "undone_at",
]


class AuditMiddleware(AuditlogMiddleware):
    """Knows who is behind a change on staff pages.

    Public pages change nothing, and asking for their reader would make them
    personal, so that no cache could keep them.
    """

    def __call__(self, request):
        return (
            self.get_response(request)
            if is_public(request)
            else super().__call__(request)
        )


def watch_changes() -> None:
    """Put every mechanism, profile, fact and reference record under the log.

    Of surveys and error reports, what staff make; what respondents and readers wrote,
    and who they are, never.
    """
    of_surveys = (Questionnaire, Recommendation, Round, Turnout)
    for record in (Mechanism, *REFERENCE_MODELS, *of_surveys):
        auditlog.register(record, m2m_fields=_many_to_many(record))
    auditlog.register(SavedMapping, include_fields=["name", "text", "is_finished"])
    auditlog.register(SurveyImport, include_fields=_STEPS_OF_IMPORT)
    auditlog.register(BulkEdit)
    auditlog.register(Comment)
    auditlog.register(Ownership)
    auditlog.register(SourceFile)
    auditlog.register(ErrorReport, include_fields=_ANSWER)
    of_editions: list[Any] = [Profile, *fact_kinds()]
    for model in of_editions:
        model.get_additional_data = _edition
        auditlog.register(
            model, exclude_fields=_MOVES_BY_ITSELF, m2m_fields=_many_to_many(model)
        )


def _edition(record: Profile | Fact) -> dict[str, str | int]:
    """Say to which edition a change belongs, so that its changes can be found.

    The version tells one save from the next: what a colleague changed since a form
    was opened is what was logged under later versions.
    """
    profile = record.profile if isinstance(record, Fact) else record
    return {
        "mechanism": profile.mechanism.slug,
        "edition": profile.edition,
        "version": profile.version,
    }


def _many_to_many(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.many_to_many}
