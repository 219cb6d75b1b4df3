"""Whose sheet it is: a mechanism of the registry, or one that is made for it."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from profiles import editions
from profiles.models import Mechanism, Profile, Region
from profiles.models.mechanisms import ONCE_PUBLIC_STATES
from profiles.vocabularies import EditionState
from surveys.names import MECHANISM, ORGANISATION, Names
from surveys.problems import Code, Problem, Severity
from surveys.summaries.reading import Sheet


@dataclass(frozen=True)
class NewMechanism:
    """What a person entered of a mechanism that the registry lacks.

    `regions` are the slugs of its regions.
    """

    slug: str
    name: str
    type: str
    acronym: str = ""
    regions: tuple[str, ...] = ()

    def open_draft(self, mechanism: Mechanism, *, by=None) -> Profile:
        """Open the first draft of the mechanism, once this is saved."""
        draft = editions.open_empty_draft(
            mechanism, name=self.name, type=self.type, by=by, acronym=self.acronym
        )
        draft.regions.set(Region.objects.filter(slug__in=self.regions))
        return draft

    def problems(self, names: Names) -> list[Problem]:
        """Return what speaks against making it: others with its name or acronym."""
        found = []
        named = names.find(MECHANISM, self.name)
        if named.key:
            text = _("“%(name)s” is a name of %(mechanism)s: choose that mechanism.")
            about = {
                "name": self.name,
                "mechanism": names.label(MECHANISM, named.key),
            }
            found.append(Problem(Code.UNKNOWN_NAME, Severity.ERROR, text % about))
        owners = [
            label
            for kind in (MECHANISM, ORGANISATION)
            for label in names.with_acronym(kind, self.acronym)
        ]
        if owners:
            text = _("Taken already: %(others)s has this acronym too.")
            about = {"others": "; ".join(owners)}
            found.append(Problem(Code.UNCERTAIN_NAME, Severity.WARNING, text % about))
        return found


def longest(model: type[models.Model], name: str) -> int:
    """Return how many characters a text of a model may have."""
    f: Any = model._meta.get_field(name)
    return f.max_length


def proposed(sheet: Sheet) -> dict[str, str]:
    """Return what the sheet says of its mechanism, should this have to be made."""
    slug = slugify(sheet.acronym) or slugify(sheet.name)
    return {
        "name": sheet.name[: longest(Profile, "name")],
        "acronym": sheet.acronym[: longest(Profile, "acronym")],
        "slug": slug[: longest(Mechanism, "slug")],
    }


def find_mechanism(
    sheet: Sheet, names: Names, chosen: str
) -> tuple[Mechanism | None, list[Problem]]:
    """Return the mechanism that a person chose by its slug, else the one that the
    sheet names; or the problem that there is none."""
    if chosen:
        mechanism = Mechanism.objects.filter(slug=chosen).first()
        unknown = _("There is no mechanism “%(slug)s”.") % {"slug": chosen}
        return mechanism, [] if mechanism else [
            Problem(Code.UNKNOWN_NAME, Severity.ERROR, unknown)
        ]
    choose = _("Choose the mechanism yourself.")
    if not sheet.name:
        text = _("The sheet does not say whose it is.")
        return None, [Problem(Code.UNKNOWN_NAME, Severity.ERROR, text, allowed=choose)]
    written = f"{sheet.name} ({sheet.acronym})" if sheet.acronym else sheet.name
    match = names.find(MECHANISM, written)
    if match.key:
        return Mechanism.objects.get(slug=match.key), []
    asked = Problem(
        Code.UNCERTAIN_NAME if match.is_uncertain else Code.UNKNOWN_NAME,
        Severity.QUESTION,
        _("Which mechanism is “%(name)s”?") % {"name": written},
        value=written,
        kind=MECHANISM,
        candidates=match.candidates,
        allowed=choose,
    )
    return None, [asked]


def find_edition(
    mechanism: Mechanism,
) -> tuple[Profile | None, bool, list[Problem]]:
    """Return the edition with which a sheet is compared, whether a draft is opened
    from it, and the problem that nothing may be written into it."""
    of_mechanism = mechanism.editions
    if opened := of_mechanism.open().first():
        if opened.state != EditionState.IN_REVIEW:
            return opened, False, []
        text = _("Edition %(number)s is in review: nothing is written into it.")
        closed = Problem(
            Code.OPEN_EDITION_IN_REVIEW,
            Severity.ERROR,
            text % {"number": opened.edition},
            allowed=_("Have it published or sent back first."),
        )
        return opened, False, [closed]
    once_public = of_mechanism.filter(state__in=ONCE_PUBLIC_STATES)
    base = of_mechanism.published().first() or once_public.order_by("-edition").first()
    return base, True, []
