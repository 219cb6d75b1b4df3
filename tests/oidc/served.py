"""The provider of sign-in, in a process of its own."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import ROOT

CLIENT = {"OIDC_CLIENT_ID": "registry", "OIDC_CLIENT_SECRET": "a secret of two"}
SIGN_IN = "/accounts/oidc/organisation/login/"
CALLBACK = SIGN_IN + "callback/"


@contextmanager
def served_provider(folder: Path) -> Iterator[str]:
    environment = {"FOLDER": str(folder)}
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        fd = listening.fileno()
        port = listening.getsockname()[1]
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--bind", f"fd://{fd}"),
                # Two: the registry asks it while a browser waits at it.
                *("--threads", "2", "--log-level", "warning"),
                "tests.oidc.wsgi:application",
            ],
            cwd=ROOT,
            env=environment,
            pass_fds=[fd],
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def prepare_provider(folder: Path) -> None:
    # Without a port: on this machine, any.
    back_to = f"http://127.0.0.1{CALLBACK}"
    given = (*CLIENT.values(), back_to)
    subprocess.run(
        [sys.executable, "-c", f"from tests.oidc.provider import *; prepare{given!r}"],
        cwd=ROOT,
        env={"FOLDER": str(folder)},
        check=True,
    )
