"""Write the questionnaires as XLSForms."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from surveys.models import Questionnaire
from surveys.questionnaires.definitions import FOLDER
from surveys.questionnaires.xlsforms import write_xlsform


class Command(BaseCommand):
    """Writes every version of every questionnaire of the database."""

    help = (
        "Write the questionnaires as XLSForms, for KoboToolbox or ODK, with the "
        "States, themes, mechanisms and organisations that the registry has now."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder", type=Path, nargs="?", default=FOLDER, help="default: %(default)s"
        )

    def handle(self, *args, folder, **options):
        questionnaires = Questionnaire.objects.all()
        if not questionnaires:
            raise CommandError(
                _("There is no questionnaire. First: manage.py load_questionnaires")
            )
        folder.mkdir(parents=True, exist_ok=True)
        for questionnaire in questionnaires:
            path = folder / f"{questionnaire.code}.xlsx"
            write_xlsform(questionnaire, path)
            self.stdout.write(str(path))
