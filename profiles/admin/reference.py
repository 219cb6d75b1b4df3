"""Records that editions share."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from profiles.admin.exchange import ExchangesTables, table_of
from profiles.admin.finding import FindsByAnyName
from profiles.admin.inputs import inputs
from profiles.admin.languages import in_every_language
from profiles.admin.on_the_way import MakesOnTheWay
from profiles.admin.overwriting import RefusesToOverwrite
from profiles.admin.proposals import ChangesThroughReview
from profiles.admin.source_files import SourceFilePages
from profiles.models import (
    GCMObjective,
    Region,
    Source,
    State,
    StateAlias,
    Theme,
    ThemeAlias,
)
from profiles.state_names import further_names


class ReferenceAdmin(MakesOnTheWay, ChangesThroughReview, RefusesToOverwrite):
    """A record that facts refer to: it goes only when none does any more."""

    formfield_overrides = inputs()

    def get_deleted_objects(self, objs, request):
        deleted, counts, perms_needed, protected = super().get_deleted_objects(
            objs, request
        )
        # Facts cannot be deleted on pages of their own, which Django would name as
        # the reason. The reason is that they are in use.
        protected += [
            f"{capfirst(owner._meta.verbose_name)}: {owner}"
            for record in objs
            for owner in getattr(record, "listed_by", list)()
        ]
        return deleted, counts, set() if protected else perms_needed, protected


class MergesRecords(admin.ModelAdmin):
    """Lets two records that were entered twice be merged, on a page that shows how."""

    actions = ["merge"]

    def has_merge_permission(self, request):
        return request.user.has_perm("profiles.add_recordmerge")

    @admin.action(
        description=_("Merge the two selected records"), permissions=["merge"]
    )
    def merge(self, request, queryset):
        chosen = sorted(queryset.values_list("pk", flat=True)[:3])
        if len(chosen) != 2:
            self.message_user(
                request, _("Select two records to merge them."), messages.WARNING
            )
            return None
        # By its name: the page stands in an app above this one.
        page = reverse("admin:profiles_recordmerge_add")
        records = ",".join(map(str, chosen))
        return HttpResponseRedirect(
            f"{page}?kind={self.opts.label_lower}&records={records}"
        )


class AliasInline(admin.TabularInline):
    """The names by which sources and readers call a record."""

    extra = 0


class StateAliasInline(AliasInline):
    model = StateAlias


class ThemeAliasInline(AliasInline):
    model = ThemeAlias


@admin.register(Region)
class RegionAdmin(ReferenceAdmin, TranslationAdmin):
    list_display = ["name_en", "slug", "position"]
    search_fields = ["slug", *in_every_language(Region, "name")]
    fields = ["slug", "name", "position"]
    list_filter = [
        (name, admin.EmptyFieldListFilter) for name in in_every_language(Region, "name")
    ]


@admin.register(State)
class StateAdmin(FindsByAnyName, ReferenceAdmin, TranslationAdmin):
    codes = ("iso3", "iso2", "m49")
    names = ("name",)
    list_display = ["name_en", "iso3", "iso2", "m49", "kind", "subregion"]
    list_filter = [
        "kind",
        "subregion",
        ("m49", admin.EmptyFieldListFilter),
        ("note", admin.EmptyFieldListFilter),
        ("name_fr", admin.EmptyFieldListFilter),
        ("name_es", admin.EmptyFieldListFilter),
        ("name_ar", admin.EmptyFieldListFilter),
    ]
    search_fields = [
        "iso3__iexact",
        *in_every_language(State, "name"),
        "iso2__iexact",
        "m49",
        "aliases__name",
    ]
    fields = ["iso3", "iso2", "m49", "name", "kind", "subregion", "note"]
    inlines = [StateAliasInline]

    def further_names(self, key):
        return further_names(key)


@admin.register(StateAlias)
class StateAliasAdmin(ExchangesTables, ChangesThroughReview, RefusesToOverwrite):
    resource_classes = [table_of(StateAlias, "name", "state")]
    list_display = ["name", "state"]
    list_select_related = ["state"]
    search_fields = ["name", "state__name_en", "state__iso3"]
    autocomplete_fields = ["state"]


@admin.register(GCMObjective)
class GCMObjectiveAdmin(FindsByAnyName, ReferenceAdmin, TranslationAdmin):
    codes = ("number",)
    names = ("label",)
    list_display = ["number", "label_en"]
    search_fields = ["number", *in_every_language(GCMObjective, "label")]
    fields = ["number", "label"]


@admin.register(Theme)
class ThemeAdmin(ExchangesTables, FindsByAnyName, ReferenceAdmin, TranslationAdmin):
    resource_classes = [
        table_of(
            Theme,
            "slug",
            "position",
            *in_every_language(Theme, "name"),
            "gcm_objectives",
        )
    ]
    names = ("name", "slug")
    list_display = ["name_en", "slug", "position"]
    list_filter = [
        "gcm_objectives",
        ("name_fr", admin.EmptyFieldListFilter),
        ("name_es", admin.EmptyFieldListFilter),
        ("name_ar", admin.EmptyFieldListFilter),
    ]
    search_fields = ["slug", *in_every_language(Theme, "name"), "aliases__name"]
    autocomplete_fields = ["gcm_objectives"]
    fields = ["slug", "name", "gcm_objectives", "position"]
    inlines = [ThemeAliasInline]


@admin.register(ThemeAlias)
class ThemeAliasAdmin(ExchangesTables, ChangesThroughReview, RefusesToOverwrite):
    resource_classes = [table_of(ThemeAlias, "name", "theme")]
    list_display = ["name", "theme"]
    list_select_related = ["theme"]
    search_fields = ["name", "theme__name_en", "theme__slug"]
    autocomplete_fields = ["theme"]


@admin.register(Source)
class SourceAdmin(
    SourceFilePages, ExchangesTables, MergesRecords, FindsByAnyName, ReferenceAdmin
):
    resource_classes = [
        table_of(
            Source,
            "slug",
            "title",
            "publisher",
            "url",
            "archived",
            "language",
            "published",
            "seen",
            "note",
        )
    ]
    codes = ("slug",)
    names = ("title", "publisher")
    list_display = ["title", "publisher", "published", "seen", "slug"]
    list_filter = [
        ("url", admin.EmptyFieldListFilter),
        ("archived", admin.EmptyFieldListFilter),
        ("published", admin.EmptyFieldListFilter),
        ("seen", admin.EmptyFieldListFilter),
        ("language", admin.EmptyFieldListFilter),
        ("publisher", admin.EmptyFieldListFilter),
    ]
    search_fields = ["slug", "title", "publisher", "url"]
    fields = [
        "slug",
        ("title", "language"),
        "publisher",
        "url",
        "archived",
        ("published", "seen"),
        "note",
    ]
