"""Comments on facts: written, given to somebody, resolved."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles import notices
from profiles.models import Comment, Fact, Profile, fact_kinds
from profiles.vocabularies import NoticeKind

MAY_READ = "profiles.view_comment"
MAY_WRITE = "profiles.add_comment"
MAY_RESOLVE = "profiles.change_comment"


@dataclass(frozen=True)
class Commented:
    """A fact with its comments; `fact` is None when the edition has it no longer."""

    uid: UUID
    label: str
    fact: Fact | None
    comments: list[Comment]

    @property
    def open(self) -> int:
        return sum(comment.is_open for comment in self.comments)


def open_comments(edition: Profile) -> dict[UUID, int]:
    """Return how many comments wait, by the uid of their fact."""
    of_mechanism = Comment.objects.open().filter(mechanism=edition.mechanism_id)
    counted = of_mechanism.order_by().values("uid").annotate(number=Count("pk"))
    return dict(counted.values_list("uid", "number"))


def find_fact(edition: Profile, uid: UUID) -> Fact | None:
    """Return the fact of an edition with this uid, of whatever kind."""
    return _facts(edition, fact_kinds(), [uid]).get(uid)


def commented(edition: Profile) -> list[Commented]:
    """Return all comments on facts of the mechanism, fact by fact, open ones first.

    A fixed number of queries, one for each kind of fact that is commented on.
    """
    of_fact: dict[UUID, list[Comment]] = defaultdict(list)
    found = Comment.objects.filter(mechanism=edition.mechanism_id)
    for comment in found.select_related("by", "assigned_to", "resolved_by"):
        of_fact[comment.uid].append(comment)
    labels = {comments[0].kind for comments in of_fact.values()}
    kinds = [kind for kind in fact_kinds() if kind._meta.label_lower in labels]
    facts = _facts(edition, kinds, of_fact)
    names = {kind._meta.label_lower: kind._meta.verbose_name for kind in kinds}
    by_fact = [
        Commented(
            uid,
            str(capfirst(str(names.get(comments[0].kind, _("fact"))))),
            facts.get(uid),
            comments,
        )
        for uid, comments in of_fact.items()
    ]
    return sorted(by_fact, key=lambda one: (not one.open, -one.comments[-1].pk))


def _facts(
    edition: Profile, kinds: Iterable[type[Fact]], uids: Iterable[UUID]
) -> dict[UUID, Fact]:
    found: dict[UUID, Fact] = {}
    for kind in kinds:
        keys = [f.name for f in kind._meta.concrete_fields if f.is_relation]
        facts: Any = kind._default_manager.filter(profile=edition, uid__in=[*uids])  # type: ignore[misc]
        found |= {fact.uid: fact for fact in facts.select_related(*keys)}
    return found


@transaction.atomic
def write(edition: Profile, fact: Fact, text: str, *, by: Any, to: Any) -> Comment:
    """Comment on a fact of the edition; who is to look after it gets a notice."""
    comment = Comment.objects.create(
        mechanism_id=edition.mechanism_id,
        kind=fact._meta.label_lower,
        uid=fact.uid,
        text=text,
        by=by,
        assigned_to=to,
    )
    _tell(comment, edition, by)
    return comment


@transaction.atomic
def assign(comment: Comment, edition: Profile, *, by: Any, to: Any) -> None:
    """Give an open comment to somebody else, or to nobody."""
    current = Comment.objects.select_for_update().get(pk=comment.pk)
    if not current.is_open or current.assigned_to_id == (to and to.pk):
        return
    current.assigned_to = to
    current.save()
    _tell(current, edition, by)


@transaction.atomic
def resolve(comment: Comment, *, by: Any) -> bool:
    """Say that nothing is left to do; tell whether somebody else had said so before."""
    current = Comment.objects.select_for_update().get(pk=comment.pk)
    if not current.is_open:
        return False
    current.resolved_by, current.resolved_at = by, timezone.now()
    current.save()
    return True


@transaction.atomic
def reopen(comment: Comment) -> None:
    current = Comment.objects.select_for_update().get(pk=comment.pk)
    current.resolved_by = current.resolved_at = None
    current.save()


def page_of(edition_pk: int) -> str:
    return reverse("admin:profiles_profile_comments", args=[edition_pk])


def _tell(comment: Comment, edition: Profile, by: Any) -> None:
    path = f"{page_of(edition.pk)}#comment-{comment.pk}"
    about = edition.short_name
    people = [comment.assigned_to]
    notices.tell(people, NoticeKind.COMMENTED, about, path, by=by, words=comment.text)
