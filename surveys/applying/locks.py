"""What is locked before an import is applied or undone, always in this order.

SQLite knows no row locks: there only one writer is inside a transaction at a time.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from profiles.models import Mechanism, Profile
from profiles.models.mechanisms import OPEN_STATES
from profiles.vocabularies import EditionState
from surveys.models import Round, SurveyImport
from surveys.planning.drafts import Draft
from surveys.refusals import ChangedSincePreview


def lock_import(survey_import: SurveyImport) -> SurveyImport:
    """Lock an import and its round, for two imports into one round wait for each other.

    Returns the import as it is now.
    """
    locked = SurveyImport.objects.select_for_update(no_key=True).get(
        pk=survey_import.pk
    )
    Round.objects.select_for_update(no_key=True).get(pk=locked.round_id)
    return locked


def lock_mechanisms(slugs: Iterable[str]) -> dict[str, Mechanism]:
    """Lock mechanisms against every other step with their editions, by slug."""
    found = Mechanism.objects.select_for_update(no_key=True).filter(slug__in=[*slugs])
    return {mechanism.slug: mechanism for mechanism in found.order_by("pk")}


def lock_editions(editions: QuerySet[Profile]) -> list[Profile]:
    """Lock editions: a save by staff that is under way comes first."""
    locked = editions.select_for_update(no_key=True, of=("self",))
    return list(locked.select_related("mechanism").order_by("pk"))


def lock_unchanged(drafts: list[Draft]) -> dict[str, Profile]:
    """Lock the editions that drafts are or begin from; return them by mechanism.

    Raises ChangedSincePreview unless each is what it was when the draft was planned.
    """
    mechanisms = lock_mechanisms(draft.mechanism.slug for draft in drafts)
    current = Profile.objects.filter(
        mechanism__in=mechanisms.values(),
        state__in=[*OPEN_STATES, EditionState.PUBLISHED],
    )
    bases: dict[str, Profile] = {}
    for edition in lock_editions(current):
        slug = edition.mechanism.slug
        if slug not in bases or edition.is_open:
            bases[slug] = edition
    changed = []
    for draft in drafts:
        slug = draft.mechanism.slug
        base = bases.get(slug)
        stands_on = (base.pk, base.state, base.version) if base else None
        if slug not in mechanisms or stands_on != draft.stands_on:
            changed.append(slug)
    if changed:
        raise ChangedSincePreview(changed)
    return bases
