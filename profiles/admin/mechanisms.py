"""Mechanisms, the editions of their profiles, and the steps between them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from profiles import editions
from profiles.admin.choosing import one_of, several_of
from profiles.admin.collisions import LoggedChange, arrive, changes_since
from profiles.admin.comment_links import CommentLinks, comment_links
from profiles.admin.comments import CommentPages
from profiles.admin.desk import LEFT_REVIEW, OpenFormPages, PasteForm, who_is_here
from profiles.admin.facts import (
    SHORT_NAMES,
    FactFormSet,
    FactInline,
    all_inlines,
)
from profiles.admin.finding import FindsByAnyName
from profiles.admin.form_rows import (
    FactRows,
    Fields,
    FieldSourceRows,
    SectionRows,
)
from profiles.admin.handing_over import HandOverPages
from profiles.admin.inputs import PLAIN, inputs
from profiles.admin.languages import HelpOnce, in_every_language
from profiles.admin.on_the_way import making
from profiles.admin.opening import OpensFacts
from profiles.admin.overwriting import RefusesToOverwrite
from profiles.admin.pencils import PencilPages
from profiles.admin.proposals import ChangesThroughReview
from profiles.admin.redactions import RedactionPages
from profiles.admin.reference import AliasInline, ReferenceAdmin
from profiles.admin.steps import CHANGE, steps_for
from profiles.admin.three_ways import (
    CONFLICT,
    SHOWN,
    UNDECIDED,
    Conflict,
    Forms,
    forms_of,
    merge,
    read,
)
from profiles.admin.unsaved import KeepsWhatIsTyped, show_what_was_typed
from profiles.admin.workflow import who_discarded
from profiles.content import content_fields, lines_of_the_form
from profiles.folding import fold
from profiles.models import (
    EditionEvent,
    FieldSource,
    Mechanism,
    MechanismAlias,
    Profile,
    Section,
)
from profiles.models.mechanisms import READABLE_STATES, EditionIsClosed
from profiles.proposing import AT_ONCE
from profiles.typed_dates import put_periods_apart
from profiles.vocabularies import FormPart, SectionHeading


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


class MechanismAliasInline(AliasInline):
    model = MechanismAlias


@admin.register(Mechanism)
class MechanismAdmin(FindsByAnyName, ReferenceAdmin):
    """The stable identities. What is said about them stands in their editions."""

    codes = ("slug",)
    list_display = ["latest_name", "slug", "latest_state"]
    list_display_links = ["latest_name", "slug"]
    list_filter = ["editions__state", "editions__type", "editions__status"]
    search_fields = [
        "slug",
        *(
            f"editions__{name}"
            for name in in_every_language(Profile, "acronym", "name")
        ),
    ]
    fields = ["slug"]
    inlines = [MechanismAliasInline, EditionInline]
    actions = ["change_facts"]
    change_form_template = "admin/profiles/mechanism/change_form.html"

    def has_bulk_edit_permission(self, request):
        return request.user.has_perms(["surveys.add_bulkedit", CHANGE])

    @admin.action(
        description=_("Change facts of the selected mechanisms at once"),
        permissions=["bulk_edit"],
    )
    def change_facts(self, request, queryset):
        # By its name: the page stands in an app above this one.
        page = reverse("admin:surveys_bulkedit_add")
        chosen = queryset.order_by("pk").values_list("pk", flat=True)
        asked = urlencode({"mechanisms": [*chosen]}, doseq=True)
        return HttpResponseRedirect(f"{page}?{asked}")

    def get_queryset(self, request):
        latest = Profile.objects.filter(mechanism=OuterRef("pk")).order_by("-edition")
        mechanisms: Any = super().get_queryset(request)
        return mechanisms.called().annotate(
            latest_state=Subquery(latest.values("state")[:1])
        )

    def names_of_all(self, queryset):
        found = super().names_of_all(queryset)
        columns = in_every_language(Profile, "acronym", "name")
        editions = Profile.objects.filter(mechanism__in=found)
        for mechanism, *texts in editions.values_list("mechanism", *columns):
            found[mechanism][1].update(fold(text) for text in texts if text)
        return found

    def get_readonly_fields(self, request, obj=None):
        # The slug is part of public addresses that others cite.
        return ["slug"] if obj and not request.user.has_perm(AT_ONCE) else []

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


@admin.register(MechanismAlias)
class MechanismAliasAdmin(ChangesThroughReview, RefusesToOverwrite):
    list_display = ["name", "mechanism"]
    list_select_related = ["mechanism"]
    search_fields = ["name", "mechanism__slug"]
    autocomplete_fields = ["mechanism"]


class EventInline(ReadOnlyInline):
    model = EditionEvent
    part = FormPart.HISTORY
    classes = ["collapse"]
    fields = ["at", "action", "by", "note"]
    readonly_fields = ["at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


class ProfileForm(forms.ModelForm):
    """The fields of an edition, and the version of it that the form was opened on.

    `refusal` is set where nothing of the form may be saved: then it is shown again
    with all that was typed, and says why. `collision` holds what colleagues saved
    since the form was opened, `conflicts` what has to be chosen first.
    """

    default_renderer = PLAIN
    refusal = ""
    collision: list[LoggedChange] | None = None
    conflicts: Sequence[Conflict] = ()

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def clean_mechanism(self):
        mechanism = self.cleaned_data["mechanism"]
        if existing := mechanism.editions.open().first():
            raise ValidationError(str(editions.OpenEditionExists(existing)))
        return mechanism

    def clean(self):
        cleaned = super().clean()
        put_periods_apart(self)
        if self.refusal:
            raise ValidationError(self.refusal)
        if self.instance.pk is None:
            return cleaned
        opened_on = self.cleaned_data.get("version")
        if opened_on != self.instance.version:
            self.collision = changes_since(self.instance, opened_on or 0)
            # Whoever saves once more has seen what changed, and means it.
            data: Any = self.data
            data = data.copy()
            data["version"] = str(self.instance.version)
            self.data = data
            raise ValidationError(
                _(
                    "Nothing was saved: somebody else saved this draft while you had "
                    "it open. What changed is listed below, and all that you typed "
                    "is still here."
                ),
                code="collision",
            )
        if self.conflicts:
            raise ValidationError(UNDECIDED, code="collision")
        return cleaned


@admin.register(Profile)
class ProfileAdmin(
    KeepsWhatIsTyped,
    PencilPages,
    OpensFacts,
    OpenFormPages,
    RedactionPages,
    CommentPages,
    HandOverPages,
    HelpOnce,
    TranslationAdmin,
):
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
    formfield_overrides = inputs()
    change_form_template = "admin/profiles/profile/change_form.html"

    def get_fieldsets(self, request, obj=None):
        return [
            (
                part.label,
                {
                    "fields": in_every_language(
                        Profile, *(name for line in lines for name in line)
                    )
                },
            )
            for part, lines in lines_of_the_form().items()
        ]

    def get_readonly_fields(self, request, obj=None):
        return ["mechanism"] if obj else []

    def get_inlines(self, request, obj):
        return [*all_inlines(), *([EventInline] if obj else [])]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "regions":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        else:
            kwargs |= several_of(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs |= one_of(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.state in READABLE_STATES else None

    @admin.display(description=_("short name"), ordering="acronym_en")
    def short_name(self, profile):
        return profile.short_name

    # --- Who may do what -----------------------------------------------------

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        # A form that is refused is shown again as it was filled in; see `_refuse`.
        return may and (obj is None or obj.is_open or _is_refused(request))

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
        show = super().changeform_view
        if request.method != "POST":
            try:
                return show(request, object_id, form_url, extra_context)
            except Profile.DoesNotExist:
                return self.tell_it_is_gone(request, object_id)
        if object_id is not None and (
            response := self._cannot_be_saved(request, object_id)
        ):
            return response
        try:
            with making(request), transaction.atomic():
                if object_id is not None:
                    self._merge_with_what_is_stored(request, object_id)
                response = show(request, object_id, form_url, extra_context)
                if response.status_code == 200:
                    # The form comes back: what was made beside it is not there yet.
                    transaction.set_rollback(True)
        except (Profile.DoesNotExist, Mechanism.DoesNotExist):
            return self._discarded(request, object_id)
        except (editions.EditionError, EditionIsClosed, IntegrityError) as error:
            # Somebody else was faster. The transaction was undone as a whole.
            return self._refuse(request, object_id, _reason(error), 409)
        context = getattr(response, "context_data", None) or {}
        if (shown := context.get("adminform")) and (
            shown.form.collision is not None or shown.form.conflicts
        ):
            response.status_code = 409
        return response

    def _merge_with_what_is_stored(self, request, object_id: str) -> None:
        """Take over what colleagues saved in fields that nobody touched here."""
        profile = self.get_object(request, unquote(object_id))
        if profile is None or not self.has_change_permission(request, profile):
            return
        was_overtaken = request.POST.get("version") != str(profile.version)
        if not (was_overtaken or CONFLICT in request.POST):
            return
        stored = forms_of(self, request, profile)
        merged = merge(request.POST, read(request.POST.get(SHOWN, ""), profile), stored)
        request.POST = merged.data
        request.conflicts = merged.conflicts
        request.stored_now = stored.shown().signed(profile)

    def _cannot_be_saved(self, request, object_id: str):
        """Answer a form whose edition was closed or deleted while it was open."""
        key = unquote(object_id)
        profile = Profile.objects.filter(pk=key).first() if key.isdigit() else None
        if not super().has_change_permission(request, profile):
            return None
        if profile is None:
            return self._discarded(request, object_id)
        if profile.is_open or "version" not in request.POST:
            return None
        return self._refuse(
            request, object_id, " ".join(EditionIsClosed().messages), 403
        )

    def _discarded(self, request, object_id: str | None):
        told = _("Somebody discarded this draft while you had it open.")
        return show_what_was_typed(
            request,
            self,
            _("This draft is no longer there"),
            f"{told} {who_discarded(unquote(object_id or ''))}",
        )

    def is_overtaken(self, now, stored, sent):
        return sent.get("version") != str(stored.version)

    def _refuse(self, request, object_id, reason: str, status: int):
        request.refusal = reason
        response = super().changeform_view(request, object_id)
        response.status_code = status
        return response

    def get_form(self, request, obj=None, change=False, **kwargs):
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        form.conflicts = getattr(request, "conflicts", ())
        return form

    def save_model(self, request, obj, form, change):
        if change:
            # Together with the facts, by `save_related`, which knows all changes.
            return
        content = {
            f.attname: getattr(obj, f.attname)
            for f in content_fields(Profile)
            if f.name not in {"name", "type"}
        }
        draft = editions.open_empty_draft(
            obj.mechanism, name=obj.name, type=obj.type, by=request.user, **content
        )
        obj.pk, obj.edition, obj._state.adding = draft.pk, draft.edition, False

    def save_related(self, request, form, formsets, change):
        """Save what changed, as one version; when nothing did, leave all as it is."""
        profile = form.instance
        if change:
            if not (form.changed_data or any(f.has_changed() for f in formsets)):
                for formset in formsets:
                    # As saving leaves them, for the message that is made of them.
                    formset.new_objects = []
                    formset.changed_objects = []
                    formset.deleted_objects = []
                return
            request.left_review = editions.begin_change(profile, by=request.user)
            profile.save()
        super().save_related(request, form, formsets, change)

    def log_change(self, request, obj, message):
        if message:
            return super().log_change(request, obj, message)
        return None

    def response_change(self, request, obj):
        response = super().response_change(request, obj)
        if getattr(request, "left_review", False):
            self.message_user(request, LEFT_REVIEW, messages.WARNING)
        if "_review" in request.POST:
            response = HttpResponseRedirect(self.review_url(obj))
        return response

    def review_url(self, profile: Profile) -> str:
        """Return the page on which an edition is looked over and handed on."""
        return reverse("admin:profiles_profile_review", args=[profile.pk])

    # --- Showing -------------------------------------------------------------

    def render_change_form(
        self, request, context, add=False, change=False, form_url="", obj=None
    ):
        form = context["adminform"].form
        may_change = self.has_change_permission(request, obj) if obj else not change
        inlines = {
            inline.opts.model: inline for inline in context["inline_admin_formsets"]
        }
        links = context["comments"] = comment_links(request, obj) if obj else None
        sections = SectionRows(inlines[Section], links) if Section in inlines else None
        sources = (
            FieldSourceRows(inlines[FieldSource], links)
            if FieldSource in inlines
            else None
        )
        context["parts"] = _parts(
            form, inlines.values(), sections, sources, may_change, links
        )
        context["sections"] = sections
        context["field_sources"] = sources
        context["sent_back"] = editions.last_return(obj) if obj else None
        context["steps"] = steps_for(request, obj) if obj else []
        context["may_change"] = may_change
        context["collision"] = form.collision
        context["conflicts"] = form.conflicts
        if obj and may_change and obj.is_open:
            context["shown"] = _shown(request, obj, form, context)
        context["languages"] = settings.MODELTRANSLATION_LANGUAGES
        if obj and may_change and obj.is_open:
            context["others"] = [who_is_here(o) for o in arrive(obj, request.user)]
            context["presence_url"] = reverse(
                "admin:profiles_profile_presence", args=[obj.pk]
            )
            context["facts_url"] = self.facts_url(obj)
            context["paste_form"] = PasteForm()
            context["paste_url"] = reverse(
                "admin:profiles_profile_paste_states", args=[obj.pk]
            )
        return super().render_change_form(request, context, add, change, form_url, obj)


def _shown(request, profile: Profile, form, context) -> str:
    """Return what the page says that it shows: as drawn, or as it was sent to us."""
    if signed := getattr(request, "stored_now", "") or request.POST.get(SHOWN, ""):
        return signed
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    facts = [formset for formset in formsets if isinstance(formset, FactFormSet)]
    return Forms(form, facts).shown(FactFormSet.with_inputs).signed(profile)


def _is_refused(request) -> bool:
    return bool(getattr(request, "refusal", ""))


def _parts(
    form,
    inlines,
    sections: SectionRows | None,
    sources: FieldSourceRows | None,
    may_change: bool,
    links: CommentLinks | None,
):
    """Return what stands on each tab of the form: fields, sections and facts."""
    shown: set[str] = set()

    def drawn(line: tuple[str, ...]) -> SafeString:
        shown.update(line)
        beside = sources.beside(line, shown) if sources else ""
        html = fields.draw(form, line, only_read=not may_change)
        return format_html('<div class="field-line">{}</div>{}', html, beside)

    fields = Fields(Profile)
    parts = []
    own_lines = lines_of_the_form()
    for part in FormPart:
        own = own_lines.get(part, [])
        lines = [drawn(line) for line in own]
        of_part = [
            i for i in inlines if getattr(i.opts, "part", FormPart.OTHER) == part
        ]
        groups = [
            FactRows(i, links, group)
            for i in inlines
            if _holds_facts(i)
            for group in i.opts.model.form_groups
            if group.part == part
        ]
        groups += [FactRows(i, links) for i in of_part if _holds_facts(i)]
        rows = sections.of(part) if sections and part in SectionHeading.values else []
        others = [i for i in of_part if not isinstance(i.opts, FactInline)]
        if not (lines or groups or rows or others):
            continue
        names = in_every_language(Profile, *(n for line in own for n in line))
        wrong = sum(name in form.errors for name in names) if form.is_bound else 0
        wrong += sum(group.errors for group in groups)
        if rows and sections:
            wrong += sections.errors_of(part)
        wrong += sources.errors_in(part) if sources else 0
        parts.append(
            {
                "name": part.value,
                "heading": part.label,
                "short": SHORT_NAMES.get(part, part.label),
                "lines": lines,
                "sections": rows,
                "groups": groups,
                "inlines": of_part,
                "others": others,
                "errors": wrong,
            }
        )
    return parts


def _holds_facts(inline) -> bool:
    # Sections and the sources of fields are drawn where they belong.
    is_placed = inline.opts.model in (Section, FieldSource)
    return isinstance(inline.opts, FactInline) and not is_placed


def _reason(error: Exception) -> str:
    if isinstance(error, EditionIsClosed):
        return " ".join(error.messages)
    if isinstance(error, IntegrityError):
        return str(
            _(
                "Nothing was saved: meanwhile somebody else entered a fact that "
                "excludes one of yours. All that you typed is still here."
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
