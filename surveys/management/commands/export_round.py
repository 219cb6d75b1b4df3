"""Write the submissions of a round as tables that `import_survey` reads back."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.exporting import (
    CannotExport,
    PlainTables,
    questionnaires_answered,
    write_csv,
    write_xlsx,
)
from surveys.models import Questionnaire, Round

WRITERS = {".xlsx": write_xlsx, ".csv": write_csv}


class Command(BaseCommand):
    """Writes to a temporary file first: after a failure an old file is as it was."""

    help = (
        "Write the current submissions of a round as a plain table: to a .xlsx or .csv "
        "file, or a .xlsx file for each questionnaire into a folder. Who filled them "
        "in is left out. import_survey reads the files back."
    )

    def add_arguments(self, parser):
        parser.add_argument("round", help="such as 2019")
        parser.add_argument(
            "target", type=Path, metavar="FILE|FOLDER", help="ending in .xlsx or .csv"
        )
        parser.add_argument("--questionnaire", help="only this one, such as state-1")

    def handle(self, *args, round, target, questionnaire, **options):
        found = Round.objects.filter(slug=round).first()
        if found is None:
            known = ", ".join(Round.objects.values_list("slug", flat=True)) or "–"
            raise CommandError(
                _("There is no round “%(slug)s”. There are: %(known)s.")
                % {"slug": round, "known": known}
            )
        chosen = self._questionnaires(found, questionnaire)
        if target.suffix in WRITERS:
            if len(chosen) > 1:
                raise CommandError(
                    _(
                        "The round has answers to several questionnaires (%(codes)s): "
                        "name one with --questionnaire, or a folder."
                    )
                    % {"codes": ", ".join(one.code for one in chosen)}
                )
            self._write(found, chosen[0], target)
            return
        if target.suffix and not target.is_dir():
            raise CommandError(
                _("“%(name)s” must end in .xlsx or .csv, or be a folder.")
                % {"name": target.name}
            )
        target.mkdir(parents=True, exist_ok=True)
        for one in chosen:
            self._write(found, one, target / f"{found.slug}-{one.code}.xlsx")

    def _questionnaires(self, round: Round, code: str | None) -> list[Questionnaire]:
        answered = questionnaires_answered(round)
        if not answered:
            raise CommandError(_("The round has no submissions."))
        if not code:
            return answered
        chosen = [one for one in answered if one.code == code]
        if not chosen:
            raise CommandError(
                _("Nobody answered “%(code)s”. Answered: %(known)s.")
                % {"code": code, "known": ", ".join(one.code for one in answered)}
            )
        return chosen

    def _write(self, round: Round, questionnaire: Questionnaire, path: Path) -> None:
        half = path.with_name(f".{path.name}.part")
        try:
            tables = PlainTables(round, questionnaire)
            number = WRITERS[path.suffix](tables, half)
            half.replace(path)
        except CannotExport as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be written: %(reason)s.")
                % {"file": path, "reason": error.strerror}
            ) from None
        finally:
            half.unlink(missing_ok=True)
        self.stdout.write(
            ngettext(
                "%(file)s: %(count)s submission.",
                "%(file)s: %(count)s submissions.",
                number,
            )
            % {"file": path, "count": number}
        )
