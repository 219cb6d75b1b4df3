"""Draft a mapping from the headers of a survey export."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from surveys.file_questions import ENCODING
from surveys.mapping.drafting import draft_mapping
from surveys.mapping.reading import definition_of
from surveys.problems import FileRefused
from surveys.readers import read


class Command(BaseCommand):
    """Guesses by likeness; a person finishes what it writes."""

    help = (
        "Draft a mapping: which column of FILE is which question, and which of its "
        "answers which choice. Unsure guesses are marked '# decide:'."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--questionnaire", required=True, help="such as mechanism-1"
        )
        parser.add_argument(
            "--encoding",
            default="",
            help="such as cp1251, for a text that is not UTF-8",
        )
        parser.add_argument("--output", type=Path, help="default: on the screen")

    def handle(self, *args, file, questionnaire, encoding, output, **options):
        definition = definition_of(questionnaire)
        if definition is None:
            text = _("There is no questionnaire “%(code)s”.")
            raise CommandError(text % {"code": questionnaire})
        try:
            export = read(file.read_bytes(), file.name, encoding)
        except OSError as error:
            raise CommandError(str(error)) from None
        except FileRefused as refused:
            raise CommandError(str(refused)) from None
        for problem in export.problems:
            if problem.kind == ENCODING:
                readings = "; ".join(
                    f"{key}: {label}" for key, label in problem.candidates
                )
                raise CommandError(
                    _("%(reason)s Name it with --encoding. %(readings)s")
                    % {"reason": problem.text, "readings": readings}
                )
        text = draft_mapping(export, definition, file.name)
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            with output.open("x", encoding="utf-8") as made:
                made.write(text)
        except FileExistsError:
            # Somebody may have finished it already.
            text = _("%(file)s is there already and is not written over.")
            raise CommandError(text % {"file": output}) from None
        self.stdout.write(_("Written: %(file)s") % {"file": output})
