"""Accounts and groups, as far as the one who opens the page may go.

Administrators make and keep accounts of others. They cannot make a superuser, touch
one, or give what they do not have themselves.
"""

import json
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest

from iscm_registry.sign_in.log_lines import administered
from iscm_registry.sign_in.reach import (
    groups_within_reach,
    may_manage,
    may_manage_group,
    permissions_of,
)
from profiles.admin.overwriting import RefusesToOverwrite

admin.site.unregister([Group, User])


class WithinReach(RefusesToOverwrite):
    """Offers, and takes from a form, only what the administrator has themselves."""

    # A form that gives rights, and holds passwords, is filled in at one go.
    keeps_what_is_typed = False

    def formfield_for_manytomany(
        self, db_field: Any, request: Any = None, **kwargs: Any
    ) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is None or request.user.is_superuser:
            return field
        if db_field.related_model is Group:
            field.queryset = groups_within_reach(request.user)
        else:
            own = permissions_of(request.user).values("pk")
            field.queryset = field.queryset.filter(pk__in=own)
        return field


@admin.register(User)
class AccountAdmin(WithinReach, UserAdmin):
    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or may_manage(request.user, obj)
        )

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or may_manage(request.user, obj)
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> list[str]:
        own = [] if request.user.is_superuser else ["is_superuser"]
        # The registry sets both: a form would put them back to what they were.
        dates = ["last_login", "date_joined"]
        return [*super().get_readonly_fields(request, obj), *dates, *own]

    # Django calls these three for every change of an account, and the second for a
    # password that was set.

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        administered(request.user, "made", obj.pk)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        parts = json.loads(message) if isinstance(message, str) else message
        fields = [
            str(name)
            for part in parts
            for name in part.get("changed", {}).get("fields", [])
        ]
        administered(
            request.user, f"changed ({', '.join(fields) or 'nothing'})", obj.pk
        )
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[User]) -> Any:
        for user in queryset:
            administered(request.user, "deleted", user.pk)
        return super().log_deletions(request, queryset)


@admin.register(Group)
class RoleAdmin(WithinReach, GroupAdmin):
    def has_change_permission(
        self, request: HttpRequest, obj: Group | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or may_manage_group(request.user, obj)
        )

    def has_delete_permission(
        self, request: HttpRequest, obj: Group | None = None
    ) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or may_manage_group(request.user, obj)
        )
