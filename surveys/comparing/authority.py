"""Who may state what: a mechanism about itself, others about what is their own."""

from partnerships.models import Partnership
from profiles.models import Membership, Section
from surveys.statements import PROFILE, Normalised, Statement
from surveys.vocabularies import RespondentKind

_SECTION = Section._meta.label_lower
_MEMBERSHIP = Membership._meta.label_lower
_PARTNERSHIP = Partnership._meta.label_lower

_OWN_RECORD = {
    (_MEMBERSHIP, RespondentKind.STATE): "state",
    (_PARTNERSHIP, RespondentKind.ORGANISATION): "organisation",
}
"""Of which facts a State or an organisation knows best: its own."""

_FOR_THE_MECHANISM = {PROFILE, _SECTION, _MEMBERSHIP, _PARTNERSHIP}
"""What only the mechanism, or whom it is about, can state. Views anybody can."""


def is_authority(normalised: Normalised, statement: Statement) -> bool:
    """Does the respondent speak for itself?"""
    kind = normalised.kind
    subject = normalised.submissions[statement.submission].subject
    if kind == RespondentKind.MECHANISM:
        return subject == statement.mechanism
    own = _OWN_RECORD.get((statement.target, kind))
    return own is not None and statement.values.get(own) == subject


def may_state(normalised: Normalised, statement: Statement) -> bool:
    return statement.target not in _FOR_THE_MECHANISM or is_authority(
        normalised, statement
    )
