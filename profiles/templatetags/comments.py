"""The way from a fact to what staff say about it."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from profiles.admin.comment_links import CommentLinks

register = template.Library()


@register.simple_tag
def comments_link(links: CommentLinks, fact: Any) -> SafeString:
    return links.link(fact)
