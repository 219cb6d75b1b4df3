"""Load assessment rounds from their files."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.round_files import RoundFilesError, load_rounds


class Command(BaseCommand):
    """Fills empty fields and overwrites nothing, so that it can be run again."""

    help = (
        "Load assessment rounds from the TOML files of a folder: all or nothing. "
        "What the database already says is left as it is. The questionnaires that "
        "the files name must be there."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=settings.BASE_DIR / "fixtures/rounds",
            help="fixtures/rounds if none is named",
        )

    def handle(self, *args, folder, **options):
        try:
            # A text without a language goes into the column of the current one.
            with translation.override("en"):
                counts = load_rounds(folder)
        except RoundFilesError as error:
            for problem in error.problems:
                self.stderr.write(problem)
            raise CommandError(
                ngettext(
                    "%(count)s problem. Nothing was written.",
                    "%(count)s problems. Nothing was written.",
                    len(error.problems),
                )
                % {"count": len(error.problems)}
            ) from None
        for place in counts.differing:
            self.stdout.write(
                _("%(place)s: the database says something else, and keeps it.")
                % {"place": place}
            )
        self.stdout.write(
            _("%(added)s added, %(filled)s filled in, %(same)s left as they were.")
            % {"added": counts.added, "filled": counts.filled, "same": counts.same}
        )
