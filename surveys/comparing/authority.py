"""Who may state what: a mechanism about itself, others about what is their own."""

from typing import Any

from surveys.comparing.bases import model_of
from surveys.statements import PROFILE, Normalised, Statement
from surveys.vocabularies import RespondentKind


def is_authority(normalised: Normalised, statement: Statement) -> bool:
    """Does the respondent speak for itself?"""
    kind = normalised.kind
    subject = normalised.submissions[statement.submission].subject
    if kind == RespondentKind.MECHANISM:
        return subject == statement.mechanism
    if statement.target == PROFILE:
        return False
    fact: Any = model_of(statement.target)
    return (
        bool(fact.subject)
        and fact._meta.get_field(fact.subject).related_model._meta.model_name == kind
        and statement.values.get(fact.subject) == subject
    )


def may_state(normalised: Normalised, statement: Statement) -> bool:
    """May the respondent state it: as its own, or because anybody may?"""
    if statement.target != PROFILE:
        kind: Any = model_of(statement.target)
        if kind.anybody_may_state:
            return True
    return is_authority(normalised, statement)
