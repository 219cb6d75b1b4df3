"""The pages on which an edition is compared, reviewed and taken a step further."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from profiles import editions
from profiles.admin.steps import STEPS, NoteForm, Step
from profiles.comparison import Comparison, compare
from profiles.models import Profile


class WorkflowPages(admin.ModelAdmin):
    """What the admin of editions shows beside its form."""

    def get_urls(self):
        step = path(
            "<path:object_id>/step/<slug:step>/",
            self.admin_site.admin_view(self.step_view),
            name="profiles_profile_step",
        )
        return [step, *super().get_urls()]

    def step_view(self, request, object_id, step):
        """Say what a step does, ask for a note, and take it when that is posted."""
        profile = self.get_object(request, unquote(object_id))
        if profile is None or step not in STEPS:
            raise Http404
        chosen = STEPS[step]
        if not (
            self.has_view_or_change_permission(request, profile)
            and chosen.is_allowed(request)
        ):
            raise PermissionDenied
        if request.method == "POST":
            form = NoteForm(request.POST, step=chosen)
            if form.is_valid():
                return self._take(request, profile, chosen, form)
        else:
            form = NoteForm(step=chosen)
            if profile.state not in chosen.states:
                error = editions.ForbiddenTransition(profile, chosen.label)
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(_change_url(profile))
        return TemplateResponse(
            request,
            "admin/profiles/profile/step.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": profile,
                "title": chosen.label,
                "subtitle": str(profile),
                "step": chosen,
                "form": form,
                "comparison": _comparison(profile) if chosen.compares else None,
            },
        )

    def _take(self, request, profile: Profile, step: Step, form: NoteForm):
        note = form.cleaned_data.get("note", "")
        try:
            with transaction.atomic():
                if step.name == "discard":
                    itself = Profile.objects.filter(pk=profile.pk)
                    self.log_deletions(request, itself)
                shown = step.take(profile, request.user, note)
                if shown is not None:
                    self.log_change(request, shown, str(step.label))
        except editions.EditionError as error:
            self.message_user(request, str(error), messages.ERROR)
            still_there = Profile.objects.filter(pk=profile.pk).exists()
            return HttpResponseRedirect(_change_url(profile if still_there else None))
        self.message_user(request, step.done, messages.SUCCESS)
        return HttpResponseRedirect(_change_url(shown))


def _change_url(profile: Profile | None) -> str:
    if profile is None:
        return reverse("admin:profiles_profile_changelist")
    return reverse("admin:profiles_profile_change", args=[profile.pk])


def _comparison(profile: Profile) -> Comparison | None:
    published = profile.mechanism.editions.published().first()
    return compare(published, profile) if published else None
