"""Everything between a fresh clone and a running registry with its worker."""

import errno
import hashlib
import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.crypto import get_random_string

from iscm_registry.listening import why_not_listen
from iscm_registry.own_files import close_to_others
from iscm_registry.search import build_index
from profiles.models import Mechanism
from surveys.models import Round

DEMO_ACCOUNT = "demo"


class Command(BaseCommand):
    help = (
        "Prepares the database, the search index and the static files, as far as "
        "they are not ready, starts the worker and becomes the web server. PORT and "
        "BIND say where it listens; with DEMO=1 the first start makes a staff account."
    )
    # The database may not exist yet, and the deployment checks are `make lint`'s.
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, *args, **options):
        address = os.environ.get("BIND") or "127.0.0.1"
        port = chosen_port()
        if reason := why_not_listen(address):
            raise CommandError(reason)
        if not address.startswith("unix:"):
            refuse_taken_port(address, port)

        self.close_files_to_others()
        self.migrate()
        if not Mechanism.objects.exists():
            self.stdout.write("Loading the registry's data ...")
            # Its progress bar shows; what it added is the whole registry, line by line.
            folder = settings.BASE_DIR / "fixtures/registry"
            call_command("load_registry", str(folder), stdout=io.StringIO())
        if not Round.objects.exists():
            call_command("load_questionnaires", stdout=io.StringIO())
            call_command("load_rounds", stdout=io.StringIO())
        # Also when there is one: it may be of another database, or of older code.
        build_index()
        self.collect_static_files()
        if settings.DEMO:
            self.make_demo_account()
        self.say_where(address, port)
        start_worker()
        become_server(port)

    def close_files_to_others(self):
        """Mend what was made by an older release, or copied there."""
        try:
            closed = close_to_others()
        except PermissionError as error:
            self.stderr.write(
                f"{error.filename} is open to other users of this machine and belongs "
                f"to one of them. As that user: chmod go-rwx {error.filename}"
            )
            return
        for path in closed:
            self.stdout.write(f"Other users of this machine could open {path}: closed.")

    def migrate(self):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)

    def collect_static_files(self):
        """Collect, name by content and compress: seconds, so only after a change."""
        record = settings.VAR_DIR / "static-files.sha256"
        state = state_of_static_files()
        collected = Path(settings.STATIC_ROOT, "staticfiles.json").exists()
        if collected and record.exists() and record.read_text() == state:
            return
        self.stdout.write("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        record.write_text(state)

    def make_demo_account(self):
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        password = get_random_string(16)
        users.create_superuser(DEMO_ACCOUNT, password=password)
        self.stdout.write(
            f"\nStaff account: {DEMO_ACCOUNT}\nPassword:      {password}\n"
            "The password is shown this once and kept nowhere. For another one: "
            f"DEMO=1 .venv/bin/python manage.py changepassword {DEMO_ACCOUNT}"
        )

    def say_where(self, address: str, port: int):
        if address.startswith("unix:"):
            self.stdout.write(f"\nThe registry listens on {address}")
            return
        # A browser cannot go to "every address".
        host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(address, address)  # noqa: S104
        self.stdout.write(
            f"\nRegistry:  http://{host}:{port}/\n"
            f"Admin:     http://{host}:{port}/admin/\n"
            "Ctrl-C stops it.\n"
        )


def chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise CommandError(
        f"PORT is {text!r}; it must be a number from 1 to 65535, "
        "for example: PORT=8001 make run"
    )


def refuse_taken_port(address: str, port: int) -> None:
    """Find out before the long work, not after it, that nobody can listen there."""
    host = address.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As gunicorn does: a connection that is closing does not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(refusal(error, address, port)) from error


def refusal(error: OSError, address: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return (
            f"Port {port} is already in use, perhaps by this registry in another "
            f"window. Stop that program or choose another port: PORT={other} make run"
        )
    if error.errno == errno.EACCES:
        return (
            f"Port {port} may be opened by the administrator only. "
            "Choose one above 1023: PORT=8000 make run"
        )
    return (
        f"Cannot listen on {address}, port {port}: {error.strerror}. BIND must be an "
        "address of this machine, for example 127.0.0.1 or 0.0.0.0 (all of them)."
    )


def static_files() -> Iterator[Path]:
    for finder in get_finders():
        for path, storage in finder.list(ignore_patterns=None):
            yield Path(storage.path(path))


def state_of_static_files() -> str:
    """A digest that changes when a static file is added, removed or edited."""
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for path in sorted(static_files()):
        stat = path.stat()
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def start_worker() -> None:
    """Start the process that does what nobody waits for; it ends with the server."""
    subprocess.Popen(
        [sys.executable, "manage.py", "work", "--while-parent"],
        cwd=settings.BASE_DIR,
    )


def become_server(port: int) -> None:
    connections.close_all()
    sys.stdout.flush()
    os.environ["PORT"] = str(port)
    os.chdir(settings.BASE_DIR)
    # The addresses stand in the last lines; gunicorn's greeting would push them away.
    level = os.environ.get("LOG_LEVEL") or "warning"
    os.execv(  # noqa: S606 - our own interpreter and our own configuration
        sys.executable,
        [
            *(sys.executable, "-m", "gunicorn"),
            *("--config", "deploy/gunicorn.conf.py", "--log-level", level),
            "iscm_registry.wsgi:application",
        ],
    )
