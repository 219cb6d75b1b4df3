"""Forget the person who filled a submission in or sent an error report."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections.forgetting import forget_overdue
from surveys.forgetting import Forgotten, SeveralPeople, forget
from surveys.models import Submission


class Command(BaseCommand):
    help = (
        "Remove the name, address and all other personal details of a respondent or "
        "of who sent an error report, and say where a text still names them. With "
        "--overdue, remove the addresses of senders whose time is over. Prints nothing "
        "personal."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "person",
            nargs="?",
            metavar="EMAIL_OR_NAME",
            help="The e-mail address or the name that was given.",
        )
        parser.add_argument(
            "--submission",
            type=int,
            metavar="ID",
            help="The number of a submission in the registry, instead.",
        )
        parser.add_argument(
            "--overdue",
            action="store_true",
            help="Instead: the senders of all reports that are older than "
            "REPORT_SENDERS_KEPT_DAYS. For a daily timer.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done, only."
        )

    def handle(self, *args, person, submission, overdue, dry_run, **options):
        asked = (bool(person and person.strip()), submission is not None, overdue)
        if sum(asked) != 1:
            raise CommandError(
                _(
                    "Name a person or a submission, or give --overdue, one of the "
                    "three: see --help."
                )
            )
        if overdue:
            self._forget_overdue(dry_run)
            return
        numbers = [submission] if submission is not None else []
        if numbers and not Submission.objects.filter(pk=submission).exists():
            raise CommandError(
                _("There is no submission %(number)s.") % {"number": submission}
            )
        try:
            forgotten = forget(person or "", submissions=numbers, dry_run=dry_run)
        except SeveralPeople as several:
            raise CommandError(
                _(
                    "Several people of this name have different addresses. Nothing was "
                    "done. Name an address, or one of these with --submission: "
                    "%(numbers)s."
                )
                % {"numbers": ", ".join(map(str, several.submissions))}
            ) from None
        if dry_run:
            self.stdout.write(_("A dry run: nothing was changed."))
        for line in lines(forgotten):
            self.stdout.write(line)

    def _forget_overdue(self, dry_run: bool) -> None:
        with transaction.atomic():
            forgotten = Forgotten(reports=forget_overdue())
            transaction.set_rollback(dry_run)
        if dry_run:
            self.stdout.write(_("A dry run: nothing was changed."))
        for line in lines(forgotten):
            self.stdout.write(line)


def lines(forgotten: Forgotten):
    """Yield lines on what was removed, which quote nothing of it."""
    if not forgotten.changed:
        yield _("Nothing personal was found to remove.")
    if numbers := forgotten.submissions:
        yield ngettext(
            "Personal details removed of submission %(numbers)s.",
            "Personal details removed of submissions %(numbers)s.",
            len(numbers),
        ) % {"numbers": ", ".join(map(str, numbers))}
    if numbers := forgotten.cleared:
        yield ngettext(
            "Texts cleared in submission %(numbers)s.",
            "Texts cleared in submissions %(numbers)s.",
            len(numbers),
        ) % {"numbers": ", ".join(map(str, numbers))}
    if numbers := forgotten.reports:
        yield ngettext(
            "Address of the sender, or texts, removed of error report %(numbers)s.",
            "Addresses of senders, or texts, removed of error reports %(numbers)s.",
            len(numbers),
        ) % {"numbers": ", ".join(map(str, numbers))}
    for waiting in forgotten.imports:
        yield _("Deleted, for its file has them: the waiting import %(name)s.") % {
            "name": waiting
        }
    if forgotten.remaining:
        yield _("Left as they are, to be looked at:")
    for place in forgotten.remaining:
        where = f" ({place.edition})" if place.edition else ""
        yield f"  {place.record}{where}, {place.field} {place.url}".rstrip()
