"""The pages that are measured, by what a reader would call them."""

from partnerships.models import Partnership
from profiles.models import Contribution, Profile, State, ThemeFocus


def some_records(number: int = 40) -> list[str]:
    """Return slugs of mechanisms, so that a cache is not asked for one answer only."""
    published = Profile.objects.published().order_by("mechanism__slug")
    return list(published.values_list("mechanism__slug", flat=True)[:number])


def every_page() -> dict[str, str]:
    """Return one address for each public page, by its name."""
    mechanism = Profile.objects.published().order_by("pk").first().mechanism
    seat = State.objects.taking_part().order_by("iso3").first()
    partner = Partnership.objects.published().order_by("organisation__slug").first()
    theme = ThemeFocus.objects.published().order_by("theme__slug").first()
    contribution = Contribution.objects.published().order_by("pk").first()
    return {
        "home": "/",
        "about": "/about/",
        "mechanisms": "/mechanisms/",
        "mechanisms, filtered": "/mechanisms/?region=africa&status=active",
        "mechanisms, searched": "/mechanisms/?q=labour",
        "mechanism": f"/mechanisms/{mechanism.slug}/",
        "editions": f"/mechanisms/{mechanism.slug}/editions/",
        "edition": f"/mechanisms/{mechanism.slug}/editions/1/",
        "States": "/states/",
        "State": f"/states/{seat.iso3.lower()}/",
        "partners": "/partners/",
        "partner": f"/partners/{partner.organisation.slug}/",
        "contributions": "/contributions/",
        "contributions, filtered": f"/contributions/?level={contribution.level}",
        "themes": "/themes/",
        "theme": f"/themes/{theme.theme.slug}/",
        "search": "/search/?q=trafficking",
        "suggestions": "/search/suggest/?q=mid",
    }
