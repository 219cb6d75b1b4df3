"""Files that people bring: read apart from the server, within bounds.

`read_apart` runs a parser in a process of its own, whose memory and time are limited
and which knows neither the database nor any secret. Whatever a file does to its
parser, the server gets plain values or a `Refused` that says why.
"""

from profiles.uploads.apart import read_apart
from profiles.uploads.refusals import Reason, Refused

__all__ = ["Reason", "Refused", "read_apart"]
