"""Readers of survey exports, one file per tool.

`read(content, name)` takes the bytes of a file, recognises by its content which tool
wrote it, and returns an `Export`; it raises FileRefused with a reason that its owner
understands. The name only appears in messages.
"""

from surveys.problems import FileRefused
from surveys.readers.recognising import open_source, recognise
from surveys.readers.tables import Export

__all__ = ["Export", "FileRefused", "read"]


def read(content: bytes, name: str) -> Export:
    """Read a survey export, whichever of the known tools wrote it.

    Raises FileRefused, and nothing else, for any bytes that are no such export.
    """
    source = open_source(content, name)
    reader, recognised = recognise(source)
    export: Export = reader.read(source, recognised)
    return export
