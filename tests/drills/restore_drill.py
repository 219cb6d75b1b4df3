"""Loses a registry and restores it from its backup, and compares every public address.

    make restore-drill

On SQLite, and on a PostgreSQL of its own from Debian's package: loads the registry,
reads all addresses of its sitemap, types in what docs/operations.md says on backing up,
wipes the database, types in what it says on restoring, and reads all again. It ends
with status 1 when an address answers anything else than before.
"""

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.drills import packages, postgresql
from tests.drills.programs import end_as_after_an_interrupt
from tests.serving import environment_of, run_python, sqlite_in
from tests.written_commands import type_in

# An edition that was withdrawn has a page too.
LOAD = """
import io
from django.core.management import call_command
from profiles import editions
from profiles.models import Profile
call_command("migrate", verbosity=0)
call_command("load_registry", "fixtures/registry", stdout=io.StringIO())
withdrawn = Profile.objects.published().order_by("mechanism__slug").first()
editions.withdraw(withdrawn, reason="It was published too early.")
"""

READ = """
import hashlib, json, re
from django.test import Client
client = Client()
sitemap = client.get("/sitemap.xml").text
found = {}
for address in ["/sitemap.xml", *re.findall("<loc>https?://[^/]+(.*?)</loc>", sitemap)]:
    answer = client.get(address)
    found[address] = [answer.status_code, hashlib.sha256(answer.content).hexdigest()]
print(json.dumps(found))
"""


def main() -> int:
    options = arguments()
    end_as_after_an_interrupt()
    is_same = True
    for database in options.on:
        with tempfile.TemporaryDirectory(prefix="iscm-drill-") as name:
            folder = Path(name)
            # PostgreSQL goes through to a folder of its own.
            folder.chmod(0o711)
            is_same &= DRILLS[database](folder)
    return 0 if is_same else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make restore-drill")
    parser.add_argument("--on", nargs="+", choices=DRILLS, default=list(DRILLS))
    return parser.parse_args()


def on_sqlite(folder: Path) -> bool:
    var, backup = made(folder, "var", "backup")
    environment = environment_of(var, **sqlite_in(var), BACKUP=str(backup))
    return is_restored("SQLite", environment, environment, lambda: None)


def on_postgresql(folder: Path) -> bool:
    if not packages.postgresql():
        print("PostgreSQL: not installed. Debian: apt install postgresql")
        return False
    var, backup = made(folder, "var", "backup")
    server = postgresql.Server("server", folder, secrets.token_urlsafe(16))
    try:
        server.make()
        lost = environment_of(
            var,
            BACKUP=str(backup),
            DATABASE_URL=server.url(postgresql.NAME),
            RESTORED="restored",
            RESTORED_URL=server.url("restored"),
        )
        return is_restored(
            *("PostgreSQL", lost, {**lost, "DATABASE_URL": lost["RESTORED_URL"]}),
            lambda: server.ask("DROP SCHEMA public CASCADE"),
        )
    finally:
        server.kill()


DRILLS: dict[str, Callable[[Path], bool]] = {
    "SQLite": on_sqlite,
    "PostgreSQL": on_postgresql,
}


def made(folder: Path, *names: str) -> list[Path]:
    folders = [folder / name for name in names]
    for each in folders:
        each.mkdir()
    return folders


def is_restored(
    database: str,
    lost: Mapping[str, str],
    restored: Mapping[str, str],
    wipe: Callable[[], object],
) -> bool:
    """Lose a registry and restore it; say, and print, whether all is as before.

    Takes the environment before and after. `wipe` takes away what is not in VAR_DIR.
    """
    run_python(lost, LOAD)
    before = json.loads(run_python(lost, READ))
    seconds = typed_in(f"Backing up {database}", lost)
    size = sum(file.stat().st_size for file in Path(lost["BACKUP"]).iterdir())
    print(f"{database}: backed up in {seconds:.1f} s, {size / 1e6:.1f} MB", flush=True)

    wipe()
    shutil.rmtree(lost["VAR_DIR"])
    Path(lost["VAR_DIR"]).mkdir()
    seconds = typed_in(f"Restoring {database}", lost)
    seconds += typed_in("After restoring", {**restored, "PERSON": "nobody@example.org"})
    after = json.loads(run_python(restored, READ))

    different = [path for path in before | after if before.get(path) != after.get(path)]
    print(
        f"{database}: wiped, restored in {seconds:.1f} s; of {len(before)} public "
        f"addresses {len(different)} are different",
        *different,
        sep="\n  ",
        flush=True,
    )
    return not different


def typed_in(heading: str, environment: Mapping[str, str]) -> float:
    """Type in what stands below a heading; return the seconds that it took."""
    began = time.monotonic()
    type_in(heading, environment)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
