from django.core.wsgi import get_wsgi_application

from tests.oidc import provider  # noqa: F401 - configures Django

application = get_wsgi_application()
