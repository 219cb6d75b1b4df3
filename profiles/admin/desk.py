"""What the form of an edition asks while it is open: who else is here, and which
States a pasted list names."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from profiles import editions
from profiles.admin.collisions import Colleague, arrive
from profiles.models import Mechanism, Membership, Profile, Source, State
from profiles.state_names import LONGEST_TEXT, StateNames
from profiles.vocabularies import Certainty, MembershipRole

LEFT_REVIEW = gettext_lazy(
    "The edition was in review. It is a draft again, because you changed it: submit it "
    "once more."
)


class PasteForm(forms.Form):
    """A list of States from elsewhere, and what holds for all of them."""

    text = forms.CharField(
        label=gettext_lazy("States"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 8, "cols": 60}),
        help_text=gettext_lazy(
            "Names in any language, codes or usual short names, one per line or "
            "with commas between them."
        ),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role of all of them"),
        choices=MembershipRole.choices,
        initial=MembershipRole.MEMBER,
        required=False,
    )
    source = forms.ModelChoiceField(
        Source.objects.order_by("title"),
        label=gettext_lazy("Source of all of them"),
        required=False,
    )
    certainty = forms.ChoiceField(
        label=gettext_lazy("Certainty of all of them"),
        choices=[("", "---------"), *Certainty.choices],
        required=False,
    )

    def clean_role(self):
        return self.cleaned_data["role"] or MembershipRole.MEMBER

    def clean_certainty(self):
        certainty = self.cleaned_data["certainty"]
        if "_apply" in self.data and not certainty:
            raise ValidationError(_("Say how firmly the source supports the list."))
        return certainty


def preview(profile: Profile, text: str) -> list[dict[str, Any]]:
    """Say of each name in `text` which State it means and whether that is there."""
    seats = profile.memberships.filter(is_current=True)
    roles = {seat.state_id: seat.get_role_display() for seat in seats}
    seen: set[int] = set()
    rows: list[dict[str, Any]] = []
    for reading in StateNames().read_list(text):
        state = reading.state
        row: dict[str, Any] = {
            "text": reading.text,
            "state": state and state.pk,
            "name": state.name if state else "",
            "how": str(reading.how),
            "role": roles.get(state.pk, "") if state else "",
            "twice": bool(state and state.pk in seen),
            "suggestions": [
                {"state": named.pk, "name": named.name} for named in reading.suggestions
            ],
        }
        if state:
            seen.add(state.pk)
        rows.append(row)
    return rows


def all_states() -> list[dict[str, Any]]:
    """Return every State, for a name of which nothing is known."""
    return [{"state": state.pk, "name": state.name} for state in State.objects.all()]


class OpenFormPages(admin.ModelAdmin):
    """Answers to the form of an edition, while somebody fills it in."""

    def get_urls(self):
        pages = [
            path(
                f"<path:object_id>/{address}/",
                self.admin_site.admin_view(view),
                name=f"profiles_profile_{name}",
            )
            for address, name, view in (
                ("presence", "presence", self.presence_view),
                ("paste-states", "paste_states", self.paste_states_view),
            )
        ]
        return [*pages, *super().get_urls()]

    def _open_edition(self, request, object_id: str) -> Profile:
        found = Profile.objects.select_related("mechanism")
        key = unquote(object_id)
        profile = found.filter(pk=key).first() if key.isdigit() else None
        if profile is None:
            raise Http404
        if not self.has_change_permission(request, profile):
            raise PermissionDenied
        return profile

    def presence_view(self, request, object_id):
        """Note that the form is open here; answer who else has it open."""
        profile = self._open_edition(request, object_id)
        if request.method != "POST":
            return JsonResponse({}, status=405)
        try:
            others = arrive(profile, request.user)
        except Profile.DoesNotExist:
            raise Http404 from None
        return JsonResponse(
            {
                "version": profile.version,
                "others": [who_is_here(other) for other in others],
            }
        )

    def paste_states_view(self, request, object_id):
        """Show which States a pasted list names; save them when that is asked."""
        profile = self._open_edition(request, object_id)
        may_add = request.user.has_perm("profiles.add_membership")
        if not may_add:
            raise PermissionDenied
        wants_json = request.accepts("application/json") and not request.accepts(
            "text/html"
        )
        if request.method != "POST":
            return self._paste_page(request, profile, PasteForm())
        form = PasteForm(request.POST)
        if not form.is_valid():
            if wants_json:
                return JsonResponse({"errors": form.errors}, status=400)
            return self._paste_page(request, profile, form)
        rows = preview(profile, form.cleaned_data["text"])
        if wants_json:
            return JsonResponse({"rows": rows, "states": all_states()})
        if "_apply" not in request.POST:
            return self._paste_page(request, profile, form, rows)
        chosen = [
            int(key)
            for key in request.POST.getlist("state")
            if key.isascii() and key.isdigit() and len(key) < 10
        ]
        try:
            added = self._add_members(request, profile, chosen, form.cleaned_data)
        except editions.EditionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._paste_page(request, profile, form, rows, status=409)
        self.message_user(
            request,
            ngettext(
                "%(number)s State was added.", "%(number)s States were added.", added
            )
            % {"number": added},
            messages.SUCCESS if added else messages.WARNING,
        )
        return HttpResponseRedirect(_form_url(profile, "part-members"))

    def _add_members(self, request, profile: Profile, chosen, common) -> int:
        with transaction.atomic():
            Mechanism.objects.select_for_update().get(pk=profile.mechanism_id)
            if not Profile.objects.filter(pk=profile.pk).exists():
                raise editions.EditionIsGone
            profile.refresh_from_db()
            if not self.has_change_permission(request, profile):
                raise PermissionDenied
            there = set(
                profile.memberships.filter(is_current=True).values_list(
                    "state_id", flat=True
                )
            )
            states = State.objects.in_bulk(set(chosen) - there)
            last = profile.memberships.aggregate(last=Max("position"))["last"] or 0
            if states and editions.begin_change(profile, by=request.user):
                self.message_user(request, LEFT_REVIEW, messages.WARNING)
            for key in dict.fromkeys(chosen):
                if key in states:
                    last += bool(last)
                    Membership.objects.create(
                        profile=profile,
                        state=states[key],
                        role=common["role"],
                        source=common["source"],
                        certainty=common["certainty"],
                        position=last,
                    )
        return len(states)

    def _paste_page(
        self, request, profile: Profile, form: PasteForm, rows=None, status=200
    ):
        return TemplateResponse(
            request,
            "admin/profiles/profile/paste_states.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": profile,
                "title": _("Paste a list of States"),
                "subtitle": str(profile),
                "form": form,
                "rows": rows,
                "states": all_states() if rows else [],
            },
            status=status,
        )


def who_is_here(colleague: Colleague) -> str:
    """Return what the banner of the form says of somebody else who has it open."""
    return _("%(name)s has this draft open too: last seen at %(time)s.") % {
        "name": colleague.name,
        "time": time_format(timezone.localtime(colleague.seen_at), "H:i"),
    }


def _form_url(profile: Profile, part: str) -> str:
    url = reverse("admin:profiles_profile_change", args=[profile.pk])
    return f"{url}#{part}"
