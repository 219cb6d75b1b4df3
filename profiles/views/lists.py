"""Lists that readers search and filter."""

from django.views.generic import TemplateView


class MechanismListView(TemplateView):
    template_name = "profiles/mechanism_list.html"


class StateListView(TemplateView):
    template_name = "profiles/state_list.html"


class ContributionListView(TemplateView):
    template_name = "profiles/contribution_list.html"


class ThemeListView(TemplateView):
    template_name = "profiles/theme_list.html"
