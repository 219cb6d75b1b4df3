"""What submissions say about the registry, one statement for each value or fact.

Export ─normalise→ Submitted, Statement ─plan→ Plan ─apply→ drafts

Large files give hundreds of thousands of statements. They are not frozen only because
that makes them three times slower to make; nothing changes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models

from profiles.models import Profile
from surveys.problems import Problem
from surveys.vocabularies import RespondentKind, SubmissionStatus

PROFILE = "profile"
"""The target of a statement about a field of the profile itself."""


class Origin(NamedTuple):
    """The cell that a statement came from."""

    sheet: str
    row: int
    column: str
    cell: str
    question: str


@dataclass(slots=True)
class Statement:
    """One thing that a submission says of one mechanism.

    `target` is PROFILE or the label of a kind of fact, in small letters
    ("profiles.membership"). `key` are the fields by which the fact is found again
    among those of the edition (for a membership: its State), `values` all fields
    that the submission states, `key` included. Records stand as their natural key
    (iso3, slug), many as a list of keys; for PROFILE, `values` has one field. A text
    that the registry keeps in several languages stands under the column of the
    language in which it was written ("prose_es"). `labels` are the columns that hold no
    more than the questionnaire's label of a choice: a new fact takes it as its name,
    and one that stands keeps its own.
    """

    mechanism: str
    target: str
    key: tuple[str, ...]
    values: dict[str, Any]
    origin: Origin
    submission: int  # index in Normalised.submissions
    labels: tuple[str, ...] = ()


@dataclass
class Submitted:
    """One submission, understood: what will be stored of it.

    `subject` is the natural key of who answered (slug, iso3), "" if nobody could be
    matched. `row`, `personal` and `answers` are as the model Submission explains.
    `is_withheld` tells that it may say more than is stated, once somebody answers a
    question that is open.
    """

    submission_id: str
    subject: str
    respondent: str
    status: SubmissionStatus
    content_hash: str
    row: dict[str, Any]
    answers: dict[str, Any]
    unanswered: dict[str, str] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    person_name: str = ""
    person_email: str = ""
    submitted_at: datetime | None = None
    time_zone: str = ""
    language: str = ""
    sheet: str = ""
    row_number: int = 0
    is_withheld: bool = False


@dataclass
class Normalised:
    """All that a file says, before the registry is asked what stands there.

    `kind` and `version` are those of the questionnaire that it answers. `waiting`
    counts the submissions that are not among `submissions` because somebody has to say
    first what a value in them means. `identities` has, of these too, who answered and
    the fingerprint of the answers, by identifier.
    """

    kind: RespondentKind
    submissions: list[Submitted]
    statements: list[Statement]
    problems: list[Problem]
    counts: dict[str, int] = field(default_factory=dict)
    version: int = 1
    waiting: int = 0
    identities: dict[str, tuple[str, str]] = field(default_factory=dict)


@cache
def model_of(target: str) -> type[models.Model]:
    """Return the model of a statement's target. Raises LookupError."""
    return Profile if target == PROFILE else apps.get_model(target)


def columns_said(
    texts: Mapping[str, Iterable[str]], names: Iterable[str], values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return these fields, of a text the column of the first language that is said.

    `texts` has the columns of each text that the model keeps in several languages.
    """
    return tuple(
        next((c for c in texts.get(name, ()) if values.get(c)), name) for name in names
    )


@cache
def languages_of(model: type[models.Model], name: str) -> list[str]:
    """Return the columns of the text that `name` is one language of, else `name`.

    'prose_es' gives prose_en, prose_fr and so on.
    """
    text, _underscore, language = name.rpartition("_")
    codes = settings.MODELTRANSLATION_LANGUAGES
    names = {f.name for f in model._meta.concrete_fields}
    if language in codes and text in names and f"{text}_{codes[0]}" in names:
        return [f"{text}_{code}" for code in codes]
    return [name]
