"""Facts of an edition: edited in place on their profile, and listed across editions.

Every subclass of Fact, of whatever app, gets an inline and a list. An app that
wants its own form for a kind registers it with `fact_inline`.
"""

from collections.abc import Callable, Collection
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.forms.renderers import BaseRenderer
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationInlineModelAdmin

from profiles.admin.choosing import (
    ChoosesByTyping,
    Typed,
    bare,
    one_of,
    possible_keys,
    several_of,
)
from profiles.admin.closed_rows import OpenedOnDemand, is_closed
from profiles.admin.inputs import PLAIN, inputs
from profiles.admin.languages import HelpOnce, in_every_language
from profiles.admin.on_the_way import NEW
from profiles.content import EVIDENCE, fields_said, languages_of_texts
from profiles.models import Chairing, Fact, FieldSource, Section, fact_kinds
from profiles.models.field_sources import SOURCED_FIELDS
from profiles.succession import newest_first
from profiles.typed_dates import put_periods_apart
from profiles.vocabularies import Coverage, FormPart, SectionPart

SHORT_NAMES = {
    FormPart.EVOLUTION: _("1 Evolution"),
    FormPart.CONTRIBUTION: _("2 Contribution"),
    FormPart.STRUCTURE: _("3 Structures"),
    FormPart.PARTNERSHIPS: _("4 Partnerships"),
    FormPart.ADDED_VALUE: _("5 Added value"),
    FormPart.HISTORY: _("History"),
}
"""What stands on a tab where the heading is too long for one."""

TAKEN_OVER = {"source", "certainty", "position", forms.formsets.DELETION_FIELD_NAME}
"""What a new row takes over from the row above, or is given by its place."""


class ChosenRecords:
    """Finds what the selects of one formset have chosen, for all rows at once.

    Django's autocomplete asks the database once for each select.
    """

    def __init__(self, formset: "FactFormSet"):
        self.formset = formset
        self._found: dict[str, dict[str, models.Model]] = {}

    def of(self, field_name: str) -> dict[str, models.Model]:
        """Return the records chosen for a field in any row, by their key as text."""
        if field_name not in self._found:
            self._found[field_name] = self._find(field_name)
        return self._found[field_name]

    def _find(self, field_name: str) -> dict[str, models.Model]:
        known: dict[str, models.Model] = {}
        wanted: set[str] = set()
        form_class: Any = self.formset.form
        every = form_class.base_fields[field_name].queryset
        # What a label needs beside the record is not loaded with the fact.
        is_enough = not every.query.annotations
        if not self.formset.is_bound:
            # Only what was loaded can be chosen before anybody chose.
            for fact in self.formset.get_queryset():
                loaded = _loaded(fact, field_name)
                known.update(loaded if is_enough else {})
                wanted.update(loaded)
        sent: list[FactForm] = []
        if self.formset.is_bound:
            sent = cast("list[FactForm]", self.formset.forms)
        for form in sent:
            if form.is_closed:
                continue
            if is_enough:
                known.update(_loaded(form.instance, field_name))
            keys = possible_keys(form[field_name].value())
            wanted.update(key for key in keys if not key.startswith(NEW))
        if missing := wanted - known.keys():
            found = every.filter(pk__in=missing)
            known.update((str(record.pk), record) for record in found)
        return known


def _loaded(fact: models.Model, field_name: str) -> dict[str, models.Model]:
    """Return what `with_relations` has loaded for a field; ask for nothing."""
    if fact.pk is None:
        return {}
    several = getattr(fact, "_prefetched_objects_cache", {}).get(field_name, ())
    one = fact._state.fields_cache.get(field_name)
    return {str(record.pk): record for record in [*several, one] if record}


class FactForm(OpenedOnDemand):
    """A row of a profile's form.

    A new row that holds only what it took over from the row above is no fact yet.
    """

    default_renderer = PLAIN

    def has_changed(self):
        changed = set(self.changed_data)
        if self.instance._state.adding:
            changed -= {n for n in TAKEN_OVER & changed if not self._only_typed(n)}
            if len(changed) == 1 and self._is_given_by_its_group(*changed):
                return False
        return bool(changed)

    def _is_given_by_its_group(self, name: str) -> bool:
        groups: Any = self._meta.model.form_groups
        return any(g.field == name and g.value == self[name].data for g in groups)

    def clean(self):
        super().clean()
        put_periods_apart(self)
        self._require_texts()
        return self.cleaned_data

    def _require_texts(self) -> None:
        """Ask for what a fact is called in one language, whichever it is."""
        kind: Any = self._meta.model
        for name, languages in languages_of_texts(kind).items():
            shown = [column for column in languages if column in self.fields]
            if kind._meta.get_field(name).blank or not shown:
                continue
            if not any(self.cleaned_data.get(column) for column in languages):
                self.add_error(shown[0], _("Say it in one language at least."))

    def _only_typed(self, name: str) -> bool:
        return isinstance(self[name].data, Typed)


