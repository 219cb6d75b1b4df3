"""The record that a name in a survey means: State, organisation, theme or mechanism.

Only an exact name is accepted. A person is asked about a name that is merely similar,
however similar it is, or that two records share: matching countries by similarity
takes 'Niger' for Nigeria and 'None' for Italy.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models

from partnerships.models import Organisation, OrganisationAlias
from profiles.folding import fold
from profiles.models import (
    Mechanism,
    MechanismAlias,
    State,
    StateAlias,
    Theme,
    ThemeAlias,
)
from profiles.models.base import ReferenceRecord
from profiles.state_names import CODE, StateNames, name_key
from surveys.known_names import (
    LONGEST,
    Spelling,
    read_mechanisms,
    read_organisations,
    read_states,
    read_themes,
)

STATE = "state"
ORGANISATION = "organisation"
THEME = "theme"
MECHANISM = "mechanism"
KINDS = (STATE, ORGANISATION, THEME, MECHANISM)

DECISION = "decision"
AMBIGUOUS = "ambiguous"
SIMILAR = "similar"
UNKNOWN = "unknown"
"""How a name was read that is none of a record's own names."""

# Answers, and codes for no answer, that are also codes of States: Namibia, Nauru,
# Denmark, Norway, Nicaragua, Slovenia, Sudan, New Caledonia, Suriname, Niger.
MAY_BE_ANSWERS = {"NA", "NR", "DK", "NO", "NI", "SI", "SD", "NC", "SR", "NE"}
_BRACKETS = re.compile(r"([^()]+)\(([^()]+)\)\s*")
_DASH = re.compile(r"\s[-–—]\s")
_ACRONYM = re.compile(r"[A-Z][\w/&.+-]{0,14}")


@dataclass(frozen=True)
class Match:
    """What a name means. `key` is the record's natural key, "" without a record.

    `candidates` are (key, label) pairs to choose from, the likeliest first; if records
    share the name, their order means nothing.
    """

    text: str
    key: str = ""
    how: str = UNKNOWN
    candidates: tuple[tuple[str, str], ...] = ()

    @property
    def is_uncertain(self) -> bool:
        """Whether a person has to choose: an unknown name has no candidates."""
        return not self.key and bool(self.candidates)


