"""From a source to the assessment round that produced it."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from profiles.models import Source
from profiles.references import References
from surveys.models import Round

register = template.Library()


@register.simple_tag
def rounds_of(references: References) -> dict[int, Round]:
    """The rounds that produced sources of a page, by the pk of the source.

    Only rounds that have a page. One query, whatever the page names.
    """
    named = [source.pk for _number, source in references]
    found = Round.objects.with_page().filter(documents__in=named)
    documents = found.values_list("documents", "slug", "title").order_by("year", "slug")
    return {
        source: Round(slug=slug, title=title)
        for source, slug, title in documents
        if source in named
    }


@register.simple_tag
def round_link(source: Source, rounds: dict[int, Round] | str) -> SafeString | str:
    """The link from a source to the page of its round; empty without one."""
    of_source = rounds.get(source.pk) if isinstance(rounds, dict) else None
    if of_source is None:
        return ""
    address = reverse("assessment-detail", args=[of_source.slug])
    return format_html(
        '<span class="source-note"><a href="{}">{}</a></span>', address, of_source.title
    )
