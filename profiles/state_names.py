"""Which State a name means: in four languages, by code, or as people call it."""

import gettext
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pycountry
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from profiles.folding import fold
from profiles.likeness import closest
from profiles.models import State, StateAlias
from profiles.searching import search

NAME = "name"
OTHER_LANGUAGE = "other_language"
ALIAS = "alias"
CODE = "code"

HOW = {
    NAME: _("by its name"),
    OTHER_LANGUAGE: _("by its name in another language"),
    ALIAS: _("by an alias"),
    CODE: _("by its code"),
}

LONGEST_TEXT = 20_000
"""Characters of a list that are read; the world's States take some 4 000."""

_SUGGESTIONS = 3

# A name never goes on over one of these.
_HARD = re.compile(r"[\n\r\t\v\f\u0085\u2028\u2029;؛|•●▪◦‣⁃·]+")
# A name can hold one of these: 'Korea, Republic of', 'Bosnia and Herzegovina'.
_SOFT = re.compile(
    r"[,،、]|/|&|\+|(?<=\s)(?:and|et|y|e|und|AND|ET|Y)(?=\s)|(?<=\s)و(?=\s)"
)
_AND_FIRST = re.compile(r"^(?:and|et|y|e|AND|ET|Y)\s+(?=\S)")
_BULLET = re.compile(r"^\s*(?:[-–—*>]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+")
_LEFT_OUT = {
    *("the", "la", "le", "les", "l", "el", "los", "las"),
    *("and", "et", "y", "e", "و"),
}
_LONGEST_NAME = 6
"""Parts between separators that one name can have."""

_LANGUAGES_OF_NAMES = ("es", "fr", "ar", "pt", "pt_BR")
"""Languages beside English in which the lists of staff name States."""

_SHORTENED = {
    **dict.fromkeys(("republic", "republica", "republique"), "rep"),
    **dict.fromkeys(("democratic", "democratica", "democratique"), "dem"),
    "saint": "st",
    "sainte": "ste",
}
"""What names write in full or short; both ways have one key."""


@dataclass(frozen=True)
class Named:
    """A State, and how a name means it."""

    pk: int
    name: str
    how: str = NAME


@dataclass(frozen=True)
class Reading:
    """What one name of a list was read as; without a State, what it may mean."""

    text: str
    state: Named | None
    suggestions: tuple[Named, ...] = field(default=())

    @property
    def how(self) -> Any:
        return HOW[self.state.how] if self.state else ""


def name_key(name: str) -> str:
    """Return what names of the same State share: no accents, articles, 'and'."""
    words = fold(name).split()
    kept = [w for w in words if w not in _LEFT_OUT] or words
    return " ".join(_SHORTENED.get(w, w) for w in kept)


@cache
def further_names(iso3: str) -> tuple[str, ...]:
    """Return what else a State is called: in full, in other languages, of old.

    They come from ISO 3166 as iso-codes translates it, and from the search's list of
    equivalents. Several States may share one.
    """
    country = pycountry.countries.get(alpha_3=iso3)
    told = [
        getattr(country, kind)
        for kind in ("name", "official_name", "common_name")
        if hasattr(country, kind)
    ]
    translated = [
        _catalogue(code).gettext(name) for code in _LANGUAGES_OF_NAMES for name in told
    ]
    names = [*told, *translated, *search("names_of")("state", iso3)]
    return tuple(dict.fromkeys(names))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(
        "iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True
    )


