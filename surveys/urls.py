from django.urls import path

from surveys import views

urlpatterns = [
    path("assessments/", views.AssessmentListView.as_view(), name="assessment-list"),
    path(
        "assessments/<slug:slug>/",
        views.AssessmentDetailView.as_view(),
        name="assessment-detail",
    ),
]
