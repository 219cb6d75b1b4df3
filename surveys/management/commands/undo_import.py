"""Take an applied import back."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.applying import ImportRefused, Undone, undo
from surveys.applying.undoing import Kept
from surveys.models import SurveyImport
from surveys.vocabularies import ImportState

USAGE = 2


class Command(BaseCommand):
    """Takes back all values that an import wrote, except those edited since."""

    help = (
        "Take an applied import back as a whole, while nothing of it is published. "
        "What somebody edited since stays, and is named."
    )

    def add_arguments(self, parser):
        parser.add_argument("number", type=int, help="as import_survey says it")

    def handle(self, *args, number, **options):
        survey_import = SurveyImport.objects.filter(pk=number).first()
        if survey_import is None:
            raise CommandError(_no_such_import(number), returncode=USAGE)
        try:
            undone = undo(survey_import)
        except ImportRefused as refused:
            raise CommandError(str(refused)) from None
        self._tell(undone)
        self.stdout.write(self.style.SUCCESS(_("The import is undone.")))

    def _tell(self, undone: Undone) -> None:
        for name in undone.discarded:
            self.stdout.write(
                _("%(mechanism)s: its draft is discarded.") % {"mechanism": name}
            )
        for kept in undone.kept:
            self.stdout.write(kept_line(kept))
        self.stdout.write(
            ngettext(
                "%(count)s change is taken back.",
                "%(count)s changes are taken back.",
                undone.reverted,
            )
            % {"count": undone.reverted}
        )
        self.stdout.write(
            ngettext(
                "%(count)s submission is removed.",
                "%(count)s submissions are removed.",
                undone.submissions,
            )
            % {"count": undone.submissions}
        )


def kept_line(kept: Kept) -> str:
    """Return one line that names a value that stays because somebody edited it."""
    return _("%(edition)s: kept, for it was edited since: %(what)s") % {
        "edition": kept.edition,
        "what": kept.change,
    }


def _no_such_import(number: int) -> str:
    applied = SurveyImport.objects.filter(state=ImportState.APPLIED)
    known = ", ".join(f"{one.pk} ({one.file_name})" for one in applied[:20])
    return _("There is no import %(number)s. Applied are: %(known)s.") % {
        "number": number,
        "known": known or _("none"),
    }
