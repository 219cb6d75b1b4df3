"""CSV and its relatives: text to rows of cells."""

import csv
import io
import re
from collections import Counter

from django.utils.translation import gettext as _

from profiles.uploads import limits
from profiles.uploads.cells import Cell, Grid
from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.readers.encodings import decode
from surveys.readers.grids import Source, refusal

DELIMITERS = (",", ";", "\t", "|", "^")
_SAMPLED_CHARACTERS = 100_000
_SAMPLED_ROWS = 200
_NAMED = re.compile(
    r"""["']?sep=(?P<sign>\\t|[^\w\s"']|\t| )["']?[,;|\t^]*(?:\r\n|\r|\n)""",
    re.IGNORECASE,
)


def read_delimited(content: bytes, name: str, encoding: str = "") -> Source:
    """Return a CSV file as a Source of one grid. Raises FileRefused for other files.

    `encoding` is what somebody answered, for a file whose letters leave it open.
    """
    text, encoding, problems = decode(content, encoding)
    _refuse_binary(text)
    if "\0" in text:
        text = text.replace("\0", "")
        problems.append(_has_nul())
    text, delimiter = _named_delimiter(text)
    if not delimiter or max(_sampled_widths(text, delimiter), default=1) < 2:
        # The line may have stayed as it was when the file was saved again.
        delimiter = find_delimiter(text)
    rows = _rows(text, delimiter, problems)
    _refuse_cut_off(text, rows)
    if rows and not text.endswith(("\n", "\r", '"')):
        problems.append(_no_last_line_break(len(rows)))
    limits.check_area(len(rows), max(map(len, rows), default=0))
    return Source(name, [Grid("", rows)], encoding, delimiter, problems=problems)


def find_delimiter(text: str) -> str:
    """Return the delimiter with which most rows have the same number of cells.

    Only the few delimiters in use are tried: for real exports `csv.Sniffer` answers
    letters and braces.
    """
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(_sampled_widths(text, delimiter))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        if width < 2:
            continue
        score = (round(count / widths.total(), 1), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _sampled_widths(text: str, delimiter: str) -> list[int]:
    widths = []
    is_whole = len(text) <= _SAMPLED_CHARACTERS
    reader = csv.reader(
        io.StringIO(text[:_SAMPLED_CHARACTERS], newline=""), delimiter=delimiter
    )
    try:
        for row in reader:
            if row:
                widths.append(len(row))
            if len(widths) == _SAMPLED_ROWS:
                return widths
    except csv.Error:
        return widths
    # The sample may end in the middle of its last row.
    return widths if is_whole or len(widths) < 2 else widths[:-1]


def _named_delimiter(text: str) -> tuple[str, str]:
    """Return the text without its first line `sep=;`, and the delimiter named there.

    The line tells spreadsheet programs how to cut the file; "" where it lacks. Saved
    again, it has quotes, and the delimiters of its empty cells.
    """
    if named := _NAMED.match(text):
        sign = named["sign"]
        return text[named.end() :], "\t" if sign == "\\t" else sign
    return text, ""


def _rows(text: str, delimiter: str, problems: list[Problem]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    try:
        _read_into(rows, text, delimiter, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise refusal(
                Code.RAGGED_ROW,
                _(
                    "A quotation mark opened in row %(row)d is never closed: the file "
                    "was cut off, or the mark is missing, and the rows after it "
                    "cannot be told apart."
                )
                % {"row": len(rows) + 1},
                row=len(rows) + 1,
            ) from None
        if "field larger" in str(error):
            raise _cell_too_long(len(rows) + 1) from None
        problems.append(_stray_quote(len(rows) + 1))
        rows = []
        try:
            _read_into(rows, text, delimiter, strict=False)
        except csv.Error:
            raise _cell_too_long(len(rows) + 1) from None
    return rows


def _read_into(
    rows: list[list[Cell]], text: str, delimiter: str, *, strict: bool
) -> None:
    lines = io.StringIO(text, newline="")
    for row in csv.reader(lines, delimiter=delimiter, strict=strict):
        rows.append(row)  # type: ignore[arg-type] # a list of texts is one of cells


def _refuse_binary(text: str) -> None:
    control = sum(text.count(chr(code)) for code in (*range(9), *range(14, 27)))
    if control > len(text) // 100 + 2:
        raise refusal(
            Code.UNKNOWN_FORMAT,
            _("The file is neither text nor a spreadsheet that can be read."),
            allowed=_("An export as XLSX or CSV."),
        )


def _refuse_cut_off(text: str, rows: list[list[Cell]]) -> None:
    """Refuse a file whose last row is both unfinished and shorter than the others."""
    if len(rows) < 2 or text.endswith(("\n", "\r")):
        return
    usual = Counter(len(row) for row in rows[:-1]).most_common(1)[0][0]
    if len(rows[-1]) < usual:
        raise refusal(
            Code.UNREADABLE_FILE,
            _("The file ends in the middle of row %(row)d: it was cut off on its way.")
            % {"row": len(rows)},
            row=len(rows),
            allowed=_("Download it again from the survey tool."),
        )


def _cell_too_long(row: int) -> FileRefused:
    return refusal(
        Code.RAGGED_ROW,
        _(
            "Row %(row)d has a cell of more than %(most)d characters: probably a "
            "quotation mark is missing."
        )
        % {"row": row, "most": csv.field_size_limit()},
        row=row,
    )


def _stray_quote(row: int) -> Problem:
    return Problem(
        Code.RAGGED_ROW,
        Severity.WARNING,
        _(
            "Row %(row)d has a quotation mark inside a cell that is not doubled, as "
            "CSV asks: look whether its cells are right."
        )
        % {"row": row},
        row=row,
    )


def _no_last_line_break(row: int) -> Problem:
    return Problem(
        Code.NO_LAST_LINE_BREAK,
        Severity.NOTE,
        _(
            "The file does not end with a line break. Google Forms writes it so; from "
            "another tool it may be cut off: look whether the last cell is whole."
        ),
        row=row,
    )


def _has_nul() -> Problem:
    return Problem(
        Code.DAMAGED_TEXT,
        Severity.WARNING,
        _("The file has zero bytes, which are no text. They were left out."),
    )
