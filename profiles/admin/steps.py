"""The steps of an edition, as the staff take them: which are offered, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from profiles import editions
from profiles.models import Profile
from profiles.models.mechanisms import OPEN_STATES
from profiles.vocabularies import EditionState


@dataclass(frozen=True)
class Step:
    """A step that can be taken with an edition.

    `states` says where it is offered. Whether it is possible is decided by
    `profiles.editions`, under a lock, when it is taken. `take` returns the edition
    to show afterwards, or None when there is none any more.
    """

    name: str
    label: Any
    done: Any
    explanation: Any
    permission: str
    states: frozenset[EditionState]
    take: Callable[[Profile, Any, str], Profile | None]
    asks_for_note: bool = True
    needs_note: bool = False
    is_destructive: bool = False
    compares: bool = False

    def is_allowed(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)


class NoteForm(forms.Form):
    """What the person who takes a step wants to say about it."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 4, "cols": 60}),
        help_text=_("For your colleagues; the public does not see it."),
    )

    def __init__(self, *args, step: Step, **kwargs):
        super().__init__(*args, **kwargs)
        if step.asks_for_note:
            self.fields["note"].required = step.needs_note
        else:
            del self.fields["note"]


def _open_draft(edition: Profile, by, note: str) -> Profile:
    return editions.open_draft(edition.mechanism, base=edition, by=by)


def _submit(edition: Profile, by, note: str) -> Profile:
    editions.submit(edition, by=by, note=note)
    return edition


def _send_back(edition: Profile, by, note: str) -> Profile:
    editions.send_back(edition, by=by, note=note)
    return edition


def _publish(edition: Profile, by, note: str) -> Profile:
    editions.publish(edition, by=by, note=note)
    return edition


def _withdraw(edition: Profile, by, note: str) -> Profile:
    editions.withdraw(edition, by=by, note=note)
    return edition


def _discard(edition: Profile, by, note: str) -> None:
    editions.discard(edition)


STEPS = {
    step.name: step
    for step in (
        Step(
            name="open-draft",
            label=_("Open a new draft"),
            done=_("A new draft was opened. Correct it and submit it for review."),
            explanation=_(
                "The new draft begins as a copy of this edition. The public keeps "
                "reading the published edition until the draft is published."
            ),
            permission="profiles.change_profile",
            states=frozenset({EditionState.PUBLISHED, EditionState.WITHDRAWN}),
            take=_open_draft,
            asks_for_note=False,
        ),
        Step(
            name="submit",
            label=_("Submit for review"),
            done=_("The edition was submitted for review."),
            explanation=_("A reviewer will publish the edition or send it back."),
            permission="profiles.change_profile",
            states=frozenset({EditionState.DRAFT}),
            take=_submit,
            compares=True,
        ),
        Step(
            name="publish",
            label=_("Publish"),
            done=_("The edition is published."),
            explanation=_(
                "The public will read this edition at once, in place of the one "
                "published before. It can never be changed again, only followed "
                "by another edition."
            ),
            permission="profiles.publish_profile",
            states=frozenset({EditionState.IN_REVIEW}),
            take=_publish,
            compares=True,
        ),
        Step(
            name="send-back",
            label=_("Send back"),
            done=_("The edition was sent back to its author."),
            explanation=_("The edition becomes a draft again. Say what it needs."),
            permission="profiles.publish_profile",
            states=frozenset({EditionState.IN_REVIEW}),
            take=_send_back,
            needs_note=True,
        ),
        Step(
            name="withdraw",
            label=_("Withdraw"),
            done=_("The edition was withdrawn from the public."),
            explanation=_(
                "The public can no longer read this edition, and the mechanism "
                "leaves the lists until another edition is published."
            ),
            permission="profiles.publish_profile",
            states=frozenset({EditionState.PUBLISHED}),
            take=_withdraw,
            needs_note=True,
            is_destructive=True,
        ),
        Step(
            name="discard",
            label=_("Discard"),
            done=_("The edition was discarded."),
            explanation=_(
                "This edition and everything entered in it is deleted. It was never "
                "published. This cannot be undone."
            ),
            permission="profiles.delete_profile",
            states=frozenset(OPEN_STATES),
            take=_discard,
            asks_for_note=False,
            is_destructive=True,
        ),
    )
}


def steps_for(request: HttpRequest, edition: Profile) -> list[Step]:
    """Return the steps to offer: those of the edition's state that the user may take.

    No draft is offered while one is open.
    """
    steps = [
        step
        for step in STEPS.values()
        if edition.state in step.states and step.is_allowed(request)
    ]
    if edition.mechanism.editions.open().exists():
        steps = [step for step in steps if step.name != "open-draft"]
    return steps
