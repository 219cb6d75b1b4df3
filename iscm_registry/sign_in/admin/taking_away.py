"""What an administrator may do about the sign-in of others: take away, never add.

A lost phone is removed here, and its owner sets up another at the next sign-in.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from iscm_registry.sign_in.log_lines import administered
from iscm_registry.sign_in.reach import may_manage

admin.site.unregister(
    [Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession]
)


class OnlyToTakeAway(admin.ModelAdmin):
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or may_manage(request.user, obj.user)
        )

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for record in queryset:
            what = f"took away the {self.opts.model_name} of"
            administered(request.user, what, record.user_id)
        return super().log_deletions(request, queryset)


@admin.register(Authenticator)
class FactorAdmin(OnlyToTakeAway):
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    exclude = ["data"]


@admin.register(SocialAccount)
class OrganisationAccountAdmin(OnlyToTakeAway):
    list_display = ["user", "uid", "last_login", "date_joined"]
    exclude = ["extra_data"]


@admin.register(UserSession)
class SessionAdmin(OnlyToTakeAway):
    """Open sessions. Deleting one signs its owner out of that browser."""

    list_display = ["user", "created_at", "ip", "user_agent"]
    exclude = ["data"]

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        obj.end()

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[UserSession]
    ) -> None:
        for session in queryset:
            session.end()
