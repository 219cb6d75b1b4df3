"""The names that the records have, read once from the database, kind by kind.

What a text means by them is `names.py`'s to say.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language

from partnerships.models import Organisation, OrganisationAlias
from profiles.folding import fold
from profiles.likeness import closest
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
from profiles.models.mechanisms import OPEN_STATES
from profiles.state_names import name_key
from profiles.vocabularies import EditionState, NameKind

_CANDIDATES = 5
LONGEST = 400
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
_CURRENT_EDITIONS = Q(profile__state__in=[EditionState.PUBLISHED, *OPEN_STATES])


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
class NameIndex:
    """The names of all records of one kind."""

    key_of: Callable[[str], str] = fold
    labels: dict[str, str] = field(default_factory=dict)
    exact: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    folded: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    choices: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    spellings: list[Spelling] = field(default_factory=list)

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
        wanted = self.key_of(text[:LONGEST])
        if len(wanted) < 3:
            return dict.fromkeys(self.choices.get(wanted, ()), 100.0)
        found: dict[str, float] = {}
        names = [*self.choices]
        for name, score, _place in closest(wanted, names, limit=4 * _CANDIDATES):
            for key in self.choices[name]:
                found.setdefault(key, score)
        return dict(list(found.items())[:_CANDIDATES])


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


def read_states() -> tuple[NameIndex, dict[str, set[str]]]:
    """Return the index, and the States that differ in the form of the State alone."""
    index = NameIndex(name_key)
    namesakes: dict[str, set[str]] = defaultdict(set)
    columns = _in_languages("name")
    for row in State.objects.order_by("iso3").values("iso3", *columns):
        index.labels[row["iso3"]] = _shown(row, "name") or row["iso3"]
        for column in columns:
            index.learn(row[column], row["iso3"], "name")
            if core := _without_form(row[column]):
                namesakes[core].add(row["iso3"])
    for name, iso3 in StateAlias.objects.values_list("name", "state__iso3"):
        index.learn(name, iso3, "alias")
    return index, namesakes


def _without_form(name: str | None) -> str:
    words = name_key(name or "").split()
    return " ".join(word for word in words if word not in _FORMS_OF_STATE)


def read_organisations() -> NameIndex:
    index = NameIndex()
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


def read_themes() -> NameIndex:
    index = NameIndex()
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


def read_mechanisms() -> NameIndex:
    index = NameIndex()
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
