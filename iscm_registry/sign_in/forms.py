from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import (
    AuthenticateForm,
    BaseAuthenticateForm,
    ReauthenticateForm,
)
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from iscm_registry.sign_in.addresses import accounts_of
from iscm_registry.sign_in.letters import after_the_answer
from iscm_registry.sign_in.second_factor import keep_as_used, was_used


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


class _CodeIsGoodOnce(BaseAuthenticateForm):
    """Refuses a code that was used for as long as an app's clock makes it good.

    allauth remembers it for half a minute; with a clock that may be off, a code is
    good for three times as long.
    """

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if was_used(self.user, code):
            # A try like any other wrong one.
            check_rate_limit(self.user)
            raise get_mfa_adapter().validation_error("incorrect_code")
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            keep_as_used(self.user, code)
        return code


class CodeForm(_CodeIsGoodOnce, AuthenticateForm):
    pass


class CodeAgainForm(_CodeIsGoodOnce, ReauthenticateForm):
    pass


class _AddressAsTyped(EmailField):
    def clean(self, value: Any) -> str:
        # Not allauth's small letters: they make a k of the sign for Kelvin.
        return forms.EmailField.clean(self, value)


class ForgottenPasswordForm(ResetPasswordForm):
    """Answers before it looks whose address it is: the answer cannot tell."""

    email = _AddressAsTyped()

    def clean_email(self) -> str:
        return get_adapter().clean_email(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        address = self.cleaned_data["email"]
        after_the_answer(partial(_send_links, request, address))
        return address


def _send_links(request: HttpRequest, address: str) -> None:
    # Who has no password signs in with the organisation's account, by an
    # administrator's choice.
    users = [user for user in accounts_of(address) if user.has_usable_password()]
    request_password_reset(request, address, users, default_token_generator)