class Names:
    """Finds records by their names, which are all read once.

    `decisions` are the choices of people, {kind: {text as written: key}}, where ""
    means none of the records. A decision counts more than any name.
    """

    def __init__(self, decisions: Mapping[str, Mapping[str, str]] | None = None):
        self._decisions = decisions or {}
        self._found: dict[tuple[str, str], Match] = {}
        self._known: dict[tuple[str, str], bool] = {}
        self._states = StateNames()
        self._iso3 = dict(State.objects.values_list("pk", "iso3"))
        states, self._namesakes = read_states()
        self._indexes = {
            STATE: states,
            ORGANISATION: read_organisations(),
            THEME: read_themes(),
            MECHANISM: read_mechanisms(),
        }

    def find(self, kind: str, text: str) -> Match:
        """Return the record that `text` means. Raises KeyError for an unknown kind."""
        found = self._found.get((kind, text))
        if found is None:
            found = self._found[kind, text] = self._find(kind, text)
        return found

    def knows(self, kind: str, text: str) -> bool:
        """Say whether `text` is exactly a name of one record, or was decided on."""
        known = self._known.get((kind, text))
        if known is None:
            decided = self._decisions.get(kind, {})
            known = text in decided or (
                bool(fold(text))
                and len(text) <= LONGEST
                and bool(self._exactly(kind, text).key)
            )
            self._known[kind, text] = known
        return known

    def longest(self, kind: str) -> int:
        """Return how many characters the longest name of a kind has."""
        spellings = self._indexes[kind].spellings
        return max((len(spelling.name) for spelling in spellings), default=0)

    def label(self, kind: str, key: str) -> str:
        """Return the label of the record with this key, or the key if there is none."""
        return self._indexes[kind].labels.get(key, key)

    def labels(self, kind: str) -> Mapping[str, str]:
        """Return the labels of all records of a kind by their keys."""
        return self._indexes[kind].labels

    def spellings(self, kind: str) -> list[Spelling]:
        """Return every name of every record, to look for them in a text."""
        return self._indexes[kind].spellings

    def with_acronym(self, kind: str, acronym: str) -> list[str]:
        """Return the labels of the records that go by an acronym."""
        owners = self._indexes[kind].exact.get(acronym.strip(), {})
        return [self.label(kind, key) for key in owners]

    def remember(self, kind: str, text: str, key: str) -> models.Model | None:
        """Save a person's decision on a name as an alias; return None if it needs none.

        A name that two records share becomes no alias: the next respondent may mean
        the other record.
        """
        text = " ".join(text.split())
        model, owner = _ALIASES[kind]
        found = self._exactly(kind, text)
        longest = getattr(model._meta.get_field("name"), "max_length", None) or 0
        if not (text and key) or found.key or found.candidates or len(text) > longest:
            return None
        record = owner.objects.get_by_natural_key(key)
        alias, is_new = model._default_manager.get_or_create(
            name=text, defaults={str(owner._meta.model_name): record}
        )
        if not is_new:
            return None
        self._indexes[kind].learn(text, key, "alias")
        self._found.clear()
        self._known.clear()
        return alias

    def _find(self, kind: str, text: str) -> Match:
        index = self._indexes[kind]
        decided = self._decisions.get(kind, {})
        for written in (text, text.strip()):
            if written in decided:
                return Match(text, decided[written], DECISION)
        if len(text) > LONGEST or not fold(text):
            return Match(text)
        exact = self._exactly(kind, text)
        if exact.key or exact.candidates:
            return exact
        similar = index.similar(text)
        return Match(
            text, "", SIMILAR if similar else UNKNOWN, self._offer(kind, similar)
        )

    def _exactly(self, kind: str, text: str) -> Match:
        whole = self._whole(kind, text)
        if whole.key or whole.candidates:
            return whole
        if brackets := _BRACKETS.fullmatch(text):
            return self._in_two_parts(kind, text, *brackets.groups())
        parts = _DASH.split(text)
        if len(parts) == 2:
            return self._in_two_parts(kind, text, *parts)
        return whole

    def _in_two_parts(self, kind: str, text: str, outer: str, inner: str) -> Match:
        """Return the record that a name in two parts means: 'IOM (OIM)', 'Korea
        (Republic of)'."""
        outer, inner = outer.strip(), inner.strip()
        turned = self._whole(kind, f"{inner} {outer}")
        if turned.key:
            return turned
        of_outer, of_inner = self._whole(kind, outer), self._whole(kind, inner)
        if of_outer.key and (
            of_inner.key == of_outer.key
            or (not of_inner.key and _ACRONYM.fullmatch(inner))
        ):
            return Match(text, of_outer.key, of_outer.how)
        # The name is misspelt, and the acronym beside it right.
        if (
            of_inner.key
            and not (of_outer.key or of_outer.candidates)
            and of_inner.key in self._indexes[kind].similar(outer)
        ):
            return Match(text, of_inner.key, of_inner.how)
        keys = [of_outer.key, of_inner.key]
        keys += [key for key, _label in of_outer.candidates + of_inner.candidates]
        keys = [key for key in dict.fromkeys(keys) if key]
        how = AMBIGUOUS if len(keys) > 1 else SIMILAR
        return Match(text, "", how if keys else UNKNOWN, self._offer(kind, keys))

    def _whole(self, kind: str, text: str) -> Match:
        if kind == STATE:
            return self._state(text)
        found = self._indexes[kind].find(text)
        if len(found) > 1:
            return Match(text, "", AMBIGUOUS, self._offer(kind, found))
        for key, how in found.items():
            return Match(text, key, how)
        return Match(text)

    def _state(self, text: str) -> Match:
        namesakes = self._namesakes.get(name_key(text), set())
        if len(namesakes) > 1:
            return Match(text, "", AMBIGUOUS, self._offer(STATE, sorted(namesakes)))
        named = self._states.state_of(text)
        if named is None:
            found = self._indexes[STATE].find(text)  # an alias remembered just now
            for key, how in found.items():
                return Match(text, key, how)
            return Match(text)
        key = self._iso3[named.pk]
        code = text.strip()
        if named.how == CODE and (
            code in MAY_BE_ANSWERS
            or not (code.isdigit() or (code.isupper() and code.isalpha()))
        ):
            return Match(text, "", SIMILAR, self._offer(STATE, [key]))
        return Match(text, key, named.how)

    def _offer(self, kind: str, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple((key, self.label(kind, key)) for key in keys)


_ALIASES: dict[str, tuple[type[models.Model], type[ReferenceRecord]]] = {
    STATE: (StateAlias, State),
    ORGANISATION: (OrganisationAlias, Organisation),
    THEME: (ThemeAlias, Theme),
    MECHANISM: (MechanismAlias, Mechanism),
}
