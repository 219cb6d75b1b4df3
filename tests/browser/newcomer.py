"""A registry that does not know OCAM yet, and the people who bring it in.

The story of three people (`test_staff_story`) and the pictures of the staff guide
(`screenshots`) both begin here.
"""

import csv
import shutil
from pathlib import Path

from tests.serving import ROOT, environment_of, run_python, sqlite_in

PASSWORD = "only for this registry"
DATA_ENTRY, REVIEWER, ADMINISTRATOR = "ana", "ben", "chloe"
PEOPLE = {
    DATA_ENTRY: "data entry",
    REVIEWER: "reviewer",
    ADMINISTRATOR: "administrator",
}

PREPARE = """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from iscm_registry import search
call_command("migrate", verbosity=0)
call_command("load_registry", {folder!r})
search.build_index()
call_command("collectstatic", interactive=False, verbosity=0)
for name, group in {people!r}.items():
    user = get_user_model().objects.create_user(
        name, f"{{name}}@example.org", {password!r}, is_staff=True,
        first_name=name.title(),
    )
    user.groups.add(Group.objects.get(name=group))
"""


def registry_without(mechanism: str, folder: Path, **settings: str) -> dict[str, str]:
    """Prepare a registry in `folder`; return the environment that serves it."""
    data = folder / "data"
    shutil.copytree(ROOT / "fixtures/registry", data)
    for path in data.glob("*.csv"):
        leave_out(mechanism, path)
    environment = environment_of(
        folder,
        "iscm_registry.settings",
        **sqlite_in(folder),
        **{"DEMO": "1", **settings},
    )
    run_python(
        environment,
        PREPARE.format(folder=str(data), people=PEOPLE, password=PASSWORD),
    )
    return environment


def leave_out(mechanism: str, path: Path) -> None:
    """Drop the lines of one mechanism, and those that name it, from a file."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        columns = list(reader.fieldnames or [])
        kept = [
            row
            for row in reader
            if mechanism not in (row.get("mechanism"), row.get("other"))
        ]
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(kept)
