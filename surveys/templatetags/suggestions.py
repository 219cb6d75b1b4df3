"""The suggestions of summary sheets, for staff's pages of an edition."""

from django import template
from django.db.models import Count, Q

from profiles.models import Profile
from surveys.models import SummarySheet
from surveys.vocabularies import SuggestionState

register = template.Library()


@register.simple_tag
def latest_sheet(edition: Profile) -> SummarySheet | None:
    """Return the last sheet that was read into an edition, with `open_suggestions`.

    `open_suggestions` counts those of all sheets of the edition.
    """
    undecided = Q(
        profile__summary_sheets__suggestions__state=SuggestionState.OPEN,
    )
    return (
        SummarySheet.objects.filter(profile=edition)
        .annotate(
            open_suggestions=Count(
                "profile__summary_sheets__suggestions", filter=undecided, distinct=True
            )
        )
        .order_by("-read_at", "-pk")
        .first()
    )
