"""Programs that a drill starts, kills and starts again, each with all its children."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

LONGEST_START = 60.0


class Program:
    """A program with its log, which can be killed and started again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        is_up: Callable[[], bool],
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ):
        self.name = name
        self.command = list(command)
        self.folder = folder
        self.is_up = is_up
        self.environment = dict(environment or os.environ)
        self.user = user
        self.log = log or folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it is of use; raise RuntimeError if it never is."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the drill alone, which then ends all programs.
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )

    def wait(self) -> None:
        wait_until(self.is_up, f"{self.name} to come up", self._why_not)

    def kill(self) -> None:
        """End the program and its children as a machine does that loses power."""
        if self._process is None:
            return
        kill_with_children(self._process, self.name)
        self._process = None

    def _why_not(self) -> str:
        """Return the end of the log once the program has ended, else nothing."""
        if self._process is None or self._process.poll() is None:
            return ""
        return self.end_of_log()

    def end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-60:])


def run(command: Sequence[str], what: str, **settings: Any) -> str:
    """Run a program to its end and return what it wrote.

    Raises RuntimeError with its complaints if it fails.

    However the waiting ends, nothing of the program is left: what it has started would
    go on to write.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings
    ) as process:
        try:
            written, complaints = process.communicate()
        except BaseException:
            kill_with_children(process, what)
            raise
    if process.returncode:
        raise RuntimeError(f"{what} failed:\n{complaints}")
    return written


def kill_with_children(process: subprocess.Popen, name: str) -> None:
    """Kill a program with all that it has started, and wait until they are gone."""
    family: list[int] = []
    # Who is stopped starts nobody else; who was started meanwhile is found next time.
    while found := {process.pid, *descendants(process.pid)} - {*family}:
        family += found
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(map(_lives, family)), f"the end of {name}")


def wait_until(
    happens: Callable[[], bool],
    what: str,
    why_not: Callable[[], str] = lambda: "",
    *,
    seconds: float = LONGEST_START,
) -> float:
    """Wait for a condition; return the seconds that it took.

    Raises RuntimeError at the end of the time, or as soon as `why_not` has a reason.
    """
    began = time.monotonic()
    while not happens():
        if reason := why_not():
            raise RuntimeError(f"Waited in vain for {what}:\n{reason}")
        if time.monotonic() - began > seconds:
            raise RuntimeError(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.05)
    return time.monotonic() - began


def descendants(pid: int) -> list[int]:
    """Return the children of a process, theirs, and so on.

    Not its process group: PostgreSQL's processes each have a group of their own.
    """
    parents = dict(_parents())
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, its in parents.items() if its == parent]
        found += children
        waiting += children
    return found


def _parents():
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name stands in brackets, and may hold any.
            state_and_parent = stat.read_text().rpartition(")")[2].split()
            yield int(stat.parent.name), int(state_and_parent[1])


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def end_as_after_an_interrupt() -> None:
    """Have the process end by an exception, so that what it started is ended too."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, leave)
    # Who starts it in the background leaves Ctrl-C's signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def free_port() -> int:
    """Return a port that nobody listens at, and as a rule one that the kernel gives to
    nobody.

    A program that was killed must get the same port again, while readers open
    connections by the hundred, each at a port of the kernel's choice.
    """
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, lowest) if lowest > 11_000 else 0
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as free:
            return free.getsockname()[1]


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
