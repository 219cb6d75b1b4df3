"""The inputs of the staff's forms."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from profiles.partial_dates import PartialDateField
from profiles.typed_dates import TypedDateField


class Text(forms.Textarea):
    """A text of several lines, with line ends as the registry keeps them.

    Browsers send others, which would make every text look changed.
    """

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


def inputs(*, rows: int = 3, columns: int = 80) -> dict:
    """Return `formfield_overrides`: texts of that size, addresses that mean https."""
    return {
        models.TextField: {"widget": Text({"rows": rows, "cols": columns})},
        PartialDateField: {
            "form_class": TypedDateField,
            "widget": AdminTextInputWidget,
        },
        models.URLField: {
            "assume_scheme": "https",
            "widget": forms.URLInput({"class": "vURLField"}),
        },
    }


class PlainRenderer(DjangoTemplates):
    """Draws the common inputs without a template each, as Django's templates would.

    A form of a profile has some thousand inputs, and a select one template for each
    of its options: most of the time to answer went there.
    """

    def render(self, template_name, context, request=None):
        draw = _DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return draw(context["widget"])


# The hottest code of the form: each value is escaped here, once, by hand.


def _attributes(attributes: dict[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    shown = "" if value is None else f' value="{conditional_escape(value)}"'
    return SafeString(
        f'<input type="{widget["type"]}" name="{conditional_escape(widget["name"])}"'
        f"{shown}{_attributes(widget['attrs'])}>"
    )


def _textarea(widget: dict[str, Any]) -> SafeString:
    return SafeString(
        f'<textarea name="{conditional_escape(widget["name"])}"'
        f"{_attributes(widget['attrs'])}>\n"
        f"{conditional_escape(widget['value'] or '')}</textarea>"
    )


def _select(widget: dict[str, Any]) -> SafeString:
    options = "".join(_options(name, group) for name, group, _ in widget["optgroups"])
    return SafeString(
        f'<select name="{conditional_escape(widget["name"])}"'
        f"{_attributes(widget['attrs'])}>{options}</select>"
    )


def _options(group_name: str | None, options: list[dict[str, Any]]) -> str:
    drawn = "".join(
        f'<option value="{conditional_escape(option["value"])}"'
        f"{_attributes(option['attrs'])}>{conditional_escape(option['label'])}</option>"
        for option in options
    )
    if not group_name:
        return drawn
    return f'<optgroup label="{conditional_escape(group_name)}">{drawn}</optgroup>'


_DRAWN = {
    "django/forms/widgets/checkbox.html": _input,
    "django/forms/widgets/hidden.html": _input,
    "django/forms/widgets/number.html": _input,
    "django/forms/widgets/text.html": _input,
    "django/forms/widgets/url.html": _input,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
}


PLAIN = PlainRenderer()
