"""A mapping and its rules, read and checked."""

from dataclasses import dataclass, field
from typing import Any

from surveys.vocabularies import RespondentKind

RESPONDENT = "@respondent"
"""In a rule, in place of a question: the respondent (its iso3 or slug)."""


@dataclass(frozen=True)
class Rule:
    """One way from questions to a statement about a mechanism.

    `target` is "profile" or a kind of fact ("profiles.membership"). `mechanism` is
    the question whose answer names the mechanism of the statement, RESPONDENT when a
    mechanism speaks of itself. With `repeat`, the rule is followed for each row of
    that repeated group; its questions may also be of the main row.

    `fields` maps a field of the target to the question that answers it, or to
    RESPONDENT; `always` has fixed values, records by their key. `key` are the fields
    by which a fact is found again: without an answer to each of them, or with an
    answer to none of `fields`, a fact is not stated. For "profile" each field is a
    statement of its own.

    What a field takes depends on the field. A controlled term takes the code of a
    choice, through `values` ({field: {code: term}}, where None or "" says nothing);
    a record its key, or a text in which its name is looked up; a field of several
    records a question with several choices. A text takes the text as written, of
    choices the questionnaire's labels, joined by "; ", with what was written for
    "other" in place of the label. An answer that is in `does_not_know` never reaches
    a field.

    `each` names the field of a question with several choices that gives one
    statement per choice; "none" gives none. The questionnaire's label of the choice,
    of records none, names a new fact in `label_field`, whatever the file calls it;
    one that stands keeps its name. For "other" it is what was written beside the
    choices, and tells one such fact from another.

    A section with an answer has the coverage "reported". Without one it has
    "not_reported" if the file has the question that `fields` names for `coverage`.

    The rule is followed only if every question in `only_if` has one of the answers
    listed there. The question `q_other` stands for the text beside the choices of `q`.
    """

    target: str
    fields: dict[str, str]
    key: tuple[str, ...] = ()
    mechanism: str = RESPONDENT
    repeat: str = ""
    each: str = ""
    label_field: str = ""
    always: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    only_if: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """A mapping, checked against its questionnaire and the registry's models.

    `columns` has for each question, by code, the names that its column can have, the
    likeliest first: paths ("s1/founded"), codes or whole texts. The code itself, its
    path in our own form and its texts are always among them. For a repeated group
    they are names of its table. `options` turns choices of the file, codes or labels,
    into our codes, by question; "" stands for no answer. Cells in `empty` are no
    answer; an answer in `does_not_know` is kept as the reason for none. `personal` are
    codes of questions, and names of columns, that are kept apart; `person_name` and
    `person_email` are two of them.
    """

    name: str
    kind: RespondentKind
    version: int
    respondent: str
    respondent_other: str = ""
    tools: tuple[str, ...] = ()
    time_zone: str = ""
    day_first: bool | None = None
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    does_not_know: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    person_name: str = ""
    person_email: str = ""
    rules: tuple[Rule, ...] = ()
    sha256: str = ""
