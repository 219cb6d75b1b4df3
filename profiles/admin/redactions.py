"""What was taken from the public, to read."""

from django.contrib import admin

from profiles.models import Redaction


@admin.register(Redaction)
class RedactionAdmin(admin.ModelAdmin):
    """Which parts of which editions were redacted, and why."""

    list_display = ["label", "profile", "reason", "at", "by", "lifted_at"]
    list_select_related = ["profile", "by"]
    list_filter = ["place", "at", ("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["profile__mechanism__slug", "profile__name_en", "reason"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
