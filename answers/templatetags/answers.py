"""How the cells of an answer's tables are drawn."""

from django import template
from django.utils.formats import localize
from django.utils.html import format_html

from answers.tables import Cell, Linked
from profiles.templatetags.facts import on_record

register = template.Library()


@register.filter
def as_cell(cell: Cell) -> str:
    """Write a cell: a link, a number by locale, or that nothing is on record."""
    if isinstance(cell, Linked):
        return format_html('<a href="{}">{}</a>', cell.url, cell.text)
    if cell is None or cell == "":
        return on_record("")
    if isinstance(cell, str) and cell[0].isdigit():
        # A range of years reads from left to right on every page.
        return format_html("<bdi>{}</bdi>", cell)
    return localize(cell)
