"""Staff pages for accounts, and for what somebody signs in with."""

from iscm_registry.sign_in.admin.accounts import AccountAdmin, RoleAdmin
from iscm_registry.sign_in.admin.taking_away import (
    FactorAdmin,
    OrganisationAccountAdmin,
    SessionAdmin,
)

__all__ = [
    "AccountAdmin",
    "FactorAdmin",
    "OrganisationAccountAdmin",
    "RoleAdmin",
    "SessionAdmin",
]
