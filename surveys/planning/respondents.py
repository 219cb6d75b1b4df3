"""Who speaks in an import: what each may state, and the source that the answers are."""

import hashlib
from dataclasses import dataclass
from typing import Any

from profiles.keyed_values import NaturalKeys, UnknownRecord
from profiles.models import Source
from surveys.models import Round
from surveys.statements import PROFILE, Normalised, Statement, Submitted, model_of
from surveys.vocabularies import RespondentKind


def source_slug(round_slug: str, kind: str, subject: str) -> str:
    """Return the key of the source that a respondent's answers are in a round."""
    slug = f"survey-{round_slug}-{kind}-{subject}".lower()
    if len(slug) <= 80:
        return slug
    return f"{slug[:69]}-{hashlib.sha256(slug.encode()).hexdigest()[:10]}"


@dataclass
class Respondents:
    """The respondents of one file. `keys` find the records that their answers name."""

    normalised: Normalised
    round: Round
    keys: NaturalKeys

    def submitted(self, statement: Statement) -> Submitted:
        return self.normalised.submissions[statement.submission]

    def is_authority(self, statement: Statement) -> bool:
        """Does the respondent speak for itself: of its mechanism, or its own facts?"""
        kind = self.normalised.kind
        subject = self.submitted(statement).subject
        if kind == RespondentKind.MECHANISM:
            return subject == statement.mechanism
        if statement.target == PROFILE:
            return False
        fact: Any = model_of(statement.target)
        return (
            bool(fact.subject)
            and fact._meta.get_field(fact.subject).related_model._meta.model_name
            == kind
            and statement.values.get(fact.subject) == subject
        )

    def may_state(self, statement: Statement) -> bool:
        """May the respondent state it: as its own, or because anybody may?"""
        if statement.target != PROFILE:
            kind: Any = model_of(statement.target)
            if kind.anybody_may_state:
                return True
        return self.is_authority(statement)

    def source_slug_of(self, statement: Statement) -> str:
        """Return the key of the source that the respondent's answers are."""
        subject = self.submitted(statement).subject
        return source_slug(self.round.slug, self.normalised.kind, subject)

    def source_of(self, statement: Statement) -> Source:
        """Return the source that the respondent's answers are. One that the registry
        lacks has no more than its key: `applying` gives it a title."""
        slug = self.source_slug_of(statement)
        try:
            return self.keys.record(Source, slug)
        except UnknownRecord:
            source = Source(slug=slug)
            self.keys.announce(source)
            return source
