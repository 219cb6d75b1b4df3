from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "iscm_registry"
    verbose_name = _("Registry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from iscm_registry import (  # noqa: F401
            audit,
            own_files,
            replica,
            revision,
            roles,
        )

        revision.watch_public_content()
        audit.watch_changes()
        post_migrate.connect(
            roles.fill_groups, sender=self, dispatch_uid="roles-fill-groups"
        )
