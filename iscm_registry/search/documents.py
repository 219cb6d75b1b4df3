"""What can be found, read from published records only.

A document is what a reader can find: a mechanism, a State, an organisation, a
theme, or a contribution, meeting or guiding document of a mechanism. The texts are
read as plain values: at a hundred times the data, model instances would take
several times as long.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from iscm_registry.search import equivalents
from partnerships.models import (
    MechanismLink,
    Organisation,
    OrganisationAlias,
    Partnership,
)
from profiles.content import (
    language_of_column,
    languages_of_texts,
    searched_columns,
)
from profiles.models import (
    AlternativeValue,
    Contribution,
    Fact,
    GCMObjective,
    Membership,
    OtherName,
    Profile,
    State,
    StateAlias,
    Theme,
    ThemeFocus,
    fact_kinds,
)
from profiles.vocabularies import DisputedField, NameKind

LANGUAGES = ("en", "fr", "es", "ar")

NAMED_KINDS = ("mechanism", "state", "organisation", "theme")
"""Kinds that have a name which readers know; the others only have a title."""

FACT_KINDS = {
    kind.found_as: kind
    for kind in sorted(fact_kinds(), key=lambda kind: kind.found_as)
    if kind.found_as
}
"""Kinds of facts that are hits of their own, by the name of the hit."""

KINDS = (*NAMED_KINDS, *FACT_KINDS)
"""In the order in which equally good hits stand."""


@dataclass(frozen=True)
class Passage:
    """A piece of a document's text.

    `relation` says from which records it is quoted. "names" are the document's own
    other names.
    """

    text: str
    language: str = "en"
    relation: str = ""


@dataclass
class Document:
    """Something to find.

    `mechanism` is the slug of the one that a fact belongs to, `detail` its short name
    in each language, and `when` the partial date of a fact.
    """

    kind: str
    key: str
    titles: dict[str, str]
    acronyms: dict[str, str] = field(default_factory=dict)
    mechanism: str = ""
    detail: dict[str, str] = field(default_factory=dict)
    other_names: list[str] = field(default_factory=list)
    other_acronyms: list[str] = field(default_factory=list)
    when: str = ""
    passages: list[Passage] = field(default_factory=list)

    @property
    def names(self) -> list[tuple[str, str]]:
        """All names and acronyms, aliases and former ones too, with their language."""
        known = [
            (name, language)
            for names in (self.titles, self.acronyms)
            for language, name in names.items()
        ]
        known += [(name, "en") for name in (*self.other_names, *self.other_acronyms)]
        return list(dict.fromkeys(known))

    def say(self, text: str | None, language: str = "en") -> None:
        if text:
            self.passages.append(Passage(text, language))

    def quote(self, relation: str, names: Iterable[Mapping[str, str]]) -> None:
        """Add names of related records, in every language that they have."""
        names = list(names)
        for language in LANGUAGES:
            spoken = [name[language] for name in names if language in name]
            if spoken:
                text = " · ".join(dict.fromkeys(spoken))
                self.passages.append(Passage(text, language, relation))


class RegistryMoved(Exception):
    """Raised when something was published while the registry was being read."""


class _Records(dict):
    def __missing__(self, pk):
        raise RegistryMoved


def published_documents() -> list[Document]:
    """Return everything that can be found, in the order of kinds and titles.

    Raises RegistryMoved when a publication comes in between; reading again helps.
    """
    registry = _Registry()
    found = [
        *registry.mechanisms.values(),
        *registry.states(),
        *registry.organisations(),
        *registry.themes(),
        *(document for name in FACT_KINDS for document in registry.facts(name)),
    ]
    found.sort(key=lambda one: (KINDS.index(one.kind), title_of(one.titles), one.key))
    return found


def title_of(titles: Mapping[str, str], language: str = "en") -> str:
    """Return the title in `language`, or else in the first that there is."""
    return titles[language_of(titles, language)]


def language_of(titles: Mapping[str, str], language: str) -> str:
    return next((one for one in (language, *LANGUAGES) if one in titles), "en")


def _translations(row: Mapping[str, str | None], name: str) -> dict[str, str]:
    spoken = ((language, row[f"{name}_{language}"]) for language in LANGUAGES)
    return {language: text for language, text in spoken if text}


def _titles(kind: str, row: Mapping[str, Any]) -> dict[str, str]:
    """Return the title of a fact in each language that it has."""
    titles = languages_of_texts(FACT_KINDS[kind]).get("title", {"title": "en"})
    return {language: text for n, language in titles.items() if (text := row[n])}


def _fields(*names: str) -> list[str]:
    return [f"{name}_{language}" for name in names for language in LANGUAGES]


def _name_further(document: Document, names: Iterable[str]) -> None:
    """Add aliases, and what the list of equivalents has for the record."""
    further = [*names, *equivalents.names_of(document.kind, document.key)]
    document.other_names += further
    document.other_acronyms += filter(_looks_like_acronym, further)


class _Registry:
    """The published registry, read once; its methods make the documents."""

    def __init__(self) -> None:
        self._read_names()
        self.mechanisms: dict[int, Document] = _Records()
        self._read_mechanisms()
        self._read_other_names()
        self._read_texts()
        self._read_relations()

    def _read_names(self) -> None:
        self._state_names: dict[int, dict[str, str]] = _Records(
            (row["pk"], _translations(row, "name"))
            for row in State.objects.values("pk", *_fields("name"))
        )
        self._theme_names: dict[int, dict[str, str]] = _Records(
            (row["pk"], _translations(row, "name"))
            for row in Theme.objects.values("pk", *_fields("name"))
        )
        self._objective_names: dict[int, dict[str, str]] = _Records(
            (row["pk"], _objective_in_words(row))
            for row in GCMObjective.objects.values("pk", "number", *_fields("label"))
        )
        self._organisation_names: dict[int, dict[str, str]] = _Records()
        self._organisation_acronyms: dict[int, dict[str, str]] = _Records()
        for row in Organisation.objects.values("pk", *_fields("name", "acronym")):
            self._organisation_names[row["pk"]] = _translations(row, "name")
            self._organisation_acronyms[row["pk"]] = _translations(row, "acronym")

    def _read_mechanisms(self) -> None:
        searched = searched_columns(Profile)
        rows = Profile.objects.published().values(
            "pk", "mechanism__slug", *_fields("name", "acronym"), *searched
        )
        for row in rows:
            document = Document(
                "mechanism",
                row["mechanism__slug"],
                _translations(row, "name"),
                _translations(row, "acronym"),
                mechanism=row["mechanism__slug"],
            )
            self.mechanisms[row["pk"]] = document
            _say(document, Profile, row)

    def _read_other_names(self) -> None:
        others = OtherName.objects.published().values_list("profile", "name", "kind")
        for profile, name, kind in others:
            document = self.mechanisms[profile]
            document.other_names.append(name)
            if kind == NameKind.ACRONYM or _looks_like_acronym(name):
                document.other_acronyms.append(name)
        disputed = AlternativeValue.objects.published().filter(
            field__in=[DisputedField.NAME, DisputedField.ACRONYM]
        )
        for profile, name in disputed.values_list("profile", "value"):
            self.mechanisms[profile].other_names.append(name)
        for document in self.mechanisms.values():
            _name_further(document, [])

    def _read_texts(self) -> None:
        # Both sides of a link may be published; the text is its profile's.
        for kind in fact_kinds():
            searched = searched_columns(kind)
            if kind.found_as or not searched:
                continue
            for row in kind.objects.published().values("profile", *searched):
                _say(self.mechanisms[row["profile"]], kind, row)

    def _read_relations(self) -> None:
        self._members: dict[int, list[int]] = defaultdict(list)
        self._seats: dict[int, list[int]] = defaultdict(list)
        memberships = Membership.objects.published().counted()
        for profile, state in memberships.values_list("profile", "state"):
            self._members[profile].append(state)
            self._seats[state].append(profile)

        self._focuses: dict[int, list[int]] = defaultdict(list)
        focuses = ThemeFocus.objects.published().values_list("profile", "theme")
        themes_of: dict[int, list[int]] = defaultdict(list)
        for profile, theme in focuses:
            self._focuses[theme].append(profile)
            themes_of[profile].append(theme)

        self._engagements: dict[int, list[int]] = defaultdict(list)
        partners_of: dict[int, list[int]] = defaultdict(list)
        partnerships = Partnership.objects.published().values_list(
            "profile", "organisation"
        )
        for profile, organisation in partnerships:
            self._engagements[organisation].append(profile)
            partners_of[profile].append(organisation)

        titles_of: dict[int, list[dict[str, str]]] = defaultdict(list)
        titled = Contribution.objects.published().values("profile", *_fields("title"))
        for row in titled:
            titles_of[row["profile"]].append(_translations(row, "title"))

        by_slug = {one.key: profile for profile, one in self.mechanisms.items()}
        linked: dict[int, list[int]] = defaultdict(list)
        links = MechanismLink.objects.published().values_list("profile", "other__slug")
        for profile, other in links:
            if other in by_slug:
                linked[profile].append(by_slug[other])
                linked[by_slug[other]].append(profile)

        for profile, document in self.mechanisms.items():
            document.quote("themes", (self._theme_names[t] for t in themes_of[profile]))
            document.quote(
                "members", (self._state_names[s] for s in self._members[profile])
            )
            document.quote(
                "partners",
                self._organisations_in_words(partners_of[profile]),
            )
            document.quote("mechanisms", self._mechanisms_in_words(linked[profile]))
            document.quote("contributions", titles_of[profile])

    def _mechanisms_in_words(self, profiles: Iterable[int]) -> Iterator[dict[str, str]]:
        for profile in dict.fromkeys(profiles):
            mechanism = self.mechanisms[profile]
            yield _with_acronyms(mechanism.titles, mechanism.acronyms)

    def _acronyms(self, profiles: Iterable[int]) -> Iterator[dict[str, str]]:
        """Yield the acronyms of mechanisms, for records that are not theirs.

        Their names say what they work on: 'trafficking' would find every State that
        sits in a mechanism with that word in its name.
        """
        for profile in dict.fromkeys(profiles):
            yield self.mechanisms[profile].acronyms

    def _organisations_in_words(
        self, organisations: Iterable[int]
    ) -> Iterator[dict[str, str]]:
        for organisation in dict.fromkeys(organisations):
            yield _with_acronyms(
                self._organisation_names[organisation],
                self._organisation_acronyms[organisation],
            )

    def states(self) -> Iterator[Document]:
        """Make all States, whether or not one takes part in anything.

        The aliases of a State that no public fact names may be a draft's own.
        """
        named = StateAlias.objects.filter(state__in=State.objects.named())
        aliases = _aliases(named.values_list("state", "name"))
        for pk, iso3, *codes in State.objects.values_list("pk", "iso3", "iso2", "m49"):
            document = Document("state", iso3, self._state_names[pk])
            document.other_names = [iso3, *filter(None, codes)]
            document.other_acronyms = [iso3]
            _name_further(document, aliases[pk])
            document.quote("mechanisms", self._acronyms(self._seats[pk]))
            yield document

    def organisations(self) -> Iterator[Document]:
        aliases = _aliases(
            OrganisationAlias.objects.values_list("organisation", "name")
        )
        engaged = Organisation.objects.engaged().values_list("pk", "slug", "note")
        for pk, slug, note in engaged:
            document = Document(
                "organisation",
                slug,
                self._organisation_names[pk],
                self._organisation_acronyms[pk],
            )
            _name_further(document, aliases[pk])
            document.say(note)
            document.quote("mechanisms", self._acronyms(self._engagements[pk]))
            yield document

    def themes(self) -> Iterator[Document]:
        suggested = defaultdict(list)
        pairs = Theme.objects.filter(gcm_objectives__isnull=False).order_by("pk")
        for theme, objective in pairs.values_list("pk", "gcm_objectives"):
            suggested[theme].append(self._objective_names[objective])
        for pk, slug in Theme.objects.named().values_list("pk", "slug"):
            document = Document("theme", slug, self._theme_names[pk])
            _name_further(document, [])
            document.quote("mechanisms", self._acronyms(self._focuses[pk]))
            document.quote("objectives", suggested[pk])
            yield document

    def facts(self, name: str) -> Iterator[Document]:
        """Make the facts of a kind that are hits of their own."""
        kind = FACT_KINDS[name]
        searched = searched_columns(kind)
        related = [
            (relation, names, _related(kind, model))
            for relation, names, model in (
                ("states", self._state_names, State),
                ("themes", self._theme_names, Theme),
                ("objectives", self._objective_names, GCMObjective),
            )
        ]
        facts = kind.objects.published()
        dated = [kind.dated_by] if kind.dated_by else []
        for row in facts.values("pk", "profile", "uid", *dated, *searched):
            document = self._fact(name, row, str(row.get(kind.dated_by) or ""))
            _say(document, kind, row)
            for relation, names, records in related:
                document.quote(relation, (names[pk] for pk in records[row["pk"]]))
            yield document

    def _fact(self, kind: str, row: Mapping, when: str) -> Document:
        mechanism = self.mechanisms[row["profile"]]
        document = Document(
            kind,
            str(row["uid"]),
            _titles(kind, row),
            mechanism=mechanism.key,
            detail={**mechanism.titles, **mechanism.acronyms},
            when=when,
        )
        document.quote("mechanisms", self._mechanisms_in_words([row["profile"]]))
        return document


def _with_acronyms(
    names: Mapping[str, str], acronyms: Mapping[str, str]
) -> dict[str, str]:
    """Return 'Name (Acronym)' in each language that has either."""
    spoken = {}
    for language in LANGUAGES:
        name, acronym = names.get(language), acronyms.get(language)
        if name and acronym:
            spoken[language] = f"{name} ({acronym})"
        elif text := name or acronym:
            spoken[language] = text
    return spoken


def _objective_in_words(row: Mapping[str, Any]) -> dict[str, str]:
    labels = _translations(row, "label")
    return {
        language: f"GCM objective {row['number']}: {label}"
        for language, label in labels.items()
    }


def _looks_like_acronym(name: str) -> bool:
    return len(name) <= 12 and " " not in name and name == name.upper()


def _aliases(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    aliases = defaultdict(list)
    for pk, name in rows:
        aliases[pk].append(name)
    return aliases


def _say(document: Document, model: type[Model], row: Mapping[str, Any]) -> None:
    """Add the words of a row, each text once; the title of a hit is none of them."""
    texts: dict[tuple[str, str], None] = {}
    for column in searched_columns(model):
        if text := row[column]:
            texts[text, language_of_column(model, column)] = None
    for text, language in texts:
        if text not in document.titles.values():
            document.say(text, language)


def _related(kind: type[Fact], model: type[Model]) -> dict[int, list[int]]:
    """Return the records of `model` that published facts of a kind name, by fact."""
    related = defaultdict(list)
    for f in (*kind._meta.concrete_fields, *kind._meta.many_to_many):
        if f.related_model is model:
            named = kind.objects.published().filter(**{f"{f.name}__isnull": False})
            for pk, other in named.values_list("pk", f.name):
                related[pk].append(other)
    return related