class StateNames:
    """All names of all States, read once; then `state_of` and `read_list`.

    Where a name could mean two States, a name goes before a code and an alias.
    """

    def __init__(self) -> None:
        languages = [code for code, _name in settings.LANGUAGES]
        spoken = (get_language() or languages[0]).partition("-")[0]
        columns = {code: f"name_{code}" for code in settings.MODELTRANSLATION_LANGUAGES}
        self._by_key: dict[str, Named] = {}
        self._by_code: dict[str, Named] = {}
        rows = list(
            State.objects.order_by("iso3").values(
                "pk", "iso2", "iso3", "m49", *columns.values()
            )
        )
        shown = {
            row["pk"]: row.get(columns.get(spoken, "")) or row["name_en"] or row["iso3"]
            for row in rows
        }
        for row in rows:
            if name := row.get(columns.get(spoken, "")):
                self._learn(name, Named(row["pk"], shown[row["pk"]], NAME))
        for row in rows:
            for column in columns.values():
                if row[column]:
                    named = Named(row["pk"], shown[row["pk"]], OTHER_LANGUAGE)
                    self._learn(row[column], named)
            for code in (row["iso3"], row["iso2"], row["m49"]):
                if code:
                    named = Named(row["pk"], shown[row["pk"]], CODE)
                    self._by_code.setdefault(code, named)
        aliases = StateAlias.objects.order_by("name").values_list("name", "state_id")
        for name, state in aliases:
            self._learn(name, Named(state, shown[state], ALIAS))
        self._learn_further_names(rows, shown)

    def _learn_further_names(self, rows, shown) -> None:
        """Learn the names that only one State has; what several share is asked."""
        called: dict[str, dict[int, str]] = defaultdict(dict)
        for row in rows:
            for name in further_names(row["iso3"]):
                called[name_key(name)].setdefault(row["pk"], name)
        for states in called.values():
            if len(states) == 1:
                [(pk, name)] = states.items()
                self._learn(name, Named(pk, shown[pk], ALIAS))

    def _learn(self, name: str, named: Named) -> None:
        if key := name_key(name):
            self._by_key.setdefault(key, named)
        # 'Korea, Republic of' is 'Republic of Korea' in another order.
        first, comma, rest = name.partition(", ")
        if comma and (key := name_key(f"{rest} {first}")):
            self._by_key.setdefault(key, Named(named.pk, named.name, ALIAS))

    def state_of(self, text: str) -> Named | None:
        """Return the State that `text` names as a whole, or None."""
        if (key := name_key(text)) in self._by_key:
            return self._by_key[key]
        return self._by_code.get(fold(text).upper().replace(" ", ""))

    def suggest(self, text: str) -> tuple[Named, ...]:
        """Return States with names like `text`, the likeliest first."""
        found: dict[int, Named] = {}
        names = [*self._by_key]
        for key, _score, _place in closest(
            name_key(text), names, limit=4 * _SUGGESTIONS
        ):
            found.setdefault(self._by_key[key].pk, self._by_key[key])
        return tuple(found.values())[:_SUGGESTIONS]

    def read_list(self, text: str) -> list[Reading]:
        """Read a pasted list of States, each name as long as it can be.

        Whatever is pasted gives an answer; only `LONGEST_TEXT` of it is read.
        """
        readings: list[Reading] = []
        for line in _HARD.split(text[:LONGEST_TEXT]):
            readings.extend(self._read_line(_BULLET.sub("", line)))
        return readings

    def _read_line(self, line: str) -> Iterator[Reading]:
        spans = list(_parts(line))
        first = 0
        while first < len(spans):
            for last in range(min(len(spans), first + _LONGEST_NAME), first, -1):
                whole = line[spans[first][0] : spans[last - 1][1]].strip(" .,:،")
                if named := self.state_of(whole):
                    yield Reading(whole, named)
                    first = last
                    break
            else:
                yield from self._read_part(line[slice(*spans[first])])
                first += 1

    def _read_part(self, part: str) -> Iterator[Reading]:
        part = part.strip(" .,:،")
        if without := _AND_FIRST.sub("", part):
            if named := self.state_of(without):
                yield Reading(without, named)
                return
            part = without
        for split in (_as_codes, _at_arabic_and):
            pieces = split(part)
            states = [self.state_of(piece) for piece in pieces]
            if len(pieces) > 1 and (all(states) or split is _at_arabic_and):
                for piece, named in zip(pieces, states, strict=True):
                    yield self._reading(piece, named)
                return
        if fold(part):
            yield self._reading(part, None)

    def _reading(self, text: str, named: Named | None) -> Reading:
        return Reading(text, named, () if named else self.suggest(text))


def _parts(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    for separator in _SOFT.finditer(line):
        if line[start : separator.start()].strip():
            yield start, separator.start()
        start = separator.end()
    if line[start:].strip():
        yield start, len(line)


def _as_codes(part: str) -> list[str]:
    words = part.split()
    are_codes = all(2 <= len(w) <= 3 and (w.isupper() or w.isdigit()) for w in words)
    return words if are_codes else []


def _at_arabic_and(part: str) -> list[str]:
    # 'and' is a letter before the next word: غواتيمالا وهندوراس
    return re.split(r"\s+و(?=\w)", part)
