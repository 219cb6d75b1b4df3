from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class AddKeyForm(AddWebAuthnForm):
    """Makes a passkey unless somebody says that theirs is a plain security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label = _("Signs in without the password")
        passwordless.help_text = _(
            "The device must ask for a finger, a face or a PIN. "
            "Take the tick away for a plain security key."
        )
