"""Requests with every part of them as it stands on the line, and their answers.

Django's own test client writes good headers, leaves bad ones out and raises what a
server would answer with 500.
"""

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from django.test import Client

from tests import wsgi

READER = "203.0.113.177"
"""The address that requests come from. Nothing may write it down."""


@dataclass(frozen=True)
class Request:
    """What is sent. Texts are the bytes on the line, read as Latin-1.

    `SCRIPT_NAME` among the headers is what gunicorn takes from one of that name.
    """

    path: str
    method: str = "GET"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def text(self) -> str:
        """Return headers and body, as far as they are text."""
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        return "\n".join([*lines, "", self.body.decode("utf-8", errors="replace")])


def send(request: Request) -> Answer:
    environ = {"REMOTE_ADDR": READER}
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        plain = key in ("CONTENT_TYPE", "CONTENT_LENGTH", "SCRIPT_NAME")
        environ[key if plain else f"HTTP_{key}"] = value
    path = unquote_to_bytes(request.path.encode("latin-1")).decode("latin-1")
    return Answer(
        *wsgi.ask(path, request.query, request.method, request.body, **environ)
    )


def cookies_of(client: Client) -> str:
    """Return the header that a browser with the client's cookies would send."""
    return "; ".join(f"{key}={one.value}" for key, one in client.cookies.items())
