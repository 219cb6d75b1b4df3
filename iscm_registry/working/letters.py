"""Notices as letters: one letter a person, with all that is new for them.

A letter says what happened to what, who did it and where to look. It never holds the
words of a comment or report, which may be about anything and anybody.
"""

import logging
from collections import defaultdict
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.models import Notice
from profiles.vocabularies import LetterPace

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(days=7)
"""What could not be sent for so long stands on the dashboard, and is not sent."""


class LettersFailed(Exception):
    """Raised when the mail server did not take a letter; the next run tries again."""


def send_at_once() -> None:
    """Send what is new to all who want letters at once."""
    without_choice = Q(to__letter_choice=None)
    _send(without_choice | Q(to__letter_choice__pace=LetterPace.AT_ONCE))


def send_digests() -> None:
    """Send what is new and unread to all who want one letter a day."""
    _send(Q(to__letter_choice__pace=LetterPace.DAILY), read_at=None)


def _send(whose: Q, **more: Any) -> None:
    if not settings.EMAIL_HOST:
        return
    waiting = Notice.objects.filter(
        whose,
        sent_at=None,
        made_at__gt=timezone.now() - STALE_AFTER,
        to__is_active=True,
        **more,
    ).exclude(to__email="")
    by_person: dict[Any, list[Notice]] = defaultdict(list)
    for notice in waiting.select_related("to", "by").order_by("made_at", "pk"):
        by_person[notice.to].append(notice)
    failed = 0
    for person, notices in by_person.items():
        try:
            with translation.override("en"):
                _letter(person, notices).send()
        except (SMTPException, OSError) as error:
            # Its text may name the person whom the letter was for.
            logger.error("A letter could not be sent: %s.", type(error).__name__)
            failed += 1
            continue
        # After the letter: killed in between, the worker sends it twice, never not.
        sent = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
        sent.update(sent_at=timezone.now())
    if failed:
        raise LettersFailed


def _letter(person: Any, notices: list[Notice]) -> EmailMessage:
    subject = (
        str(notices[0])
        if len(notices) == 1
        else ngettext("%(count)s notice", "%(count)s notices", len(notices))
        % {"count": len(notices)}
    )
    paragraphs = [_paragraph(notice) for notice in notices]
    paragraphs.append(
        _("How often you get letters is your choice: %(address)s")
        % {"address": f"{settings.PUBLIC_ADDRESS}/admin/profiles/notice/"}
    )
    # A subject is one line: a name with a line break in it would break the letter.
    subject = " ".join(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}".split())
    return EmailMessage(subject, "\n\n".join(paragraphs) + "\n", to=[person.email])


def _paragraph(notice: Notice) -> str:
    when = date_format(timezone.localtime(notice.made_at), "j F Y, H:i")
    who = notice.by.get_username() if notice.by else ""
    happened = ", ".join(filter(None, [when, who]))
    return f"{notice}\n{happened}\n{settings.PUBLIC_ADDRESS}{notice.path}"
