"""What the last check of each address found. The command `check_links` writes it."""

from django.contrib import admin

from profiles.admin.inputs import inputs
from profiles.models import LinkCheck


@admin.register(LinkCheck)
class LinkCheckAdmin(admin.ModelAdmin):
    formfield_overrides = inputs()
    list_display = [
        "url",
        "is_answering",
        "status",
        "problem",
        "failing_since",
        "checked_at",
    ]
    list_filter = ["is_answering", "status", "checked_at", "failing_since"]
    search_fields = ["url", "problem"]
    ordering = ["is_answering", "failing_since", "url"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
