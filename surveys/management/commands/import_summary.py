"""Read 'Summary of Findings' sheets into the drafts of their mechanisms."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.editions import EditionError
from profiles.vocabularies import MechanismType
from surveys.problems import FileRefused, Problem, Severity
from surveys.summaries.drafting import (
    NotWritable,
    SheetPreparation,
    fingerprint,
    prepare,
    write,
)
from surveys.summaries.reading import read_sheet


class Command(BaseCommand):
    help = (
        "Read a 'Summary of Findings' sheet (.docx, .odt or .txt) into the draft of "
        "its mechanism: the text of each section, what is not reported, and facts "
        "that the text seems to state, for people to accept or reject. Nothing is "
        "overwritten, nothing is published, and the same file again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mechanism", default="", help="the slug, when the sheet's name is unclear"
        )
        parser.add_argument(
            "--type",
            default="",
            choices=MechanismType.values,
            help="of a mechanism that has no edition yet",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would do; write nothing"
        )

    def handle(
        self, *, file: Path, mechanism: str, type: str, dry_run: bool, **options
    ):
        try:
            content = file.read_bytes()
            sheet = read_sheet(content)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except FileRefused as refused:
            raise CommandError(_line(file, refused.problem)) from refused
        done = prepare(
            sheet, file.name, fingerprint(content), mechanism=mechanism, type=type
        )
        self._tell(file, done)
        if not done.can_be_written:
            raise CommandError(_("Nothing was written."))
        if done.already:
            self.stdout.write(
                _("This file was read before, into edition %(number)s: nothing to do.")
                % {"number": done.already.profile.edition}
            )
        elif dry_run:
            self.stdout.write(_("This was a trial: nothing was written."))
        else:
            self._write(done)

    def _write(self, done: SheetPreparation) -> None:
        try:
            written = write(done)
        except (NotWritable, EditionError) as error:
            raise CommandError(str(error)) from error
        if written is None:
            self.stdout.write(_("This file was read before: nothing to do."))
            return
        self.stdout.write(
            self.style.SUCCESS(
                _("Edition %(number)s of %(mechanism)s is ready to be worked on.")
                % {"number": written.profile.edition, "mechanism": done.mechanism}
            )
        )

    def _tell(self, file: Path, done: SheetPreparation) -> None:
        for problem in done.problems:
            stream = self.stdout
            if problem.severity in (Severity.ERROR, Severity.QUESTION):
                stream = self.stderr
            stream.write(_line(file, problem))
            for key, label in problem.candidates:
                stream.write(f"  --mechanism {key}  ({label})")
        if done.mechanism is None or done.already:
            return
        for plan in done.parts:
            self.stdout.write(f"{plan.part.label}: {plan.action.label}")
        if done.parts:
            self.stdout.write(
                _(
                    "Texts stand in the sheet's words: put them into the registry's "
                    "own before they are published."
                )
            )
        self.stdout.write(
            ngettext(
                "%(count)s suggestion",
                "%(count)s suggestions",
                len(done.suggestions),
            )
            % {"count": len(done.suggestions)}
        )
        for found in done.suggestions:
            self.stdout.write(f"  {found.label}")
            self.stdout.write(f"    “{found.sentence}”")


def _line(file: Path, problem: Problem) -> str:
    """Return a problem in the format of compilers: file, line, sentence."""
    place = f"{file.name}:{problem.row}" if problem.row else file.name
    allowed = f" {problem.allowed}" if problem.allowed else ""
    return f"{place}: {problem.text}{allowed}"
