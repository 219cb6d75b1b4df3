"""Who is told of what: steps of editions here, the rest where it happens."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _

from profiles.models import EditionEvent, Notice, Profile
from profiles.vocabularies import EditionAction, NoticeKind

_OF_ACTION = {
    EditionAction.SUBMIT: NoticeKind.SUBMITTED,
    EditionAction.SEND_BACK: NoticeKind.SENT_BACK,
    EditionAction.PUBLISH: NoticeKind.PUBLISHED,
    EditionAction.WITHDRAW: NoticeKind.WITHDRAWN,
}


def staff_with(permission: str) -> Iterable[Any]:
    """Return the active staff who have a permission, by groups or by themselves."""
    people = get_user_model().objects.with_perm(
        permission, backend="django.contrib.auth.backends.ModelBackend"
    )
    return people.filter(is_staff=True)


def tell(
    people: Iterable[Any],
    kind: NoticeKind,
    about: Any,
    path: str,
    *,
    by: Any = None,
    words: str = "",
) -> None:
    """Make a notice for each person, once, and for none who did it themselves.

    `path` is the page of the desk where it can be looked at.
    """
    author = getattr(by, "pk", None)
    told = {person.pk for person in people if person is not None} - {author}
    Notice.objects.bulk_create(
        Notice(
            to_id=pk, kind=kind, about=str(about)[:300], words=words, by=by, path=path
        )
        for pk in sorted(told)
    )


def tell_of_step(
    edition: Profile, action: EditionAction, *, by: Any = None, note: str = ""
) -> None:
    """Tell the reviewers of a submission, and who submitted of what became of it.

    What a command does, which may be to hundreds, is told to nobody.
    """
    kind = _OF_ACTION.get(action)
    if kind is None or by is None:
        return
    if kind == NoticeKind.SUBMITTED:
        people = staff_with("profiles.publish_profile")
    else:
        people = _answering_for(edition)
    tell(people, kind, _name_of(edition), page_of(edition), by=by, words=note)


def tell_of_schedule(edition: Profile, scheduler: Any) -> None:
    """Tell whoever scheduled a publication that it took place."""
    tell([scheduler], NoticeKind.DUE, _name_of(edition), page_of(edition))


def tell_of_failure(edition: Profile, reason: str) -> None:
    """Tell whoever scheduled a publication, and the reviewers, that it failed; once.

    The publication is tried again each minute, and fails each minute.
    """
    path = page_of(edition)
    known = Notice.objects.filter(
        kind=NoticeKind.FAILED, path=path, made_at__gte=edition.publish_at
    )
    if known.exists():
        return
    people = [*staff_with("profiles.publish_profile"), edition.publish_by]
    tell(people, NoticeKind.FAILED, _name_of(edition), path, words=reason)


def page_of(edition: Profile) -> str:
    return reverse("admin:profiles_profile_change", args=[edition.pk])


def _name_of(edition: Profile) -> str:
    return _("%(mechanism)s, edition %(number)s") % {
        "mechanism": edition.short_name,
        "number": edition.edition,
    }


def _answering_for(edition: Profile) -> list[Any]:
    """Return who submitted an edition, or was handed it since."""
    steps = EditionEvent.objects.filter(
        profile=edition, action__in=(EditionAction.SUBMIT, EditionAction.HAND_OVER)
    ).select_related("by", "to")
    # By their order: a clock can be set back.
    last = steps.order_by("-pk").first()
    if last is None:
        return []
    return [last.by if last.action == EditionAction.SUBMIT else last.to]
