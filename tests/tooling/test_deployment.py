"""What deploy/ has for containers and systemd, as far as it can be tried here."""

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from gunicorn.config import Config
from packaging.specifiers import SpecifierSet

from tests.serving import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))

# A version and the distribution below it: never latest, never a number that moves on.
PINNED = re.compile(r"[a-z/-]+:\d+\.\d+(\.\d+)?-[a-z-]+")
SECRET = re.compile(r"KEY|SECRET|PASSWORD|TOKEN")
# ${NAME}, ${NAME:-something} and ${NAME:?why it is needed}; $$ is a dollar.
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each on one line."""
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    whole = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [
        (line.split()[0], line.split(maxsplit=1)[1].strip()) for line in whole if line
    ]


def said(instruction: str) -> list[str]:
    return [rest for name, rest in instructions() if name == instruction]


def copied() -> list[tuple[list[str], str]]:
    """Return what the image is given from the project, and where it is put."""
    from_project = [rest.split() for rest in said("COPY") if "--from" not in rest]
    return [(sources, target) for *sources, target in from_project]


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """The project as it stands in the image."""
    folder = tmp_path_factory.mktemp("image")
    for sources, target in copied():
        for source in sources:
            whole = ROOT / source
            if whole.is_dir():
                shutil.copytree(whole, folder / target)
            else:
                (folder / target).mkdir(exist_ok=True)
                shutil.copy(whole, folder / target)
    return folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "a key for tests only " * 3,
        "VAR_DIR": str(folder),
        **more,
    }


def test_image_is_made_of_a_known_python_and_runs_as_nobody_special():
    bases = [base.split()[0] for base in said("FROM")]
    wanted = re.search(
        r'requires-python = "(.+)"', (ROOT / "pyproject.toml").read_text()
    )
    assert len(bases) == 2
    for base in bases:
        assert PINNED.fullmatch(base), base
        assert base.split(":")[1].split("-")[0] in SpecifierSet(wanted[1])
    names = [name for name, _rest in instructions()]
    assert said("USER") == ["registry"]
    assert names.index("USER") < names.index("CMD")
    assert "ADD" not in names
    assert "ARG" not in names
    for rest in said("ENV"):
        assert not SECRET.search(rest)
    assert "--require-hashes" in said("RUN")[0]


def test_image_has_all_that_the_registry_starts_with(image, tmp_path):
    for command in (
        ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        ["manage.py", "collectstatic", "--noinput", "--dry-run", "--verbosity=0"],
        ["-c", "import django; django.setup(); import iscm_registry.urls"],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=image,
            env=environment(
                tmp_path,
                ALLOWED_HOSTS="registry.example.org",
                DJANGO_SETTINGS_MODULE="iscm_registry.settings",
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    # What is read when a page needs it.
    for needed in ("docs/staff-guide", "fixtures/questionnaires", "public", "LICENSE"):
        assert (image / needed).exists()


def test_what_the_image_starts_is_in_it(image):
    (web,) = said("CMD")
    (check,) = said("HEALTHCHECK")
    for command in (json.loads(web), json.loads(check[check.index("[") :])):
        files = [word for word in command if "/" in word or word.endswith(".py")]
        assert files
        for file in files:
            assert (image / file).is_file()


def test_nothing_but_what_is_copied_reaches_the_builder():
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().split("\n")
    sent = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert sent == {source for sources, _target in copied() for source in sources}
    for name in sent:
        assert (ROOT / name).exists()


@contextmanager
def says(status: int, words: str):
    """Serve an answer to every question, and give the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            known = self.path == "/healthz/" and self.headers["Host"] == "a.example"
            self.send_response(status if known else 400)
            self.end_headers()
            self.wfile.write(words.encode())

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield str(server.server_port)
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "words", "ends_with"),
    [
        (200, "ok", 0),
        (200, "ok; the replica does not answer", 0),
        (503, "The database does not answer.", 1),
        (200, "Welcome to nginx", 1),
    ],
)
def test_health_check_believes_what_the_registry_says(status, words, ends_with):
    with says(status, words) as port:
        done = is_well(port)
    assert done.returncode == ends_with
    assert done.stderr == (f"{words}\n" if ends_with else "")
    # By now nobody answers there.
    gone = is_well(port)
    assert gone.returncode == 1
    assert "Traceback" not in gone.stderr


