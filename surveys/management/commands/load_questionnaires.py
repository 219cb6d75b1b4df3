"""Load the questionnaires from their files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from surveys.models import QuestionnaireInUse
from surveys.questionnaires.definitions import FOLDER, DefinitionError
from surveys.questionnaires.loading import load_questionnaires


class Command(BaseCommand):
    """Checks all files first, then writes all questionnaires that differ, or none."""

    help = (
        "Load the questionnaires from the TOML files of a folder. A version that "
        "has answers is never changed."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder", type=Path, nargs="?", default=FOLDER, help="default: %(default)s"
        )

    def handle(self, *args, folder, **options):
        try:
            counts = load_questionnaires(folder)
        except DefinitionError as error:
            raise CommandError(str(error)) from None
        except QuestionnaireInUse as error:
            raise CommandError(" ".join(error.messages)) from None
        text = _(
            "Questionnaires: %(added)s new, %(changed)s changed, %(same)s the same."
        )
        self.stdout.write(
            text
            % {"added": counts.added, "changed": counts.changed, "same": counts.same}
        )