class FactFormSet(BaseInlineFormSet):
    """The facts of one kind on one profile."""

    model: type[Fact]
    form: type[FactForm]
    form_renderer: BaseRenderer

    def __init__(
        self, *args, opened: Collection[str] = (), rows_more: int = 0, **kwargs
    ):
        """`opened` are the uids of the facts that stand with their inputs."""
        super().__init__(*args, **kwargs)
        self.extra += rows_more
        self.uids_opened = opened
        self.chosen = ChosenRecords(self)

    @cached_property
    def empty_form(self):
        return self.new_form()

    def new_form(self, **initial: Any) -> forms.ModelForm:
        """Return the form of a row that a script adds."""
        form = super().empty_form
        form.initial.update(initial)
        return form

    # As every row's, without making all of them.

    @property
    def media(self):
        return self.empty_form.media

    def is_multipart(self):
        return self.empty_form.is_multipart()

    def get_form_kwargs(self, index):
        kwargs = super().get_form_kwargs(index)
        if index is not None and self.is_bound:
            kwargs["is_closed"] = is_closed(self.data, self.add_prefix(index))
        return kwargs

    def row(self, number: int) -> FactForm:
        """Return the form of one row, without making those of the others."""
        made = self.__dict__.get("forms")
        return made[number] if made else self._construct_form(number)

    def with_inputs(self) -> list[FactForm]:
        """Return the forms of the stored facts that the page shows with inputs."""
        return [
            self.row(number)
            for number, fact in enumerate(self.get_queryset())
            if self.shows_inputs_of(fact)
        ]

    def shows_inputs_of(self, fact: Fact) -> bool:
        return str(fact.uid) in self.uids_opened

    def opened(self, closed: FactForm) -> FactForm:
        """Return the whole form of a closed row, with the errors that it got."""
        left = {name: closed[name].value() for name in closed.fields}
        form = self.form(
            instance=closed.instance,
            prefix=closed.prefix,
            initial=left,
            auto_id=self.auto_id,
            use_required_attribute=False,
            renderer=self.form_renderer,
            **self.get_form_kwargs(None),
        )
        self.add_fields(form, None)
        form._errors = closed.errors
        return form

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        # The rows share their profile, instead of fetching one each.
        form.instance.profile = self.instance
        if form.instance.pk is not None:
            # A row that nobody touched needs no check and no query.
            form.empty_permitted = True
        return form

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget = bare(field.widget)
            if isinstance(widget, ChoosesByTyping):
                widget.records = lambda name=name: self.chosen.of(name)

    def validate_unique(self):
        """Apply rules such as 'one current role per State' to the rows as a whole.

        As they will be: one role may be closed and the next opened at once. Django's
        own check leaves out rules with a condition, and reads the cleaned data, which
        rows that nobody touched do not have.
        """
        deleted = self.deleted_forms
        rows = [
            form
            for form in self.forms
            if form not in deleted
            and form.is_valid()
            and (form.instance.pk is not None or form.has_changed())
        ]
        for constraint in self.model._meta.constraints:
            if (
                isinstance(constraint, models.UniqueConstraint)
                and "profile" in constraint.fields
                and "uid" not in constraint.fields
            ):
                self._check_once(constraint, rows)

    def _check_once(self, constraint: models.UniqueConstraint, rows) -> None:
        names = set(constraint.fields) - {"profile"}
        columns = [
            f.attname for f in self.model._meta.concrete_fields if f.name in names
        ]
        standing: dict[tuple[Any, ...], list[Fact]] = {}
        shown = {form.instance.pk for form in self.forms}
        for fact in self.get_queryset():
            # Entered by somebody else since the form was opened.
            if fact.pk not in shown:
                key = tuple(getattr(fact, column) for column in columns)
                standing.setdefault(key, []).append(fact)
        for form in rows:
            fact = form.instance
            key = tuple(getattr(fact, column) for column in columns)
            others = standing.setdefault(key, [])
            others.append(fact)
            if None in key or len(others) == 1:
                continue
            # The condition is asked of the database, so only where it matters.
            bound = [f for f in others if _is_bound(constraint, f)]
            if fact in bound and len(bound) > 1:
                form.add_error(None, constraint.get_violation_error_message())


