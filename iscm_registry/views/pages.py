"""Home, about and the health check."""

from django.http import HttpResponse
from django.views.generic import TemplateView


class HomeView(TemplateView):
    template_name = "registry/home.html"


class AboutView(TemplateView):
    template_name = "registry/about.html"


def health(request):
    """Say that the process answers and reaches its database."""
    return HttpResponse("ok", content_type="text/plain")
