"""A server whose only view answers with so many bytes: what pages are measured against.

Django and gunicorn are as the registry has them, and nothing of the registry runs. This
is what gunicorn reads as its configuration, too.
"""

from runpy import run_path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path


def post_worker_init(worker) -> None:
    """Start nothing beside the pages, where the registry does."""


_as_the_registry = run_path("deploy/gunicorn.conf.py")
for _name in (
    "bind",
    "workers",
    "threads",
    "worker_class",
    "keepalive",
    "loglevel",
    "control_socket_disable",
):
    globals()[_name] = _as_the_registry[_name]


def application() -> WSGIHandler:
    django.setup(set_prefix=False)
    # Not before: allauth asks for its middleware when it is set up.
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = __name__
    return WSGIHandler()


def empty(request: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(bytes(size))


urlpatterns = [path("<int:size>/", empty)]
