from django.urls import path

from partnerships.views import lists, pages

urlpatterns = [
    path("partners/", lists.PartnerListView.as_view(), name="partner-list"),
    path(
        "partners/<slug:slug>/",
        pages.PartnerDetailView.as_view(),
        name="partner-detail",
    ),
]
