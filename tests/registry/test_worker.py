"""The worker: what is due, what fails, one at a time, and killed at any moment."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from datetime import time as time_of_day

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from iscm_registry.models import ChoreRecord, Worker
from iscm_registry.working.chores import (
    CHORES,
    Chore,
    DatabaseIsAway,
    Schedule,
)
from iscm_registry.working.lease import GONE_AFTER, Lease
from profiles.models import Notice
from tests.serving import environment_of, run_python

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.get_default_timezone())


class Counted:
    """A chore that counts how often it was done, and fails when it is told to."""

    def __init__(self, name="publish", **when):
        self.times = 0
        self.error = None
        self.chore = Chore(name, "Publish what is due", self, **when)

    def __call__(self):
        self.times += 1
        if self.error:
            raise self.error


@pytest.mark.django_db
def test_chore_is_done_again_when_its_seconds_are_over():
    counted = Counted(every=20)
    schedule = Schedule((counted.chore,))

    for seconds in (0, 1, 19, 20, 39, 41):
        schedule.work(NOON + timedelta(seconds=seconds))

    assert counted.times == 3


@pytest.mark.django_db
def test_daily_chore_is_done_once_a_day_and_made_up_for_after_a_rest():
    counted = Counted(at=time_of_day(4))
    days = [NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=15, minutes=59)]
    days += [NOON + timedelta(hours=16), NOON + timedelta(days=3)]

    times = []
    for now in days:
        # A new schedule each time: it is remembered beyond the process.
        Schedule((counted.chore,)).work(now)
        times.append(counted.times)

    assert times == [1, 1, 1, 2, 3]


@pytest.mark.django_db
def test_failing_chore_holds_up_no_other_and_is_told_administrators_once(client):
    User.objects.create_superuser("root")
    failing, other = Counted(every=1), Counted("letters", every=1)
    failing.error = ValueError("secret words")
    schedule = Schedule((failing.chore, other.chore))

    for seconds in range(3):
        schedule.work(NOON + timedelta(seconds=seconds))

    assert other.times == 3
    record = ChoreRecord.objects.get(name="publish")
    assert (record.failing_since, record.problem) == (NOON, "ValueError")
    [notice] = Notice.objects.all()
    assert "secret" not in notice.words
    client.force_login(User.objects.get())
    assert "Publish what is due: fails since" in client.get(reverse("admin:index")).text

    failing.error = None
    schedule.work(NOON + timedelta(seconds=3))
    assert ChoreRecord.objects.get(name="publish").failing_since is None


@pytest.mark.django_db
def test_chore_without_a_database_is_done_as_soon_as_it_is_back():
    counted = Counted(at=time_of_day(4))
    counted.error = OperationalError()
    schedule = Schedule((counted.chore,))
    with pytest.raises(DatabaseIsAway):
        schedule.work(NOON)

    counted.error = None
    schedule.work(NOON)

    assert counted.times == 2


@pytest.mark.django_db
def test_one_worker_works_until_it_ends_or_is_long_not_seen():
    first, second = Lease(), Lease()
    assert first.take()
    assert not second.take()

    Worker.objects.update(seen_at=timezone.now() - GONE_AFTER - timedelta(seconds=1))
    assert second.take()
    assert not first.take()

    second.give_up()
    assert first.take()


@pytest.mark.django_db
def test_dashboard_says_when_no_worker_runs(client):
    client.force_login(User.objects.create_superuser("root"))
    page = reverse("admin:index")
    assert "No worker runs." in client.get(page).text

    lease = Lease()
    lease.take()
    assert "No worker runs" not in client.get(page).text

    Worker.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    assert "No worker runs; it was last seen" in client.get(page).text


@pytest.mark.django_db
def test_all_chores_are_done_at_once_when_asked(capsys):
    call_command("work", "--once")

    of_the_day = {chore.name for chore in CHORES if chore.at}
    assert {*ChoreRecord.objects.values_list("name", flat=True)} == of_the_day
    assert Worker.objects.get().holder == ""


SCHEDULED = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from profiles import editions
from profiles.models import Profile
from tests.factories import make_draft
root = User.objects.create_superuser("root")
draft = make_draft()
editions.submit(draft)
editions.schedule(draft, timezone.now() + timedelta(hours=1), by=root)
Profile.objects.update(publish_at=timezone.now() - timedelta(minutes=1))
"""

STATE = """
from iscm_registry.models import Worker
from profiles.models import Profile
holder = Worker.objects.values_list("holder", flat=True).first()
print(Profile.objects.get().state, holder)
"""


PARENT = """
import subprocess, sys, time
command = [sys.executable, "manage.py", "work", "--while-parent"]
print(subprocess.Popen(command).pid, flush=True)
time.sleep(600)
"""


def until(ask, wanted, *, seconds=60):
    """Ask again until the answer is what is wanted; return the last answer."""
    end = time.monotonic() + seconds
    while not wanted(found := ask()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def test_process_publishes_what_is_due_and_ends_with_its_parent(tmp_path, migrate):
    environment = environment_of(
        tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    )
    migrate(environment)
    run_python(environment, SCHEDULED)
    # A parent that starts the worker, says its number, and is killed.
    parent = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            PARENT,
        ],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = int(parent.stdout.readline())
    try:
        found = until(
            lambda: run_python(environment, STATE),
            lambda found: found.startswith("published"),
        )
        assert found.startswith("published")
        assert f"/{worker}/" in found
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.communicate()

    found = until(lambda: is_alive(worker), lambda alive: not alive)
    assert not found
    assert run_python(environment, STATE).split() == ["published"]


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"
