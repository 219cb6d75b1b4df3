"""How the page of a mechanism says to be cited."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from answers.citation_files import WRITERS
from answers.citing import Cited, apa, chicago
from profiles.models import Profile

register = template.Library()


@register.simple_tag(takes_context=True)
def citations(context: RequestContext, profile: Profile) -> list[dict[str, Any]]:
    """The edition, and the mechanism whatever edition is in force, each as it is cited
    in words and the addresses of its files."""
    here = context["request"].build_absolute_uri
    slug = profile.mechanism.slug
    edition = Cited.of(profile, here(profile.get_edition_url()), edition=True)
    record_url = here(profile.mechanism.get_absolute_url())
    record = Cited.of(profile, record_url, edition=False)
    told = [(edition, "edition-cite-file", [slug, profile.edition])]
    if profile.state == "published":
        told.append((record, "cite-file", [slug]))
    return [
        {
            "edition": cited.edition,
            "styles": [("APA", apa(cited)), ("Chicago", chicago(cited))],
            "files": [
                (form, reverse(name, args=[*parts, form])) for form in sorted(WRITERS)
            ],
        }
        for cited, name, parts in told
    ]
