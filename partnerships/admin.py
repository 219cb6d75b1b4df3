from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from partnerships.models import Organisation, OrganisationAlias
from profiles.admin import AliasInline, ReferenceAdmin
from profiles.admin.exchange import ExchangesTables, table_of
from profiles.admin.finding import FindsByAnyName
from profiles.admin.languages import in_every_language
from profiles.admin.overwriting import RefusesToOverwrite
from profiles.admin.proposals import ChangesThroughReview
from profiles.admin.reference import MergesRecords


class OrganisationAliasInline(AliasInline):
    model = OrganisationAlias


@admin.register(Organisation)
class OrganisationAdmin(
    ExchangesTables, MergesRecords, FindsByAnyName, ReferenceAdmin, TranslationAdmin
):
    resource_classes = [
        table_of(
            Organisation,
            "slug",
            *in_every_language(Organisation, "name", "acronym"),
            "type",
            "iati_type",
            "part_of",
            "website",
            "source",
            "note",
        )
    ]
    codes = ("acronym",)
    names = ("name", "slug")
    list_display = ["name_en", "acronym_en", "type", "iati_type", "part_of", "website"]
    list_select_related = ["part_of"]
    list_filter = [
        "type",
        "iati_type",
        ("website", admin.EmptyFieldListFilter),
        ("source", admin.EmptyFieldListFilter),
        ("acronym_en", admin.EmptyFieldListFilter),
    ]
    search_fields = [
        "slug",
        *in_every_language(Organisation, "acronym", "name"),
        "aliases__name",
    ]
    autocomplete_fields = ["part_of", "source"]
    fields = [
        "slug",
        "name",
        "acronym",
        "type",
        "iati_type",
        "part_of",
        "website",
        "source",
        "note",
    ]
    inlines = [OrganisationAliasInline]


@admin.register(OrganisationAlias)
class OrganisationAliasAdmin(ExchangesTables, ChangesThroughReview, RefusesToOverwrite):
    resource_classes = [table_of(OrganisationAlias, "name", "organisation")]
    list_display = ["name", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["name", "organisation__name_en", "organisation__acronym_en"]
    autocomplete_fields = ["organisation"]
