"""The staff's first page."""

from typing import Any

from django import template
from django.db.models import Model

from iscm_registry.dashboard import Dashboard, change_url

register = template.Library()


@register.simple_tag(takes_context=True)
def dashboard(context: dict[str, Any]) -> Dashboard:
    """Return what needs the attention of the person who asks."""
    return Dashboard(context["request"].user)


@register.filter
def staff_page(record: Model) -> str:
    """Return the address of the page on which staff change a record."""
    return change_url(record)
