from django.urls import path
from django.views.generic import TemplateView

from corrections import views

urlpatterns = [
    path("corrections/", views.CorrectionListView.as_view(), name="correction-list"),
    path("report/", views.ReportView.as_view(), name="report"),
    path(
        "report/received/",
        TemplateView.as_view(template_name="corrections/received.html"),
        name="report-received",
    ),
]
