"""Of allauth's addresses, those that the registry offers."""

from allauth.account import views as account
from allauth.socialaccount import views as socialaccount
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.urls import URLPattern, include, path, re_path

from iscm_registry.sign_in.organisation import or_say_that_it_is_away
from iscm_registry.sign_in.views import not_offered

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("signup/", not_offered, name="account_signup"),
    path("password/set/", not_offered, name="account_set_password"),
]

if settings.EMAIL_HOST:
    urlpatterns += [
        path("reset/", account.password_reset, name="account_reset_password"),
        path(
            "reset/sent/",
            account.password_reset_done,
            name="account_reset_password_done",
        ),
        re_path(
            r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            account.password_reset_from_key,
            name="account_reset_password_from_key",
        ),
        path(
            "reset/done/",
            account.password_reset_from_key_done,
            name="account_reset_password_from_key_done",
        ),
    ]

# Stands outside the languages: a provider knows one address to come back to.
of_organisation: list[URLPattern] = []
if settings.OIDC_SERVER_URL:
    of_organisation = [
        path(
            "oidc/<slug:provider_id>/login/",
            or_say_that_it_is_away(openid_connect.login),
            name="openid_connect_login",
        ),
        path(
            "oidc/<slug:provider_id>/login/callback/",
            or_say_that_it_is_away(openid_connect.callback),
            name="openid_connect_callback",
        ),
    ]
    urlpatterns += [
        path(
            "cancelled/",
            socialaccount.login_cancelled,
            name="socialaccount_login_cancelled",
        ),
        path("error/", socialaccount.login_error, name="socialaccount_login_error"),
        path("link/", not_offered, name="socialaccount_connections"),
        path("link/new/", not_offered, name="socialaccount_signup"),
    ]
