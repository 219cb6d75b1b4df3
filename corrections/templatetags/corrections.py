"""The ways from a fact or a page to the form for reporting an error."""

from functools import lru_cache
from urllib.parse import urlencode

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from profiles.models import Fact
from profiles.vocabularies import EditionState

register = template.Library()


@register.simple_tag
def report_link(fact: Fact) -> SafeString | str:
    """The link beside a fact that leads to the form for an error in it.

    Only beside facts of editions in force: an earlier edition stays as it is, and a
    draft is corrected where it is written.
    """
    if fact.profile.state != EditionState.PUBLISHED:
        return ""
    return format_html(
        '<a class="report-error" href="{}?mechanism={}&amp;fact={}" rel="nofollow">'
        '<span class="visually-hidden">{}</span></a>',
        _form(get_language(), get_script_prefix()),
        fact.profile.mechanism.slug,
        fact.uid,
        _("Report an error"),
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
