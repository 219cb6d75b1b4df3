from django.contrib import admin, messages
from django.db.models import Q
from django.utils.translation import gettext as _
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

    def save_form(self, request, form, change):
        organisation = super().save_form(request, form, change)
        if others := same_acronym(organisation):
            self.message_user(
                request,
                _("Taken already: %(others)s has this acronym too.")
                % {"others": "; ".join(map(str, others))},
                messages.WARNING,
            )
        return organisation


def same_acronym(organisation: Organisation) -> list[Organisation]:
    """Return the other organisations that go by one of its acronyms."""
    columns = in_every_language(Organisation, "acronym")
    own = {getattr(organisation, name) for name in columns} - {"", None}
    is_alike = Q(aliases__name__in=own)
    for name in columns:
        is_alike |= Q(**{f"{name}__in": own})
    found = Organisation.objects.filter(is_alike).exclude(pk=organisation.pk)
    return list(found.distinct()) if own else []


@admin.register(OrganisationAlias)
class OrganisationAliasAdmin(ExchangesTables, ChangesThroughReview, RefusesToOverwrite):
    resource_classes = [table_of(OrganisationAlias, "name", "organisation")]
    list_display = ["name", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["name", "organisation__name_en", "organisation__acronym_en"]
    autocomplete_fields = ["organisation"]
