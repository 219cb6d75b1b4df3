from django.urls import path

from partnerships.views import lists, pages

# A mechanism's page shows partnerships as well, which `profiles` does not know.
urlpatterns = [
    path("mechanisms/", lists.MechanismListView.as_view(), name="mechanism-list"),
    path(
        "mechanisms/<str:slug>/",
        pages.MechanismDetailView.as_view(),
        name="mechanism-detail",
    ),
    path(
        "mechanisms/<slug:slug>/editions/<int:edition>/",
        pages.EditionDetailView.as_view(),
        name="edition-detail",
    ),
    path("partners/", lists.PartnerListView.as_view(), name="partner-list"),
    path(
        "partners/<str:slug>/",
        pages.PartnerDetailView.as_view(),
        name="partner-detail",
    ),
]
