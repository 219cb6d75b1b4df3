"""Kills long steps at moments drawn by lot, and looks at what they leave behind.

    python -m benchmarks.kills
    python -m benchmarks.kills --kills 12 --steps import load
    python -m benchmarks.kills --database PostgreSQL

Each kill is of a real process with SIGKILL, on a fresh copy of a registry with open
drafts. Then other processes look: nothing is half done, constraints
hold, editions and their events agree, the revision has moved with what is public, the
search answers; and the same step, run again, ends well.
"""

import argparse
import csv
import hashlib
import io
import json
import multiprocessing
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from benchmarks.servers import DATABASES, ROOT, database_of, enter, environment_of

STEPS = ("import", "publish", "load", "undo", "retract", "index")
ALL_OR_NOTHING = ("import", "load", "undo")
SUBMISSIONS = 40
LOADED_ONCE = (
    "benchmarks.prepare",
    "benchmarks.survey_import",
    "iscm_registry.management.commands.load_registry",
    "iscm_registry.search",
    "iscm_registry.urls",
    "profiles.redacting",
    "surveys.management.commands.import_survey",
    "surveys.management.commands.undo_import",
)
# The registry is set up once, and each step is a fork of that.
processes = multiprocessing.get_context("fork")


# --- The registry that is copied for each kill ------------------------------------


class Copies:
    """The databases and the folder that the steps work on."""

    def __init__(self, folder: Path, url: str):
        self.folder = folder
        self.url = url

    def make_base(self) -> None:
        if self.url:
            self._sql("CREATE DATABASE kills_base")
        self.run("base", "prepare")

    def copy(self) -> None:
        if self.url:
            self._sql("DROP DATABASE IF EXISTS kills WITH (FORCE)")
            self._sql("CREATE DATABASE kills TEMPLATE kills_base")
            return
        for end in ("-wal", "-shm"):
            Path(self.folder, f"kills.sqlite3{end}").unlink(missing_ok=True)
        shutil.copyfile(self._file("base"), self._file("copy"))

    def _file(self, which: str) -> str:
        name = {"base": "kills_base", "copy": "kills"}[which]
        return name if self.url else str(self.folder / f"{name}.sqlite3")

    def _sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(statement.encode())

    def start(self, which: str, step: str):
        process = processes.Process(target=take, args=(step, self._file(which)))
        process.start()
        return process

    def run(self, which: str, step: str) -> float:
        """Run a step to its end; return its seconds."""
        began = time.monotonic()
        process = self.start(which, step)
        process.join()
        if process.exitcode:
            raise SystemExit(f"{step} ended with {process.exitcode}")
        return time.monotonic() - began


def main() -> None:
    options = arguments()
    chance = random.Random(options.seed)
    left: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(prefix="iscm-kills-") as folder,
        database_of(options.database) as variables,
    ):
        set_up(environment_of(Path(folder), **variables))
        copies = Copies(Path(folder), variables.get("DATABASE_URL", ""))
        copies.make_base()
        seconds = {}
        for step in options.steps:
            copies.copy()
            seconds[step] = copies.run("copy", step)
            looked_at(copies, step, is_done=True)
        for number in range(options.kills):
            step = options.steps[number % len(options.steps)]
            moment = killed(copies, step, seconds[step], chance)
            found = looked_at(copies, step)
            copies.run("copy", step)
            looked_at(copies, step, is_done=True)
            left[f"{step}: {found}"] += 1
            print(
                f"{number + 1}: {step} killed after {moment:.2f} of "
                f"{seconds[step]:.2f} s: {found}",
                flush=True,
            )
    print("\nAll were consistent, and done when run again:")
    for what, times in sorted(left.items()):
        print(f"{times:4} {what}")


def arguments():
    parser = argparse.ArgumentParser(prog="benchmarks.kills")
    parser.add_argument("--kills", type=int, default=54)
    parser.add_argument("--database", default="SQLite", choices=DATABASES)
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--seed", type=int, default=None)
    return parser.parse_args()


def set_up(environment: Mapping[str, str]) -> None:
    """Load the registry's code, and no database yet."""
    enter(environment)
    import django

    django.setup()
    for module in LOADED_ONCE:
        import_module(module)


def take(step: str, database: str) -> None:
    from django.db import connection

    connection.settings_dict["NAME"] = database
    {
        "prepare": prepare,
        "import": import_again,
        "publish": publish,
        "load": load,
        "undo": undo,
        "retract": retract,
        "index": index,
        "look": look,
        "ask the search": ask_the_search,
    }[step]()


def killed(copies: Copies, step: str, seconds: float, chance) -> float:
    """Kill a step somewhere between its begin and its end; return where."""
    while True:
        copies.copy()
        moment = chance.uniform(0, seconds)
        process = copies.start("copy", step)
        process.join(timeout=moment)
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            return moment


def looked_at(copies: Copies, step: str, is_done: bool = False) -> str:
    """Return whether all is as before, between or done; end if something is wrong."""
    copies.run("copy", "look")
    if step == "index":
        copies.run("copy", "ask the search")
    said = json.loads((copies.folder / "found.json").read_text())
    base = json.loads((copies.folder / "base.json").read_text())
    if said["wrong"]:
        raise SystemExit(f"After {step}: {said['wrong']}")
    is_as_before = said["rows"] == base["rows"]
    if said["public"] != base["public"] and said["revision"] == base["revision"]:
        raise SystemExit(f"After {step}: the revision did not move.")
    if said["done"].get(step, True):
        return "done"
    if is_done or (step in ALL_OR_NOTHING and not is_as_before):
        raise SystemExit(f"After {step}: it is half done. {said['done']}")
    return "as before" if is_as_before else "between two records"


