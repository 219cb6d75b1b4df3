from django.urls import URLPattern, path

from answers.answer import answer_paths
from answers.changes.feeds import ChangesFeedView, MechanismFeedView
from answers.changes.views import ChangesView
from answers.facts import FactView

urlpatterns: list[URLPattern] = [
    *answer_paths("changes/", ChangesView, "change-list"),
    path("changes/feed.atom", ChangesFeedView.as_view(), name="change-feed"),
    path("facts/<str:uid>/", FactView.as_view(), name="fact"),
    path("mechanisms/feed.atom", MechanismFeedView.as_view(), name="mechanism-feed"),
]
