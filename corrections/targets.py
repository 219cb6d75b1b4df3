"""What a report is about: a page of the registry, or one fact on it.

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
from partnerships.models import Organisation
from profiles.models import Fact, Profile, State, Theme, fact_kinds

PARAMETERS = ("mechanism", "edition", "fact", "state", "partner", "theme")
"""What the address of the form takes: one page, and of a mechanism perhaps a fact."""


class UnknownTarget(Exception):
    """Raised for what is not public, does not exist, or is named in no such way."""


@dataclass(frozen=True)
class Target:
    """A page that anybody may read, or one fact on it; without `page` the registry.

    `parameters` name it in the address of the form.
    """

    page: Any = None
    name: str = ""
    url: str = ""
    fact: Fact | None = None
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def fact_in_words(self) -> str:
        if self.fact is None:
            return ""
        kind = capfirst(str(self.fact._meta.verbose_name))
        return _("%(kind)s: %(fact)s") % {"kind": kind, "fact": self.fact}

    @property
    def report_url(self) -> str:
        query = urlencode(self.parameters)
        return f"{reverse('report')}?{query}" if query else reverse("report")

    def without_fact(self) -> "Target":
        rest = tuple(pair for pair in self.parameters if pair[0] != "fact")
        return Target(self.page, self.name, self.url, parameters=rest)

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
        if self.fact is not None:
            report.fact_uid = self.fact.uid
            report.fact_kind = self.fact._meta.label_lower
        return report


def target_of(asked: Mapping[str, str]) -> Target:
    """Return what the parameters of an address name. Raises UnknownTarget."""
    named = {name: value for name, value in asked.items() if name in PARAMETERS}
    fact, edition = named.pop("fact", None), named.pop("edition", None)
    if not named and fact is None and edition is None:
        return Target()
    if len(named) != 1:
        raise UnknownTarget
    ((kind, key),) = named.items()
    if "\0" in key:
        raise UnknownTarget
    if kind == "mechanism":
        return _of_mechanism(key, edition, fact)
    if fact is not None or edition is not None:
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


def _of_mechanism(slug: str, edition: str | None, uid: str | None) -> Target:
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
    fact = None
    if uid is not None:
        fact = _published_fact(page, uid)
        parameters.append(("fact", uid))
        url = f"{url}#{fact.uid}"
    return Target(page, page.name, url, fact, tuple(parameters))


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
        found[report.pk] = Place(name, url, kind)
    return found


_KEYS = {"state": "state_id", "partner": "organisation_id", "theme": "theme_id"}
