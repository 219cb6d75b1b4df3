"""What the drills need of Debian's packages."""

import shutil
from pathlib import Path


def postgresql() -> Path | None:
    """Return the folder with the newest server's programs; None: not installed."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    return newest and newest.parent


def missing() -> str:
    """Say how to install what a drill with several machines lacks; "": nothing."""
    lacks = [
        package
        for package, is_there in (
            ("postgresql", postgresql()),
            ("redis-server", shutil.which("redis-server")),
            ("nginx", shutil.which("nginx")),
        )
        if not is_there
    ]
    return f"Debian: apt install {' '.join(lacks)}" if lacks else ""
