"""The pencils that staff find beside the facts and texts of a public page.

A public page is the same for everybody: a script draws the pencils, and only in
browsers in which somebody opened the staff's pages (`static/js/pencils.js`).
"""

import re

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from profiles import editions
from profiles.admin.languages import in_every_language
from profiles.admin.steps import STEPS
from profiles.models import Mechanism, Profile

_FACT = re.compile(r"fact-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.A)
_OPENING = STEPS["open-draft"]


class PencilPages(admin.ModelAdmin):
    """Leads from a place of the public page to the same place of the draft."""

    def get_urls(self):
        pages = [
            path(
                "pencils/",
                self.admin_site.admin_view(self.pencils_view),
                name="profiles_profile_pencils",
            ),
            path(
                "correct/<slug:mechanism>/",
                self.admin_site.admin_view(self.correct_view),
                name="profiles_profile_correct",
            ),
        ]
        return [*pages, *super().get_urls()]

    def pencils_view(self, request):
        """Tell the script of a public page what it needs to draw pencils."""
        if not _OPENING.is_allowed(request):
            raise PermissionDenied
        address = reverse("admin:profiles_profile_correct", args=["mechanism"])
        return JsonResponse(
            {
                "token": get_token(request),
                "address": address.removesuffix("mechanism/"),
                "label": _("Correct this"),
            }
        )

    def correct_view(self, request, mechanism):
        """Open the draft of a mechanism, made if there is none, where `at` says."""
        if not _OPENING.is_allowed(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        at = _place(request.POST.get("at", ""))
        found = get_object_or_404(Mechanism, slug=mechanism)
        try:
            draft = found.editions.open().first() or editions.open_draft(
                found, by=request.user
            )
        except editions.OpenEditionExists as error:
            # Somebody else was faster; the draft is there.
            draft = error.edition
        except editions.EditionError as error:
            raise Http404(str(error)) from None
        if not self.has_change_permission(request, draft):
            self.message_user(
                request,
                _("Its publication is scheduled. Cancel that first, then correct it."),
                messages.ERROR,
            )
            return HttpResponseRedirect(
                reverse("admin:profiles_profile_review", args=[draft.pk])
            )
        url = reverse("admin:profiles_profile_change", args=[draft.pk])
        return HttpResponseRedirect(f"{url}#{at}" if at else url)


def _place(at: str) -> str:
    """Return the fragment of the form for a place of the page, "" for the form itself.

    Raises Http404 for what is no place.
    """
    if not at or _FACT.fullmatch(at):
        return at
    for name, field in Profile.disputed_as.items():
        if at == f"field-{field}":
            return f"id_{in_every_language(Profile, name)[0]}"
    raise Http404
