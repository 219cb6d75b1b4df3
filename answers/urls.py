from django.urls import URLPattern, path

from answers.changes.feeds import ChangesFeedView, MechanismFeedView
from answers.changes.views import ChangesView
from answers.citation_files import citation_paths
from answers.comparing.views import CompareView
from answers.dossier import DossierView, DossierWordView
from answers.facts import FactView
from answers.figures.views import FigureListView, FigureView
from answers.lists import views as lists
from answers.overlaps.views import OverlapsView, OverlapView
from answers.views import answer_paths

urlpatterns: list[URLPattern] = [
    *answer_paths("changes/", ChangesView, "change-list"),
    path("changes/feed.atom", ChangesFeedView.as_view(), name="change-feed"),
    *citation_paths(),
    *answer_paths("compare/", CompareView, "compare"),
    path(
        "contributions.<form_of_list:form>",
        lists.ContributionListFileView.as_view(),
        name="contribution-list-file",
    ),
    path("facts/<str:uid>/", FactView.as_view(), name="fact"),
    *answer_paths("figures/", FigureListView, "figure-list"),
    *answer_paths("figures/<slug:slug>/", FigureView, "figure-detail"),
    path("mechanisms/feed.atom", MechanismFeedView.as_view(), name="mechanism-feed"),
    path(
        "mechanisms.<form_of_list:form>",
        lists.MechanismListFileView.as_view(),
        name="mechanism-list-file",
    ),
    *answer_paths("overlaps/", OverlapsView, "overlaps"),
    *answer_paths("overlaps/<slug:slug>/<slug:other>/", OverlapView, "overlap"),
    path(
        "partners.<form_of_list:form>",
        lists.PartnerListFileView.as_view(),
        name="partner-list-file",
    ),
    path(
        "states.<form_of_list:form>",
        lists.StateListFileView.as_view(),
        name="state-list-file",
    ),
    *answer_paths("states/<str:iso3>/dossier/", DossierView, "state-dossier"),
    path(
        "states/<str:iso3>/dossier.docx",
        DossierWordView.as_view(),
        {"form": "docx"},
        name="state-dossier-word",
    ),
    path(
        "themes.<form_of_list:form>",
        lists.ThemeListFileView.as_view(),
        name="theme-list-file",
    ),
]
