"""The ways from a fact or a page to the form for reporting an error."""

from functools import lru_cache
from urllib.parse import urlencode

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from profiles.models import Fact, Profile
from profiles.vocabularies import EditionState, PagePart

register = template.Library()


@register.simple_tag
def report_link(fact: Fact) -> SafeString | str:
    """The link beside a fact that leads to the form for an error in it.

    For pointers only: by keyboard it would be one more stop at each of a hundred facts
    (see `report_part`).
    """
    return _flag(fact.profile, "fact", str(fact.uid))


@register.simple_tag
def report_field(profile: Profile, field: str) -> SafeString | str:
    """The link beside a field of the profile, as `report_link` beside a fact."""
    return _flag(profile, "field", field)


def _flag(profile: Profile, narrower: str, value: str) -> SafeString | str:
    # Only of editions in force: an earlier edition stays as it is, and a draft is
    # corrected where it is written.
    if profile.state != EditionState.PUBLISHED:
        return ""
    return format_html(
        '<a class="report-error" href="{}?mechanism={}&amp;{}={}" rel="nofollow" '
        'tabindex="-1" aria-label="{}"></a>',
        _form(get_language(), get_script_prefix()),
        profile.mechanism.slug,
        narrower,
        value,
        _("Report an error"),
    )


@register.simple_tag
def report_part(profile: Profile, part: str) -> SafeString | str:
    """The link at the head of a part of the page: to all its facts and fields, each of
    which leads to the form."""
    if profile.state != EditionState.PUBLISHED:
        return ""
    return format_html(
        '<a class="report-error report-part" href="{}?mechanism={}#{}" rel="nofollow" '
        'aria-label="{}"></a>',
        _form(get_language(), get_script_prefix()),
        profile.mechanism.slug,
        PagePart(part).anchor,
        _("Report an error in this part: %(part)s") % {"part": PagePart(part).label},
    )


@register.inclusion_tag("corrections/_report_page.html")
def report_page(**named: object) -> dict[str, str]:
    """The end of a page, which leads to the form for an error on it.

    `named` is how the form's address names the page (`corrections.targets`).
    """
    listed = reverse("correction-list")
    mechanism = named.get("mechanism")
    return {
        "report_url": f"{reverse('report')}?{urlencode(named)}",
        "corrections_url": f"{listed}?mechanism={mechanism}" if mechanism else "",
    }


@lru_cache(maxsize=32)
def _form(language: str | None, prefix: str) -> str:
    # A page has some hundred of these links.
    return reverse("report")
