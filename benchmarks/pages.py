"""The pages that are measured, by what a reader would call them."""

from partnerships.models import Partnership
from profiles.models import Contribution, Profile, State, ThemeFocus


def measured_pages() -> dict[str, list[str]]:
    """Return addresses to ask for in turn, by the name of the page.

    Several addresses a page, so that a cache is not asked for one answer only.
    """
    slugs = list(
        Profile.objects.published()
        .order_by("mechanism__slug")
        .values_list("mechanism__slug", flat=True)[:40]
    )
    states = [
        iso3.lower()
        for iso3 in State.objects.taking_part().values_list("iso3", flat=True)[:40]
    ]
    regions = ["africa", "americas", "asia-pacific", "europe-central-asia"]
    words = ["labour", "trafficking", "border", "MIDSA", "traficking", "diaspora"]
    return {
        "list with facets": [f"/mechanisms/?page={page}" for page in (1, 2)],
        "filtered list": [
            f"/mechanisms/?region={region}&status=active&level={level}"
            for region in regions
            for level in ("regional", "national")
        ],
        "search": [f"/search/?q={word}" for word in words],
        "mechanism page": [f"/mechanisms/{slug}/" for slug in slugs],
        "State page": [f"/states/{iso3}/" for iso3 in states],
    }


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
