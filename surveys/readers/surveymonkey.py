"""SurveyMonkey: one table with two heading rows, in some exports with one.

Conventions, from exports that were published: the first row has a question's text
once, over all its columns; the second the choice, the row of a matrix, or (Open-Ended)
Response. A cell holds the label of what was chosen, also for one choice out of a scale
that is spread over columns; "Other (please specify)" is a column of its own. The two
rows are told by their shape, in any language: the second fills the gaps of the first.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from profiles.uploads.cells import Cell, Grid
from surveys.problems import Problem
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import Heading, headings
from surveys.readers.marks import Recognised, find_headings
from surveys.readers.own_columns import (
    are_emails,
    are_identifiers,
    are_moments,
    are_numbers,
    cells_below,
    texts_below,
)
from surveys.readers.parts import is_other
from surveys.readers.personal import is_personal
from surveys.readers.responses import (
    exported,
    is_test,
    make_responses,
    read_moments,
    text_in,
)
from surveys.readers.tables import Column, Export, Response, Role, Row, Table, Tool

_ROLES = {
    "Respondent ID": Role.KEY,
    "RespondentID": Role.KEY,
    "Collector ID": Role.BOOKKEEPING,
    "CollectorID": Role.BOOKKEEPING,
    "Start Date": Role.BOOKKEEPING,
    "StartDate": Role.BOOKKEEPING,
    "Date Created": Role.BOOKKEEPING,
    "End Date": Role.SUBMITTED,
    "EndDate": Role.SUBMITTED,
    "Date Modified": Role.SUBMITTED,
    "IP Address": Role.PERSONAL,
    "Email Address": Role.PERSONAL,
    "First Name": Role.PERSONAL,
    "Last Name": Role.PERSONAL,
    "Custom Data": Role.PERSONAL,
    "Custom Data 1": Role.PERSONAL,
}
_KEYS = ("Respondent ID", "RespondentID")
_ENDS = ("End Date", "EndDate", "Date Modified")
_WHOLE = frozenset(("Response", "Open-Ended Response"))
_LOOKED_AT = 20


@dataclass(frozen=True)
class _Heading:
    """The two headings of a column: the question, and below it a choice or a row.

    `is_own` is a column of the tool itself: nothing stands below its name.
    """

    question: str
    below: str = ""
    is_own: bool = False

    @property
    def name(self) -> str:
        return f"{self.question} [{self.below}]" if self.below else self.question


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by the respondent's number, or by a second row of choices."""
    found = find_headings(source, _marks)
    if found:
        reason = _("It has the columns %(columns)s, which SurveyMonkey adds.")
        score = min(1.0, 0.7 + 0.05 * len(found.marks))
        return found.recognised(
            Tool.SURVEYMONKEY, score, reason % {"columns": found.shown}
        )
    found = find_headings(source, lambda names: names & _WHOLE)
    if found and found.row > 0:
        reason = _(
            "It has a second row of headings with “%(below)s”, as of SurveyMonkey."
        )
        reason %= {"below": found.marks[0]}
        return Recognised(Tool.SURVEYMONKEY, 0.5, reason, found.grid, found.row - 1)
    for number, grid in enumerate(source.grids):
        for index in range(min(_LOOKED_AT, len(grid.rows) - 1)):
            if _fills_gaps(grid, index):
                reason = _(
                    "It has two rows of headings, the second of which fills the gaps "
                    "of the first, as of SurveyMonkey."
                )
                return Recognised(Tool.SURVEYMONKEY, 0.5, reason, number, index)
    return None


def _marks(names: set[str]) -> set[str]:
    return names & set(_ROLES) if names & set(_KEYS) else set()


def _fills_gaps(grid: Grid, index: int) -> bool:
    """Tell whether the next row holds the second headings of row `index`.

    It has texts in all gaps of the row, and nothing where every row below it has
    something; or none of its texts is a number, an address or a time, and one stands
    under several questions, or the rows below repeat those in the gaps. The first
    answers under columns without a heading do none of this.
    """
    heads = [one_line(cell) for cell in grid.rows[index]]
    below = [one_line(cell) for cell in grid.rows[index + 1]]
    width = max(len(heads), len(below))
    heads += [""] * (width - len(heads))
    below += [""] * (width - len(below))
    gaps = [place for place in range(width) if not heads[place]]
    filled = [text for text in below if text]
    if not gaps or not heads[0] or width - len(gaps) < 2:
        return False
    if any(not below[place] for place in gaps):
        return False
    for place in range(width):
        if not below[place] and all(texts := texts_below(grid, index + 1, place)):
            return bool(texts)
    if any(map(_is_value, filled)):
        return False
    return _repeats(heads, below) or _are_marks(grid, index, gaps)


def _is_value(text: str) -> bool:
    return are_emails([text]) or bool(re.fullmatch(r"[\d.,:/ +-]+", text))


