"""All addresses. English stands without a prefix, other languages with theirs."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from iscm_registry.guide import staff_guide
from iscm_registry.preview import preview
from iscm_registry.sign_in.urls import of_organisation
from iscm_registry.sign_in.views import admin_login, server_error, too_many_tries
from iscm_registry.views import pages, search, well_known
from iscm_registry.views.other_addresses import page_not_found

handler404 = page_not_found
handler429 = too_many_tries
handler500 = server_error

urlpatterns = [
    path("healthz/", pages.health, name="health"),
    path("robots.txt", well_known.RobotsView.as_view(), name="robots"),
    path("sitemap.xml", well_known.SitemapView.as_view(), name="sitemap"),
    path(
        ".well-known/security.txt",
        well_known.SecurityTextView.as_view(),
        name="security-text",
    ),
    path(
        "SECURITY.md", well_known.SecurityPolicyView.as_view(), name="security-policy"
    ),
    path("accounts/", include(of_organisation)),
    *i18n_patterns(
        path("", pages.HomeView.as_view(), name="home"),
        path("about/", pages.AboutView.as_view(), name="about"),
        path("contact/", pages.ContactView.as_view(), name="contact"),
        path("search/", search.SearchView.as_view(), name="search"),
        path("search/suggest/", search.SuggestView.as_view(), name="search-suggest"),
        path("opensearch.xml", well_known.OpenSearchView.as_view(), name="opensearch"),
        path("search/options/", search.OptionsView.as_view(), name="search-options"),
        path("", include("profiles.urls")),
        path("", include("partnerships.urls")),
        path("", include("corrections.urls")),
        path("", include("surveys.urls")),
        path("", include("answers.urls")),
        path("accounts/", include("iscm_registry.sign_in.urls")),
        # The admin's own pages for these know no second factor.
        path("admin/login/", admin_login, name="staff-login"),
        path(
            "admin/password_change/",
            RedirectView.as_view(pattern_name="account_change_password"),
            name="staff-password",
        ),
        path("admin/guide/", staff_guide, name="staff-guide"),
        path("admin/guide/<slug:page>/", staff_guide, name="staff-guide-page"),
        path("admin/preview/<int:pk>/", preview, name="profile-preview"),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
