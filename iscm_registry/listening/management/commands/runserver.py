from django.core.management.base import CommandError
from whitenoise.runserver_nostatic.management.commands import runserver

from iscm_registry.listening import why_not_listen


class Command(runserver.Command):
    """Django's own, where the registry may listen at that address."""

    def run(self, **options):
        if reason := why_not_listen(self.addr):
            raise CommandError(reason)
        super().run(**options)