def _is_bound(constraint: models.UniqueConstraint, fact: Fact) -> bool:
    if constraint.condition is None:
        return True
    fields = fact._meta.concrete_fields
    return constraint.condition.check(
        {f.name: getattr(fact, f.attname) for f in fields}
    )


class FactInline(HelpOnce, TranslationInlineModelAdmin):
    """How one kind of fact is edited on its profile: in the part and on the lines that
    the kind names."""

    form = FactForm
    formset = FactFormSet
    model: type[Fact]
    template = "admin/profiles/profile/_facts.html"
    ordering = ["position", "pk"]
    extra = 0
    formfield_overrides = inputs()

    @property
    def part(self) -> FormPart:
        return self.model.form_part

    def lines(self) -> list[tuple[str, ...]]:
        """Return the fields that say the fact, by the lines on which they stand."""
        return [
            line if isinstance(line, tuple) else (line,)
            for line in self.model.form_lines or fields_said(self.model)
        ]

    def in_order(self, facts: list[Any]) -> list[Any]:
        """Return stored facts as their rows stand; they come by their position."""
        return facts

    def get_fieldsets(self, request, obj=None):
        fields = [name for line in self.lines() for name in line]
        shown = in_every_language(self.model, *fields)
        evidence = in_every_language(self.model, *EVIDENCE)
        return [(None, {"fields": [*shown, *evidence]})]

    def get_queryset(self, request):
        return with_relations(super().get_queryset(request))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs = {**one_of(db_field, self.admin_site), **kwargs}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs = {**several_of(db_field, self.admin_site), **kwargs}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # In a row only 'add' helps; the rest is a click away on its own page.
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        if field and hasattr(db_field, "language"):
            # The row as a whole asks for one language.
            field.required = False
        return field


def with_relations(facts: models.QuerySet) -> models.QuerySet:
    """Load what the facts refer to, in a fixed number of queries."""
    keys: list[str] = []
    many: list[Any] = [f.name for f in facts.model._meta.many_to_many]
    for field in facts.model._meta.concrete_fields:
        if not field.is_relation:
            continue
        records = field.related_model._default_manager
        if hasattr(records, "called"):
            # Their names stand elsewhere, and come with one query for all.
            many.append(models.Prefetch(field.name, records.called()))
        else:
            keys.append(field.name)
    return facts.select_related(*keys).prefetch_related(*many)


_inlines: dict[type[Fact], type[FactInline]] = {}


def fact_inline(kind: type[Fact]) -> Callable[[type[FactInline]], type[FactInline]]:
    """Edit a kind of fact on its profile with the decorated inline."""

    def register(inline: type[FactInline]) -> type[FactInline]:
        inline.model = kind
        _inlines[kind] = inline
        return inline

    return register


def inline_of(kind: type[Fact]) -> type[FactInline]:
    """Return the inline of a kind of fact: its own if it has one, or a plain one."""
    if kind not in _inlines:
        fact_inline(kind)(type(f"{kind.__name__}Inline", (FactInline,), {}))
    return _inlines[kind]


def all_inlines() -> list[type[FactInline]]:
    """Return the inlines of all kinds of facts, in the order of the form's parts."""
    order = list(FormPart)
    kinds = sorted(fact_kinds(), key=lambda kind: order.index(kind.form_part))
    return [inline_of(kind) for kind in kinds]


