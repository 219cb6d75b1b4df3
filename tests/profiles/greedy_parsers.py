"""Parsers that misbehave, to be run apart."""

import datetime
import os
import sys
import time
from pathlib import Path

from django.utils.translation import gettext as _


def echo(*contents: bytes, word: str):
    return {
        "sizes": [len(content) for content in contents],
        "word": word,
        "cells": [1, 1.5, True, None, "\ud800", datetime.date(2019, 5, 3)],
        "times": [datetime.time(1, 2), datetime.datetime(2019, 5, 3, 1, 2)],  # noqa: DTZ001
    }


def take_memory(content: bytes):
    return len([bytes(10_000_000) for _time in range(1_000)])


def never_end(content: bytes):
    while True:
        pass


def wait(content: bytes):
    time.sleep(3600)


def answer_too_much(content: bytes):
    return "x" * 70_000_000


def die(content: bytes):
    os._exit(1)


def die_in_its_answer(content: bytes):
    sys.stdout.write('{"value": [1, 2')
    sys.stdout.flush()
    os._exit(0)


def fail(content: bytes):
    return {}[content]


def look_around(content: bytes, *, folder: str):
    try:
        wrote = Path(folder, "file").write_text("x") > 0
    except OSError:
        wrote = False
    return {
        "secrets": [name for name in os.environ if name not in ("LC_CTYPE",)],
        "folder": str(Path.cwd()),
        "wrote": wrote,
    }


def speak(content: bytes):
    return _("January")
