"""Pages of one mechanism, edition, State or theme."""

from django.views.generic import TemplateView


class MechanismDetailView(TemplateView):
    template_name = "profiles/mechanism_detail.html"


class EditionListView(TemplateView):
    template_name = "profiles/edition_list.html"


class EditionDetailView(TemplateView):
    template_name = "profiles/mechanism_detail.html"


class StateDetailView(TemplateView):
    template_name = "profiles/state_detail.html"


class ThemeDetailView(TemplateView):
    template_name = "profiles/theme_detail.html"
