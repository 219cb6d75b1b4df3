"""The record that a name in a survey means: State, organisation, theme or mechanism.

Only an exact name is accepted. A person is asked about a name that is merely similar,
however similar it is, or that two records share: matching countries by similarity
takes 'Niger' for Nigeria and 'None' for Italy.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from rapidfuzz import fuzz, process

from partnerships.models import Organisation, OrganisationAlias
from profiles.folding import fold
from profiles.models import (
    Mechanism,
    MechanismAlias,
    OtherName,
    Profile,
    State,
    StateAlias,
    Theme,
    ThemeAlias,
    ThemeFocus,
)
from profiles.models.base import ReferenceRecord
from profiles.models.mechanisms import OPEN_STATES
from profiles.state_names import CODE, StateNames, name_key
from profiles.vocabularies import EditionState, NameKind

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

SIMILAR_FROM = 76
"""From this likeness (0 to 100) on, a record is offered for a name not its own."""

_CANDIDATES = 5
_LONGEST = 400
"""Characters that a name can have; longer texts are sentences."""

# States of one name differ in these words alone, and people mix them up: both Koreas
# are republics of Korea to somebody.
_FORMS_OF_STATE = {
    # As the keys of names have them: short, for instance.
    name_key(word)
    for word in (
        *("republic", "democratic", "people", "peoples", "s", "of"),
        *("republique", "democratique", "populaire", "de", "du"),
        *("republica", "democratica", "popular", "del"),
        *("جمهورية", "الديمقراطية", "الشعبية"),
    )
}
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


@dataclass(frozen=True)
class Spelling:
    """A name as it is written. An acronym counts only in the same letters.

    A label is no name of the record's own: a source used it for the record.
    """

    name: str
    key: str
    is_acronym: bool = False
    is_label: bool = False


@dataclass
class _Index:
    """The names of all records of one kind."""

    key_of: Callable[[str], str] = fold
    labels: dict[str, str] = field(default_factory=dict)
    exact: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    folded: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    choices: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    spellings: list["Spelling"] = field(default_factory=list)

    def learn(self, name: str, key: str, how: str, *, as_written: bool = False) -> None:
        """Add a name. With `as_written`, only the same letters are the same name."""
        if not (folded := self.key_of(name or "")):
            return
        if as_written:
            self.exact[name.strip()].setdefault(key, how)
        else:
            self.folded[folded].setdefault(key, how)
        if how != "slug":
            self.spellings.append(
                Spelling(name.strip(), key, as_written, how == "label")
            )
        if key not in self.choices[folded]:
            self.choices[folded].append(key)

    def find(self, text: str) -> dict[str, str]:
        """Return the keys of the records with exactly this name, and what kind of name
        it is."""
        return dict(
            self.exact.get(text.strip()) or self.folded.get(self.key_of(text)) or {}
        )

    def similar(self, text: str) -> dict[str, float]:
        """Return the keys of records with a name like `text` and the likeness, highest
        first."""
        wanted = self.key_of(text[:_LONGEST])
        if len(wanted) < 3:
            return dict.fromkeys(self.choices.get(wanted, ()), 100.0)
        found: dict[str, float] = {}
        for name, score, _index in process.extract(
            wanted,
            self.choices.keys(),
            scorer=_likeness,
            limit=4 * _CANDIDATES,
            score_cutoff=SIMILAR_FROM,
        ):
            for key in self.choices[name]:
                found.setdefault(key, score)
        return dict(list(found.items())[:_CANDIDATES])


def _likeness(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    """Return the likeness of two folded names, high if one has the other's words."""
    if len(one) < 3 or len(other) < 3:
        return 100.0 if one == other else 0.0
    words = set(one.split())
    if len(one) > 4 and words < set(other.split()):
        return SIMILAR_FROM + 10.0
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))


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
        self._namesakes: dict[str, set[str]] = defaultdict(set)
        self._indexes = {
            STATE: self._read_states(),
            ORGANISATION: _read_organisations(),
            THEME: _read_themes(),
            MECHANISM: _read_mechanisms(),
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
                and len(text) <= _LONGEST
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
        if len(text) > _LONGEST or not fold(text):
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

    def _read_states(self) -> _Index:
        index = _Index(name_key)
        columns = _in_languages("name")
        for row in State.objects.order_by("iso3").values("iso3", *columns):
            index.labels[row["iso3"]] = _shown(row, "name") or row["iso3"]
            for column in columns:
                index.learn(row[column], row["iso3"], "name")
                self._learn_namesake(row[column], row["iso3"])
        for name, iso3 in StateAlias.objects.values_list("name", "state__iso3"):
            index.learn(name, iso3, "alias")
        return index

    def _learn_namesake(self, name: str | None, iso3: str) -> None:
        words = name_key(name or "").split()
        if core := " ".join(word for word in words if word not in _FORMS_OF_STATE):
            self._namesakes[core].add(iso3)


_ALIASES: dict[str, tuple[type[models.Model], type[ReferenceRecord]]] = {
    STATE: (StateAlias, State),
    ORGANISATION: (OrganisationAlias, Organisation),
    THEME: (ThemeAlias, Theme),
    MECHANISM: (MechanismAlias, Mechanism),
}


def _in_languages(field_name: str) -> list[str]:
    return [f"{field_name}_{code}" for code in settings.MODELTRANSLATION_LANGUAGES]


def _shown(row: Mapping[str, str | None], field_name: str) -> str:
    """Return a translated field's text in the current language, else in any other."""
    spoken = (get_language() or "en").partition("-")[0]
    texts = [row.get(f"{field_name}_{spoken}")]
    texts += [row[column] for column in _in_languages(field_name)]
    return next((text for text in texts if text), "")


def _with_acronym(name: str, acronym: str) -> str:
    return f"{name} ({acronym})" if acronym and acronym != name else name


def _read_organisations() -> _Index:
    index = _Index()
    names, acronyms = _in_languages("name"), _in_languages("acronym")
    for row in Organisation.objects.order_by("slug").values("slug", *names, *acronyms):
        key = row["slug"]
        index.labels[key] = _with_acronym(_shown(row, "name"), _shown(row, "acronym"))
        index.learn(key, key, "slug", as_written=True)
        for column in acronyms:
            index.learn(row[column], key, "acronym", as_written=True)
        for column in names:
            index.learn(row[column], key, "name")
    aliases = OrganisationAlias.objects.order_by("name")
    for name, key in aliases.values_list("name", "organisation__slug"):
        index.learn(name, key, "alias")
    return index


def _read_themes() -> _Index:
    index = _Index()
    names = _in_languages("name")
    for row in Theme.objects.order_by("slug").values("slug", *names):
        index.labels[row["slug"]] = _shown(row, "name")
        index.learn(row["slug"], row["slug"], "slug")
        for column in names:
            index.learn(row[column], row["slug"], "name")
    for name, key in ThemeAlias.objects.values_list("name", "theme__slug"):
        index.learn(name, key, "alias")
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    in_use = ThemeFocus.objects.filter(_CURRENT_EDITIONS).exclude(label="")
    for label, key in in_use.values_list("label", "theme__slug").distinct():
        labels[fold(label)][key] = label
    for folded, themes in labels.items():
        if len(themes) == 1 and folded not in index.folded:
            for key, label in themes.items():
                index.learn(label, key, "label")
    return index


_CURRENT_EDITIONS = Q(profile__state__in=[EditionState.PUBLISHED, *OPEN_STATES])


def _read_mechanisms() -> _Index:
    index = _Index()
    for slug in Mechanism.objects.values_list("slug", flat=True):
        index.labels[slug] = slug
        index.learn(slug, slug, "slug")
    names, acronyms = _in_languages("name"), _in_languages("acronym")
    editions = Profile.objects.filter(
        state__in=[EditionState.PUBLISHED, *OPEN_STATES]
    ).order_by("edition")
    for row in editions.values("mechanism__slug", *names, *acronyms):
        key = row["mechanism__slug"]
        index.labels[key] = _with_acronym(_shown(row, "name"), _shown(row, "acronym"))
        for column in acronyms:
            index.learn(row[column], key, "acronym", as_written=True)
        for column in names:
            index.learn(row[column], key, "name")
    others = OtherName.objects.filter(_CURRENT_EDITIONS).order_by("pk")
    for name, kind, key in others.values_list(
        "name", "kind", "profile__mechanism__slug"
    ):
        index.learn(name, key, "other_name", as_written=kind == NameKind.ACRONYM)
    for name, key in MechanismAlias.objects.values_list("name", "mechanism__slug"):
        index.learn(name, key, "alias")
    return index