def _repeats(heads: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether one text stands under several questions, as "Response" does."""
    counts = Counter(
        text for head, text in zip(heads, below, strict=True) if head and text
    )
    return any(count > 1 for count in counts.values())


def _are_marks(grid: Grid, index: int, gaps: Sequence[int]) -> bool:
    """Tell whether the cells in the gaps are the second headings again, or 0 and 1."""
    second = grid.rows[index + 1]
    said = [
        (one_line(second[place]), {t for t in texts_below(grid, index + 1, place) if t})
        for place in gaps
    ]
    return any(texts for _text, texts in said) and all(
        texts <= {text, "0", "1"} for text, texts in said
    )


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    main = _table(source.grids[recognised.grid], recognised.row, problems)
    return exported(
        source,
        recognised,
        [main],
        _responses(main, problems),
        problems,
        has_labels=True,
    )


def _table(grid: Grid, index: int, problems: list[Problem]) -> Table:
    first, second = index + 1, None
    if _has_second_row(grid, index):
        first, second = index + 2, grid.rows[index + 1]
    pairs = _pairs([one_line(cell) for cell in grid.rows[index]], second)
    found = headings([pair.name for pair in pairs], grid, first - 1, problems)
    roles = _own_roles(grid, first - 1, pairs)
    columns = [_column(heading, pairs, roles) for heading in found]
    return Table(
        "", grid.sheet, tuple(columns), read_body(grid, first, columns, problems)
    )


def _has_second_row(grid: Grid, index: int) -> bool:
    """Tell whether the row below holds choices: answers have a respondent's number."""
    if index + 1 >= len(grid.rows):
        return False
    names = [one_line(cell) for cell in grid.rows[index]]
    below = grid.rows[index + 1]
    if not _WHOLE.isdisjoint(one_line(cell) for cell in below):
        return True
    keys = [position for position, name in enumerate(names) if name in _KEYS]
    if keys:
        return all(position >= len(below) or below[position] == "" for position in keys)
    return _fills_gaps(grid, index)


def _pairs(names: list[str], second: list[Cell] | None) -> list[_Heading]:
    """Return both headings of each column, the question's text on all its columns.

    What stands below a question with one column is no choice ("Response").
    """
    below = [one_line(cell) for cell in second or ()]
    width = max(len(names), len(below))
    names += [""] * (width - len(names))
    below += [""] * (width - len(below))
    names.append("end")
    below.append("")
    is_last = [bool(following) for following in names[1:]] + [True]
    pairs, question = [], ""
    for place in range(width):
        name, part = names[place], below[place]
        question = name or (question if part else "")
        is_own = second is not None and bool(name) and not part
        # One column and one for what is written beside it: two parts of one answer.
        has_only_other = bool(name) and is_other(below[place + 1])
        has_only_other = has_only_other and is_last[place + 1]
        is_whole = (
            (is_last[place] and bool(name))
            or part in _WHOLE
            or question in _ROLES
            or has_only_other
        )
        pairs.append(_Heading(question, "" if is_whole else part, is_own))
    return pairs


def _own_roles(grid: Grid, index: int, pairs: list[_Heading]) -> dict[int, Role]:
    """Return the roles of the tool's own columns, by their headings or their cells.

    In another language the first column of distinct numbers is the key, the last one of
    times the end; what else people wrote there says who they are.
    """
    roles: dict[int, Role] = {}
    times: list[int] = []
    is_known = any(pair.question in _KEYS for pair in pairs)
    for place, pair in enumerate(pairs):
        if pair.question in _ROLES:
            roles[place] = _ROLES[pair.question]
        elif pair.is_own and not is_known:
            texts = texts_below(grid, index, place)
            if are_moments(cells_below(grid, index, place), all_filled=False):
                times.append(place)
                roles[place] = Role.BOOKKEEPING
            elif are_identifiers(texts) and Role.KEY not in roles.values():
                roles[place] = Role.KEY
            elif are_numbers(texts):
                roles[place] = Role.BOOKKEEPING
            else:
                roles[place] = Role.PERSONAL
    if times:
        roles[times[-1]] = Role.SUBMITTED
    return roles


def _column(heading: Heading, pairs: list[_Heading], roles: dict[int, Role]) -> Column:
    place = heading.position
    pair = pairs[place] if place < len(pairs) else _Heading("")
    role = Role.ANSWER
    if not heading.text:
        role = Role.BOOKKEEPING
    elif place in roles:
        role = roles[place]
    elif is_personal(pair.question) or (pair.below and is_personal(pair.below)):
        role = Role.PERSONAL
    column = Column(
        place,
        heading.name,
        heading.text,
        role,
        is_repeated_header=heading.is_repeated,
    )
    if role != Role.ANSWER or not pair.below:
        return column
    if is_other(pair.below):
        return replace(column, question=pair.question, is_other=True)
    return replace(column, question=pair.question, option=pair.below)


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    key = next(iter(main.with_role(Role.KEY)), None)
    ends = main.with_role(Role.SUBMITTED)
    submitted = next((c for name in _ENDS for c in ends if c.header == name), None)
    submitted = submitted or next(iter(ends), None)
    has_ends = bool(submitted) and any(text_in(row, submitted) for row in main.rows)

    def make(row: Row) -> Response:
        return Response(
            row,
            text_in(row, key),
            is_finished=not has_ends or bool(text_in(row, submitted)),
            is_test=is_test(row, main),
        )

    responses = make_responses(main, problems, make)
    problems += read_moments(main, responses, submitted)
    return responses
