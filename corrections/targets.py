"""What a report is about: a page of the registry, or one fact or field on it.

All is looked up through the public querysets. What the public may not read can be
neither named nor confirmed: it is unknown, like what does not exist.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from corrections.models import ErrorReport
from partnerships.loading import load_profile
from partnerships.models import Organisation
from profiles.models import Fact, FieldSource, Profile, State, Theme, fact_kinds
from profiles.models.field_sources import SOURCED_FIELDS
from profiles.readiness import part_of_the_form
from profiles.sourcing import StatedField
from profiles.vocabularies import DisputedField, PagePart

PARAMETERS = ("mechanism", "edition", "fact", "field", "state", "partner", "theme")
"""What the address of the form takes: one page, and of a mechanism perhaps a fact or a
field."""


class UnknownTarget(Exception):
    """Raised for what is not public, does not exist, or is named in no such way."""


@dataclass(frozen=True)
class Target:
    """A page that anybody may read, or one fact or field on it; without `page` the
    registry.

    `parameters` name it in the address of the form.
    """

    page: Any = None
    name: str = ""
    url: str = ""
    fact: Fact | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    field: str = ""
    """A `DisputedField`."""

    @property
    def fact_in_words(self) -> str:
        if self.field:
            return str(DisputedField(self.field).label)
        if self.fact is None:
            return ""
        kind = capfirst(str(self.fact._meta.verbose_name))
        return _("%(kind)s: %(fact)s") % {"kind": kind, "fact": self.fact}

    @property
    def report_url(self) -> str:
        query = urlencode(self.parameters)
        return f"{reverse('report')}?{query}" if query else reverse("report")

    def parts(self) -> list[tuple[PagePart, list["Target"]]]:
        """Return the fields and facts of a mechanism's page, by the part that shows
        them; nothing where the target is narrower, or another page.
        """
        is_page = len(self.parameters) == 1 and isinstance(self.page, Profile)
        if not is_page:
            return []
        parts: dict[PagePart, list[Target]] = {part: [] for part in PagePart}
        for field in SOURCED_FIELDS:
            parts[_part_of(field)].append(self._narrowed("field", field, field=field))
        page = load_profile(Profile.objects.filter(pk=self.page.pk))
        for kind in fact_kinds():
            # The source of a field is told of the field.
            if kind is FieldSource:
                continue
            public = kind.objects.published().filter(profile=page)
            uids = set(public.values_list("uid", flat=True))
            for fact in getattr(page, kind.of_profile()).all():
                if fact.uid in uids:
                    part = part_of_the_form(fact).on_page
                    parts[part].append(self._narrowed("fact", str(fact.uid), fact=fact))
        return [(part, targets) for part, targets in parts.items() if targets]

    def _narrowed(self, parameter: str, value: str, **to: Any) -> "Target":
        parameters = (*self.parameters, (parameter, value))
        return Target(self.page, self.name, self.url, parameters=parameters, **to)

    def report(self, **words: str) -> ErrorReport:
        """Return a report about this, not saved yet."""
        report = ErrorReport(**words)
        match self.page:
            case Profile():
                report.mechanism = self.page.mechanism
                report.edition = self.page.edition
            case State():
                report.state = self.page
            case Organisation():
                report.organisation = self.page
            case Theme():
                report.theme = self.page
        report.field = self.field
        if self.fact is not None:
            report.fact_uid = self.fact.uid
            report.fact_kind = self.fact._meta.label_lower
        return report


def target_of(asked: Mapping[str, str]) -> Target:
    """Return what the parameters of an address name. Raises UnknownTarget."""
    named = {name: value for name, value in asked.items() if name in PARAMETERS}
    narrower = {
        name: named.pop(name) for name in ("edition", "fact", "field") if name in named
    }
    if not named and not narrower:
        return Target()
    if len(named) != 1:
        raise UnknownTarget
    ((kind, key),) = named.items()
    if "\0" in key:
        raise UnknownTarget
    if kind == "mechanism":
        return _of_mechanism(key, **narrower)
    if narrower:
        raise UnknownTarget
    lookup = {"state": "iso3", "partner": "slug", "theme": "slug"}[kind]
    value = key.upper() if kind == "state" else key
    page = _readable(kind).filter(**{lookup: value}).first()
    if page is None:
        raise UnknownTarget
    return Target(page, page.name, page.get_absolute_url(), None, ((kind, key),))


def _readable(kind: str) -> QuerySet[Any]:
    if kind == "partner":
        return Organisation.objects.engaged()
    model: Any = {"state": State, "theme": Theme}[kind]
    return model.objects.named()


def _of_mechanism(
    slug: str,
    edition: str | None = None,
    fact: str | None = None,
    field: str | None = None,
) -> Target:
    if field is not None:
        return _field_of_mechanism(slug, field, is_alone=edition is None is fact)
    parameters = [("mechanism", slug)]
    editions = Profile.objects.filter(mechanism__slug=slug).select_related("mechanism")
    if edition is None:
        page = editions.published().first()
    else:
        if not (edition.isascii() and edition.isdecimal() and len(edition) < 6):
            raise UnknownTarget
        page = editions.readable().filter(edition=int(edition)).first()
        parameters.append(("edition", edition))
    if page is None:
        raise UnknownTarget
    url = page.get_absolute_url() if edition is None else page.get_edition_url()
    if fact is None:
        return Target(page, page.name, url, parameters=tuple(parameters))
    found = _published_fact(page, fact)
    parameters.append(("fact", fact))
    url = f"{url}#{found.uid}"
    return Target(page, page.name, url, found, tuple(parameters))


def _field_of_mechanism(slug: str, field: str, *, is_alone: bool) -> Target:
    """Return a field of the edition in force, which has all of them."""
    if not is_alone or field not in SOURCED_FIELDS:
        raise UnknownTarget
    page = _of_mechanism(slug)
    url = f"{page.url}#{_part_of(field).anchor}"
    parameters = (*page.parameters, ("field", field))
    return Target(page.page, page.name, url, None, parameters, field)


def _part_of(field: str) -> PagePart:
    return StatedField(field).part.on_page


def _published_fact(page: Profile, uid: str) -> Fact:
    """Return the fact of an edition in force; of earlier ones, pages are reported."""
    try:
        wanted = uuid.UUID(uid)
    except ValueError:
        raise UnknownTarget from None
    for kind in fact_kinds():
        fact = kind.objects.published().filter(profile=page, uid=wanted).first()
        if fact is not None:
            return fact
    raise UnknownTarget


@dataclass(frozen=True)
class Place:
    """What a report is about, as far as anybody may read it now."""

    name: str
    url: str
    kind: str

    def __bool__(self) -> bool:
        return bool(self.name)


def places(reports: Iterable[ErrorReport]) -> dict[int, Place]:
    """Return what each report is about, by its number, in a fixed number of queries.

    What is no longer public has no name and no address.
    """
    reports = list(reports)
    kinds = {kind._meta.label_lower: kind for kind in fact_kinds()}
    mechanisms = {
        page.mechanism_id: page
        for page in Profile.objects.published()
        .filter(mechanism__in={one.mechanism_id for one in reports} - {None})
        .select_related("mechanism")
    }
    others = {
        kind: _readable(kind).in_bulk({getattr(one, key) for one in reports} - {None})
        for kind, key in _KEYS.items()
    }
    found = {}
    for report in reports:
        pages = [mechanisms.get(report.mechanism_id)]
        pages += [others[kind].get(getattr(report, key)) for kind, key in _KEYS.items()]
        page = next(filter(None, pages), None)
        fact = kinds.get(report.fact_kind)
        name, url = (page.name, page.get_absolute_url()) if page else ("", "")
        if page and fact:
            url = f"{url}#{report.fact_uid}"
        kind = capfirst(str(fact._meta.verbose_name)) if fact else ""
        if report.field:
            kind = str(report.get_field_display())
            if page:
                url = f"{url}#{_part_of(report.field).anchor}"
        found[report.pk] = Place(name, url, kind)
    return found


_KEYS = {"state": "state_id", "partner": "organisation_id", "theme": "theme_id"}
