"""A line in the log for each event of sign-in.

A line names an account by its number, and nobody otherwise: no names, no addresses of
any kind, nothing that was typed.
"""

import logging
from typing import Any

from allauth.account import signals as of_accounts
from allauth.mfa import signals as of_factors
from allauth.socialaccount import signals as of_organisation
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)

logger = logging.getLogger(__name__)

_EVENTS = {
    user_logged_in: "signed in",
    user_logged_out: "signed out",
    of_accounts.password_changed: "changed its password",
    of_accounts.password_reset: "set a new password by letter",
    of_factors.authenticator_used: "showed a second factor",
    of_factors.authenticator_added: "set up a second factor",
    of_factors.authenticator_removed: "gave up a second factor",
    of_factors.authenticator_reset: "replaced its recovery codes",
}


def watch() -> None:
    for signal, event in _EVENTS.items():
        signal.connect(_line_for(event), weak=False, dispatch_uid=f"log: {event}")
    user_login_failed.connect(_password_refused, dispatch_uid="log: password refused")
    of_factors.authentication_failed.connect(
        _code_refused, dispatch_uid="log: code refused"
    )
    of_organisation.pre_social_login.connect(
        _organisation_answered, dispatch_uid="log: organisation answered"
    )


def _line_for(event: str) -> Any:
    def write(user: Any = None, authenticator: Any = None, **kwargs: Any) -> None:
        if user is None or user.pk is None:
            return
        kind = f" ({authenticator.type})" if authenticator else ""
        logger.info("Account %s %s%s.", user.pk, event, kind)

    return write


def _password_refused(**kwargs: Any) -> None:
    logger.warning("A password was refused.")


def _code_refused(user: Any, **kwargs: Any) -> None:
    logger.warning("Account %s: a code was refused.", user.pk)


def _organisation_answered(sociallogin: Any, **kwargs: Any) -> None:
    if not sociallogin.is_existing:
        logger.warning("The organisation's sign-in: no account for this person.")


def administered(by: Any, what: str, account: Any) -> None:
    """Write down what an administrator did to an account."""
    logger.info("Account %s %s account %s.", by.pk, what, account)
