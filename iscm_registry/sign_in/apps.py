from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SignInConfig(AppConfig):
    name = "iscm_registry.sign_in"
    verbose_name = _("Sign-in")

    def ready(self) -> None:
        from iscm_registry.sign_in import (
            accounts,
            log_lines,
            organisation,
            second_factor,
        )

        accounts.watch_sign_ins()
        log_lines.watch()
        organisation.watch_connections()
        second_factor.watch_set_up()
