"""Publish the editions whose scheduled time has come."""

import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles import editions
from profiles.models import Profile


class Command(BaseCommand):
    """Run it every few minutes, by cron or a systemd timer; running it twice is safe.

    It ends with status 1 when an edition could not be published. That edition
    stays scheduled, so the next run tries again.
    """

    help = "Publish the editions whose scheduled time has come."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="say what is scheduled, and stop"
        )

    def handle(self, *args, dry_run, verbosity, **options):
        if dry_run:
            self._tell_schedule()
            return
        done = editions.publish_due()
        failed = [publication for publication in done if publication.error]
        for publication in done:
            if publication.error is None:
                told = _("%(edition)s: published.") % {"edition": publication.edition}
                self.stdout.write(self.style.SUCCESS(told))
            else:
                self.stderr.write(
                    _("%(edition)s: not published. %(reason)s")
                    % {"edition": publication.edition, "reason": publication.error}
                )
        if not done and verbosity > 1:
            self.stdout.write(_("Nothing is due."))
        if failed:
            raise CommandError(
                ngettext(
                    "%(count)s edition could not be published.",
                    "%(count)s editions could not be published.",
                    len(failed),
                )
                % {"count": len(failed)}
            )

    def _tell_schedule(self) -> None:
        scheduled = Profile.objects.filter(publish_at__isnull=False)
        for edition in scheduled.order_by("publish_at"):
            if at := edition.publish_at:
                told = {"edition": edition, "when": geneva_time(at)}
                self.stdout.write(_("%(edition)s: %(when)s") % told)
        if not scheduled:
            self.stdout.write(_("Nothing is scheduled."))


def geneva_time(at: datetime.datetime) -> str:
    """Say a time as the staff write it: on 1 March 2027 at 09:00 Geneva time."""
    local = timezone.localtime(at)
    return _("on %(day)s at %(time)s Geneva time") % {
        "day": date_format(local, "j F Y"),
        "time": date_format(local, "H:i"),
    }
