"""The registry's revision: a mark that moves with every public change.

Everything derived from public content (entity tags, cached pages, the search
index) carries the revision that it was made from, so nothing is invalidated by
hand. Each process reads the revision in the database, so a publish in one is seen
by all at their next request.
"""

from functools import cache

from django.db import connections, transaction
from django.db.models import F
from django.db.models.signals import m2m_changed, post_delete, post_save

from corrections.models import ErrorReport
from iscm_registry import replica
from iscm_registry.models import Revision, new_token
from partnerships.models import Organisation, OrganisationAlias
from profiles.editions import public_content_changed
from profiles.models import (
    EarlierKey,
    GCMObjective,
    MechanismAlias,
    Profile,
    Region,
    Source,
    SourceFile,
    State,
    StateAlias,
    Theme,
    ThemeAlias,
)
from surveys.models import (
    Questionnaire,
    Recommendation,
    Review,
    Round,
    Submission,
    SurveyImport,
    Turnout,
)

_last_at_primary: str | None = None

_SINGLE_ROW = 1
_NOTHING_YET = "0"

REFERENCE_MODELS = (
    GCMObjective,
    MechanismAlias,
    Organisation,
    OrganisationAlias,
    Region,
    Source,
    State,
    StateAlias,
    Theme,
    ThemeAlias,
)

OF_A_ROUND = (Recommendation, Review, Submission, SurveyImport, Turnout)
"""What is public when its round is. Imports write their submissions many at once, past
the signals of models, and are saved in the same transaction themselves."""


def current() -> str:
    """Return the revision of the public content, such as "12-9f86d081884c7d65".

    One query. Revisions are the same or differ: they have no order, since a restored
    database has a lower number than what was derived before.
    """
    global _last_at_primary
    place = replica.place()
    # Asked for every page: to put the query together takes longer than to answer it.
    with connections[place].cursor() as cursor:
        cursor.execute(*_query())
        row = cursor.fetchone()
    found = Revision.named(*row) if row else _NOTHING_YET
    if place == replica.PRIMARY:
        _last_at_primary = found
    return found


def last_at_primary() -> str | None:
    """Return what the primary last said to this process.

    None if it has said nothing yet, or nothing since this process moved the revision.
    """
    return _last_at_primary


def _forget_last() -> None:
    global _last_at_primary
    _last_at_primary = None


@cache
def _query() -> tuple[str, tuple]:
    found = Revision.objects.filter(pk=_SINGLE_ROW).values_list("number", "token")
    return found.query.sql_with_params()


def advance(**kwargs) -> None:
    """Move the revision, as part of the transaction that changes public content.

    The row stays locked until that transaction ends, so two changes never share
    a revision. Signal receivers call it; their arguments are not looked at.
    """
    with transaction.atomic():
        moved = Revision.objects.filter(pk=_SINGLE_ROW).update(
            number=F("number") + 1, token=new_token()
        )
        if not moved:
            Revision.objects.get_or_create(pk=_SINGLE_ROW, defaults={"number": 1})
        transaction.on_commit(_forget_last)


def _advance_for_fixture(raw=False, **kwargs) -> None:
    # Editions move the revision when they are published; a fixture brings
    # published ones without that step.
    if raw:
        advance()


def _advance_for_results(instance, **kwargs) -> None:
    if instance.round.has_page:
        advance()


def _advance_for_answers(instance, **kwargs) -> None:
    if instance.is_answered:
        advance()


def _advance_for_lists(instance, action, **kwargs) -> None:
    """Follow a change to which records a round lists, from either side."""
    if action.startswith("post_") and getattr(instance, "has_page", True):
        advance()


def watch_public_content() -> None:
    """Connect the revision to all that changes what the public reads."""
    public_content_changed.connect(advance, dispatch_uid="revision-editions")
    post_save.connect(
        _advance_for_fixture, sender=Profile, dispatch_uid="revision-fixture"
    )
    for model in (*REFERENCE_MODELS, EarlierKey, SourceFile):
        for signal in (post_save, post_delete):
            signal.connect(
                advance, sender=model, dispatch_uid=f"revision-{model.__name__}"
            )
    _watch_rounds()
    for signal in (post_save, post_delete):
        signal.connect(
            _advance_for_answers, sender=ErrorReport, dispatch_uid="revision-answers"
        )
    m2m_changed.connect(
        advance,
        sender=Theme.gcm_objectives.through,
        dispatch_uid="revision-theme-objectives",
    )


def _watch_rounds() -> None:
    for signal in (post_save, post_delete):
        for model in (Round, Questionnaire):
            signal.connect(
                advance, sender=model, dispatch_uid=f"revision-{model.__name__}"
            )
        for part in OF_A_ROUND:
            signal.connect(
                _advance_for_results,
                sender=part,
                dispatch_uid=f"revision-{part.__name__}",
            )
    for listed in (Round.questionnaires, Round.documents):
        m2m_changed.connect(
            _advance_for_lists,
            sender=listed.through,
            dispatch_uid=f"revision-{listed.through.__name__}",
        )
