"""Decisions on a sheet's suggestions: an accepted one becomes a fact of the draft.

Beside the values of the fact, a suggestion's `fields` keep the words of the sentence
that state it (`_words`), the key of the source (`_source`) and, once the suggestion is
accepted, the values that it replaced (`_before`) and the sources of fields that it
named (`_sources`).
"""

import uuid
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles import editions
from profiles.content import certainties
from profiles.keyed_values import KeyedRecord, NaturalKeys, UnknownRecord
from profiles.models import Fact, FieldSource, Mechanism, Profile, Section, Source
from profiles.models.mechanisms import EditionIsClosed
from profiles.sourcing import field_of_column
from profiles.vocabularies import Certainty, Coverage, PartnershipRole
from surveys.models import Suggestion
from surveys.statements import PROFILE
from surveys.vocabularies import SuggestionState

SECTION = "profiles.section"

_COVERAGE_OF = {
    PartnershipRole.SECRETARIAT: "secretariat_coverage",
    PartnershipRole.FORMAL_ASSOCIATION: "association_coverage",
}


class DecisionError(Exception):
    """A decision that is not possible. Its text is for the person who asked."""


class AlreadyDecided(DecisionError):
    def __init__(self, suggestion: Suggestion):
        super().__init__(
            _("“%(what)s” was decided before: %(state)s.")
            % {"what": suggestion.label, "state": suggestion.get_state_display()}
        )


class NotDecided(DecisionError):
    def __init__(self):
        super().__init__(_("There is no decision to take back."))


class EditionNotOpen(DecisionError):
    def __init__(self):
        super().__init__(" ".join(EditionIsClosed().messages))


class EditionIsGone(DecisionError):
    def __init__(self):
        super().__init__(str(editions.EditionIsGone()))


class PublicationIsScheduled(DecisionError):
    def __init__(self):
        super().__init__(
            _("The publication of this edition is scheduled: nothing is changed now.")
        )


class CannotBeMade(DecisionError):
    """Raised when the draft or the registry does not allow the fact."""


class EditedSince(DecisionError):
    def __init__(self):
        super().__init__(
            _(
                "What was made of it has been edited since. "
                "Change or remove it in the form."
            )
        )


def values(suggestion: Suggestion) -> dict[str, Any]:
    """Return the values of the suggested fact, without the keys that begin with `_`."""
    return {k: v for k, v in suggestion.fields.items() if not k.startswith("_")}


def words(suggestion: Suggestion) -> list[str]:
    """Return the words of the sentence that state the fact."""
    return suggestion.fields.get("_words", [])


def accept(
    suggestion: Suggestion, *, by=None, at: datetime | None = None
) -> Profile | Fact:
    """Write a suggestion into the draft; return the fact, or the profile.

    An edition in review becomes a draft again. `at` is the time of a decision on
    several suggestions together. Raises AlreadyDecided, EditionNotOpen, EditionIsGone,
    PublicationIsScheduled and CannotBeMade.
    """
    with transaction.atomic():
        edition = _open(suggestion)
        _require_open(suggestion)
        editions.begin_change(edition, by=by)
        if suggestion.kind == PROFILE:
            made: Profile | Fact = _fill_profile(suggestion, edition)
        elif suggestion.kind == SECTION:
            made = _fill_section(suggestion, edition)
        else:
            made = _make_fact(suggestion, edition)
        suggestion.uid = made.uid if isinstance(made, Fact) else None
        _decide(suggestion, SuggestionState.ACCEPTED, by, at)
    return made


def reject(suggestion: Suggestion, *, by=None) -> None:
    """Reject a suggestion. Raises AlreadyDecided, EditionNotOpen, EditionIsGone and
    PublicationIsScheduled."""
    with transaction.atomic():
        _open(suggestion)
        _require_open(suggestion)
        _decide(suggestion, SuggestionState.REJECTED, by)


def undo(suggestion: Suggestion, *, by=None) -> None:
    """Take a decision back, and with it the fact that an accepted suggestion became.

    Raises NotDecided, and EditedSince when somebody edited the fact since.
    """
    with transaction.atomic():
        edition = _open(suggestion)
        if suggestion.state == SuggestionState.OPEN:
            raise NotDecided
        if suggestion.state == SuggestionState.ACCEPTED:
            editions.begin_change(edition, by=by)
            _take_back(suggestion, edition)
        suggestion.fields.pop("_before", None)
        suggestion.uid = None
        _save(suggestion, state=SuggestionState.OPEN, decided_by=None, decided_at=None)


def open_edition(sheet: int) -> Profile:
    """Lock the mechanism, and return the edition of the sheet with this primary key.

    Raises EditionIsGone, EditionNotOpen and PublicationIsScheduled.
    """
    try:
        edition = Profile.objects.get(summary_sheets=sheet)
        Mechanism.objects.select_for_update().get(pk=edition.mechanism_id)
        edition.refresh_from_db()
    except ObjectDoesNotExist:
        raise EditionIsGone from None
    if not edition.is_open:
        raise EditionNotOpen
    if edition.publish_at is not None:
        raise PublicationIsScheduled
    return edition


def _open(suggestion: Suggestion) -> Profile:
    """Lock the mechanism, reload the suggestion, and return its edition."""
    edition = open_edition(suggestion.sheet_id)
    try:
        suggestion.refresh_from_db()
    except ObjectDoesNotExist:
        raise EditionIsGone from None
    return edition


def _require_open(suggestion: Suggestion) -> None:
    if suggestion.state != SuggestionState.OPEN:
        raise AlreadyDecided(suggestion)


