"""What models of the registry are made of: reference records and facts.

To add a kind of fact, subclass `Fact` and say in the class body what others need to
know of it: the form, the page, loading, comparing, search, surveys and redaction find
the kind through `fact_kinds()` and read it there.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _

from profiles.partial_dates import PartialDateField, ends_after_it_starts
from profiles.vocabularies import Certainty, EditionState, FormPart, only_listed


class NaturalKeyQuerySet(models.QuerySet):
    """Finds a record by the key that people use for it, as fixtures do.

    The model names that key in `natural_key_field`.
    """

    def get_by_natural_key(self, key):
        field = self.model.natural_key_field  # type: ignore[attr-defined]
        return self.get(**{field: key})

    def delete(self):
        record: Any
        for record in self:
            record.refuse_while_listed()
        return super().delete()

    # As Django's own: not for managers, and not for templates.
    delete.queryset_only = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]


class ReferenceRecord(models.Model):
    """A record that editions share: what is saved of it stands on public pages at once.

    Of a record in use, changes are proposed and reviewed first (`profiles.proposing`).
    """

    natural_key_field = "slug"

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        abstract = True

    def natural_key(self):
        return (getattr(self, self.natural_key_field),)

    def listed_by(self) -> list[models.Model]:
        """Return the records that have this one in a list of theirs."""
        relations: Iterable[Any] = self._meta.get_fields(include_hidden=True)
        return [
            owner
            for relation in relations
            if relation.auto_created and relation.many_to_many
            for owner in relation.related_model._base_manager.filter(
                **{relation.field.name: self}
            )
        ]

    def refuse_while_listed(self) -> None:
        """Raise ProtectedError while a list has this record, as a key to it does.

        The database would take it out of the list without a word.
        """
        if owners := self.listed_by():
            raise models.ProtectedError(
                f"{self} stands in lists of other records.", set(owners)
            )

    def delete(self, *args, **kwargs):
        self.refuse_while_listed()
        return super().delete(*args, **kwargs)


class FactQuerySet(models.QuerySet):
    def published(self):
        """Keep the facts that anybody may see: public ones of published editions."""
        return self.public().filter(profile__state=EditionState.PUBLISHED)

    def stating(self):
        """Keep the facts that state what a source of their own has to support."""
        kind: Any = self.model
        return self.filter(kind.stating())

    def with_stating(self):
        """Annotate `is_stating`: does it state what its own source has to support?"""
        kind: Any = self.model
        states = Case(When(kind.stating(), then=True), default=False)
        return self.annotate(is_stating=states)

    def public(self):
        """Leave out sensitive facts, whatever the state of their edition."""
        return self.filter(is_public=True)

    def get_by_natural_key(self, mechanism, edition, uid):
        return self.get(
            profile__mechanism__slug=mechanism, profile__edition=edition, uid=uid
        )


@dataclass(frozen=True)
class FormGroup:
    """Facts of a kind that the form shows in another part than the kind's own.

    They are told by what one of their fields says; a new one begins with it.
    """

    part: FormPart
    heading: Any
    field: str
    value: str


class Fact(models.Model):
    """One sourced statement of an edition.

    `uid` stays the same from edition to edition: comparison matches by it and
    permanent links use it. A fact can be written only while its edition is a draft;
    `save` and `delete` raise EditionIsClosed otherwise.
    """

    identified_by: ClassVar[tuple[str, ...]] = ()
    """The fields that tell the facts of one kind and one edition apart in files.

    The first that is no controlled term names a fact for people."""

    form_part: ClassVar[FormPart] = FormPart.OTHER
    """Where the kind stands in the form, and with it on the page."""

    form_lines: ClassVar[list[str | tuple[str, ...]]] = []
    """The lines of the form; without any, one line for each field."""

    form_groups: ClassVar[tuple[FormGroup, ...]] = ()
    """Facts of the kind that are entered in another part of the form."""

    page_template: ClassVar[str] = "profiles/_further_facts.html"
    """Shows the facts of this kind on the page; "" where their part's template does."""

    found_as: ClassVar[str] = ""
    """The kind of search hit that a fact with a title is; "" where the words of a fact
    find its mechanism."""

    dated_by: ClassVar[str] = ""
    """The field that dates a hit of its own."""

    unsearched: ClassVar[tuple[str, ...]] = ()
    """Texts that search leaves out. A kind adds those that are no words about it."""

    translated: ClassVar[tuple[str, ...]] = ()
    """Texts of its own that are kept in several languages, as every fact's note is."""

    disputed_as: ClassVar[str] = ""
    """The DisputedField under which alternative values keep what others say of it; ""
    where they know none."""

    subject: ClassVar[str] = ""
    """The field with the State or organisation that knows this fact as its own: its
    answer in a survey states the fact, as the mechanism's does."""

    anybody_may_state: ClassVar[bool] = False
    """Whether any respondent of a survey states it: views, and what came of it."""

    starts_private: ClassVar[bool] = False
    """Whether a survey's answer stays with staff until they decide."""

    grows: ClassVar[tuple[str, ...]] = ()
    """Lists that grow by what other respondents name."""

    only_wording: ClassVar[tuple[str, ...]] = ()
    """Fields in which other words tell nothing new."""

    profile: models.ForeignKey
    uid = models.UUIDField(_("identifier"), default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Smaller numbers come first.")
    )
    source = models.ForeignKey(
        "profiles.Source",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)s_facts",
        verbose_name=_("source"),
        help_text=_("Who says so."),
    )
    # Without a default: that a source states something is somebody's finding.
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty)
    is_public = models.BooleanField(
        _("public"),
        default=True,
        help_text=_("Untick for a sensitive statement: only staff will see it."),
    )
    note = models.TextField(
        _("note"), blank=True, help_text=_("Shown with the fact wherever it is public.")
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["profile", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "uid"], name="%(class)s_uid_once_per_edition"
            ),
            only_listed("certainty", Certainty),
        ]

    def save(self, *args, **kwargs):
        self.profile.require_draft()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        self.profile.require_draft()
        return super().delete(*args, **kwargs)

    def answered_part(self) -> str:
        """Return the SectionPart whose answer this belongs to; "" for none."""
        return ""

    @classmethod
    def stating(cls) -> Q:
        """Return the condition that a fact states what a source has to support."""
        return Q(pk__isnull=False)

    @classmethod
    def disputed_field(cls, values: dict[str, Any]) -> str:
        """Return the DisputedField of a fact with these values; "" for none."""
        return cls.disputed_as

    @classmethod
    def of_profile(cls) -> str:
        """Return the name by which a profile has its facts of this kind."""
        profile: Any = cls._meta.get_field("profile")
        return profile.remote_field.related_name

    @classmethod
    def check(cls, **kwargs):
        """Say what the class body lacks or names wrongly."""
        said = [*cls.identified_by, *cls.unsearched, *cls.grows, *cls.only_wording]
        said += cls.translated
        said += [n for n in (cls.subject, cls.dated_by) if n]
        said += ["title"] if cls.found_as else []
        said += [group.field for group in cls.form_groups]
        for line in cls.form_lines:
            said += [line] if isinstance(line, str) else line
        found = super().check(**kwargs) + unknown_fields(cls, said)
        if not cls.identified_by:
            found.append(
                checks.Error(
                    "A kind of fact says in `identified_by` which fields tell its "
                    "facts apart.",
                    obj=cls,
                    id="profiles.E001",
                )
            )
        fields: list[Any] = [*cls._meta.fields, *cls._meta.many_to_many]
        names_mechanisms = any(
            f.is_relation and f.related_model._meta.label_lower == "profiles.mechanism"
            for f in fields
        )
        if names_mechanisms and cls.page_template == Fact.page_template:
            # As `MechanismLink` does: the other mechanism may be a draft.
            found.append(
                checks.Error(
                    "A kind of fact that names mechanisms has a `page_template` of its "
                    "own, which names those alone that the public may know.",
                    obj=cls,
                    id="profiles.E004",
                )
            )
        found += [
            checks.Error(
                f"{kind._meta.label} is found as {cls.found_as!r} too: search would "
                "know the facts of one of them only.",
                obj=cls,
                id="profiles.E003",
            )
            for kind in fact_kinds()
            if cls.found_as and kind is not cls and kind.found_as == cls.found_as
        ]
        return found

    def natural_key(self):
        return (*self.profile.natural_key(), str(self.uid))

    natural_key.dependencies = ["profiles.profile"]  # type: ignore[attr-defined]


