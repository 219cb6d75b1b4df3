"""Removing who sent a report: the address, and what texts of reports say of it."""

import re
from collections.abc import Iterable
from typing import Any

from auditlog.models import LogEntry

from corrections.models import ErrorReport, ReportSender
from profiles.folding import fold

_WORDS_OF_SENDERS = ("wrong", "right", "evidence")


def forget_senders(addresses: Iterable[str], *, by: Any = None) -> list[int]:
    """Remove these addresses; return the numbers of the reports that had them."""
    wanted = {fold(address) for address in addresses} - {""}
    senders = ReportSender.objects.iterator()
    return _remove([one for one in senders if fold(one.email) in wanted], by)


def forget_overdue(*, by: Any = None) -> list[int]:
    """Remove the addresses whose time is over; return the numbers of their reports."""
    return _remove(list(ReportSender.objects.overdue()), by)


def _remove(senders: list[ReportSender], by: Any) -> list[int]:
    for sender in senders:
        # The log keeps that an address was removed and when, and never the address.
        LogEntry.objects.log_create(
            sender,
            force_log=True,
            action=LogEntry.Action.DELETE,
            actor=by,
            additional_data={"report": sender.report_id},
        )
    ReportSender.objects.filter(pk__in=[sender.pk for sender in senders]).delete()
    return sorted(sender.report_id for sender in senders)


def clear_words(pattern: re.Pattern[str], instead: str) -> list[int]:
    """Replace what matches in the words of senders; return the reports' numbers.

    The words of staff are public and stay: a person has to look at them.
    """
    found = {}
    for report in ErrorReport.objects.only(*_WORDS_OF_SENDERS).iterator(500):
        words = {name: getattr(report, name) for name in _WORDS_OF_SENDERS}
        cleared = {name: pattern.sub(instead, text) for name, text in words.items()}
        if cleared != words:
            found[report.pk] = cleared
    for pk, cleared in found.items():
        ErrorReport.objects.filter(pk=pk).update(**cleared)
    return sorted(found)
