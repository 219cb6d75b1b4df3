"""The permanent address of a fact: what it says, and where it stands now."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.generic import View

from answers.tables import Cell, Linked
from profiles.content import fields_said, languages_of_texts
from profiles.models import Fact, FieldSource, Mechanism, Profile, Redaction, fact_kinds
from profiles.models.mechanisms import ONCE_PUBLIC_STATES, READABLE_STATES
from profiles.references import References
from profiles.sourcing import StatedField
from profiles.templatetags.facts import called, named, words
from profiles.views.pages import withdrawn
from profiles.vocabularies import EditionState
from profiles.wording import pairs_in_words


@dataclass(frozen=True)
class Standing:
    """An edition in which a fact stands, or stood, for anybody to read."""

    kind: str
    pk: int
    profile: int
    edition: int
    state: str

    @property
    def is_in_force(self) -> bool:
        return self.state == EditionState.PUBLISHED


class FactView(View):
    """A fact by its identifier, which stays the same from edition to edition.

    It is shown as the published edition has it, or else as the last edition has it that
    can be read. What was withdrawn or redacted answers 410, and says when and why.
    Drafts, private facts and unknown ones are all not found.
    """

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        identifier = _identifier(uid)
        if str(identifier) != uid:
            return redirect("fact", uid=identifier, permanent=True)
        standings = _standings(identifier)
        latest = next((s for s in standings if s.state in READABLE_STATES), None)
        removed = _removed(identifier, latest)
        if removed is not None:
            return _gone(request, removed)
        if latest is None:
            editions = Profile.objects.filter(pk__in=[s.profile for s in standings])
            return withdrawn(request, editions)
        return render(request, "answers/fact.html", _context(latest))


def _identifier(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _standings(identifier: uuid.UUID) -> list[Standing]:
    """Return where a fact was ever public, the published edition first."""
    first, *others = [_rows(kind, identifier) for kind in fact_kinds()]
    found = [Standing(*row) for row in first.union(*others, all=True)]
    return sorted(found, key=lambda s: (not s.is_in_force, -s.edition))


def _rows(kind: Any, identifier: uuid.UUID) -> QuerySet:
    facts = kind.objects.public().filter(uid=identifier)
    facts = facts.filter(profile__state__in=ONCE_PUBLIC_STATES)
    for name in _mechanisms_named(kind):
        # The other side of a link may be a draft, of which nobody may know.
        public = Profile.objects.published().filter(mechanism=OuterRef(name))
        own = Q(**{name: F("profile__mechanism")})
        facts = facts.filter(own | Exists(public))
    columns = ("pk", "profile", "profile__edition", "profile__state")
    return facts.order_by().values_list(Value(kind._meta.label_lower), *columns)


def _mechanisms_named(kind: Any) -> list[str]:
    """Name the fields of a kind that name mechanisms."""
    fields = kind._meta.concrete_fields
    return [f.name for f in fields if f.related_model is Mechanism]


def _removed(identifier: uuid.UUID, latest: Standing | None) -> Redaction | None:
    """Return the redaction by which a public fact went; None where it still stands.

    An earlier edition may have been left as it was: the later word holds.
    """
    if latest is not None and latest.is_in_force:
        return None
    redactions = Redaction.objects.in_force().filter(
        uid=identifier, field="", profile__state__in=ONCE_PUBLIC_STATES
    )
    if latest is not None:
        redactions = redactions.filter(profile__edition__gte=latest.edition)
    told = redactions.select_related("profile__mechanism")
    return next(filter(_was_public, told.order_by("-profile__edition", "-pk")), None)


def _was_public(redaction: Redaction) -> bool:
    [kept] = redaction.kept
    return kept["fields"]["is_public"]


def _gone(request: HttpRequest, removed: Redaction) -> HttpResponse:
    readable = Profile.objects.readable().filter(mechanism=removed.profile.mechanism_id)
    latest = readable.select_related("mechanism").order_by("-edition").first()
    context = {"removed": removed, "latest": latest}
    return render(request, "answers/fact_removed.html", context, status=410)


def _context(standing: Standing) -> dict[str, Any]:
    kind: Any = apps.get_model(standing.kind)
    keys = [f.name for f in kind._meta.concrete_fields if f.many_to_one]
    facts = kind._default_manager.select_related("profile__mechanism", *keys)
    fact = facts.get(pk=standing.pk)
    edition = fact.profile
    newer = None
    if not standing.is_in_force:
        newer = edition.mechanism.editions.published().first()
    redactions = edition.redactions.in_force().filter(uid=fact.uid)
    label = capfirst(str(kind._meta.verbose_name))
    return {
        "fact": fact,
        "kind": label,
        "title": label if _mechanisms_named(kind) else called(fact),
        "edition": edition,
        "is_in_force": standing.is_in_force,
        "newer": newer,
        "place": f"{edition.get_absolute_url()}#{_anchor(fact)}",
        "said": list(_said(fact, leads_on=standing.is_in_force)),
        "redactions": redactions.defer("kept").order_by("pk"),
        "references": References(),
    }


def _anchor(fact: Fact) -> str:
    """Return the place on the page that shows a fact.

    The source of a field stands beside the field, without a place of its own.
    """
    if isinstance(fact, FieldSource):
        return StatedField(fact.field).part.on_page.anchor
    return str(fact.uid)


def _said(fact: Fact, *, leads_on: bool) -> Iterator[tuple[str, list[Cell]]]:
    """Yield the label and the values of each field by which a fact says something.

    What a fact of the edition in force names has a page, to which it leads.
    """
    kind: Any = type(fact)
    texts = languages_of_texts(kind)
    for name in fields_said(kind):
        f = kind._meta.get_field(name)
        label = capfirst(str(f.verbose_name))
        if f.is_relation:
            value = getattr(fact, name)
            records = list(value.all()) if f.many_to_many else [value] if value else []
            if f.related_model is Mechanism:
                public = Profile.objects.published().filter(mechanism__in=records)
                records = list(public.select_related("mechanism"))
            values: list[Cell] = [_value(one, leads_on=leads_on) for one in records]
        elif name in texts:
            values = [words(fact, name)] if getattr(fact, name) else []
        else:
            [(_label, text)] = pairs_in_words(fact, [name])
            values = [text] if text else []
        if values:
            yield label, values


def _value(record: Any, *, leads_on: bool) -> Cell:
    text = named(record) if hasattr(record, "name") else str(record)
    if leads_on and hasattr(record, "get_absolute_url"):
        return Linked(text, record.get_absolute_url())
    return text