def of_profile(related_name: str) -> models.ForeignKey:
    """Return a fact's key to its edition; `related_name` reads from the profile."""
    return models.ForeignKey(
        "profiles.Profile",
        models.CASCADE,
        related_name=related_name,
        verbose_name=_("profile"),
    )


def account(
    verbose_name: Any, *, blank: bool = True, help_text: Any = ""
) -> models.ForeignKey:
    """Return the key to who did something: what they did outlives their account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=blank,
        related_name="+",
        verbose_name=verbose_name,
        help_text=help_text,
    )


def unknown_fields(
    model: type[models.Model], names: Iterable[str]
) -> list[checks.CheckMessage]:
    """Return an error for each name by which a class body means no field of a model."""
    known = {f.name for f in (*model._meta.fields, *model._meta.many_to_many)}
    return [
        checks.Error(f"There is no field {name!r}.", obj=model, id="profiles.E002")
        for name in names
        if name not in known
    ]


def fact_kinds() -> list[type[Fact]]:
    """Return every kind of fact, of all apps, in the order of their declaration."""
    return [model for model in apps.get_models() if issubclass(model, Fact)]


def named_in_public(model: type[models.Model]) -> Q:
    """Return the condition that a public fact of any kind names a record of `model`."""
    named = Q()
    for kind in fact_kinds():
        for f in (*kind._meta.concrete_fields, *kind._meta.many_to_many):
            if f.related_model is model:
                naming = kind.objects.published().filter(**{f.name: OuterRef("pk")})
                named |= Q(Exists(naming))
    return named


class Period(models.Model):
    """From when until when, as precisely as the sources say. Empty is unknown."""

    since = PartialDateField(_("since"))
    until = PartialDateField(_("until"))

    class Meta:
        abstract = True
        constraints = [ends_after_it_starts("%(class)s_ends_after_it_starts")]
