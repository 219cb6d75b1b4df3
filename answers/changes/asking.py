"""Which publications an address asks for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from answers.answer import NotUnderstood
from answers.changes.publications import Publication, publications, that_concern
from profiles.facets import LONGEST_NAME, shortened
from profiles.models import State, Theme
from profiles.partial_dates import validate_partial_date
from profiles.remembered import every, remembered
from profiles.searching import search

ABOUT = ("mechanism", "state", "theme")
"""Parameters that name a record."""

WHEN = ("from", "to")

_KEY = re.compile(r"[-a-zA-Z0-9_]+")


class CalledOtherwise(Exception):
    """A parameter has another name of the record that it means, whose key is `key`."""

    def __init__(self, parameter: str, key: str):
        super().__init__(parameter, key)
        self.parameter = parameter
        self.key = key


@dataclass(frozen=True)
class Choice:
    """A record that can be asked about: its key in an address, and its name."""

    key: str
    name: str
    record: Any = None


def choices(parameter: str, revision: str | None) -> list[Choice]:
    """Return the records that a parameter can name, by their names."""
    if parameter == "state":
        states = every(State, revision).values()
        found = [Choice(one.iso3, str(one), one) for one in states]
    elif parameter == "theme":
        themes = remembered(
            "themes named", revision, lambda: list(Theme.objects.named())
        )
        found = [Choice(one.slug, str(one), one) for one in themes]
    else:
        # The latest come first: they say what the mechanism is called now.
        by_slug: dict[str, Choice] = {}
        for one in publications(revision):
            if not one.is_withdrawal or one.slug not in by_slug:
                by_slug.setdefault(one.slug, Choice(one.slug, one.called))
        found = [*by_slug.values()]
    return sorted(found, key=lambda choice: (choice.name.casefold(), choice.key))


UNKNOWN: dict[str, Callable[[], str]] = {
    "mechanism": lambda: _(
        "“%(value)s” is neither the name of one mechanism that was published nor its "
        "name in addresses, such as ocam."
    ),
    "state": lambda: _(
        "“%(value)s” is neither a code, such as CRI, nor the name of one State."
    ),
    "theme": lambda: _(
        "“%(value)s” is neither the name of one theme nor its name in addresses."
    ),
}


def asked_for(
    asked: QueryDict, revision: str | None
) -> tuple[dict[str, Choice], list[Publication]]:
    """Return the records that are asked about, and the publications that this leaves.

    Raises NotUnderstood, and CalledOtherwise for a record by another of its names.
    """
    about = {
        name: _chosen(name, text, revision)
        for name in ABOUT
        if (text := asked.get(name, "").strip())
    }
    begins, ends = (_day(asked, name) for name in WHEN)
    if begins and ends and begins > ends and not begins.startswith(ends):
        text = _("No day lies between %(begins)s and %(ends)s: begin earlier.")
        raise NotUnderstood("from", text % {"begins": begins, "ends": ends})
    found: Sequence[Publication] = publications(revision)
    if "mechanism" in about:
        found = [one for one in found if one.slug == about["mechanism"].key]
    for name in ("state", "theme"):
        if name in about:
            found = that_concern(about[name].record, found)
    return about, [one for one in found if _lies_between(one, begins, ends)]


def _chosen(parameter: str, text: str, revision: str | None) -> Choice:
    text = text.strip()
    by_key = {choice.key: choice for choice in choices(parameter, revision)}
    if text in by_key:
        return by_key[text]
    if len(text) <= LONGEST_NAME:
        meant = search("called")(text, parameter, revision=revision)
        keys = [key for key in meant if key in by_key]
        if len(keys) == len(meant) == 1:
            raise CalledOtherwise(parameter, keys[0])
    raise NotUnderstood(parameter, UNKNOWN[parameter]() % {"value": shortened(text)})


def _day(asked: QueryDict, name: str) -> str:
    text = asked.get(name, "").strip()
    if text:
        try:
            validate_partial_date(text)
        except ValidationError as error:
            raise NotUnderstood(name, error.messages[0]) from None
    return text


def _lies_between(one: Publication, begins: str, ends: str) -> bool:
    # Such texts sort in the order of time, and a year holds all of its days.
    day = localdate(one.at).isoformat()
    return begins <= day and (not ends or day[: len(ends)] <= ends)
