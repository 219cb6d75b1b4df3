"""Readers of survey exports, one file per tool.

`read(content, name)` takes the bytes of a file, recognises by its content which tool
wrote it, and returns an `Export`; it raises FileRefused with a reason that its owner
understands. The name only appears in messages.
"""

from types import ModuleType

from django.utils.translation import gettext as _

from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.readers import (
    googleforms,
    kobo,
    limesurvey,
    msforms,
    odk,
    plain,
    qualtrics,
    redcap,
    survey123,
    surveycto,
    surveymonkey,
)
from surveys.readers.apart import keep_apart
from surveys.readers.grids import Source, refusal
from surveys.readers.marks import Recognised
from surveys.readers.moments import BETWEEN_EPOCHS, is_serial, parse_moment
from surveys.readers.states import heed_states
from surveys.readers.tables import Export, Role
from surveys.reading_apart import read_file

__all__ = ["Export", "FileRefused", "read", "read_source"]

READERS: tuple[ModuleType, ...] = (
    kobo,
    odk,
    surveycto,
    survey123,
    redcap,
    limesurvey,
    qualtrics,
    surveymonkey,
    msforms,
    googleforms,
    plain,
)
"""Modules with `recognise(source) -> Recognised | None` and `read(source,
recognised) -> Export`."""


def read(content: bytes, name: str, encoding: str = "") -> Export:
    """Read a survey export, whichever of the known tools wrote it.

    `encoding` is what somebody answered, for a text whose letters leave it open.
    Raises FileRefused, and nothing else, for any bytes that are no such export.
    """
    plain = read_file(
        "surveys.readers.opening:plain_source", content, name=name, encoding=encoding
    )
    return read_source(Source.from_plain(plain))


def read_source(source: Source) -> Export:
    """Read the cells of a file. Raises FileRefused."""
    reader, recognised = _recognise(source)
    export: Export = reader.read(source, recognised)
    if source.counts_from_1904:
        _count_from_1904(export)
    keep_apart(export)
    heed_states(export)
    _tell_unread(source, export)
    return export


def _recognise(source: Source) -> tuple[ModuleType, Recognised]:
    """Return the reader of the likeliest tool. Raises FileRefused if none is likely."""
    best: tuple[ModuleType, Recognised] | None = None
    for reader in READERS:
        found = reader.recognise(source)
        if found and (not best or found.score > best[1].score):
            best = (reader, found)
    if not best:
        raise refusal(
            Code.UNKNOWN_FORMAT,
            _("The file has no row of headings with answers below it."),
            allowed=_("An export as XLSX or CSV."),
        )
    return best


def _count_from_1904(export: Export) -> None:
    """Correct the times of a workbook that were read as numbers of days since 1900."""
    columns = export.main.with_role(Role.SUBMITTED)
    for response in export.responses:
        cells = [response.row.cells[column.position] for column in columns]
        if response.submitted and any(
            is_serial(cell) and parse_moment(cell)[0] == response.submitted
            for cell in cells
        ):
            response.submitted += BETWEEN_EPOCHS


def _tell_unread(source: Source, export: Export) -> None:
    """Tell which sheets were not read: some hold a table, of answers perhaps."""
    read_ones = {table.sheet for table in export.tables}
    for grid in source.grids:
        if grid.sheet in read_ones:
            continue
        rows = sum(len(row) - row.count("") > 1 for row in grid.rows)
        if rows > 1:
            export.unread[grid.sheet] = rows - 1
        else:
            export.problems.append(
                Problem(
                    Code.UNREAD_SHEET,
                    Severity.NOTE,
                    _("The sheet “%(sheet)s” has no table and was not read.")
                    % {"sheet": grid.sheet},
                    sheet=grid.sheet,
                )
            )
