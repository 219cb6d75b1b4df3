"""The inputs of the staff's forms."""

from typing import Any

from django import forms
from django.db import models
from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html, format_html_join


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


def _attributes(attributes: dict[str, Any]) -> str:
    shown = [(n, v) for n, v in attributes.items() if v is not False]
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", n) if v is True else format_html(' {}="{}"', n, v),)
            for n, v in shown
        ),
    )


def _input(widget: dict[str, Any]) -> str:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', value),
        _attributes(widget["attrs"]),
    )


def _textarea(widget: dict[str, Any]) -> str:
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>',
        widget["name"],
        _attributes(widget["attrs"]),
        widget["value"] or "",
    )


def _select(widget: dict[str, Any]) -> str:
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget["attrs"]),
        format_html_join(
            "",
            "{}",
            ((_options(name, group),) for name, group, _ in widget["optgroups"]),
        ),
    )


def _options(group_name: str | None, options: list[dict[str, Any]]) -> str:
    drawn = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (option["value"], _attributes(option["attrs"]), option["label"])
            for option in options
        ),
    )
    if not group_name:
        return drawn
    return format_html('<optgroup label="{}">{}</optgroup>', group_name, drawn)


_DRAWN = {
    "django/forms/widgets/checkbox.html": _input,
    "django/forms/widgets/hidden.html": _input,
    "django/forms/widgets/number.html": _input,
    "django/forms/widgets/text.html": _input,
    "django/forms/widgets/url.html": _input,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
}
