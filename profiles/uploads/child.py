"""The process that reads a file: started by `apart`, never imported by the server.

It is told on its first line of standard input, as JSON, how far it may go, which
parser to run and how long the files are that follow. It answers with one value:
`{"value": …}`, `{"refused": …}` or `{"failed": …}`.
"""

import importlib
import json
import resource
import sys
import traceback
from typing import Any

NO_MEMORY = b'{"failed": "memory"}'


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    _limit(asked["bytes"], asked["seconds"])
    try:
        answer = _answer(asked)
    except MemoryError:
        answer = NO_MEMORY
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _limit(bytes_: int, seconds: int) -> None:
    """Bound this process for good: a limit that is lowered cannot be raised again."""
    bounds = {
        resource.RLIMIT_AS: bytes_,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for which, most in bounds.items():
        try:
            resource.setrlimit(which, (most, most))
        except (ValueError, OSError):
            # macOS knows no limit of address space.
            if sys.platform == "linux":
                raise


def _answer(asked: dict[str, Any]) -> bytes:
    contents = [sys.stdin.buffer.read(size) for size in asked["sizes"]]
    sys.path.insert(0, asked["project"])
    _speak(asked["language"], asked["locale_paths"])
    from profiles.uploads.plain_values import as_bytes
    from profiles.uploads.refusals import Refused

    module, _colon, name = asked["parser"].partition(":")
    try:
        parser = getattr(importlib.import_module(module), name)
        answer = as_bytes({"value": parser(*contents, **asked["options"])})
    except Refused as refused:
        said = [refused.reason, refused.text, refused.allowed]
        return as_bytes({"refused": said})
    except MemoryError:
        raise
    except BaseException as error:
        return as_bytes({"failed": _where(error)})
    return answer if len(answer) <= asked["most"] else NO_MEMORY


def _speak(language: str, locale_paths: list[str]) -> None:
    """Let messages come in the language of who waits for them."""
    from django.apps import apps
    from django.conf import settings

    settings.configure(USE_I18N=True, LANGUAGE_CODE=language, LOCALE_PATHS=locale_paths)
    # Translations of apps are looked for, and there are none.
    apps.populate([])


def _where(error: BaseException) -> str:
    """Return what failed and where, without the message: it may quote the file."""
    places = traceback.extract_tb(error.__traceback__)[-3:]
    lines = (f"{place.filename}:{place.lineno}" for place in places)
    return " ".join([type(error).__name__, *lines])


if __name__ == "__main__":
    main()