def is_well(port: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "deploy/is_well.py"],
        cwd=ROOT,
        env={"ALLOWED_HOSTS": "a.example,b.example", "PORT": port},
        capture_output=True,
        text=True,
        check=False,
    )


def known_settings() -> set[str]:
    """Return the names in the environment that the registry and its server read."""
    names: set[str] = set()
    for file in (ROOT / "iscm_registry/settings.py", DEPLOY / "gunicorn.conf.py"):
        names |= set(
            re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)"', file.read_text())
        )
    return names


def test_compose_starts_all_that_the_registry_needs():
    assert {*OURS, "postgres", "redis", "nginx"} == SERVICES.keys()
    for name, service in SERVICES.items():
        assert "healthcheck" in service or name == "web"
        for other in service.get("depends_on", {}):
            assert other in SERVICES
        if name not in OURS:
            assert PINNED.fullmatch(service["image"]), service["image"]
            assert service["healthcheck"]["test"][0] == "CMD"
    mounts = [mount for one in SERVICES.values() for mount in one.get("volumes", [])]
    named = {mount.split(":")[0] for mount in mounts if mount[0] not in "./$"}
    assert named == COMPOSE["volumes"].keys()
    # Only the proxy can be reached from outside.
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["nginx"]


def test_compose_update_ends_requests_and_leads_nginx_to_the_new_address():
    for name in OURS:
        seconds = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
        assert seconds > Config().graceful_timeout
    assert SERVICES["nginx"]["depends_on"]["web"] == {
        "condition": "service_healthy",
        "restart": True,
    }


def test_compose_sets_what_the_settings_know():
    for name in OURS:
        service = SERVICES[name]
        assert service["environment"].keys() <= known_settings()
        assert service["environment"] == SERVICES["web"]["environment"]
        assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).is_file()
        if "command" in service:
            _python, script, command, *_options = service["command"]
            assert (ROOT / script).is_file()
            assert command == "migrate" or list(
                ROOT.glob(f"*/management/commands/{command}.py")
            )


def test_compose_holds_no_secret_and_asks_for_those_it_needs():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert VARIABLE.fullmatch(value)
    address = SERVICES["web"]["environment"]["DATABASE_URL"]
    assert re.search(r"//registry:\$\{POSTGRES_PASSWORD:\?[^}]+\}@postgres:", address)

    operations = (ROOT / "docs/operations.md").read_text()
    text = (DEPLOY / "compose.yaml").read_text()
    needed = {name for name, kind, _why in VARIABLE.findall(text) if kind == "?"}
    assert {"SECRET_KEY", "POSTGRES_PASSWORD", "REGISTRY_HOST"} <= needed
    for name in needed:
        assert f"`{name}`" in operations


def test_nginx_of_compose_gets_the_one_configuration_with_its_own_names(tmp_path):
    shell, option, script = SERVICES["nginx"]["command"]
    made = tmp_path / "default.conf"
    script = script.replace("$$", "$").replace(
        "/srv/nginx.conf", f"{DEPLOY}/nginx.conf"
    )
    script = script.replace("/etc/nginx/conf.d/default.conf", str(made))
    script, _, server = script.partition("exec ")
    subprocess.run(
        [shell, option, script],
        env={"PATH": os.environ["PATH"], "REGISTRY_HOST": "iscm.example.net"},
        check=True,
    )

    assert server.startswith("nginx ")
    text = made.read_text()
    assert text.count("server web:8000;") == 2
    assert text.count("server_name iscm.example.net;") == 2
    assert "127.0.0.1:8000" not in text
    assert "registry.example.org" not in text


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_unit_starts_what_there_is(unit):
    (start,) = re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)
    python, *words = start.split()

    assert python == "/srv/registry/.venv/bin/python"
    files = [word for word in words if "/" in word or word.endswith(".py")]
    assert files
    for file in files:
        assert (ROOT / file).is_file()


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"),
    reason="needs systemd. Debian: apt install systemd",
)
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    for unit in UNITS:
        # Another machine has neither the folder nor the user.
        text = unit.read_text().replace("/srv/registry/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(text.replace("User=registry", "User=root"))

    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.glob("*.service"))],
        capture_output=True,
        text=True,
        check=False,
    )

    own = [line for line in done.stderr.splitlines() if "iscm-" in line]
    assert (done.returncode, own) == (0, [])
