"""How facts are shown: their dates, languages, sources and certainty."""

import re
from collections.abc import Sized
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.db import models
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname, resolution_order

from profiles import partial_dates, staleness
from profiles.content import fields_said, languages_of_texts
from profiles.models import Fact, Profile, Section, Source, State
from profiles.remembered import remembered
from profiles.vocabularies import Certainty, MechanismStatus
from profiles.wording import pairs_in_words, period

register = template.Library()

_NO_ATTRIBUTES = SafeString()

LONG_PROSE = 300
MOST_SOURCES_KEPT = 5_000
"""Sources that a process keeps as drawn, for each language: some five megabytes."""
"""Characters after a first paragraph from which on a phone folds them away."""


@register.filter
def partial_date(text: str) -> str:
    """A date as precise as its source: '2011', 'June 2011' or '13 June 2011'."""
    return partial_dates.display(text)


register.filter("period", period)


@register.filter
def on_record(text: Any) -> Any:
    """The text, or the mark for what no source says."""
    return _not_on_record(get_language()) if text in ("", None) else text


@register.filter
def said(fact: Fact) -> list[tuple[str, str]]:
    """The label and the value of each field by which a fact says something.

    What the fact is called by stands before them.
    """
    names = fields_said(type(fact))
    texts = languages_of_texts(type(fact))
    return [
        (label, str(words(fact, name)) if name in texts else value)
        for name, (label, value) in zip(names, pairs_in_words(fact, names), strict=True)
        if value not in ("", str(fact))
    ]


@register.filter
def called(fact: Fact) -> SafeString | str:
    """What a fact is called, marked with its language if it had to fall back."""
    texts = languages_of_texts(type(fact))
    named = (name for name in texts if getattr(fact, name) == str(fact))
    name = next(named, "")
    return words(fact, name) if name else str(fact)


@register.filter
def is_stale(as_of: str) -> bool:
    """Is information of this date more than two years old today?"""
    return staleness.is_stale(as_of)


@register.filter
def years(contribution: Any) -> str:
    """The year or years of a contribution; empty if no source says."""
    first, last = contribution.year, contribution.until_year
    if first and last and first != last:
        return _("%(since)s–%(until)s") % {"since": first, "until": last}
    return str(first or last or "")


@register.simple_tag
def lang_of(record: models.Model, field: str) -> SafeString:
    """The attributes `lang` and `dir`, if the text is not in the page's language.

    A translated field falls back to another language when it is empty in the
    active one; a screen reader then has to know.
    """
    language = _language_shown(record, field)
    if language == get_language():
        return _NO_ATTRIBUTES
    return _language_attributes(language)


@register.simple_tag
def named(record: models.Model, field: str = "name") -> SafeString | str:
    """A translated field, marked with its language if it had to fall back."""
    attributes = lang_of(record, field)
    text = getattr(record, field)
    if not attributes:
        return text
    return format_html("<bdi{}>{}</bdi>", attributes, text)


@register.simple_tag
def words(record: models.Model, field: str, most: int = 0) -> SafeString | str:
    """A text, followed by its language where it is not the page's; at `most` so many
    words."""
    text = getattr(record, field)
    text = Truncator(text).words(most) if most else text
    attributes = lang_of(record, field)
    if not (text and attributes):
        return text
    mark = _language_mark(_language_shown(record, field))
    return format_html("<bdi{}>{}</bdi>{}", attributes, text, mark)


@register.simple_tag
def mechanism_link(profile: Profile) -> SafeString:
    """The name of a mechanism, which leads to its page, and its acronym."""
    link = format_html(
        '<a href="{}">{}</a>', profile.mechanism.get_absolute_url(), named(profile)
    )
    if not profile.acronym:
        return link
    return format_html(
        '{} <span class="entry-acronym">{}</span>', link, named(profile, "acronym")
    )


