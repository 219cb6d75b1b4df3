"""Draws the options of a facet: the list of mechanisms has two hundred."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from profiles.facets import Facet

register = template.Library()

CHECKED = mark_safe(" checked")

# The number beside an option is a link for the pointer: by keyboard an option is one
# stop, its box. One option a line, for with so many, space between tags has a weight.
OPTION = (
    '<li><input class="form-check-input" type="checkbox" id="{name}-{value}" '
    'name="{name}" value="{value}"{checked}><label for="{name}-{value}">{label}</label>'
    '<a tabindex="-1" href="{url}" aria-label="{leads_to}">{count}</a></li>'
)


@register.simple_tag
def facet_options(facet: Facet) -> SafeString:
    """Return the options that a page shows, as items of a list."""
    return format_html_join(
        "\n",
        OPTION,
        (
            {
                "name": facet.name,
                "value": option.value,
                "checked": CHECKED if option.selected else "",
                "label": option.label,
                "url": option.url,
                "leads_to": option.name,
                "count": option.count,
            }
            for option in facet.shown
        ),
    )
