from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnershipsConfig(AppConfig):
    name = "partnerships"
    verbose_name = _("Organisations and partnerships")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # Its checks are added when it is imported.
        import partnerships.readiness  # noqa: F401
