"""A server whose only view answers with so many bytes: what pages are measured against.

Django and gunicorn are as the registry has them, and nothing of the registry runs but
what gunicorn starts beside the pages.
"""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path


def application() -> WSGIHandler:
    django.setup(set_prefix=False)
    # Not before: allauth asks for its middleware when it is set up.
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = __name__
    return WSGIHandler()


def empty(request: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(bytes(size))


urlpatterns = [path("<int:size>/", empty)]