class SectionFormSet(FactFormSet):
    """One row for each part of the assessment, whether it was answered or not.

    A part that nobody answered is unknown, and is no record until it is.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            answered = {section.part for section in self.get_queryset()}
            missing = [part for part in SectionPart if part not in answered]
            self.initial_extra = [{"part": part.value} for part in missing]
            self.extra = len(missing)

    def shows_inputs_of(self, fact):
        return True

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["part"].widget = forms.HiddenInput()


class SectionForm(FactForm):
    def has_changed(self):
        # Its part is given by its place; all else is somebody's answer.
        return bool(set(self.changed_data) - {"part"} or self._moved())

    def clean(self):
        cleaned = super().clean()
        texts = in_every_language(Section, "prose")
        has_text = any(self.cleaned_data.get(name) for name in texts)
        if has_text and self.cleaned_data.get("coverage") != Coverage.REPORTED:
            # The model's own rule asks the text of one language only.
            self.add_error(
                "coverage", _("A section with a text is “reported”: change this.")
            )
        return cleaned

    def _moved(self) -> bool:
        return not self.instance._state.adding and "part" in self.changed_data


@fact_inline(Section)
class SectionInline(FactInline):
    form = SectionForm
    formset = SectionFormSet
    can_delete = False
    max_num = len(SectionPart)
    formfield_overrides = inputs(rows=6)


class FieldSourceFormSet(FactFormSet):
    """The sources of each field, and one row more for each, to be filled in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial_extra = [{"field": field.value} for field in SOURCED_FIELDS]
            self.extra = len(SOURCED_FIELDS)

    def shows_inputs_of(self, fact):
        return True

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["field"].widget = forms.HiddenInput()


class FieldSourceForm(FactForm):
    def has_changed(self):
        # Its field is given by its place, and a row of its own takes nothing over.
        if self.instance._state.adding:
            return bool({*self.changed_data} - {"field", "position"})
        return super().has_changed()


@fact_inline(FieldSource)
class FieldSourceInline(FactInline):
    form = FieldSourceForm
    formset = FieldSourceFormSet


@fact_inline(Chairing)
class ChairingInline(FactInline):
    def in_order(self, facts):
        # As on the page; what has no period, and no neighbour with one, comes last.
        return newest_first(facts)


class UnsourcedFilter(admin.SimpleListFilter):
    """Keeps the facts that state something and name no source for it."""

    title = _("statements without a source")
    parameter_name = "unsourced"

    def lookups(self, request, model_admin):
        return [("yes", _("Only these"))]

    def queryset(self, request, queryset):
        if self.value() == "yes":
            return queryset.stating().filter(source=None)
        return queryset


class FactAdmin(admin.ModelAdmin):
    """The facts of one kind in all editions, to search and read.

    They are edited on their profile, where the edition is seen as a whole.
    """

    list_per_page = 50
    # Nothing can be deleted here, so there is no action to choose.
    actions = None
    formfield_overrides = inputs()

    def get_queryset(self, request):
        return with_relations(super().get_queryset(request)).select_related(
            "profile__mechanism"
        )

    def get_list_display(self, request):
        choices = [f.name for f in _choice_fields(self.model)]
        return ["__str__", "of_mechanism", "edition", *choices, "is_public", "source"]

    def get_list_filter(self, request):
        unknown = [
            (f.name, admin.EmptyFieldListFilter)
            for f in self.model._meta.concrete_fields
            if f.name in {"source", "since", "year", "date", "adopted"}
        ]
        choices = [f.name for f in _choice_fields(self.model)]
        return ["profile__state", UnsourcedFilter, *choices, "is_public", *unknown]

    def get_search_fields(self, request):
        texts = [
            name
            for name in in_every_language(self.model, *fields_said(self.model))
            if isinstance(f := self.model._meta.get_field(name), models.CharField)
            and not f.choices
        ]
        of_related = [
            f"{f.name}__{name}"
            for f in self.model._meta.concrete_fields
            if f.is_relation and f.name not in {"profile", "source"}
            for name in ("name_en", "slug")
            if any(column.name == name for column in f.related_model._meta.fields)
        ]
        of_profile = ["profile__mechanism__slug", "profile__name_en"]
        return [*of_profile, "profile__acronym_en", *texts, *of_related]

    def get_fieldsets(self, request, obj=None):
        fields = ["profile", *fields_said(self.model), *EVIDENCE]
        return [(None, {"fields": in_every_language(self.model, *fields)})]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("mechanism"), ordering="profile__mechanism__slug")
    def of_mechanism(self, fact):
        return f"{fact.profile.short_name} ({fact.profile.mechanism})"

    @admin.display(description=_("edition"), ordering="profile__edition")
    def edition(self, fact):
        return _("%(number)s, %(state)s") % {
            "number": fact.profile.edition,
            "state": fact.profile.get_state_display(),
        }


def _choice_fields(kind: type[Fact]) -> list[models.Field]:
    return [f for f in kind._meta.concrete_fields if f.choices]


def register_facts(site: admin.AdminSite = admin.site) -> None:
    """Give every kind of fact its list, also those of apps that stand above."""
    for kind in fact_kinds():
        if not site.is_registered(kind):
            site.register(kind, FactAdmin)
