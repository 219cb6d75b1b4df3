"""How long PostgreSQL is waited for: with an end, where somebody waits for a page.

A server that hangs keeps its connections, and the network has nothing to complain of:
so who asks has to stop waiting. Commands (imports, loads, migrations) are not cut off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from psycopg.errors import OperationalError, _WaitTimeout

MOMENT = 2
"""Seconds for a question that is answered at once, or by nobody."""

LONGEST_WAIT_FOR_A_LOCK = 20
"""Seconds, as for SQLite's one lock (see settings)."""

_of_server: int | None = None
_of_question: ContextVar[float | None] = ContextVar("patience", default=None)


def serve_pages_within(seconds: int) -> None:
    """Let no statement of this process take longer from now on; 0: no matter."""
    global _of_server
    _of_server = seconds or None


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    token = _of_question.set(seconds)
    try:
        yield
    finally:
        _of_question.reset(token)


class Connection(psycopg.Connection[Any]):
    """Raises OperationalError, and is closed, when the server takes too long."""

    @classmethod
    def connect(cls, conninfo: str = "", **given: Any) -> "Connection":
        """Connect; a server that is well ends by itself what pages do not wait for."""
        made = super().connect(conninfo, **given)
        # What DATABASE_URL asks of the server stays as it is.
        asked = given.get("options") or ""
        if _of_server and "lock_timeout" not in asked:
            made.execute(f"SET lock_timeout = '{LONGEST_WAIT_FOR_A_LOCK}s'")
        if _of_server and "statement_timeout" not in asked:
            made.execute(f"SET statement_timeout = '{_of_server}s'")
        return made

    def execute(self, *asked: Any, **more: Any) -> Any:
        """Ask what is answered at once. Django never does: it has cursors for all else.

        The pool asks so whether a connection is still good, before it is given out.
        """
        with at_most(MOMENT):
            return super().execute(*asked, **more)

    def wait(
        self, gen: Any, interval: float = 0.1, timeout: float | None = None
    ) -> Any:
        longest = timeout or _of_question.get() or (_of_server and _of_server + MOMENT)
        try:
            return super().wait(gen, interval, longest)
        except _WaitTimeout:
            if timeout is not None:
                raise
            # What the server is doing with it is not known: nobody may use it again.
            self.pgconn.finish()
            raise OperationalError(f"no answer after {longest} seconds") from None
