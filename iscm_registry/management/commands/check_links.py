"""Ask whether the addresses in the registry still answer."""

import sys

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from iscm_registry import links


class Command(BaseCommand):
    """Marks what does not answer; deletes nothing. Safe to stop and to run again."""

    help = (
        "Ask every address of sources, organisations, profiles and documents whether "
        "it still answers, and note it for the staff's dashboard. Those not checked "
        "for longest come first, so a run that ends early is continued by the next."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--timeout", type=float, default=10, help="seconds for one address"
        )
        parser.add_argument(
            "--total", type=float, default=1800, help="seconds for all of them"
        )
        parser.add_argument(
            "--workers", type=int, default=8, help="hosts asked at the same time"
        )
        parser.add_argument(
            "--pause", type=float, default=1, help="seconds between two of one host"
        )
        parser.add_argument("--limit", type=int, help="ask this many at most")
        parser.add_argument(
            "--allow-private",
            action="store_true",
            help="also ask addresses on this machine and in private networks",
        )

    def handle(
        self, *, timeout, total, workers, pause, limit, allow_private, **options
    ):
        urls = links.by_age_of_check(links.uses())[:limit]
        answers = links.ask_all(
            urls,
            timeout=timeout,
            workers=max(workers, 1),
            total=total,
            pause=pause,
            allow_private=allow_private,
        )
        asked = failing = 0
        try:
            # disable=None: a bar only on a terminal.
            for answer in tqdm(
                answers, total=len(urls), disable=None, file=sys.stderr, unit="link"
            ):
                links.write_down(answer)
                asked += 1
                if not answer.is_answering:
                    failing += 1
                    self.stdout.write(f"{answer.url}: {answer.problem}")
        except KeyboardInterrupt:
            self.stderr.write(_("Stopped. What was found until now is kept."))
        self._tell(asked, failing, len(urls) - asked)

    def _tell(self, asked: int, failing: int, left: int) -> None:
        self.stdout.write(
            ngettext(
                "%(count)s address was asked.", "%(count)s addresses were asked.", asked
            )
            % {"count": asked}
        )
        self.stdout.write(
            ngettext("%(count)s does not answer.", "%(count)s do not answer.", failing)
            % {"count": failing}
        )
        if left:
            self.stdout.write(
                ngettext(
                    "%(count)s was not asked: the next run begins with it.",
                    "%(count)s were not asked: the next run begins with them.",
                    left,
                )
                % {"count": left}
            )
