"""The steps of an edition, as the staff take them: which are offered, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from profiles import editions
from profiles.models import Profile
from profiles.models.mechanisms import OPEN_STATES, READABLE_STATES
from profiles.vocabularies import EditionState

CHANGE = "profiles.change_profile"
PUBLISH = editions.PUBLISH
DELETE = "profiles.delete_profile"


@dataclass(frozen=True)
class Step:
    """A step that can be taken with an edition.

    `states` says where it is offered. Whether it is possible is decided by
    `profiles.editions`, under a lock, when it is taken. `take` gets the edition,
    the user and what the form asked for; it returns the edition to show
    afterwards, or None when there is none any more.
    """

    name: str
    label: Any
    done: Any
    explanation: Any
    permissions: tuple[str, ...]
    states: frozenset[EditionState]
    take: Callable[[Profile, Any, dict[str, Any]], Profile | None]
    asks_for_note: bool = True
    asks_for_reason: bool = False
    needs_note: bool = False
    asks_for_time: bool = False
    is_destructive: bool = False
    compares: bool = False
    publishes: bool = False

    def is_allowed(self, request: HttpRequest) -> bool:
        return request.user.has_perms(self.permissions)


@dataclass(frozen=True)
class Offer:
    """A step where an edition stands; `refusal` says why the user cannot take it."""

    step: Step
    refusal: Any = ""


class StepForm(forms.Form):
    """What the person who takes a step wants to say about it.

    `version` is that of the edition they looked at: what they did not see, they
    have not agreed to.
    """

    publish_at = forms.DateTimeField(
        label=_("Publish at (Geneva time)"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "cols": 60}),
        help_text=_("Public, with the date: readers find it where the edition stood."),
    )
    also = forms.ModelMultipleChoiceField(
        Profile.objects.none(),
        label=_("Withdraw with it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Editions that readers would still find, and what they say."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 4, "cols": 60}),
        help_text=_("For your colleagues; the public does not see it."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, step: Step, edition: Profile, **kwargs):
        super().__init__(*args, **kwargs)
        others = edition.mechanism.editions.readable().exclude(pk=edition.pk)
        if step.asks_for_reason:
            also: Any = self.fields["also"]
            also.queryset = others.order_by("-edition")
        else:
            del self.fields["reason"]
        if not step.asks_for_reason or not others:
            del self.fields["also"]
        self.fields["note"].required = step.needs_note
        if not step.asks_for_note:
            del self.fields["note"]
        if not step.asks_for_time:
            del self.fields["publish_at"]


def _open_draft(edition: Profile, by, said) -> Profile:
    return editions.open_draft(edition.mechanism, base=edition, by=by)


def _submit(edition: Profile, by, said) -> Profile:
    editions.submit(edition, by=by, **said)
    return edition


def _send_back(edition: Profile, by, said) -> Profile:
    editions.send_back(edition, by=by, note=said["note"])
    return edition


def _publish(edition: Profile, by, said) -> Profile:
    editions.publish(edition, by=by, **said)
    return edition


def _submit_and_publish(edition: Profile, by, said) -> Profile:
    with transaction.atomic():
        editions.submit(edition, by=by)
        editions.publish(edition, by=by, **said)
    return edition


def _schedule(edition: Profile, by, said) -> Profile:
    editions.schedule(
        edition, said["publish_at"], by=by, note=said["note"], version=said["version"]
    )
    return edition


def _unschedule(edition: Profile, by, said) -> Profile:
    editions.unschedule(edition, by=by, note=said["note"])
    return edition


def _withdraw(edition: Profile, by, said) -> Profile:
    editions.withdraw(
        edition,
        by=by,
        reason=said["reason"],
        note=said["note"],
        also=said.get("also", ()),
    )
    return edition


def _discard(edition: Profile, by, said) -> None:
    editions.discard(edition, by=by)


STEPS = {
    step.name: step
    for step in (
        Step(
            name="open-draft",
            label=_("Correct this profile"),
            done=_("A new draft was opened. Correct it and submit it for review."),
            explanation=_(
                "The new draft begins as a copy of this edition. The public keeps "
                "reading the published edition until the draft is published."
            ),
            permissions=(CHANGE,),
            states=frozenset({EditionState.PUBLISHED}),
            take=_open_draft,
            asks_for_note=False,
        ),
        Step(
            name="restore",
            label=_("Restore as a new draft"),
            done=_(
                "A new draft was opened with the content of the earlier edition. "
                "Look at it and submit it for review."
            ),
            explanation=_(
                "The new draft begins as a copy of this earlier edition. The public "
                "sees nothing of it until the draft is published."
            ),
            permissions=(CHANGE,),
            states=frozenset({EditionState.SUPERSEDED, EditionState.WITHDRAWN}),
            take=_open_draft,
            asks_for_note=False,
        ),
        Step(
            name="submit",
            label=_("Submit for review"),
            done=_("The edition was submitted for review."),
            explanation=_("A reviewer will publish the edition or send it back."),
            permissions=(CHANGE,),
            states=frozenset({EditionState.DRAFT}),
            take=_submit,
            compares=True,
        ),
        Step(
            name="submit-and-publish",
            label=_("Submit and publish"),
            done=_("The edition is published."),
            explanation=_(
                "The public will read this edition at once, without a second pair "
                "of eyes. It can never be changed again, only followed by another "
                "edition."
            ),
            permissions=(CHANGE, PUBLISH),
            states=frozenset({EditionState.DRAFT}),
            take=_submit_and_publish,
            compares=True,
            publishes=True,
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
            permissions=(PUBLISH,),
            states=frozenset({EditionState.IN_REVIEW}),
            take=_publish,
            compares=True,
            publishes=True,
        ),
        Step(
            name="schedule",
            label=_("Publish later"),
            done=_("The publication is scheduled."),
            explanation=_(
                "The edition is published by itself when the time has come. Until "
                "then it cannot be changed, unless the schedule is taken back."
            ),
            permissions=(PUBLISH,),
            states=frozenset({EditionState.IN_REVIEW}),
            take=_schedule,
            asks_for_time=True,
            compares=True,
            publishes=True,
        ),
        Step(
            name="unschedule",
            label=_("Take the schedule back"),
            done=_("The schedule was taken back. The edition is still in review."),
            explanation=_("The edition stays in review and can be changed again."),
            permissions=(PUBLISH,),
            states=frozenset({EditionState.IN_REVIEW}),
            take=_unschedule,
        ),
        Step(
            name="send-back",
            label=_("Send back"),
            done=_("The edition was sent back to its author."),
            explanation=_("The edition becomes a draft again. Say what it needs."),
            permissions=(PUBLISH,),
            states=frozenset({EditionState.IN_REVIEW}),
            take=_send_back,
            needs_note=True,
        ),
        Step(
            name="withdraw",
            label=_("Withdraw"),
            done=_("The edition was withdrawn from the public."),
            explanation=_(
                "The public can no longer read this edition. If it is the published "
                "one, the mechanism leaves the lists until another is published. To "
                "take away one statement only, redact it."
            ),
            permissions=(PUBLISH,),
            states=frozenset(READABLE_STATES),
            take=_withdraw,
            asks_for_reason=True,
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
            permissions=(DELETE,),
            states=frozenset(OPEN_STATES),
            take=_discard,
            asks_for_note=False,
            is_destructive=True,
        ),
    )
}


def offers(
    request: HttpRequest, edition: Profile, *, is_ready: bool = True
) -> list[Offer]:
    """Return the steps of the edition's state, each with why not if it is not for now.

    Steps that make no sense here are left out: a second schedule's taking back, or
    publishing one's own draft where four eyes are asked for.
    """
    found = []
    is_own = edition.state == EditionState.IN_REVIEW and editions.is_own_submission(
        edition, request.user
    )
    open_edition = None
    if not edition.is_open:
        open_edition = edition.mechanism.editions.open().first()
    for step in STEPS.values():
        if edition.state not in step.states:
            continue
        if step.name == "unschedule" and edition.publish_at is None:
            continue
        if step.name == "submit-and-publish" and settings.FOUR_EYES:
            continue
        refusal: Any = ""
        if not step.is_allowed(request):
            refusal = _not_permitted(step)
        elif step.publishes and is_own:
            refusal = editions.OwnSubmission()
        elif step.publishes and not is_ready:
            refusal = _("Not yet: see what is missing.")
        elif open_edition is not None and CHANGE in step.permissions:
            refusal = editions.OpenEditionExists(open_edition)
        found.append(Offer(step, str(refusal)))
    return found


def _not_permitted(step: Step) -> Any:
    if PUBLISH in step.permissions:
        return _("This is for reviewers.")
    if DELETE in step.permissions:
        return _("Ask a reviewer to discard it.")
    return _("You may only read profiles.")


def steps_for(request: HttpRequest, edition: Profile) -> list[Step]:
    """Return the steps that the user may take with the edition as it stands."""
    return [offer.step for offer in offers(request, edition) if not offer.refusal]
