"""Columns of any table that say whether a submission is finished, and counts.

Tools have columns of their own for that, which their readers know. People add more,
and tools let them: one is known by its heading and by a cell that sounds like one.
"""

from dataclasses import replace

from profiles.folding import fold
from surveys.readers.responses import not_understood, text_in
from surveys.readers.tables import Column, Export, Role, Table

FINISHED = frozenset(("", "complete", "completed", "finished", "approved"))
PARTIAL = frozenset(("partial", "incomplete", "unfinished"))
REJECTED = frozenset(("rejected", "not_approved", "not approved"))
TEST = frozenset(("test",))
KNOWN = FINISHED | PARTIAL | REJECTED | TEST

_HEADINGS = frozenset(
    (
        *("status", "complete", "completed", "completion", "finished", "approved"),
        *("submission status", "response status", "completion status"),
        *("review status", "review state", "validation status"),
    )
)
"""Folded."""


def heed_states(export: Export) -> None:
    """Follow such columns of the main table; ask what is not understood in them."""
    main = export.main
    states = [column for column in main.columns if _says_state(column, main)]
    main.columns = tuple(
        replace(column, role=Role.STATUS) if column in states else column
        for column in main.columns
    )
    for column in states:
        export.problems += not_understood(main, column, KNOWN.__contains__)
        for response in export.responses:
            said = text_in(response.row, column).casefold()
            response.is_rejected |= said in REJECTED
            response.is_test |= said in TEST
            response.is_finished &= said in FINISHED | REJECTED | TEST


def _says_state(column: Column, main: Table) -> bool:
    if column.role != Role.ANSWER or fold(column.question) not in _HEADINGS:
        return False
    said = {text_in(row, column).casefold() for row in main.rows} - {""}
    return not said.isdisjoint(KNOWN)
