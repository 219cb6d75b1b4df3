"""Mechanisms, the editions of their profiles, and the steps between them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from profiles import editions
from profiles.admin.facts import (
    HISTORY,
    IDENTITY,
    OTHER,
    PARTS,
    all_inlines,
)
from profiles.admin.inputs import inputs
from profiles.admin.languages import HelpOnce, in_every_language
from profiles.admin.reference import ReferenceAdmin
from profiles.admin.steps import steps_for
from profiles.admin.workflow import WorkflowPages
from profiles.models import EditionEvent, Mechanism, Profile
from profiles.models.mechanisms import READABLE_STATES, EditionIsClosed
from profiles.vocabularies import SectionHeading


class ReadOnlyInline(admin.TabularInline):
    """Rows to read; their own pages change them."""

    extra = 0
    max_num = 0

    def has_add_permission(self, request, obj):  # type: ignore[override]
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class EditionInline(ReadOnlyInline):
    model = Profile
    fields = ["edition", "state", "status", "as_of", "published_at"]
    readonly_fields = ["edition", "state", "published_at"]
    ordering = ["-edition"]
    show_change_link = True
    verbose_name = _("edition")
    verbose_name_plural = _("editions")


@admin.register(Mechanism)
class MechanismAdmin(ReferenceAdmin):
    """The stable identities. What is said about them stands in their editions."""

    list_display = ["slug", "latest_name", "latest_state"]
    list_filter = ["editions__state", "editions__type", "editions__status"]
    search_fields = [
        "slug",
        *(
            f"editions__{name}"
            for name in in_every_language(Profile, "acronym", "name")
        ),
    ]
    fields = ["slug"]
    inlines = [EditionInline]
    change_form_template = "admin/profiles/mechanism/change_form.html"

    def get_queryset(self, request):
        latest = Profile.objects.filter(mechanism=OuterRef("pk")).order_by("-edition")
        return (
            super()
            .get_queryset(request)
            .annotate(
                latest_name=Subquery(latest.values("name_en")[:1]),  # type: ignore[misc]
                latest_state=Subquery(latest.values("state")[:1]),
            )
        )

    def get_readonly_fields(self, request, obj=None):
        # The slug is part of public addresses that others cite.
        return ["slug"] if obj else []

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def view_on_site(self, obj):
        is_public = obj.editions.published().exists()
        return obj.get_absolute_url() if is_public else None

    @admin.display(description=_("name in the latest edition"), ordering="latest_name")
    def latest_name(self, mechanism):
        return mechanism.latest_name

    @admin.display(
        description=_("state of the latest edition"), ordering="latest_state"
    )
    def latest_state(self, mechanism):
        states = dict(Profile._meta.get_field("state").flatchoices)
        return states.get(mechanism.latest_state)


class EventInline(ReadOnlyInline):
    model = EditionEvent
    part = HISTORY
    classes = ["collapse"]
    fields = ["at", "action", "by", "note"]
    readonly_fields = ["at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


class ProfileForm(forms.ModelForm):
    def clean_mechanism(self):
        mechanism = self.cleaned_data["mechanism"]
        if existing := mechanism.editions.open().first():
            raise ValidationError(str(editions.OpenEditionExists(existing)))
        return mechanism


PROFILE_FIELDS: dict[str, list[str | tuple[str, ...]]] = {
    IDENTITY: [
        "mechanism",
        "name",
        "acronym",
        ("type", "status"),
        "regions",
        ("established", "as_of"),
        "website",
        "objective",
        "sources",
        "note",
    ],
    SectionHeading.EVOLUTION.value: ["thematic_change", "thematic_change_driver"],
    SectionHeading.STRUCTURE.value: [
        ("chair_coverage", "chair_kind"),
        "chair_statement",
        "secretariat_coverage",
        "secretariat_statement",
        "association_coverage",
        "meeting_pattern",
        "iom_role",
    ],
}
"""The fields of the profile itself, by the part of the form in which they stand."""


@admin.register(Profile)
class ProfileAdmin(WorkflowPages, HelpOnce, TranslationAdmin):
    """Editions of profiles, with their facts in the order of the five sections.

    Open editions are edited here; others are shown without inputs. Steps go
    through `profiles.editions`, on pages of their own (see `WorkflowPages`).
    """

    form = ProfileForm
    list_display = [
        "short_name",
        "mechanism",
        "edition",
        "state",
        "type",
        "status",
        "established",
        "as_of",
        "changed_at",
    ]
    list_select_related = ["mechanism"]
    list_filter = [
        "state",
        "type",
        "status",
        "regions",
        "association_coverage",
        "secretariat_coverage",
        "chair_coverage",
        ("established", admin.EmptyFieldListFilter),
        ("as_of", admin.EmptyFieldListFilter),
        ("website", admin.EmptyFieldListFilter),
        ("chair_kind", admin.EmptyFieldListFilter),
        ("thematic_change", admin.EmptyFieldListFilter),
        ("name_fr", admin.EmptyFieldListFilter),
        ("name_es", admin.EmptyFieldListFilter),
        ("name_ar", admin.EmptyFieldListFilter),
    ]
    search_fields = [
        "mechanism__slug",
        *in_every_language(Profile, "acronym", "name"),
        "other_names__name",
    ]
    ordering = ["mechanism__slug", "-edition"]
    # An edition is discarded one at a time, by its own step.
    actions = None
    autocomplete_fields = ["mechanism", "sources"]
    formfield_overrides = inputs()
    change_form_template = "admin/profiles/profile/change_form.html"

    def get_fieldsets(self, request, obj=None):
        return [
            (PARTS[part], {"fields": _in_every_language(fields)})
            for part, fields in PROFILE_FIELDS.items()
        ]

    def get_readonly_fields(self, request, obj=None):
        return ["mechanism"] if obj else []

    def get_inlines(self, request, obj):
        return [*all_inlines(), *([EventInline] if obj else [])]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "regions":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.state in READABLE_STATES else None

    @admin.display(description=_("short name"), ordering="acronym_en")
    def short_name(self, profile):
        return profile.short_name

    # --- Who may do what -----------------------------------------------------

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.is_open)

    def has_delete_permission(self, request, obj=None):
        # `Discard` is the step for it; what was published stays.
        return False

    # --- Saving --------------------------------------------------------------

    def get_object(self, request, object_id, from_field=None):
        profile = super().get_object(request, object_id, from_field)
        if profile and request.method == "POST":
            # Nobody may publish the edition between this reading and the saving,
            # which would write a draft's content over it.
            with transaction.atomic():
                Mechanism.objects.select_for_update().get(pk=profile.mechanism_id)
                profile.refresh_from_db()
        return profile

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (editions.EditionError, EditionIsClosed, IntegrityError) as error:
            # Somebody else was faster. The transaction was undone as a whole.
            self.message_user(request, _reason(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        content = {
            f.attname: getattr(obj, f.attname)
            for f in editions.content_fields(Profile)
            if f.name not in {"name", "type"}
        }
        draft = editions.open_empty_draft(
            obj.mechanism, name=obj.name, type=obj.type, by=request.user, **content
        )
        obj.pk, obj.edition, obj._state.adding = draft.pk, draft.edition, False

    # --- Showing -------------------------------------------------------------

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        inline_formsets = super().get_inline_formsets(
            request, formsets, inline_instances, obj
        )
        for inline in inline_formsets:
            inline.opts.verbose_name_plural = _("%(kind)s (%(number)s)") % {
                "kind": inline.opts.verbose_name_plural,
                "number": inline.formset.initial_form_count(),
            }
        return inline_formsets

    def render_change_form(
        self, request, context, add=False, change=False, form_url="", obj=None
    ):
        fieldsets = dict(zip(PROFILE_FIELDS, context["adminform"], strict=True))
        context["parts"] = [
            {
                "name": part,
                "heading": heading,
                "fieldset": fieldsets.get(part),
                "inlines": [
                    inline
                    for inline in context["inline_admin_formsets"]
                    if getattr(inline.opts, "part", OTHER) == part
                ],
            }
            for part, heading in PARTS.items()
        ]
        context["parts"] = [
            part for part in context["parts"] if part["fieldset"] or part["inlines"]
        ]
        context["steps"] = steps_for(request, obj) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)


def _in_every_language(fields) -> list[str | tuple[str, ...]]:
    shown: list[str | tuple[str, ...]] = []
    for field in fields:
        in_one_line = isinstance(field, tuple)
        shown += [field] if in_one_line else in_every_language(Profile, field)
    return shown


def _reason(error: Exception) -> str:
    if isinstance(error, EditionIsClosed):
        return " ".join(error.messages)
    if isinstance(error, IntegrityError):
        return str(
            _(
                "Nothing was saved: meanwhile somebody else entered a fact that "
                "excludes one of yours. Look at it and enter yours again."
            )
        )
    return str(error)


@admin.register(EditionEvent)
class EditionEventAdmin(admin.ModelAdmin):
    """Who took which step with which edition, to read only."""

    list_display = ["at", "profile", "action", "by", "note"]
    list_select_related = ["profile", "by"]
    list_filter = ["action", "at", ("note", admin.EmptyFieldListFilter)]
    search_fields = ["profile__mechanism__slug", "profile__name_en", "note"]
    fields = ["profile", "action", "by", "at", "note"]
    ordering = ["-at", "-pk"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
