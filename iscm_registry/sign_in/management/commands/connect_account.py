"""Connect an account with the identity that the organisation's provider knows."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from iscm_registry.sign_in.organisation import PROVIDER, note_connection


class Command(BaseCommand):
    help = (
        "Let an account that manages others sign in with the organisation's sign-in. "
        "Its owner is shown the identifier when they try. Make sure that it is them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("identifier", metavar="IDENTIFIER")

    @transaction.atomic
    def handle(
        self, *args: Any, username: str, identifier: str, **options: Any
    ) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None or not user.is_active:
            raise CommandError(_("There is no open account of this name."))
        connected, is_new = SocialAccount.objects.get_or_create(
            provider=PROVIDER, uid=identifier, defaults={"user": user}
        )
        if connected.user_id != user.pk:
            raise CommandError(
                _("This identifier opens another account. Delete it there first.")
            )
        if is_new:
            note_connection(user)
        self.stdout.write(_("The account is connected."))
