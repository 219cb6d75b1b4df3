"""Encrypt second factors with the present key, so that a former one can go."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from iscm_registry.sign_in.second_factor import encrypt_anew


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of authenticator apps and recovery codes with SECRET_KEY. "
        "Run it after a change of the key, with the former one in "
        "SECRET_KEY_FALLBACKS; afterwards the former one can be taken out. Exit "
        "status 1: some are opened by no key, and their owners set up others."
    )

    def handle(self, *args, **options):
        encrypted, unreadable = encrypt_anew()
        self.stdout.write(
            ngettext(
                "%(number)s secret is encrypted with the present key.",
                "%(number)s secrets are encrypted with the present key.",
                encrypted,
            )
            % {"number": encrypted}
        )
        if unreadable:
            raise CommandError(
                ngettext(
                    "%(number)s secret is opened neither by SECRET_KEY nor by "
                    "SECRET_KEY_FALLBACKS, and was left as it is.",
                    "%(number)s secrets are opened neither by SECRET_KEY nor by "
                    "SECRET_KEY_FALLBACKS, and were left as they are.",
                    unreadable,
                )
                % {"number": unreadable}
            )
