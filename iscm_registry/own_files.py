"""Files that only the registry's own user may read.

Drafts and personal data stand in the SQLite file, in uploads and, until an import is
applied, in what was uploaded. settings.py makes whatever is written anew private; what
is older, or was copied there, is found here.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection

OTHERS = stat.S_IRWXG | stat.S_IRWXO
# In VAR_DIR, besides static files, which are for everybody.
_PRIVATE = ("secret_key", "search", "uploads")


def own_files() -> Iterator[Path]:
    """Give the folder and every file and folder that is private, if it is there."""
    folder = Path(settings.VAR_DIR).resolve()
    # What is directly below the root (/var, /tmp, /srv) is the system's.
    paths = [folder] if len(folder.parts) > 2 else []
    for name in _PRIVATE:
        if not (folder / name).is_symlink():
            paths += [folder / name, *(folder / name).rglob("*")]
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        paths += [
            database.with_name(database.name + end) for end in ("", "-wal", "-shm")
        ]
    return (path for path in paths if path.exists() and not path.is_symlink())


def open_to_others() -> list[Path]:
    return [path for path in own_files() if path.stat().st_mode & OTHERS]


def close_to_others() -> list[Path]:
    """Take from others what they may do with these, and return those that were open.

    Raises PermissionError for what belongs to somebody else.
    """
    paths = open_to_others()
    for path in paths:
        path.chmod(path.stat().st_mode & ~OTHERS)
    return paths


@register(Tags.security, deploy=True)
def check_own_files(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    return [
        Warning(
            f"{path} can be read or changed by other users of this machine.",
            hint="`manage.py serve` mends it when it starts, and so does: "
            f"chmod go-rwx {path}",
            id="iscm_registry.W001",
        )
        for path in open_to_others()
    ]