# --- The steps, each in a process of its own -------------------------------------


def prepare() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.prepare import load_afresh
    from benchmarks.survey_import import make
    from iscm_registry.search import build_index

    load_afresh()
    for kind in ("agreeing", "by-lot"):
        make(f"{settings.VAR_DIR}/{kind}.xlsx", str(SUBMISSIONS), "60", kind)
    _import("agreeing")
    build_index()
    folder = settings.VAR_DIR / "registry"
    shutil.copytree(ROOT / "fixtures/registry", folder)
    table = folder / "organisations.csv"
    with table.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    with table.open("w", encoding="utf-8", newline="") as lines:
        changed = [[slug, f"New {name}", *rest] for slug, name, *rest in rows]
        csv.writer(lines).writerows([head, *changed])
    call_command("check", stdout=io.StringIO())
    look()
    (settings.VAR_DIR / "found.json").rename(settings.VAR_DIR / "base.json")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _import(kind: str) -> None:
    from django.conf import settings
    from django.core.management import call_command

    call_command(
        "import_survey",
        f"{settings.VAR_DIR}/{kind}.xlsx",
        round="2019",
        allow_open_questions=True,
        stdout=io.StringIO(),
        stderr=io.StringIO(),
    )


def import_again() -> None:
    from surveys.models import SurveyImport

    if SurveyImport.objects.count() < 2:
        _import("by-lot")


def publish() -> None:
    from profiles import editions
    from profiles.models import Profile
    from profiles.vocabularies import EditionState

    for edition in Profile.objects.open().order_by("pk"):
        if edition.state == EditionState.DRAFT:
            editions.submit(edition)
        editions.publish(edition)


def load() -> None:
    from django.conf import settings
    from django.core.management import call_command

    folder = str(settings.VAR_DIR / "registry")
    call_command("load_registry", folder, stdout=io.StringIO())


def undo() -> None:
    from django.core.management import call_command

    from surveys.models import SurveyImport

    done = SurveyImport.objects.get()
    if done.state == "applied":
        call_command("undo_import", str(done.pk), stdout=io.StringIO())


def retract() -> None:
    from profiles import editions, redacting
    from profiles.edition_parts import Part

    withdrawn, *redacted = _to_be_retracted()
    if withdrawn.state == "published":
        editions.withdraw(withdrawn, reason="It was published too early.")
    for edition in redacted:
        if edition.objective:
            part = Part("profiles.profile", "", "objective")
            redacting.redact(edition, part, reason="It is wrong.")


def _to_be_retracted() -> list:
    """Return a part of the editions of the files: always the same ones."""
    from profiles.models import Profile

    return list(Profile.objects.filter(edition=1).order_by("pk")[:20])


def index() -> None:
    from iscm_registry import revision
    from iscm_registry.search import build_index

    revision.advance()
    build_index()


def look() -> None:
    from django.conf import settings

    (settings.VAR_DIR / "found.json").write_text(json.dumps(_found()))


def ask_the_search() -> None:
    from iscm_registry import search

    search.build_index()
    if not search.find("migration").hits:
        raise SystemExit("The search finds nothing.")


def _found() -> dict:
    from iscm_registry import revision
    from partnerships.models import Organisation
    from profiles.models import Profile
    from surveys.models import Submission, SurveyImport

    withdrawn, *redacted = _to_be_retracted()
    imports = list(SurveyImport.objects.order_by("pk"))
    return {
        "wrong": [*_broken_constraints(), *_wrong_editions()],
        "rows": _digest(),
        "public": sorted(
            [str(pk), state, objective]
            for pk, state, objective in Profile.objects.filter(
                state__in=["published", "superseded", "withdrawn"]
            ).values_list("pk", "state", "objective")
        )
        + sorted(Organisation.objects.values_list("name", flat=True)),
        "revision": revision.current(),
        "done": {
            "import": len(imports) == 2
            and Submission.objects.filter(survey_import=imports[1]).count()
            == SUBMISSIONS,
            "undo": imports[0].state == "undone" and not Submission.objects.exists(),
            "publish": not Profile.objects.open().exists(),
            "load": not Organisation.objects.exclude(name__startswith="New ").exists(),
            "retract": withdrawn.state == "withdrawn"
            and not any(edition.objective for edition in redacted),
        },
    }


def _broken_constraints() -> list[str]:
    from django.db import connection

    connection.check_constraints()
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return [line for (line,) in cursor.fetchall() if line != "ok"]


def _wrong_editions() -> list[str]:
    """Name editions whose last event, or whose company, says something else."""
    from profiles.models import Mechanism, Profile, Redaction

    after = {
        "open": "draft",
        "submit": "in_review",
        "publish": "published",
        "supersede": "superseded",
        "withdraw": "withdrawn",
    }
    wrong = []
    for mechanism in Mechanism.objects.all():
        there = mechanism.editions.all()
        if len(there.open()) > 1 or len(there.published()) > 1:
            wrong.append(f"{mechanism.slug}: two editions at once")
    for edition in Profile.objects.all():
        last = edition.events.filter(action__in=after).order_by("-pk").first()
        if last and after[last.action] != edition.state:
            wrong.append(f"{edition}: {last.action}, yet {edition.state}")
    for redaction in Redaction.objects.select_related("profile"):
        if redaction.profile.objective:
            wrong.append(f"{redaction.profile}: redacted, and still there")
    return wrong


def _digest() -> str:
    """Return what stands for every row of every table but those of derived things."""
    from django.apps import apps

    digest = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.label == "iscm_registry.Revision":
            continue
        for row in model._base_manager.order_by("pk").values_list():
            digest.update(repr(row).encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
