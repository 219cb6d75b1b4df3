"""Times the form of the fullest drafts: opened, saved as it is, saved with one change.

    .venv/bin/python -m benchmarks.form

In one process, without a server before it, on a copy of the registry of its own.
"""

# ruff: noqa: E402 - Django must be set up before models can be imported.
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.servers import enter, environment_of

FOLDER = tempfile.TemporaryDirectory(prefix="iscm-form-")
enter(environment_of(Path(FOLDER.name), SECOND_FACTOR_REQUIRED="false"))

import django

django.setup()

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.prepare import prepare
from profiles import editions
from profiles.admin.closed_rows import hidden_inputs
from profiles.admin.facts import FactFormSet
from profiles.admin.three_ways import SHOWN
from profiles.models import Mechanism

FULLEST = ("bali-process", "ocam")
TIMES = 7
MAY_OPEN_IN, MAY_SAVE_IN = 0.5, 1.0


def main() -> None:
    prepare(1)
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    slow = False
    for slug in FULLEST:
        draft = editions.open_draft(Mechanism.objects.get(slug=slug))
        url = reverse("admin:profiles_profile_change", args=[draft.pk])
        page = client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        # The next request empties the list.
        asked = len(queries)
        opening = median(lambda url=url: timed(lambda: client.get(url)))
        saving = median(lambda url=url: time_of_saving(client, url))
        slow |= opening > MAY_OPEN_IN or saving > MAY_SAVE_IN
        print(
            f"{slug}: opens in {opening * 1000:.0f} ms ({asked} queries, "
            f"{len(page.content) // 1000} kB), saves in {saving * 1000:.0f} ms"
        )
    sys.exit("Slower than people may wait." if slow else 0)


def median(measured: Callable[[], float]) -> float:
    return statistics.median(measured() for _ in range(TIMES))


def timed(ask: Callable[[], object]) -> float:
    """Return the processor time: other work on the machine is not the form's."""
    start = time.process_time()
    ask()
    return time.process_time() - start


def time_of_saving(client: Client, url: str) -> float:
    """Change one text and save, as a browser does in which nobody opened a fact."""
    data = sent(client.get(url))
    data["objective_en"] = f"{data.get('objective_en', '')}."
    answers = []
    took = timed(lambda: answers.append(client.post(url, data)))
    if answers[0].status_code != 302:
        sys.exit(f"{url}: not saved, HTTP {answers[0].status_code}")
    return took


def sent(page: Any) -> dict[str, Any]:
    data = {SHOWN: page.context_data["shown"]}
    forms = [page.context_data["adminform"].form]
    for inline in page.context_data["inline_admin_formsets"]:
        rows = inline.formset
        forms.append(rows.management_form)
        if not isinstance(rows, FactFormSet):
            continue
        facts = list(rows.get_queryset())
        for number, fact in enumerate(facts):
            if not rows.shows_inputs_of(fact):
                data |= hidden_inputs(rows.add_prefix(number), fact, fact.position)
        forms += rows.with_inputs()
        numbers = range(len(facts), rows.total_form_count())
        forms += [rows.row(number) for number in numbers]
    for bound in (field for form in forms for field in form):
        value = bound.value()
        # A number is sent, also 0.
        if value is not None and value is not False and value != "":
            data[bound.html_name] = value
    return data


if __name__ == "__main__":
    main()