def _decide(
    suggestion: Suggestion,
    state: SuggestionState,
    by,
    at: datetime | None = None,
) -> None:
    _save(suggestion, state=state, decided_by=by, decided_at=at or timezone.now())


def _save(suggestion: Suggestion, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(suggestion, name, value)
    suggestion.save(update_fields=[*fields, "uid", "fields"])


# --- Writing -----------------------------------------------------------------


def _make_fact(suggestion: Suggestion, edition: Profile) -> Fact:
    kind = cast(type[Fact], apps.get_model(suggestion.kind))
    last = kind._default_manager.filter(profile=edition).aggregate(  # type: ignore[misc]
        last=Max("position")
    )["last"]
    fact = kind(
        profile=edition,  # type: ignore[misc]
        uid=suggestion.uid or uuid.uuid4(),
        position=last + 1 if last else 0,
        source=_source(suggestion),
        **_certainty(kind),
    )
    keyed = _set_values(fact, values(suggestion))
    _clean(fact)
    fact.save()
    keyed.save_many(keyed.many)
    _fill_coverage(suggestion, edition, getattr(fact, "role", ""))
    return fact


def _set_values(record: models.Model, given: dict[str, Any]) -> KeyedRecord:
    """Set fields of a record; those of several records are written by `save_many`.

    Raises CannotBeMade.
    """
    keyed = KeyedRecord(record, NaturalKeys())
    try:
        keyed.set(given)
    except UnknownRecord as unknown:
        raise CannotBeMade(
            _("There is no %(kind)s “%(key)s” any more.")
            % {"kind": unknown.model._meta.verbose_name, "key": unknown.key}
        ) from None
    return keyed


def _certainty(kind: type[Fact]) -> dict[str, Any]:
    """The sentence states the fact; the terms of it are read into the sentence."""
    read = dict.fromkeys(certainties(kind), Certainty.INFERRED)
    stated = read | {"certainty": Certainty.STATED}
    # What a sheet says of money is public once somebody decides so.
    return stated | {"is_public": False} if kind.starts_private else stated


def _source(suggestion: Suggestion) -> Source | None:
    return Source.objects.filter(slug=suggestion.fields.get("_source", "")).first()


def _clean(record: models.Model) -> None:
    try:
        record.full_clean()
    except ValidationError as error:
        raise CannotBeMade(" ".join(error.messages)) from error


def _fill_coverage(suggestion: Suggestion, edition: Profile, role: str) -> None:
    """Set the profile's coverage of a role to reported, as an organisation has it."""
    name = _COVERAGE_OF.get(cast(PartnershipRole, role))
    if name and getattr(edition, name) == Coverage.UNKNOWN:
        suggestion.fields["_before"] = {name: Coverage.UNKNOWN.value}
        setattr(edition, name, Coverage.REPORTED)
        edition.save()


def _fill_profile(suggestion: Suggestion, edition: Profile) -> Profile:
    given = values(suggestion)
    suggestion.fields["_before"] = {name: getattr(edition, name) for name in given}
    _set_values(edition, given)
    _clean(edition)
    edition.save()
    if source := _source(suggestion):
        fields = dict.fromkeys(filter(None, map(field_of_column, given)))
        suggestion.fields["_sources"] = [
            str(
                FieldSource.objects.create(
                    profile=edition,
                    **field._asdict(),
                    source=source,
                    certainty=Certainty.STATED,
                ).uid
            )
            for field in fields
        ]
    return edition


def _fill_section(suggestion: Suggestion, edition: Profile) -> Section:
    given = values(suggestion)
    section = Section.objects.filter(profile=edition, part=given["part"]).first()
    if section is None:
        return cast(Section, _make_fact(suggestion, edition))
    suggestion.fields["_before"] = {
        **{name: getattr(section, name) for name in given},
        "source": section.source and section.source.slug,
    }
    _set_values(section, given)
    section.profile = edition
    section.source = _source(suggestion) or section.source
    _clean(section)
    section.save()
    return section


# --- Taking back -------------------------------------------------------------


def _take_back(suggestion: Suggestion, edition: Profile) -> None:
    before = suggestion.fields.get("_before")
    if suggestion.kind == PROFILE:
        _put_back(edition, values(suggestion), before or {})
        edition.field_sources.filter(
            uid__in=suggestion.fields.pop("_sources", [])
        ).delete()
        return
    kind = cast(type[Fact], apps.get_model(suggestion.kind))
    fact = kind._default_manager.filter(
        profile=edition,  # type: ignore[misc]
        uid=suggestion.uid,
    ).first()
    if fact is None:
        return
    fact.profile = edition
    if suggestion.kind == SECTION and before:
        _put_back(fact, values(suggestion), before)
        return
    if not _is_untouched(fact, suggestion):
        raise EditedSince
    fact.delete()
    if before:
        written = dict.fromkeys(before, Coverage.REPORTED)
        if all(getattr(edition, name) == value for name, value in written.items()):
            _put_back(edition, written, before)


def _put_back(record: Any, written: dict[str, Any], before: dict[str, Any]) -> None:
    if any(getattr(record, name) != value for name, value in written.items()):
        raise EditedSince
    _set_values(record, before)
    record.save()


def _is_untouched(fact: Fact, suggestion: Suggestion) -> bool:
    """Tell whether a fact still has the values suggested; its position may differ."""
    kind = type(fact)
    made = kind(
        profile=fact.profile,  # type: ignore[misc]
        source=_source(suggestion),
        **_certainty(kind),
    )
    if hasattr(made, "mechanism_id"):
        made.mechanism_id = fact.profile.mechanism_id
    keyed = _set_values(made, values(suggestion))
    return keyed.content() == KeyedRecord(fact, keyed.keys).content()
