"""The application as servers call it: with an environment, below no test client."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from iscm_registry.admission import Admission


@cache
def application() -> Callable:
    # Not that of iscm_registry.wsgi: a test first makes the folders that it wants.
    return Admission(get_wsgi_application())


@contextmanager
def database_of_the_test() -> Iterator[None]:
    """Keep the connection, and with it the transaction that a test runs in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@database_of_the_test()
def ask(
    path: str = "/", query: str = "", method: str = "GET", body: bytes = b"", **environ
) -> tuple[int, dict[str, str], bytes]:
    """Ask as a server does; give status, headers and body as they would be sent."""
    sent: dict = {}

    def start_response(status, headers, exc_info=None):
        sent.update(status=int(status[:3]), headers=dict(headers))

    answer = application()(
        {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **({"CONTENT_LENGTH": str(len(body))} if body else {}),
            **environ,
        },
        start_response,
    )
    try:
        return sent["status"], sent["headers"], b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
