"""Which mapping fits a file."""

import re
from collections.abc import Collection, Iterator, KeysView

from profiles.folding import fold
from profiles.uploads.cells import text_of
from surveys.mapping.reading import shipped
from surveys.mapping.rules import Mapping
from surveys.mapping.saved import saved_for
from surveys.questionnaires.definitions import FORM_KIND, FORM_VERSION
from surveys.readers.parts import siblings
from surveys.readers.tables import Column, Export, Role, Table
from surveys.vocabularies import RespondentKind

QUESTIONNAIRE = "questionnaire"
_LEAST_SHARE = 0.5
_LEAST_COLUMNS = 3


def choose(
    export: Export, kinds: Collection[RespondentKind] | None = None
) -> Mapping | None:
    """Return the mapping that fits the headers of a file best, None if none does.

    One that staff saved for the same headings comes first. None fits clearly when the
    best one knows fewer than half of the file's questions or finds no column of who
    answered, or when another one fits as well.
    """
    saved = saved_for(export)
    if saved is not None and (kinds is None or saved.kind in kinds):
        return saved
    candidates = {
        name: mapping
        for name, mapping in shipped().items()
        if kinds is None or mapping.kind in kinds
    }
    named = candidates.get(_own_form(export.main))
    if named is not None:
        return named
    scores = {name: _score(export, mapping) for name, mapping in candidates.items()}
    ranking = sorted(scores, key=scores.__getitem__, reverse=True)
    if not ranking or not scores[ranking[0]]:
        return None
    if len(ranking) > 1 and scores[ranking[0]] == scores[ranking[1]]:
        return None
    return candidates[ranking[0]]


def _own_form(table: Table) -> str:
    """Return the name of the mapping that a file names itself, "" for other files.

    Exports of our forms name it in hidden questions, our own table in a column.
    """
    found = {}
    for column in table.columns:
        name = end_of(column.question)
        if name in (FORM_KIND, FORM_VERSION, QUESTIONNAIRE):
            texts = (text_of(row.cells[column.position]) for row in table.rows)
            found[name] = next((text for text in texts if text), "")
    if FORM_KIND in found:
        return f"{found[FORM_KIND]}-{found.get(FORM_VERSION, '')}"
    return found.get(QUESTIONNAIRE, "")


def _score(export: Export, mapping: Mapping) -> float:
    """Return how many columns the mapping knows; 0 when it does not fit at all.

    A fraction decides between mappings that know as many columns: a name counts the
    more, the earlier it stands among the mapping's names of its question.
    """
    ranks: dict[str, int] = {}
    for names in mapping.columns.values():
        for rank, name in enumerate(names, 1):
            ranks[fold(name)] = min(rank, ranks.get(fold(name), rank))
    apart = {fold(name) for name in (*mapping.ignored, *mapping.personal)}
    asked = {
        frozenset(names): min((ranks[n] for n in ranks.keys() & names), default=0)
        for table in export.tables
        for names in _names_of(table, ranks.keys())
        if not apart & names
    }
    known = [rank for rank in asked.values() if rank]
    respondent = {fold(name) for name in mapping.columns[mapping.respondent]}
    says_who = any(respondent & _names(column) for column in export.main.columns)
    if not says_who or len(known) < max(_LEAST_COLUMNS, _LEAST_SHARE * len(asked)):
        return 0
    return len(known) + sum(1 / rank for rank in known) / (len(known) + 1)


def _names_of(table: Table, known: KeysView[str]) -> Iterator[set[str]]:
    """Yield the names of each question of a table, once for columns of its choices."""
    columns = [column for column in table.columns if column.role == Role.ANSWER]
    unknown = [column for column in columns if not known & _names(column)]
    parts: dict[int, str] = {}
    for question, members in siblings(unknown).items():
        if fold(question) in known or fold(end_of(question)) in known:
            for column, _part in members:
                parts.setdefault(column.position, question)
    for column in columns:
        if column.position in parts:
            question = parts[column.position]
            yield {fold(question), fold(end_of(question))}
        else:
            yield _names(column)


def _names(column: Column) -> set[str]:
    """Return the names of a column, folded, with the last part of its path."""
    names = (column.question, column.header, column.text, end_of(column.question))
    return {fold(name) for name in names} - {""}


def end_of(question: str) -> str:
    """Return the last part of a path of groups; a sentence is no path."""
    return question if " " in question else re.split(r"[/.:-]", question)[-1]
