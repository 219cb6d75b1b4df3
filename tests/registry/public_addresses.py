"""Every public address there is, read from the URLconf.

Tests that must look at all public pages walk these, so a new page is looked at from
its first day: one with parts in its address needs a sample here first.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise

from django.conf import settings
from django.urls import URLPattern, get_resolver, reverse

from answers.figures.declared import FIGURES
from partnerships.models import Organisation
from profiles.models import Mechanism, Profile, SourceFile, State, Theme, fact_kinds
from profiles.views.lists import FORMS_OF_FILES
from surveys.models import Round

NOT_PAGES = {"health"}


def _slugs(model) -> list[dict]:
    return [{"slug": slug} for slug in model.objects.values_list("slug", flat=True)]


def _editions() -> list[dict]:
    known = Profile.objects.values_list("mechanism__slug", "edition")
    return [{"slug": slug, "edition": number} for slug, number in known]


def _states() -> list[dict]:
    codes = State.objects.values_list("iso3", flat=True)
    return [{"iso3": code.lower()} for code in codes]


def _files(parts: list[dict], *forms: str) -> list[dict]:
    return [{**one, "form": form} for one in parts for form in forms]


def _pairs() -> list[dict]:
    slugs = [found["slug"] for found in _slugs(Mechanism)]
    return [{"slug": one, "other": two} for one, two in pairwise(slugs)]


def _facts() -> list[dict]:
    uids = [kind._base_manager.values_list("uid", flat=True) for kind in fact_kinds()]
    return [
        {"uid": uid} for uid in sorted({str(u) for of_kind in uids for u in of_kind})
    ]


def _forms_of_lists() -> list[dict]:
    return [{"form": form} for form in FORMS_OF_FILES]


# By the name of the address: what to put into it. All records that there are, public
# or not: what a page must not show is best asked for directly.
SAMPLES: dict[str, Callable[[], list[dict]]] = {
    "contribution-list-file": _forms_of_lists,
    "mechanism-list-file": _forms_of_lists,
    "partner-list-file": _forms_of_lists,
    "state-list-file": _forms_of_lists,
    "theme-list-file": _forms_of_lists,
    "mechanism-detail": lambda: _slugs(Mechanism),
    "edition-list": lambda: _slugs(Mechanism),
    "edition-detail": _editions,
    "fact": _facts,
    "cite-file": lambda: _files(_slugs(Mechanism), "bib", "ris"),
    "edition-cite-file": lambda: _files(_editions(), "bib", "ris"),
    "state-detail": _states,
    "state-dossier": _states,
    "state-dossier-file": lambda: [
        {**state, "form": form} for state in _states() for form in ("csv", "json")
    ],
    "state-dossier-word": _states,
    "partner-detail": lambda: _slugs(Organisation),
    "source-file": lambda: [{"key": f.key} for f in SourceFile.objects.all()],
    "theme-detail": lambda: _slugs(Theme),
    "assessment-detail": lambda: _slugs(Round),
    "compare-file": lambda: [{"form": "csv"}, {"form": "json"}],
    "figure-detail": lambda: [{"slug": slug} for slug in FIGURES],
    "figure-detail-file": lambda: [
        {"slug": slug, "form": form}
        for slug in ("themes", "states-taking-part")
        for form in ("csv", "json", "svg")
    ],
    "figure-list-file": lambda: [{"form": "csv"}, {"form": "json"}, {"form": "svg"}],
    "overlap": _pairs,
    "overlap-file": lambda: [{**pair, "form": "csv"} for pair in _pairs()],
    "overlaps-file": lambda: [{"form": "csv"}, {"form": "json"}, {"form": "svg"}],
    "change-list-file": lambda: [{"form": "csv"}, {"form": "json"}],
}


def _patterns(resolver) -> Iterator[tuple[str, bool]]:
    for pattern in resolver.url_patterns:
        if f"/{pattern.pattern}".startswith(tuple(settings.NOT_PUBLIC_PATHS)):
            continue
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"The address {pattern.pattern} has no name."
            yield pattern.name, bool(pattern.pattern.converters)
        else:
            yield from _patterns(pattern)


def public_names() -> dict[str, bool]:
    """Return the name of each public address, and whether it has parts to fill in."""
    names = dict(_patterns(get_resolver()))
    return {name: parts for name, parts in names.items() if name not in NOT_PAGES}


def addresses_of(name: str) -> list[str]:
    if not public_names()[name]:
        return [reverse(name)]
    assert name in SAMPLES, (
        f"“{name}” is a public address without a sample: add a sample to "
        f"{__name__}.SAMPLES, so that the walks through all pages see it."
    )
    return [reverse(name, kwargs=parts) for parts in SAMPLES[name]()]


def public_addresses() -> list[str]:
    """Return an address for every public page and every record in the database."""
    return [address for name in public_names() for address in addresses_of(name)]


def complete_addresses() -> list[str]:
    """Return those that answer without a query, which says whom a comparison is of."""
    return [one for one in public_addresses() if not one.startswith("/compare.")]


def unzipped(body: bytes) -> bytes:
    """Return what a file of Excel or Word holds, which is a zip; all else as it is."""
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return b"\n".join(parts.read(name) for name in parts.namelist())


def text_of(response) -> str:
    """Return what an answer says, whatever kind of file it is."""
    return unzipped(response.getvalue()).decode(errors="replace")


def asked_for(html: str) -> list[str]:
    """Return the names of what a page's forms let the reader choose or type."""
    names = re.findall(
        r'<(?:input|select|textarea)\b[^>]*?\sname="([^"]+)"', html, re.DOTALL
    )
    return sorted(set(names))
