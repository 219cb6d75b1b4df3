"""The way from a fact to what staff say about it."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def comments_link(links: Any, fact: Any) -> SafeString:
    """The link of a fact, of the `CommentLinks` that the page was given."""
    return links.link(fact)
