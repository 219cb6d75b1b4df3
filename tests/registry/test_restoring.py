"""A registry that was lost is there again, by the commands of docs/operations.md."""

import subprocess
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.drills.restore_drill import READ
from tests.serving import environment_of, manage, redis_server, run_python
from tests.surveys.rounds_of_mechanisms import EMAIL, answers, export
from tests.written_commands import type_in

NEW_KEY = "another key for tests only " * 3

BEFORE = """
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, User
from django.test import Client
from tests import factories as make
from tests.surveys import rounds_of_mechanisms as rounds

make.make_profile(make.make_mechanism(slug="puebla"), name="Puebla Process")
rounds.make_published("rcm")
round = rounds.make_world()
waiting = make.make_submission(round)
make.make_personal_details(waiting, name=rounds.PERSON, email=rounds.EMAIL)
clerk = User.objects.create_user("clerk", "clerk@example.org", "secret", is_staff=True)
clerk.groups.add(Group.objects.get(name="data entry"))
TOTP.activate(clerk, "JBSWY3DPEHPK3PXP")
RecoveryCodes.activate(clerk)
client = Client()
client.force_login(clerk)
print(client.cookies["sessionid"].value)
"""

CORRECT = """
import os
from profiles import editions
from profiles.models import Mechanism
from tests.factories import publish
draft = editions.open_draft(Mechanism.objects.get(slug="puebla"))
draft.name = os.environ["NAMED"]
draft.save()
publish(draft)
from django.test import Client
page = Client().get("/mechanisms/puebla/").text
assert os.environ["NAMED"] in page and os.environ["NOT"] not in page
# As a process that is killed: SQLite's log of changes stays beside the database.
os._exit(0)
"""

SIGN_IN = """
import os
from allauth.mfa.totp.internal import auth
from django.test import Client
client = Client()
client.post("/accounts/login/", {"login": "clerk", "password": "secret"})
counter = list(auth.yield_hotp_counters_from_time())[int(os.environ["COUNTER"])]
code = auth.format_hotp_value(auth.hotp_value("JBSWY3DPEHPK3PXP", counter))
try:
    client.post("/accounts/second-factor/authenticate/", {"code": code})
except Exception as error:
    print(type(error).__name__)
print(client.get("/admin/").status_code)
"""

LOOK = """
import os
from django.test import Client
from surveys.models import PersonalDetails
assert "Puebla Process" in Client().get("/mechanisms/puebla/").text
assert "/mechanisms/puebla/" in Client().get("/search/", {"q": "puebla"}).text
client = Client()
client.cookies["sessionid"] = os.environ["SESSION"]
print(client.get("/accounts/sessions/").status_code)
print(*PersonalDetails.objects.values_list("email", flat=True))
"""


def correct(environment: dict[str, str], name: str, *, instead_of: str) -> None:
    run_python(environment | {"NAMED": name, "NOT": instead_of}, CORRECT)


def postgresql(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def redis(tmp_path):
    """Return the address of a page cache that outlives the registry's processes."""
    with redis_server(tmp_path) as address:
        yield address


@pytest.fixture
def restored(tmp_path):
    """Return the environment after restoring; what it needs is taken away again."""
    if connection.vendor == "sqlite":
        yield {}
        return
    name = f"{connection.settings_dict['NAME']}_restored"
    url = environment_of(tmp_path)["DATABASE_URL"]
    elsewhere = urlsplit(url)._replace(path=f"/{name}").geturl()
    yield {"RESTORED": name, "RESTORED_URL": elsewhere}
    postgresql("dropdb", "--if-exists", f"--maintenance-db={url}", name)


@pytest.mark.attack("What was retracted returns after a restore")
@pytest.mark.django_db(transaction=True)
def test_registry_is_there_again_after_a_loss(tmp_path, migrate, restored, redis):
    var, backup = tmp_path / "var", tmp_path / "backup"
    var.mkdir()
    backup.mkdir()
    on = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    environment = environment_of(
        var, BACKUP=str(backup), PERSON=EMAIL, CACHE_URL=redis, **restored
    )
    migrate(environment)
    environment["SESSION"] = run_python(environment, BEFORE).strip()
    assert run_python(environment, LOOK).split() == ["200", EMAIL]
    pages = run_python(environment, READ)
    assert "/mechanisms/puebla/" in pages

    type_in(f"Backing up {on}", environment)
    # What comes after the backup: a page that is kept, and then the loss.
    correct(environment, "Retracted later", instead_of="Puebla")
    if on == "SQLite":
        assert (var / "registry.sqlite3-wal").exists()
        (var / "registry.sqlite3").write_bytes(b"lost")
    type_in(f"Restoring {on}", environment)
    environment["DATABASE_URL"] = environment.get(
        "RESTORED_URL", environment["DATABASE_URL"]
    )

    # All of that time is there, even what has to go.
    assert run_python(environment, LOOK).split() == ["200", EMAIL]
    type_in("After restoring", environment)
    assert run_python(environment, LOOK).split() == ["302"]
    assert run_python(environment, READ) == pages

    # What came after the backup never returns from what was kept.
    correct(environment, "Put right", instead_of="Retracted later")
    (tmp_path / "export.xlsx").write_bytes(export(answers()))
    manage(environment, "import_survey", str(tmp_path / "export.xlsx"), "--round=2019")

    change_the_key(environment)


def change_the_key(environment):
    alone = environment | {"SECRET_KEY": NEW_KEY}
    both = alone | {"SECRET_KEY_FALLBACKS": environment["SECRET_KEY"]}
    assert run_python(alone | {"COUNTER": "1"}, SIGN_IN).split()[-1] == "302"
    assert run_python(both | {"COUNTER": "1"}, SIGN_IN).split() == ["200"]

    said = type_in("Changing SECRET_KEY", both)

    assert said == "2 secrets are encrypted with the present key.\n"
    assert run_python(alone | {"COUNTER": "2"}, SIGN_IN).split() == ["200"]
