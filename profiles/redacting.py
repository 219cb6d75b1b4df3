"""Takes parts of editions from the public, and can give them back.

A part is a field of the profile, a whole fact, or one field of a fact. What stood
there is moved out of its row into a `Redaction`, which only staff read: so no public
page, search index or file can show it, whatever it reads. It is the one thing that may
be written to an edition that was published, and therefore passes by its `save`.

Redacting takes no second pair of eyes, for what is wrong goes at once. Giving back
does: not by the person who redacted.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles import editions, submitted_content
from profiles.content import part_of_field
from profiles.edition_parts import UNKNOWN, Part, columns, find, held, row_of, values
from profiles.editions import EditionError, NoReasonGiven
from profiles.models import Profile, Redaction, UnsavedForm
from profiles.models.mechanisms import ONCE_PUBLIC_STATES
from profiles.vocabularies import EditionAction, PagePart, SectionPart


class CannotBeRedacted(EditionError):
    """Raised for what cannot be left empty, is empty, or is not there."""


class OwnRedaction(EditionError):
    def __init__(self):
        super().__init__(
            _("You redacted this yourself: somebody else has to give it back.")
        )


class NotInForce(EditionError):
    def __init__(self):
        super().__init__(_("This redaction was taken back before."))


class CannotBeGivenBack(EditionError):
    """Raised when what was kept does not fit into the registry any more."""


def redact(
    edition: Profile,
    part: Part,
    *,
    reason: str,
    by=None,
    also: Iterable[Profile] = (),
) -> list[Redaction]:
    """Take a part from the public, in this edition and in those of `also`.

    Of an open edition it is only removed; one in review becomes a draft again, and
    loses its schedule. Returns the redactions. Raises NoReasonGiven, CannotBeRedacted,
    and EditionIsGone for what was discarded meanwhile.
    """
    with editions.step(edition, EditionAction.REDACT, by):
        if not reason.strip():
            raise NoReasonGiven
        made = []
        for one in (edition, *also):
            if one.mechanism_id != edition.mechanism_id:
                raise EditionError(_("The edition belongs to another mechanism."))
            redaction = _redact(one, part, reason.strip(), by)
            if redaction is not None:
                made.append(redaction)
        # Words that are redacted stay nowhere else.
        submitted_content.forget(edition)
        of_mechanism = Profile.objects.filter(mechanism=edition.mechanism_id)
        keys = of_mechanism.values_list("pk", flat=True)
        UnsavedForm.objects.of_records(Profile, keys).delete()
        editions.public_content_changed.send(sender=Profile)
    return made


def _redact(edition: Profile, part: Part, reason: str, by) -> Redaction | None:
    current = Profile.objects.select_for_update().filter(pk=edition.pk).first()
    if current is None:
        raise editions.EditionIsGone
    found = held(current, part)
    if found is None:
        raise CannotBeRedacted(
            _("Edition %(number)s holds nothing there.") % {"number": current.edition}
        )
    redaction = Redaction(
        profile=current,
        target=part.target,
        uid=part.uid or None,
        field=part.field,
        place=_place(found.record, part),
        reason=reason,
        kept=_kept(found.record, part),
        by=by,
    )
    told = f"{redaction.label}\n{reason}"
    if current.is_open:
        editions.reopen(current, by, told)
    try:
        with transaction.atomic():
            _empty(found.record, part)
    except IntegrityError:
        raise CannotBeRedacted(
            _("This cannot stand empty. Redact the whole statement.")
        ) from None
    editions.record(current, EditionAction.REDACT, by, told)
    if current.state not in ONCE_PUBLIC_STATES:
        return None
    redaction.save()
    return redaction


def _place(record: Any, part: Part) -> PagePart:
    if not part.uid:
        # The form asks for sources beside what they dispute; the page lists them apart.
        is_list_of_sources = part.field == "sources"
        in_form = part_of_field(part.field)
        return PagePart.SOURCES if is_list_of_sources else in_form.on_page
    if answered := record.answered_part():
        return PagePart(SectionPart(answered).heading.value)
    return record.form_part.on_page


def _kept(record: Any, part: Part) -> Any:
    if part.field:
        return values(record, part.field)
    return serializers.serialize("python", [record])


def _empty(record: Any, part: Part) -> None:
    model = type(record)
    if not part.field:
        row_of(record).delete()
        return
    field = model._meta.get_field(part.field)
    if field.many_to_many:
        getattr(record, part.field).through._base_manager.filter(
            **{field.m2m_column_name(): record.pk}
        ).delete()
        return
    emptied = {f.attname: _empty_value(f) for f in columns(model, part.field)}
    row_of(record).update(**emptied)


def _empty_value(field: Any) -> Any:
    if field.default in UNKNOWN:
        return field.default
    return None if field.null else ""


def lift(redaction: Redaction, *, by=None) -> None:
    """Give back what was redacted: the public reads it again where it stood.

    Raises OwnRedaction (never when `by` is None, as for a command), NotInForce, and
    CannotBeGivenBack when something else stands there or a record it names is gone.
    """
    edition = redaction.profile
    with editions.step(edition, EditionAction.LIFT, by):
        current = Redaction.objects.in_force().filter(pk=redaction.pk).first()
        if current is None:
            raise NotInForce
        if settings.FOUR_EYES and by is not None and current.by_id == by.pk:
            raise OwnRedaction
        try:
            with transaction.atomic():
                _give_back(current)
        except (IntegrityError, ValidationError, ObjectDoesNotExist):
            raise CannotBeGivenBack(
                _("It does not fit any more: a record that it names is gone.")
            ) from None
        Redaction.objects.filter(pk=current.pk).update(
            lifted_by=by, lifted_at=timezone.now()
        )
        editions.record(edition, EditionAction.LIFT, by, current.label)
        editions.public_content_changed.send(sender=Profile)
    redaction.refresh_from_db()


def _give_back(redaction: Redaction) -> None:
    model: Any = apps.get_model(redaction.target)
    if not redaction.field:
        [written] = serializers.deserialize("python", redaction.kept)
        for f in model._meta.concrete_fields:
            pk = getattr(written.object, f.attname)
            if f.is_relation and pk is not None:
                f.related_model._base_manager.only("pk").get(pk=pk)
        for name, pks in (written.m2m_data or {}).items():
            _require_all(model._meta.get_field(name), pks)
        written.save(force_insert=True)
        return
    part = Part(redaction.target, str(redaction.uid or ""), redaction.field)
    record = find(redaction.profile, part)
    if record is None:
        raise CannotBeGivenBack(
            _("The statement itself was redacted: take that back first.")
        )
    field = model._meta.get_field(redaction.field)
    if field.many_to_many:
        pks = redaction.kept[redaction.field]
        _require_all(field, pks)
        through = getattr(record, field.name).through
        own, other = field.m2m_column_name(), field.m2m_reverse_name()
        through._base_manager.bulk_create(
            through(**{own: record.pk, other: pk}) for pk in pks
        )
        return
    if field.is_relation:
        field.related_model._base_manager.only("pk").get(
            pk=redaction.kept[field.attname]
        )
    row_of(record).update(**redaction.kept)


def _require_all(field: Any, pks: Iterable[Any]) -> None:
    # The database would find it out only at the end of the transaction.
    wanted = set(pks)
    there = field.related_model._base_manager.filter(pk__in=wanted)
    if there.count() != len(wanted):
        raise ObjectDoesNotExist
