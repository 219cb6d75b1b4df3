"""Django's SQLite, for connections that stay open from request to request."""

import os

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Notices that its file was replaced or taken away.

    The file of an open connection can be read for as long as it is open, whatever
    stands at its path by then: a registry that was restored would not be seen.
    """

    def get_new_connection(self, conn_params):
        # Asked before: what is put in its place meanwhile is noticed too.
        self._opened = self._file()
        return super().get_new_connection(conn_params)

    def is_usable(self):
        return super().is_usable() and self._file() == self._opened

    def _file(self) -> tuple[int, int] | None:
        """Return what stands for the file; None where there is none, as in memory."""
        try:
            found = os.stat(self.settings_dict["NAME"])
        except OSError:
            return None
        return found.st_dev, found.st_ino
