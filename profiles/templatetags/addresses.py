"""Addresses of the page that is being drawn: its own, and in other languages."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info

from profiles.web_addresses import is_web_address

register = template.Library()
register.filter("is_web_address", is_web_address)


@register.simple_tag(takes_context=True)
def canonical_url(context: RequestContext) -> str:
    """The page's own address, without the query: filters and pages vary it."""
    request = context.get("request")
    return request.build_absolute_uri(request.path) if request else ""


@register.simple_tag(takes_context=True)
def language_links(context: RequestContext) -> list[dict[str, Any]]:
    """The page in each of the registry's languages; empty when there is only one."""
    request = context.get("request")
    if request is None or len(settings.LANGUAGES) < 2:
        return []
    current = get_language()
    links = []
    for code, _name in settings.LANGUAGES:
        url = translate_url(request.get_full_path(), code)
        links.append(
            {
                "code": code,
                "name": get_language_info(code)["name_local"],
                "url": url,
                "absolute_url": request.build_absolute_uri(url),
                "is_current": code == current,
            }
        )
    return links
