"""Who looks after what: owners of mechanisms, and work that goes to somebody else."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles import editions, notices
from profiles.models import Comment, Mechanism, Notice, Ownership, Profile
from profiles.staleness import is_stale
from profiles.vocabularies import EditionAction, EditionState, NoticeKind

REMIND_AGAIN_AFTER = datetime.timedelta(days=90)


@dataclass(frozen=True)
class Work:
    """What waits for one person."""

    drafts: list[Profile]
    ownerships: list[Ownership]
    comments: list[Comment]

    def __bool__(self) -> bool:
        return bool(self.drafts or self.ownerships or self.comments)


def work_of(person: Any) -> Work:
    """Return the open editions, the mechanisms and the open comments of a person."""
    return Work(
        [
            *Profile.objects.open()
            .worked_on_by(person)
            .select_related("mechanism")
            .order_by("mechanism__slug")
        ],
        [*Ownership.objects.filter(owner=person).select_related("mechanism", "owner")],
        [
            *Comment.objects.open()
            .filter(assigned_to=person)
            .select_related("mechanism", "assigned_to")
        ],
    )


@transaction.atomic
def hand_over(giver: Any, to: Any, *, by: Any) -> Work:
    """Give all that waits for one person to another; return what it was.

    Who submitted an edition stays who submitted it: the four-eyes rule holds.
    """
    mechanisms = {draft.mechanism_id for draft in work_of(giver).drafts}
    locked = Mechanism.objects.select_for_update(no_key=True)
    list(locked.filter(pk__in=mechanisms).order_by("pk"))
    work = work_of(giver)
    for draft in work.drafts:
        editions.record(draft, EditionAction.HAND_OVER, by, to=to)
    for ownership in work.ownerships:
        ownership.owner = to
        ownership.save()
    for comment in work.comments:
        comment.assigned_to = to
        comment.save()
    if work:
        told = _("Work of %(who)s") % {"who": giver.get_full_name() or giver}
        notices.tell([to], NoticeKind.HANDED_OVER, told, reverse("admin:index"), by=by)
    return work


def set_owner(mechanism: Mechanism, owner: Any) -> None:
    """Let somebody look after a mechanism; None: nobody."""
    current = Ownership.objects.filter(mechanism=mechanism).first()
    if owner is None:
        if current is not None:
            current.delete()
    elif current is None:
        Ownership.objects.create(mechanism=mechanism, owner=owner)
    elif current.owner_id != owner.pk:
        current.owner = owner
        current.save()


def remind_owners() -> int:
    """Tell owners of stale profiles, of each once in three months; return how many."""
    since = timezone.now() - REMIND_AGAIN_AFTER
    known = set(
        Notice.objects.filter(kind=NoticeKind.STALE, made_at__gte=since).values_list(
            "to", "path"
        )
    )
    owned = Profile.objects.filter(
        state=EditionState.PUBLISHED, mechanism__ownership__owner__is_active=True
    ).select_related("mechanism__ownership__owner")
    reminded = 0
    for profile in owned:
        owner, path = profile.mechanism.ownership.owner, notices.page_of(profile)
        if is_stale(profile.as_of) and (owner.pk, path) not in known:
            notices.tell([owner], NoticeKind.STALE, profile.short_name, path)
            reminded += 1
    return reminded
