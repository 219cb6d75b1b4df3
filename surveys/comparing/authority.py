"""Who may state what: a mechanism about itself, others about what is their own."""

from partnerships.models import FundingSource, Partnership
from profiles.models import AddedValue, Contribution, Membership
from surveys.statements import Normalised, Statement
from surveys.vocabularies import RespondentKind

_CONTRIBUTION = Contribution._meta.label_lower
_ADDED_VALUE = AddedValue._meta.label_lower
_FUNDING = FundingSource._meta.label_lower
_MEMBERSHIP = Membership._meta.label_lower
_PARTNERSHIP = Partnership._meta.label_lower

_OWN_RECORD = {
    (_MEMBERSHIP, RespondentKind.STATE): "state",
    (_PARTNERSHIP, RespondentKind.ORGANISATION): "organisation",
}
"""Of which facts a State or an organisation knows best: its own."""

_FOR_ANYBODY = {_CONTRIBUTION, _ADDED_VALUE, _FUNDING}
"""Views and what comes of a mechanism. What it is only itself can state, or whom it is
about."""


def is_authority(normalised: Normalised, statement: Statement) -> bool:
    """Does the respondent speak for itself?"""
    kind = normalised.kind
    subject = normalised.submissions[statement.submission].subject
    if kind == RespondentKind.MECHANISM:
        return subject == statement.mechanism
    own = _OWN_RECORD.get((statement.target, kind))
    return own is not None and statement.values.get(own) == subject


def may_state(normalised: Normalised, statement: Statement) -> bool:
    return statement.target in _FOR_ANYBODY or is_authority(normalised, statement)
