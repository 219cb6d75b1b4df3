"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from iscm_registry.admission import Admission

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iscm_registry.settings")

application = Admission(get_wsgi_application())