@register.filter
def language_name(code: str) -> str:
    """The name of a language in the language of the page, or the code itself."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def language_attributes(code: str) -> SafeString:
    """The attributes `lang` and `dir` of a text in the language `code`."""
    return _language_attributes(code) if code else mark_safe("")


@register.simple_tag(takes_context=True)
def source_ref(context: RequestContext, source: Source | None) -> SafeString | str:
    """The superscript that leads to `source` in the list at the end of the page.

    The page's context holds `references` (a `profiles.references.References`).
    """
    if source is None:
        return ""
    number = context["references"].number(source)
    return _superscript(number, get_language())


@register.simple_tag(takes_context=True)
def described(context: RequestContext, source: Source) -> SafeString:
    """A source as it stands in the list and on its card, drawn once a revision.

    The page's context may hold `rounds` and `source_files`.
    """
    known = {name: context.get(name) for name in ("rounds", "source_files")}
    revision = getattr(context.get("request"), "registry_revision", None)
    # The page of a round does not link to itself.
    where = "sources", get_language(), known["rounds"] is None
    texts = remembered(where, revision, dict[int, SafeString])
    if (text := texts.get(source.pk)) is None:
        about = {"source": source, **known}
        text = render_to_string("includes/_source.html", about)
        if len(texts) < MOST_SOURCES_KEPT:
            texts[source.pk] = text
    return text


@register.simple_tag
def status_of(profile: Profile) -> SafeString:
    """The status of a profile with the date of the information, and in words that it
    is old or undated. It depends on the day: pages are kept for a day at most."""
    is_old = staleness.is_stale(profile.as_of)
    return _status(profile.status, profile.as_of, is_old, get_language())


@register.simple_tag
def seats_counted(state: State) -> SafeString:
    """In how many mechanisms a State of `with_mechanism_count` takes part."""
    confirmed, unconfirmed = state.confirmed_count, state.unconfirmed_count  # type: ignore[attr-defined]
    return _seats_counted(confirmed, unconfirmed, get_language())


@register.simple_tag(takes_context=True)
def evidence(context: RequestContext, fact: Fact, note: bool = True) -> SafeString:
    """Who says so, how firmly if it is not simply stated, and what is to be noted."""
    return format_html(
        "{}{}{}",
        source_ref(context, fact.source),
        certainty(fact),
        remark(fact) if note else "",
    )


@register.simple_tag(takes_context=True)
def field_sources(
    context: RequestContext, *fields: str, language: str | None = None
) -> SafeString:
    """Who says what fields of the profile say; of one language, or of all.

    The page's context holds `page`, which knows them.
    """
    sources = context["page"].sources_of(*fields, language=language)
    return format_html_join("", "{}", ((evidence(context, s),) for s in sources))


@register.simple_tag(takes_context=True)
def prose(context: RequestContext, section: Section) -> SafeString:
    """The paragraphs of a section; the last one ends with who says so.

    Only blank lines begin a paragraph: what staff paste often has broken lines.
    """
    texts = [text.strip() for text in re.split(r"\n\s*\n", section.prose)]
    first, *others = [format_html("{}", text) for text in texts if text] or [
        SafeString()
    ]
    said = evidence(context, section)
    if lang_of(section, "prose"):
        said = _language_mark(_language_shown(section, "prose")) + said
    if not others:
        return format_html("<p>{}{}</p>", first, said)
    others[-1] += said
    rest = format_html_join("\n", "<p>{}</p>", ((text,) for text in others))
    most = 0 if len(rest) > LONG_PROSE else len(others)
    return format_html(
        "<p>{}</p>\n{}", first, folded(rest, _("Read on"), others, most, wide=0)
    )


@register.simple_block_tag
def folded(
    content: SafeString, summary: str, group: Sized, most: int, wide: int | None = None
) -> SafeString:
    """What stands between the tags, which a phone folds away behind `summary` when
    `group` has more members than `most`. Wide screens show it open, unless the group
    has more members than `wide`. Print shows all open."""
    if len(group) <= most:
        return content
    is_long = wide is not None and len(group) > wide
    return format_html(
        '<details class="fold"{}><summary>{}</summary>{}</details>',
        SafeString(" data-long" if is_long else ""),
        summary,
        content,
    )


@register.filter
def certainty(fact: Fact) -> SafeString | str:
    """How firmly the source supports the fact, in words; empty when it states it."""
    if fact.certainty == Certainty.STATED:
        return ""
    return format_html(
        ' <span class="certainty" data-certainty="{}">{}</span>',
        fact.certainty,
        Certainty(fact.certainty).label,
    )


@register.filter
def remark(fact: Fact) -> SafeString | str:
    """The note that belongs to a fact."""
    if not fact.note:
        return ""
    return format_html(
        ' <span class="fact-note"><bdi>{}</bdi></span>', words(fact, "note")
    )


@lru_cache
def _not_on_record(language: str | None) -> SafeString:
    return render_to_string("includes/_not_on_record.html")


@lru_cache(maxsize=1024)
def _superscript(number: int, language: str | None) -> SafeString:
    # A page names its sources some hundred times, and a few of them over and over.
    return render_to_string("includes/_source_ref.html", {"number": number})


# What lists say over and over is drawn once for each text that it can be.


@lru_cache(maxsize=1024)
def _status(status: str, as_of: str, is_old: bool, language: str | None) -> SafeString:
    said = {"status": status, "label": MechanismStatus(status).label, "as_of": as_of}
    return render_to_string("includes/_status.html", said)


@lru_cache(maxsize=1024)
def _seats_counted(
    confirmed: int, unconfirmed: int, language: str | None
) -> SafeString:
    counts = {"confirmed": confirmed, "unconfirmed": unconfirmed}
    return render_to_string("includes/_seats_counted.html", counts)


def _language_shown(record: models.Model, field: str) -> str:
    """The language of the text that a translated field shows now."""
    active = get_language() or "en"
    for language, name in _in_languages(field, active):
        if getattr(record, name):
            return language
    return active


@lru_cache(maxsize=1024)
def _in_languages(field: str, active: str) -> list[tuple[str, str]]:
    # Lists name hundreds of records.
    return [
        (language, build_localized_fieldname(field, language))
        for language in resolution_order(active)
    ]


def _language_mark(code: str) -> SafeString:
    """Say to eyes in which language a text is; its attributes say it to readers."""
    active = get_language() or settings.LANGUAGE_CODE
    return format_html(
        ' <span class="text-language"{}>({})</span>',
        _language_attributes(active),
        language_name(code),
    )


def _language_attributes(code: str) -> SafeString:
    try:
        direction = "rtl" if get_language_info(code)["bidi"] else "ltr"
    except KeyError:
        direction = "auto"
    return format_html(' lang="{}" dir="{}"', code, direction)
