"""The door for gunicorn."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from iscm_registry.admission import Admission
from iscm_registry.patience import serve_pages_within

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iscm_registry.settings")

serve_pages_within(settings.DATABASE_PATIENCE)
application = Admission(get_wsgi_application())
