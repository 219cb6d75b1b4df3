"""What a fact says, in one line of the form."""

from functools import cache
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from profiles.admin.closed_rows import hidden_inputs
from profiles.content import fields_said
from profiles.models import Fact
from profiles.partial_dates import PartialDateField, display
from profiles.wording import in_words, period

LONGEST_VALUE = 120
"""Characters of one value that a line shows; the rest is a click away."""

_IN_A_PERIOD = {"since", "until", "listed"}


def shortened(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(LONGEST_VALUE)


@cache
def _fields(kind: type[Fact]) -> tuple[list[Any], bool]:
    fields = [kind._meta.get_field(name) for name in fields_said(kind)]
    has_period = {"since", "until"} <= {f.name for f in fields}
    if has_period:
        fields = [f for f in fields if f.name not in _IN_A_PERIOD]
    return fields, has_period


def values_said(fact: Fact) -> list[str]:
    """Return what a fact says beside its title: each value once, none that is empty."""
    fields, has_period = _fields(type(fact))
    title = str(fact)
    said = []
    for f in fields:
        if f.get_internal_type() == "BooleanField":
            text = str(f.verbose_name) if getattr(fact, f.name) else ""
        elif isinstance(f, PartialDateField):
            text = display(getattr(fact, f.name))
        else:
            text = in_words(fact, f)
        if text and text not in title and text not in said:
            said.append(shortened(text))
    if has_period and (when := period(fact)):
        said.append(when)
    return said


def evidence(fact: Fact) -> list[str]:
    """Return who says it, and what is to know of that."""
    certainty = fact.get_certainty_display()
    parts = [str(fact.source)] if fact.source_id else []
    parts.append(str(certainty))
    if not fact.is_public:
        parts.append(_("not public"))
    if fact.note:
        parts.append(_("with a note"))
    return [shortened(part) for part in parts if part]


def line(prefix: str, fact: Fact, position: int, waiting: str = "") -> SafeString:
    """Draw the row of a fact that nobody opened; its link asks for the inputs.

    `waiting` says what of the fact waits for somebody.
    """
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}" id="id_{name}">'
        for name, value in hidden_inputs(prefix, fact, position).items()
    )
    return format_html(
        '<li class="fact is-closed" id="{}" data-fact data-uid="{}"'
        ' data-source="{}" data-source-name="{}" data-certainty="{}">{}'
        '<a class="fact-open" id="fact-{}" href="?open={}#fact-{}">'
        '<b class="fact-title">{}</b>{}</a>'
        '<span class="fact-said-by">{}</span></li>',
        prefix,
        fact.uid,
        fact.source_id or "",
        fact.source if fact.source_id else "",
        fact.certainty,
        SafeString(inputs),
        fact.uid,
        fact.uid,
        fact.uid,
        shortened(str(fact)),
        format_html_join("", " <span>{}</span>", ((v,) for v in values_said(fact))),
        " · ".join([*evidence(fact), *([waiting] if waiting else [])]),
    )
