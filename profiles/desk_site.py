"""The staff's pages as a whole: Django's admin, and what it answers to typed names."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.views.autocomplete import AutocompleteJsonView


class RecordsForATerm(AutocompleteJsonView):
    """The records that a typed term may mean, and how each of them answers it.

    A select makes nothing active that is only spelled alike; see `admin/finding.py`.
    """

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        return {**result, "how": getattr(obj, "how", "fits")}


class Desk(AdminSite):
    def autocomplete_view(self, request):
        return RecordsForATerm.as_view(admin_site=self)(request)


class DeskConfig(AdminConfig):
    default_site = "profiles.desk_site.Desk"
