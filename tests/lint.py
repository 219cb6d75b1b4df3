"""Runs every check of `make lint`, even after one has failed, and sums up at the end.

With --fix (`make format`) it instead puts files into the style that the checks accept.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import sysconfig
import time
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable, "-m"]
# A program, not a Python package.
DJADE = str(Path(sysconfig.get_path("scripts"), "djade"))
DJANGO_VERSION = "5.2"
# It cannot be started by `python -m`, and its script in .venv/bin breaks when the
# folder is moved.
IMPORT_LINTER = "from importlinter.cli import lint_imports_command as run; run()"


def templates() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html")
    )


def checks() -> dict[str, list[str]]:
    manage = [sys.executable, "manage.py"]
    return {
        "ruff check": [*PYTHON, "ruff", "check", "."],
        "ruff format": [*PYTHON, "ruff", "format", "--check", "."],
        "mypy": [*PYTHON, "mypy"],
        "imports": [sys.executable, "-c", IMPORT_LINTER, "--no-logo"],
        "templates": [
            *(DJADE, "--check", "--target-version", DJANGO_VERSION),
            *templates(),
        ],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "settings": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }


def fixes() -> dict[str, list[str]]:
    return {
        "ruff check": [*PYTHON, "ruff", "check", "--fix", "--quiet", "."],
        "ruff format": [*PYTHON, "ruff", "format", "."],
        "templates": [
            *(DJADE, "--target-version", DJANGO_VERSION),
            *templates(),
        ],
    }


def environment() -> dict[str, str]:
    """The settings of production, whatever the shell that started this has set."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DEBUG", "DEMO", "DATABASE_URL")
    }
    return kept | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "registry.example.org",
    }


def locked(name: str) -> dict[str, Requirement]:
    """The packages that a requirements file pins, with hashes and comments left out."""
    pins = (
        Requirement(line.removesuffix("\\").strip())
        for line in (ROOT / name).read_text().splitlines()
        if re.match(r"[A-Za-z0-9]", line)
    )
    return {canonicalize_name(pin.name): pin for pin in pins}


def pinned_version(pin: Requirement) -> Version:
    (specifier,) = pin.specifier
    return Version(specifier.version)


def requirements_that_disagree() -> list[str]:
    """What requirements*.txt lack or have too much, compared with pyproject.toml.

    Follows the dependencies of the installed packages, so it needs no network, but it
    sees only what applies to this Python and system.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    wanted = {
        "requirements.txt": runtime,
        "requirements-dev.txt": runtime + project["dependency-groups"]["dev"],
    }
    complaints = []
    for name, lines in wanted.items():
        pins = locked(name)
        reached = set()
        waiting = [(Requirement(line), "pyproject.toml") for line in lines]
        seen = set()
        while waiting:
            needed, needed_by = waiting.pop()
            key = canonicalize_name(needed.name)
            if (key, frozenset(needed.extras)) in seen:
                continue
            seen.add((key, frozenset(needed.extras)))
            if key not in pins:
                complaints.append(f"{name}: {key} is missing, {needed_by} asks for it.")
                continue
            version = pinned_version(pins[key])
            if not needed.specifier.contains(version, prereleases=True):
                complaints.append(
                    f"{name}: {key} is {version}, {needed_by} asks for {needed}."
                )
            reached.add(key)
            try:
                requires = metadata.requires(key) or []
            except metadata.PackageNotFoundError:
                complaints.append(f"{name}: {key} {version} is not installed.")
                continue
            for requirement in map(Requirement, requires):
                if not requirement.marker or any(
                    requirement.marker.evaluate({"extra": extra})
                    for extra in ("", *needed.extras)
                ):
                    waiting.append((requirement, key))
        complaints += [
            f"{name}: nothing in pyproject.toml asks for {key}."
            for key, pin in pins.items()
            if key not in reached and (not pin.marker or pin.marker.evaluate())
        ]
    both = locked("requirements-dev.txt")
    complaints += [
        f"requirements-dev.txt: {key} is not the same as in requirements.txt."
        for key, pin in locked("requirements.txt").items()
        if str(both.get(key)) != str(pin)
    ]
    return complaints


def run(name: str, command: list[str]) -> bool:
    print(f"=== {name} ===", flush=True)
    started = time.monotonic()
    succeeded = not subprocess.call(command, cwd=ROOT, env=environment())
    print(f"({time.monotonic() - started:.1f} s)\n", flush=True)
    return succeeded


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--fix"]):
        print(f"usage: {sys.argv[0]} [--fix]", file=sys.stderr)
        return 2
    if arguments:
        fixed = {name: run(name, command) for name, command in fixes().items()}
        return int(not all(fixed.values()))

    results = {name: run(name, command) for name, command in checks().items()}
    print("=== requirements ===")
    complaints = requirements_that_disagree()
    results["requirements"] = not complaints
    if complaints:
        print(*complaints, sep="\n")
        print("Run `make lock` and commit what it writes.")
    print("\n=== Summary ===")
    for name, succeeded in results.items():
        print(f"{name:<14}{'passed' if succeeded else 'failed'}")
    return int(not all(results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
