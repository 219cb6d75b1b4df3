"""Readers of survey exports, one file per tool.

`read(content, name)` takes the bytes of a file, recognises by its content which tool
wrote it, and returns an `Export`; it raises FileRefused with a reason that its owner
understands. The name only appears in messages.
"""

from django.utils.translation import gettext as _

from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.readers.grids import Source
from surveys.readers.recognising import recognise
from surveys.readers.tables import Export
from surveys.reading_apart import read_file

__all__ = ["Export", "FileRefused", "read", "read_source"]


def read(content: bytes, name: str) -> Export:
    """Read a survey export, whichever of the known tools wrote it.

    Raises FileRefused, and nothing else, for any bytes that are no such export.
    """
    plain = read_file("surveys.readers.opening:plain_source", content, name=name)
    return read_source(Source.from_plain(plain))


def read_source(source: Source) -> Export:
    """Read the cells of a file. Raises FileRefused."""
    reader, recognised = recognise(source)
    export: Export = reader.read(source, recognised)
    export.problems += _unread(source, export)
    return export


def _unread(source: Source, export: Export) -> list[Problem]:
    """Note each sheet that was not read, in case one of them holds answers."""
    read_ones = {table.sheet for table in export.tables}
    return [
        Problem(
            Code.UNREAD_SHEET,
            Severity.NOTE,
            _("The sheet “%(sheet)s” is no part of the export and was not read.")
            % {"sheet": grid.sheet},
            sheet=grid.sheet,
        )
        for grid in source.grids
        if grid.sheet not in read_ones
    ]
