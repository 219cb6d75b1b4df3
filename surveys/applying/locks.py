"""What is locked before an import is applied or undone, always in this order.

SQLite knows no row locks: there only one writer is inside a transaction at a time.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from profiles.models import Mechanism, Profile
from surveys.models import Round, SurveyImport


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
