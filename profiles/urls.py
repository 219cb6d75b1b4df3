from django.urls import path

from profiles.views import files, lists, pages

urlpatterns = [
    path(
        "mechanisms/<slug:slug>/editions/",
        pages.EditionListView.as_view(),
        name="edition-list",
    ),
    path("files/<uuid:key>/", files.SourceFileView.as_view(), name="source-file"),
    path("states/", lists.StateListView.as_view(), name="state-list"),
    path("states/<str:iso3>/", pages.StateDetailView.as_view(), name="state-detail"),
    path(
        "contributions/", lists.ContributionListView.as_view(), name="contribution-list"
    ),
    path("themes/", lists.ThemeListView.as_view(), name="theme-list"),
    path("themes/<str:slug>/", pages.ThemeDetailView.as_view(), name="theme-detail"),
]
