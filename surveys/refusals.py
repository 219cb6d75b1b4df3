"""The reasons why an import is not applied or undone, worded for who asked for it."""

from collections.abc import Iterable

from django.db import DatabaseError, OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.models import Profile
from surveys.problems import Problem


class ImportRefused(Exception):
    """Raised when an import cannot be applied or undone. Nothing was written."""


class NotWaiting(ImportRefused):
    """Raised when an import to be applied was applied or undone already."""

    def __init__(self, survey_import):
        self.survey_import = survey_import
        super().__init__(
            _("“%(file)s” does not wait to be applied: its state is “%(state)s”.")
            % {
                "file": survey_import.file_name,
                "state": survey_import.get_state_display(),
            }
        )


class NotApplied(ImportRefused):
    """Raised when an import to be undone is not applied."""

    def __init__(self, survey_import):
        self.survey_import = survey_import
        super().__init__(
            _("“%(file)s” cannot be undone: its state is “%(state)s”.")
            % {
                "file": survey_import.file_name,
                "state": survey_import.get_state_display(),
            }
        )


class ChangedSincePreview(ImportRefused):
    """Raised when editions or submissions changed after the plan was made.

    `mechanisms` are the slugs whose editions changed, none if the round has new
    submissions.
    """

    def __init__(self, mechanisms: Iterable[str] = ()):
        self.mechanisms = sorted(mechanisms)
        if self.mechanisms:
            text = _(
                "Somebody changed these mechanisms after the preview was made: "
                "%(mechanisms)s. Look at it again."
            ) % {"mechanisms": ", ".join(_names_of(self.mechanisms))}
        else:
            text = _(
                "Submissions of this round came in after the preview was made. "
                "Look at it again."
            )
        super().__init__(text)


def _names_of(slugs: list[str]) -> list[str]:
    """Return what the latest editions of mechanisms call them."""
    editions = Profile.objects.filter(mechanism__slug__in=slugs).order_by("edition")
    names = {
        edition.mechanism.slug: edition.short_name
        for edition in editions.select_related("mechanism")
    }
    return [names.get(slug, slug) for slug in slugs]


class AlreadyTried(ImportRefused):
    """Raised when a preparation is to be applied that was tried before.

    What was made ready for the first try no longer fits the registry.
    """

    def __init__(self):
        super().__init__(
            _("This was tried already. Prepare the file again, and apply that.")
        )


class ProblemsFound(ImportRefused):
    """Raised when the file of an import has errors, or fits no questionnaire."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(
            ngettext(
                "%(count)s error keeps the import out. Nothing was written.",
                "%(count)s errors keep the import out. Nothing was written.",
                len(problems),
            )
            % {"count": len(problems)}
        )


class CouldNotBeWritten(ImportRefused):
    """Raised when the database failed, as with a full disk. Nothing was written.

    `reason` never quotes rows: texts of respondents must not reach logs.
    """

    def __init__(self, reason: str = ""):
        text = (
            _("The database could not write it: %(reason)s") % {"reason": reason}
            if reason
            else _("The database refuses what the import would write.")
        )
        super().__init__(f"{text} {_('Nothing was written.')}")


def reason_of(error: DatabaseError) -> str:
    """Return the database's message on a failure of its own, "" for other errors.

    Messages of other errors can quote the refused row, and with it a person.
    """
    if not isinstance(error, OperationalError):
        return ""
    return str(error).partition("\n")[0]


class AlreadyPublished(ImportRefused):
    """Raised when `editions` with changes of the import have been published."""

    def __init__(self, editions: list):
        self.editions = editions
        names = ", ".join(str(edition) for edition in editions)
        super().__init__(
            _("It cannot be undone, for this was published since: %(editions)s.")
            % {"editions": names}
        )


class CorrectedSince(ImportRefused):
    """Raised when later imports correct submissions of this one: undo those first."""

    def __init__(self, imports: list):
        self.imports = imports
        names = ", ".join(f"{one} ({one.pk})" for one in imports)
        super().__init__(
            _("Undo these later imports first, which corrected it: %(imports)s.")
            % {"imports": names}
        )
