"""The pages on which a mechanism gets an owner and work goes to somebody else."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles import handing_over
from profiles.admin.colleagues import Colleagues, OwnerForm, editors
from profiles.admin.steps import CHANGE, PUBLISH
from profiles.admin.workflow import WorkflowPages


class HandOverForm(forms.Form):
    """Who hands over, and who takes it. Only reviewers do it for others."""

    giver = Colleagues(label=gettext_lazy("From"), required=True)
    to = Colleagues(label=gettext_lazy("To"), required=True)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        # Whoever has left may still have work.
        staff = get_user_model().objects.filter(is_staff=True)
        if not user.has_perm(PUBLISH):
            staff = staff.filter(pk=user.pk)
        fields["giver"].queryset = staff.order_by("username")
        fields["to"].queryset = editors()

    def clean(self):
        said = super().clean() or {}
        if said.get("giver") and said.get("giver") == said.get("to"):
            self.add_error("to", _("Choose two people."))
        return said


class HandOverPages(WorkflowPages):
    """Owners of mechanisms, and the handing over of work."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "hand-over/",
                view(self.hand_over_view),
                name="profiles_profile_hand_over",
            ),
            path(
                "<path:object_id>/owner/",
                view(self._unless_gone(self.owner_view)),
                name="profiles_profile_owner",
            ),
            *super().get_urls(),
        ]

    def hand_over_view(self, request) -> HttpResponse:
        """Show what would go from one person to another, and hand it over."""
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        form = HandOverForm(asked or None, user=request.user)
        if not form.is_bound:
            form = HandOverForm(user=request.user, initial={"giver": request.user.pk})
        work = None
        if form.is_valid():
            giver, to = form.cleaned_data["giver"], form.cleaned_data["to"]
            if request.method == "POST":
                handed = handing_over.hand_over(giver, to, by=request.user)
                told = _(
                    "Handed over: %(drafts)s drafts, %(mechanisms)s mechanisms and "
                    "%(comments)s comments."
                )
                told %= {
                    "drafts": len(handed.drafts),
                    "mechanisms": len(handed.ownerships),
                    "comments": len(handed.comments),
                }
                self.message_user(request, told, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:index"))
            work = handing_over.work_of(giver)
        return TemplateResponse(
            request,
            "admin/profiles/profile/hand_over.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Hand work over"),
                "form": form,
                "work": work,
            },
        )

    def owner_view(self, request, object_id) -> HttpResponse:
        """Let somebody else, or nobody, look after the mechanism of an edition."""
        edition = self._edition(request, object_id)
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = OwnerForm(request.POST)
        if form.is_valid():
            owner = form.cleaned_data["owner"]
            handing_over.set_owner(edition.mechanism, owner)
            self.message_user(request, _("The owner was changed."), messages.SUCCESS)
        else:
            self.message_user(
                request,
                " ".join(map(str, form.errors.get("owner", []))),
                messages.ERROR,
            )
        return HttpResponseRedirect(
            reverse("admin:profiles_profile_review", args=[edition.pk])
        )
