"""Runs a parser apart from the server: bounded in memory, in time and in its answer.

Reading a file in the server itself has no bound that holds: a thread cannot be
stopped, and memory that a parser took stays with the process. A process of its own
is ended, and all that it took goes with it.
"""

import json
import logging
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from profiles.uploads.plain_values import from_bytes
from profiles.uploads.refusals import Reason, Refused

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
MOST_MEMORY = 1024 * MEGABYTE
"""Of the child: its address space. 10,000 answers to 60 questions take a quarter."""
PROCESSOR_SECONDS = 30
PATIENCE = 90
"""Seconds by the clock, for waiting until it is one's turn and for reading."""
MOST_ANSWERED = 64 * MEGABYTE

_PROJECT = Path(__file__).resolve().parents[2]
_CHILD = Path(__file__).with_name("child.py")
_one_at_a_time = threading.Lock()


def read_apart(parser: str, *contents: bytes, **options: Any) -> Any:
    """Return what a parser makes of files. `parser` names it: `module:function`.

    Its module needs no Django set up. It gets the bytes of each file and the options,
    and gives back what JSON can hold, and dates and times.
    Raises Refused: with the parser's own reason, or because it took too much.
    """
    ends = time.monotonic() + PATIENCE
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise Refused(
            Reason.TOO_LARGE,
            _("The server is reading other files. Try again in a minute."),
        )
    try:
        answer = _ask_child(_request(parser, contents, options), contents, ends)
    finally:
        _one_at_a_time.release()
    return _understood(answer, parser)


def _request(parser: str, contents: tuple[bytes, ...], options: dict) -> bytes:
    asked = {
        "parser": parser,
        "options": options,
        "sizes": [len(content) for content in contents],
        "bytes": MOST_MEMORY,
        "seconds": PROCESSOR_SECONDS,
        "most": MOST_ANSWERED,
        "project": str(_PROJECT),
        "language": get_language() or settings.LANGUAGE_CODE,
        "locale_paths": [str(path) for path in settings.LOCALE_PATHS],
    }
    return json.dumps(asked).encode() + b"\n"


def _ask_child(request: bytes, contents: tuple[bytes, ...], ends: float) -> bytes:
    """Return the answer of a child, b"" when it died or was ended.

    It reads everything before it answers, so that neither waits for the other. It
    gets no variable of the environment: secrets stand there.
    """
    with subprocess.Popen(  # noqa: S603 - our own module
        # Isolated: it looks into no folder but Python's own and the project.
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    ) as child:
        assert child.stdin and child.stdout  # noqa: S101, PT018 - they are pipes
        alarm = threading.Timer(max(ends - time.monotonic(), 0), child.kill)
        alarm.start()
        try:
            with suppress(BrokenPipeError):
                for part in (request, *contents):
                    child.stdin.write(part)
                child.stdin.close()
            answer = child.stdout.read(MOST_ANSWERED + 1)
        finally:
            alarm.cancel()
            child.kill()
            with suppress(BrokenPipeError):
                child.stdin.close()
    return answer if len(answer) <= MOST_ANSWERED else b""


def _understood(answer: bytes, parser: str) -> Any:
    if not answer:
        raise _takes_too_much()
    try:
        told = from_bytes(answer)
    except ValueError:
        # The child died while it answered, or nested its answer too deeply.
        raise _takes_too_much() from None
    if "value" in told:
        return told["value"]
    if "refused" in told:
        reason, text, allowed = told["refused"]
        raise Refused(Reason(reason), text, allowed=allowed)
    if told["failed"] == "memory":
        raise _takes_too_much()
    log.error("%s failed: %s", parser, told["failed"])
    raise Refused(Reason.UNREADABLE_FILE, _("The file is damaged and cannot be read."))


def _takes_too_much() -> Refused:
    return Refused(
        Reason.TOO_LARGE,
        _(
            "Reading this file takes more memory or time than a file may take: at most "
            "%(memory)d MB and %(seconds)d seconds. It was not read."
        )
        % {"memory": MOST_MEMORY // MEGABYTE, "seconds": PROCESSOR_SECONDS},
        allowed=_("A smaller file, as the program that made it first saved it."),
    )
