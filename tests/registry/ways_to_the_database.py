"""Ways to the test's database that can be cut, stopped and mended."""

import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection


class Line:
    """A wire to PostgreSQL that can be cut, stopped and mended."""

    def __init__(self, host: str, port: int):
        self.target = (host, port)
        self.is_cut = False
        self.flows = threading.Event()
        self.flows.set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self.is_cut = True
        for end in self.ends:
            _hang_up(end)

    def stop(self):
        """Take everything and pass nothing on, as a server does whose process hangs."""
        self.flows.clear()

    def mend(self):
        self.is_cut = False
        self.flows.set()

    def close(self):
        self.cut()
        self.flows.set()
        _hang_up(self.listening)

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _address = self.listening.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection(self.target)
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(
                        target=self._pass_on, args=(one, other), daemon=True
                    ).start()

    def _pass_on(self, one: socket.socket, other: socket.socket):
        with suppress(OSError):
            while passed := one.recv(65536):
                self.flows.wait()
                other.sendall(passed)
        _hang_up(other)


def _hang_up(end: socket.socket):
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


class File:
    """An SQLite file that can be taken away and put back."""

    def __init__(self, path: Path):
        self.path = path

    def cut(self):
        self.path.rename(self.path.with_name("away"))
        self.path.mkdir()

    def mend(self):
        self.path.rmdir()
        self.path.with_name("away").rename(self.path)

    def close(self):
        pass


@contextmanager
def reached_by(environment):
    """Give the way to the test's database, and the environment that takes it."""
    url = urlsplit(environment["DATABASE_URL"])
    if connection.vendor == "sqlite":
        way = File(Path(url.path[1:]) if url.path[:2] == "//" else Path(url.path))
    else:
        way = Line(url.hostname or "localhost", url.port or 5432)
        netloc = f"{url.username}:{url.password}@127.0.0.1:{way.port}"
        environment = {
            **environment,
            "DATABASE_URL": urlunsplit(url._replace(netloc=netloc)),
        }
    try:
        yield way, environment
    finally:
        way.close()
