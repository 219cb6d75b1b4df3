"""The worker: does what nobody waits for, until it is told to end."""

import logging
import os
import signal
import sys
import threading

from django.core.management.base import BaseCommand
from django.db import Error, connections
from django.utils import timezone
from django.utils.translation import gettext as _

from iscm_registry.working.chores import DatabaseIsAway, Schedule
from iscm_registry.working.lease import SIGN_OF_LIFE, Lease

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two looks at what is due."""

PAUSE_WITHOUT_DATABASE = 5.0


class Command(BaseCommand):
    """Several may run, on several machines: one works, the others wait.

    Whatever it does can be cut off at any moment and is done again: it may be killed.
    """

    help = (
        "Publishes what is due, prepares and applies long imports, sends letters and "
        "removes personal data whose time is over. Runs until it is told to end."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--once", action="store_true", help="do what is due now, and end"
        )
        parser.add_argument(
            "--while-parent",
            action="store_true",
            help="end when the process that started it ends",
        )

    def handle(self, *args, once, while_parent, **options):
        lease, schedule = Lease(), Schedule()
        if once:
            if lease.take():
                schedule.work(timezone.now())
                lease.give_up()
            else:
                self.stdout.write(_("Another worker works already."))
            return
        parent = os.getppid() if while_parent else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
        threading.Thread(target=_keep, args=(lease, parent), daemon=True).start()
        try:
            _work(lease, schedule)
        finally:
            try:
                lease.give_up()
            except Error:
                pass  # It is taken over when it is found not to move.


def _end(number, frame) -> None:
    sys.exit(0)


def _work(lease: Lease, schedule: Schedule) -> None:
    pause = threading.Event()
    while True:
        try:
            if lease.hold():
                schedule.work(timezone.now())
            pause.wait(PAUSE)
        except (DatabaseIsAway, Error) as error:
            logger.error("The worker waits for the database: %s.", type(error).__name__)
            connections.close_all()
            pause.wait(PAUSE_WITHOUT_DATABASE)


def _keep(lease: Lease, parent: int | None) -> None:
    """Say that the worker lives while a chore takes long; end with its parent."""
    pause = threading.Event()
    while not pause.wait(SIGN_OF_LIFE.total_seconds()):
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            lease.take()
        except Error:
            connections.close_all()
