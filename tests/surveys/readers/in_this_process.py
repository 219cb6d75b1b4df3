"""Reading without a process of its own, for tests that read hundreds of files."""

from surveys.readers import read_source
from surveys.readers.opening import open_source
from surveys.readers.tables import Export


def read(content: bytes, name: str) -> Export:
    return read_source(open_source(content, name))
