"""Which column of a file answers which question, told by names, never by position."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from profiles.folding import fold
from surveys.mapping import Mapping
from surveys.mapping.choosing import end_of
from surveys.normalising.forms import Asked, Form
from surveys.questionnaires.definitions import OTHER
from surveys.readers.parts import cuts, is_other, siblings
from surveys.readers.tables import Column, Export, Role, Table
from surveys.vocabularies import QuestionType

_OTHER = f"_{OTHER}"

CONSENT = "may_publish"
"""The question whether answers may be published. Only an understood yes allows it."""


@dataclass
class Answering:
    """The columns of one question.

    `whole` is the column of the answer, or of all choices in one cell; `options` are
    the columns of one choice each; `other` is that of texts beside the choices.
    """

    asked: Asked
    whole: Column | None = None
    options: tuple[Column, ...] = ()
    other: Column | None = None

    @property
    def shown(self) -> Column:
        """The column that messages name."""
        return self.whole or (*self.options, self.other)[0]  # type: ignore[return-value]


@dataclass
class TableColumns:
    """The columns of a table by their purpose.

    `repeat` is the code of the repeated group, "" for the main table. A table
    `is_unknown` when the questionnaire has no such group: all its columns are unmapped.
    `withheld` are columns that would answer a question and hold addresses, `comments`
    those of what respondents wrote beside their consent.
    """

    table: Table
    repeat: str = ""
    is_unknown: bool = False
    answering: list[Answering] = field(default_factory=list)
    missing: list[Asked] = field(default_factory=list)
    personal: list[Column] = field(default_factory=list)
    unmapped: list[Column] = field(default_factory=list)
    clashing: dict[str, list[Column]] = field(default_factory=dict)
    withheld: dict[str, list[Column]] = field(default_factory=dict)
    parts: dict[str, list[Column]] = field(default_factory=dict)
    """Questions for which one column of several, of a choice each, is named."""
    unknown_choices: dict[str, list[Column]] = field(default_factory=dict)
    comments: list[Column] = field(default_factory=list)


class _Finder:
    """Finds columns of a table by any of their names."""

    def __init__(self, columns: Iterable[Column]):
        self._indexes: list[dict[str, list[Column]]] = [
            defaultdict(list) for _index in range(4)
        ]
        by_question, by_tail, by_words, by_text = self._indexes
        for column in columns:
            by_question[column.question].append(column)
            by_tail[end_of(column.question)].append(column)
            by_words[fold(column.question)].append(column)
            if column.text:
                by_text[fold(column.text)].append(column)

    def find(self, names: Iterable[str]) -> list[Column]:
        """Return the columns with the first of these names that any column has."""
        for name in names:
            wanted = (name, name, fold(name), fold(name))
            for index, key in zip(self._indexes, wanted, strict=True):
                if key and (found := index.get(key)):
                    return found
        return []

    def find_all(self, names: Iterable[str]) -> list[Column]:
        """Return the columns with any of these names."""
        return list(dict.fromkeys(c for name in names for c in self.find([name])))


def columns_of(table: Table, repeat: str, form: Form, mapping: Mapping) -> TableColumns:
    """Return the columns of `table` by the questions that they answer."""
    table = _with_parts_of(table, form.of_table(repeat))
    found = TableColumns(table, repeat)
    named = _names_of_answers(form.of_table(repeat), mapping)
    found.personal = [c for c in table.columns if _is_personal(c, mapping, named)]
    apart = set(found.personal)
    may_answer = [
        c
        for c in table.columns
        if not _is_ignored(c, mapping)
        and (
            c.role == Role.ANSWER
            or (c.role == Role.PERSONAL and c not in apart)
            or (c.holds_addresses and not _is_listed(c, mapping.personal))
        )
    ]
    answers = [c for c in may_answer if c not in apart]
    comments = _comments_on_consent(may_answer, form.of_table(repeat))
    finder = _Finder(c for c in may_answer if c not in comments)
    taken: dict[Column, Answering] = {}
    for asked in form.of_table(repeat):
        columns = finder.find(asked.names)
        if asked.code == CONSENT:
            # One of two columns may say no.
            columns = finder.find_all(asked.names)
        answering = _answering(asked, columns, finder, mapping)
        if answering is None:
            if asked.question.is_personal:
                continue
            if columns:
                found.clashing[asked.code] = columns
            found.missing.append(asked)
            continue
        if asked.question.is_personal:
            found.personal += [c for c in _all(answering) if c not in apart]
            apart.update(_all(answering))
            continue
        if held := [c for c in _all(answering) if c in apart]:
            if any(c.holds_addresses for c in held):
                found.withheld[asked.code] = held
            continue
        if parts := _parts_beside(answering, table):
            found.parts[asked.code] = parts
            found.missing.append(asked)
            taken |= dict.fromkeys(parts, answering)
            continue
        if unknown := _unknown_choices(answering):
            found.unknown_choices[asked.code] = unknown
            found.missing.append(asked)
            taken |= dict.fromkeys(_all(answering), answering)
            continue
        found.answering.append(answering)
        for column in _all(answering):
            if other := taken.get(column):
                # Two questions share the text of one column: nobody can tell whose
                # answers it holds.
                found.clashing[asked.code] = found.clashing[other.asked.code] = [column]
            taken[column] = answering
    found.answering = [a for a in found.answering if a.asked.code not in found.clashing]
    found.missing += [
        taken_by.asked
        for taken_by in {id(a): a for a in taken.values()}.values()
        if taken_by.asked.code in found.clashing
    ]
    free = [c for c in may_answer if c not in taken]
    found.comments = _comments_beside(found.answering, comments, free)
    read = {*taken, *found.comments, *apart}
    found.unmapped = [c for c in answers if c not in read]
    return found


_COMMENT = {
    *("comment", "comments", "remark", "remarks", "explain", "explanation"),
    *("commentaire", "commentaires", "remarque", "remarques", "precisez"),
    *("comentario", "comentarios", "observacion", "observaciones", "explique"),
    *("kommentar", "kommentare", "bemerkung", "bemerkungen", "anmerkungen"),
    *("observacoes", "commento", "commenti", "комментарии", "примечание"),
    *("تعليق", "تعليقات", "ملاحظات", "评论", "备注", "意见"),
    *("why", "pourquoi", "warum", "conditions", "condiciones", "restrictions"),
    *("restricciones", "reservations", "reserves", "reservas", "limitations"),
}
_LONGEST_COMMENT = 12
"""Words of a heading that names no question and asks for a comment."""


def _comments_on_consent(columns: list[Column], questions: list[Asked]) -> list[Column]:
    """Return the columns whose headings join the question of consent and a part that
    is none of its choices: "may_publish[comment]", "Q3_other"."""
    consent = next((asked for asked in questions if asked.code == CONSENT), None)
    if consent is None:
        return []
    own = {fold(name) for name in consent.names}
    others = {fold(n) for a in questions if a is not consent for n in a.names}

    def joins(heading: str) -> bool:
        folded = fold(heading)
        if folded in own | others:
            return False
        ends = {end_of(question) for question, _part in cuts(heading)}
        return not own.isdisjoint(map(fold, ends)) or any(
            folded.startswith(f"{name} ") or folded.removeprefix(name) in _COMMENT
            for name in own
        )

    def is_comment(column: Column) -> bool:
        asked = {fold(column.question), fold(end_of(column.question))}
        asked.add(fold(column.text))
        if not asked.isdisjoint(own):
            return column.is_other or _is_no_choice(column.option, consent)
        headings = (column.header, column.question, end_of(column.question))
        return asked.isdisjoint(others) and any(map(joins, (*headings, column.text)))

    return [column for column in columns if is_comment(column)]


def _is_no_choice(option: str, asked: Asked) -> bool:
    return bool(option) and (
        asked.options is None or asked.options.find(option) is None
    )


def _comments_beside(
    answering: list[Answering], comments: list[Column], free: list[Column]
) -> list[Column]:
    """Return the columns of comments on consent, also one without its name that follows
    the question. Without the question itself they are columns like any other."""
    consent = next((a for a in answering if a.asked.code == CONSENT), None)
    if consent is None:
        return []
    last = max(column.position for column in (consent.shown, *comments))
    after = [
        column
        for column in free
        if column.position == last + 1 and _asks_for_comment(column)
    ]
    return list(dict.fromkeys([*comments, *after]))


def _asks_for_comment(column: Column) -> bool:
    words = fold(column.question).split()
    return len(words) <= _LONGEST_COMMENT and not _COMMENT.isdisjoint(words)


def _with_parts_of(table: Table, questions: list[Asked]) -> Table:
    """Return the table with its columns of parts as the questionnaire has them.

    What a reader takes for a choice is a row of a matrix, or a question of a group, if
    a question has its name. A column whose heading joins a question with several
    choices and one of these, or its number, is that choice's.
    """
    names = {fold(name): asked for asked in questions for name in asked.names}
    columns = [_by_text(_as_named(c, names), names) for c in table.columns]
    plain = [c for c in columns if c.role == Role.ANSWER and not c.is_other]
    beside = {f"{name} {OTHER}" for name in names}
    parts = siblings(c for c in plain if fold(c.question) not in names.keys() | beside)
    changed: dict[int, Column] = {}
    for question, members in parts.items():
        asked = names.get(fold(question)) or names.get(fold(end_of(question)))
        if asked is None or not _has_several(asked):
            continue
        for column, part in members:
            is_code = " " not in column.question
            if column.option or (is_code and not _is_choice(asked, part)):
                continue
            made = replace(column, question=question, option=part)
            if is_other(part):
                made = replace(made, option="", is_other=True)
            changed.setdefault(column.position, made)
    return replace(table, columns=tuple(changed.get(c.position, c) for c in columns))


def _as_named(column: Column, names: dict[str, Asked]) -> Column:
    if not column.option:
        return column
    asked = (column.question, column.text) if column.text else (column.question,)
    wholes = {fold(f"{each} {column.option}") for each in asked}
    if not names.keys().isdisjoint({fold(column.header), *wholes}):
        return replace(column, question=column.header, option="")
    if fold(column.question) not in names and fold(column.option) in names:
        # The heading above is that of a section.
        return replace(column, question=column.option, option="")
    return column


def _by_text(column: Column, names: dict[str, Asked]) -> Column:
    """Return a column by its text, a column of a choice by the question and the label
    that its text joins.

    Its heading has the tool's own codes, which often are numbers, or the labels of
    groups before the text. The columns of one question must have one name.
    """
    if column.is_other and column.text and fold(column.question) not in names:
        return replace(column, question=column.text)
    has_name = not names.keys().isdisjoint(
        {fold(column.question), fold(end_of(column.question))}
    )
    if not column.text or (has_name and not column.option):
        return column
    if not column.option:
        has_text = fold(column.text) in names
        return replace(column, question=column.text) if has_text else column
    for question, label in (*cuts(column.text), (column.text, column.option)):
        if asked := names.get(fold(column.question)) or names.get(fold(question)):
            is_known = asked.options and asked.options.find(column.option) is not None
            own = column.question if has_name else question
            option = column.option if is_known else label
            return replace(column, question=own, option=option)
    return column


def _unknown_choices(answering: Answering) -> list[Column]:
    """Return the columns of choices that are none of the question's, as numbers are.

    One label among known ones may be a choice that the questionnaire lacks.
    """
    options = answering.asked.options
    if options is None or options.kind:
        return []
    unknown = [c for c in answering.options if options.find(c.option) is None]
    is_lost = len(unknown) == len(answering.options)
    return unknown if is_lost or any(c.option.isdigit() for c in unknown) else []


def _has_several(asked: Asked) -> bool:
    return asked.question.type == QuestionType.SEVERAL and asked.options is not None


def _is_choice(asked: Asked, part: str) -> bool:
    known = asked.options is not None and asked.options.find(part) is not None
    return known or part.isdigit()


def _parts_beside(answering: Answering, table: Table) -> list[Column]:
    """Return all columns of one choice each, of which one is named for the question."""
    asked, whole = answering.asked, answering.whole
    if not whole or answering.options or not _has_several(asked):
        return []
    own = {q for q, part in cuts(whole.question) if _is_choice(asked, part)}
    found = siblings(c for c in table.columns if c.role == Role.ANSWER)
    return next(
        (
            [column for column, _part in members]
            for question, members in found.items()
            if question in own
        ),
        [],
    )


def _answering(
    asked: Asked, columns: list[Column], finder: _Finder, mapping: Mapping
) -> Answering | None:
    whole = [c for c in columns if not c.option and not c.is_other]
    options = tuple(c for c in columns if c.option and not c.is_other)
    if asked.options is None:
        options = ()  # rows of a matrix, or boxes of text, that no question names
    others = [c for c in columns if c.is_other]
    if asked.question.allows_other and not others:
        named = mapping.columns.get(f"{asked.code}{_OTHER}", ())
        others = finder.find([*named, *(f"{name}{_OTHER}" for name in asked.names)])
    if len(whole) > 1 or not (whole or options):
        return None
    names = {c.option for c in options}
    if len(names) < len(options):
        return None
    return Answering(
        asked, whole[0] if whole else None, options, others[0] if others else None
    )


def _all(answering: Answering) -> Iterator[Column]:
    if answering.whole:
        yield answering.whole
    yield from answering.options
    if answering.other:
        yield answering.other


def _names_of_answers(questions: list[Asked], mapping: Mapping) -> set[str]:
    """Return the names of columns whose questions do not ask who the person is."""
    codes = [a.code for a in questions if not a.question.is_personal]
    names = [name for a in questions if a.code in codes for name in a.names]
    for code in codes:
        names += mapping.columns.get(f"{code}{_OTHER}", ())
    return {fold(name) for name in names} - {""}


def _is_personal(column: Column, mapping: Mapping, named: set[str]) -> bool:
    if column.holds_addresses or _is_listed(column, mapping.personal):
        return True
    # A heading can sound personal ("Full name") and belong to a question.
    headings = (column.question, column.header, column.text)
    is_answer = not named.isdisjoint(map(fold, headings))
    return column.role == Role.PERSONAL and not is_answer


def _is_ignored(column: Column, mapping: Mapping) -> bool:
    return _is_listed(column, mapping.ignored)


def _is_listed(column: Column, names: frozenset[str]) -> bool:
    known = {column.header, column.question, end_of(column.question)}
    return bool(known & names) or bool(
        {fold(column.header), fold(column.question)} & {fold(name) for name in names}
    )


def is_named(column: Column, name: str) -> bool:
    return bool(name) and _is_listed(column, frozenset([name]))


_NO_FORM = Form({})


def tables_of(export: Export, form: Form, mapping: Mapping) -> list[TableColumns]:
    """Return the columns of the main table, of known groups, then of other tables."""
    found = [columns_of(export.main, "", form, mapping)]
    groups = _groups_by_name(export, form)
    for table in export.tables[1:]:
        code = groups.get(id(table)) or _group_like(table, form, mapping, groups)
        if code:
            groups[id(table)] = code
    order = {code: number for number, code in enumerate(form.repeats)}
    for table in sorted(
        (t for t in export.tables[1:] if id(t) in groups),
        key=lambda table: order[groups[id(table)]],
    ):
        found.append(columns_of(table, groups[id(table)], form, mapping))
    for table in export.tables[1:]:
        if id(table) not in groups:
            columns = columns_of(table, table.name or table.sheet, _NO_FORM, mapping)
            columns.is_unknown = True
            found.append(columns)
    return found


def _groups_by_name(export: Export, form: Form) -> dict[int, str]:
    """Return the repeated group whose name a table has, by the table's id."""
    by_name = {end_of(t.name) or t.name: t for t in export.tables[1:]}
    by_words = {fold(t.name): t for t in export.tables[1:]}
    groups: dict[int, str] = {}
    for code, asked in form.repeats.items():
        for name in asked.names:
            if table := by_name.get(name) or by_words.get(fold(name)):
                groups.setdefault(id(table), code)
                break
    return groups


_LEAST_SHARE = 0.5


def _group_like(
    table: Table, form: Form, mapping: Mapping, groups: dict[int, str]
) -> str:
    """Return the repeated group that most columns of a table ask for, "" if none.

    Sheets are renamed; the questions on them stay.
    """
    best, most = "", _LEAST_SHARE
    for code in form.repeats.keys() - groups.values():
        columns = columns_of(table, code, form, mapping)
        known = sum(len([*_all(answering)]) for answering in columns.answering)
        share = known / max(1, known + len(columns.unmapped))
        if known > 1 and share > most:
            best, most = code, share
    return best
