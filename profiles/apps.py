from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "profiles"
    verbose_name = _("Mechanisms and their profiles")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from profiles.source_files import remove_bytes_with_records

        remove_bytes_with_records()
