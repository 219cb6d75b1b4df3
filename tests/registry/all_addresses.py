"""Every address there is, public or not, as a pattern read from the URLconf.

`/mechanisms/<slug>/editions/<edition>/` is one: parts to fill in stand in brackets.
"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern

from partnerships.models import Organisation
from profiles.models import Mechanism, Membership, Profile, SourceFile, State, Theme
from profiles.views.lists import FORMS_OF_FILES
from surveys.models import Round

_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
_PART = re.compile(r"<(?:\w+:)?(\w+)>")


def patterns() -> list[str]:
    return list(dict.fromkeys(_walk(get_resolver(), "/")))


def parts_of(pattern: str) -> list[str]:
    return _PART.findall(pattern)


def filled(pattern: str, values: list[str]) -> str:
    """Return the address with its parts in brackets replaced, in their order."""
    left = iter(values)
    return _PART.sub(lambda part: next(left), pattern)


def plausible(pattern: str, part: str) -> list[str]:
    """Return what leads somewhere, if it stands for this part of the address."""
    if kind := re.match(r"/admin/(\w+)/(\w+)/", pattern):
        try:
            model = apps.get_model(*kind.groups())
        except LookupError:
            return ["1"]
        if part == "suffix":
            return ["html", "csv", "json"]
        keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
        return [str(key) for key in keys[:3]] or ["1"]
    if "form_of_citation" in pattern and part == "form":
        return ["bib", "ris"]
    if part == "form":
        return [*FORMS_OF_FILES] if "form_of_list" in pattern else ["csv", "json"]
    records = {
        "/states/": (State, "iso3"),
        "/themes/": (Theme, "slug"),
        "/partners/": (Organisation, "slug"),
        "/assessments/": (Round, "slug"),
        "/mechanisms/": (Mechanism, "slug"),
        "/overlaps/": (Mechanism, "slug"),
    }
    for start, (model, field) in records.items():
        if pattern.startswith(start) and part not in ("edition", "form"):
            found = model._default_manager.order_by("pk").values_list(field, flat=True)
            return [key.lower() for key in found[:8]] or ["missing"]
    if pattern.startswith("/admin/preview/"):
        return [str(key) for key in Profile.objects.values_list("pk", flat=True)[:3]]
    if pattern.startswith("/files/"):
        return [
            str(key) for key in SourceFile.objects.values_list("key", flat=True)[:3]
        ]
    if pattern.startswith("/facts/"):
        public = Membership.objects.published().order_by("pk")
        return [str(uid) for uid in public.values_list("uid", flat=True)[:3]] or ["1"]
    if pattern.startswith("/figures/") and part == "slug":
        return ["themes", "states-taking-part"]
    if part == "app_label":
        return ["profiles", "surveys", "auth"]
    return ["1", "2"]


def _walk(resolver, start: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        here = start + _written(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here
        else:
            yield from _walk(entry, here)


def _written(pattern) -> str:
    if isinstance(pattern, RoutePattern):
        return pattern._route
    if isinstance(pattern, LocalePrefixPattern):
        return str(pattern)
    assert isinstance(pattern, RegexPattern), pattern
    written = _NAMED_GROUP.sub(r"<\1>", pattern._regex).lstrip("^").rstrip("$")
    assert not re.search(r"[\\\[\]()*+?^$|]", written), f"Not understood: {pattern}"
    return written
