"""Whom an administrator may manage: those who may do no more than they.

Whoever sets somebody's password, address or factors can become them.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet


def may_manage(manager: Any, account: Any) -> bool:
    if manager.is_superuser:
        return True
    return not account.is_superuser and not (
        permissions_of(account).exclude(pk__in=permissions_of(manager)).exists()
    )


def may_manage_group(manager: Any, group: Group) -> bool:
    return group in groups_within_reach(manager)


def permissions_of(account: Any) -> QuerySet[Permission]:
    """Return what an account may do or could do if it were opened again."""
    if account.is_superuser:
        return Permission.objects.all()
    return Permission.objects.filter(
        Q(user=account.pk) | Q(group__user=account.pk)
    ).distinct()


def groups_within_reach(manager: Any) -> QuerySet[Group]:
    """Return the groups that allow nothing which the manager may not do."""
    beyond = Permission.objects.exclude(pk__in=permissions_of(manager).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)
