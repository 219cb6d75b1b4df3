"""Draws what repeats from page to page once: the rows of lists."""

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


@register.tag
def drawn_once(parser: Parser, token: Token) -> Node:
    """Draw a record in one way, once for each language.

        {% drawn_once row as "cards" %} … {% enddrawn_once %}

    What stands between may depend on that record alone: nothing else of the page is
    known there. What was drawn is held by the record, if that is one which several
    requests share (it has a dictionary `drawn`), and goes with it.
    """
    _tag, record, _as, way = token.split_contents()
    nodelist = parser.parse(("enddrawn_once",))
    parser.delete_first_token()
    return _DrawnOnce(record, way.strip("\"'"), nodelist)


class _DrawnOnce(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, record: str, way: str, nodelist: NodeList):
        self.record = record
        self.way = way
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        record = context[self.record]
        drawn: dict[tuple[str, str | None], SafeString] = getattr(record, "drawn", {})
        key = self.way, get_language()
        if key not in drawn:
            alone = context.new({self.record: record})
            drawn[key] = mark_safe(self.nodelist.render(alone))  # noqa: S308 - drawn
        return drawn[key]
