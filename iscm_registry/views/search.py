"""Search over everything, and suggestions while typing."""

from django.views.generic import TemplateView


class SearchView(TemplateView):
    template_name = "registry/search.html"


class SuggestView(TemplateView):
    template_name = "registry/_suggestions.html"
