from django.urls import URLPattern, path

from answers.facts import FactView

urlpatterns: list[URLPattern] = [
    path("facts/<str:uid>/", FactView.as_view(), name="fact"),
]
