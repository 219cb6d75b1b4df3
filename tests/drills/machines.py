"""The registry as it runs on several machines, all of them this one."""

import http.client
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import of_this_shell
from tests.drills import postgresql
from tests.drills.programs import (
    Program,
    free_port,
    kill_with_children,
    listens,
    run,
)
from tests.serving import ROOT
from tests.tooling.nginx_in_front import command, configuration, make_certificate

HOST = "registry.example.org"
EDITOR, PASSWORD = "editor", "only for this drill"

# The registry with its real data, and somebody who may publish alone.
PREPARE = """
import io, json, re
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from iscm_registry import search
from profiles.models import Profile
call_command("migrate", verbosity=0)
call_command("load_registry", "fixtures/registry", stdout=io.StringIO())
search.build_index()
User.objects.create_superuser({editor!r}, password={password!r})
sitemap = Client().get("/sitemap.xml", secure=True, headers={{"host": {host!r}}}).text
published = Profile.objects.published().order_by("mechanism__slug")
print(json.dumps([
    list(published.values_list("mechanism__slug", "pk", "edition")),
    re.findall("<loc>https://{host}(.+?)</loc>", sitemap),
]))
"""


class Node(Program):
    """A machine of the registry, with files of its own."""

    def __init__(self, folder: Path, number: int, settings: dict[str, str]):
        name = f"node-{number}"
        self.port = free_port()
        var = folder / f"{name}-var"
        shutil.copytree(folder / "prepared", var)
        program = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
        own = {"VAR_DIR": str(var), "BIND": "127.0.0.1", "PORT": str(self.port)}
        super().__init__(
            name,
            [*program, "iscm_registry.wsgi:application"],
            folder=ROOT,
            log=folder / f"{name}.log",
            is_up=lambda: self.health().startswith("ok"),
            environment=settings | own,
        )

    def health(self) -> str:
        """Return what the node says of itself; "" if it does not answer."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asked.request("GET", "/healthz/", headers={"Host": HOST})
            return asked.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            asked.close()


@dataclass
class Machines:
    """What a drill kills, and what readers and the editor have to know."""

    folder: Path
    port: int
    trusted: ssl.SSLContext
    primary: postgresql.Server
    replica: postgresql.Server
    redis: Program
    nodes: list[Node]
    # The slug of each mechanism, with the key and number of its published edition.
    published: list[tuple[str, int, int]]
    addresses: list[str]


@contextmanager
def machines() -> Iterator[Machines]:
    """Start everything, and end everything, however the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="iscm-drill-"))
    # PostgreSQL goes through to a folder of its own.
    folder.chmod(0o711)
    started: list[Program] = []
    try:
        primary, replica = postgresql.pair(folder)
        started += [primary, replica]
        primary.make()
        replica.copy(primary)
        # What the primary says is stored, can be read at the replica.
        primary.ask("ALTER SYSTEM SET synchronous_standby_names TO '*'")
        primary.ask("ALTER SYSTEM SET synchronous_commit TO remote_apply")
        primary.ask("SELECT pg_reload_conf()")
        redis_port = free_port()
        redis = _redis(folder, redis_port)
        started.append(redis)
        redis.start()
        settings = _settings(primary, replica, f"redis://127.0.0.1:{redis_port}")
        published, addresses = _prepare(folder, settings)
        nodes = [Node(folder, number, settings) for number in (1, 2)]
        started += nodes
        for node in nodes:
            node.launch()
        for node in nodes:
            node.wait()
        door = free_port()
        nginx = _nginx(folder, door, nodes)
        started.append(nginx)
        nginx.start()
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusted.load_verify_locations(folder / "registry.pem")
        yield Machines(
            *(folder, door, trusted, primary, replica, redis, nodes),
            *(published, addresses),
        )
    finally:
        for program in reversed(started):
            program.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _settings(
    primary: postgresql.Server, replica: postgresql.Server, cache: str
) -> dict[str, str]:
    """Return the environment of a node: production's, but for one factor of sign-in."""
    kept = {
        name: value
        for name, value in of_this_shell().items()
        if name not in ("DEBUG", "DEMO", "LOG_LEVEL", "PORT", "BIND")
    }
    user = f"{postgresql.NAME}:{primary.password}"
    ports = f"{primary.port},{replica.port}"
    return kept | {
        "DJANGO_SETTINGS_MODULE": "iscm_registry.settings",
        "SECRET_KEY": "only for a drill on this machine " * 2,
        "ALLOWED_HOSTS": HOST,
        "BEHIND_PROXY": "true",
        "SECOND_FACTOR_REQUIRED": "false",
        "FOUR_EYES": "false",
        "WEB_CONCURRENCY": "1",
        "LOG_LEVEL": "WARNING",
        # Whichever of the two is the primary: after a promotion, the other one.
        "DATABASE_URL": (
            f"postgres://{user}@/{postgresql.NAME}?host=127.0.0.1,127.0.0.1"
            f"&port={ports}&target_session_attrs=read-write"
        ),
        "DATABASE_REPLICA_URL": replica.url(postgresql.NAME),
        "CACHE_URL": cache,
    }


def _prepare(folder: Path, settings: dict[str, str]) -> tuple[list, list[str]]:
    var = folder / "prepared"
    code = PREPARE.format(editor=EDITOR, password=PASSWORD, host=HOST)
    environment = {**settings, "VAR_DIR": str(var), "LOG_LEVEL": "ERROR"}
    # The longest of all steps, and each of the two has work for one processor.
    static = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    with subprocess.Popen(static, cwd=ROOT, env=environment) as collecting:
        try:
            loaded = run(
                [sys.executable, "-c", code], "loading", cwd=ROOT, env=environment
            )
        except BaseException:
            kill_with_children(collecting, "collectstatic")
            raise
    if collecting.returncode:
        raise RuntimeError("The static files could not be collected.")
    published, addresses = json.loads(loaded)
    return [tuple(one) for one in published], addresses


def _redis(folder: Path, port: int) -> Program:
    return Program(
        "redis",
        [
            *("redis-server", "--bind", "127.0.0.1", "--port", str(port)),
            *("--save", "", "--maxmemory", "64mb"),
            *("--maxmemory-policy", "allkeys-lfu"),
        ],
        folder=folder,
        is_up=lambda: listens(port),
    )


def _nginx(folder: Path, door: int, nodes: list[Node]) -> Program:
    make_certificate(folder, HOST)
    addresses = [f"http://127.0.0.1:{node.port}" for node in nodes]
    whole = configuration(folder, *addresses, tls_at=f"127.0.0.1:{door}")
    return Program(
        "nginx", command(folder, whole), folder=folder, is_up=lambda: listens(door)
    )
