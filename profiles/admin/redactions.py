"""The pages on which a part of an edition is taken from the public, and given back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from profiles import editions, redacting
from profiles.edition_parts import Held, Part, elsewhere, held, parts_of, sentences
from profiles.models import Profile, Redaction
from profiles.vocabularies import EditionAction

LIFT = "profiles.lift_redaction"


class RedactionForm(forms.Form):
    """Why something is taken away, and from which other editions."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "cols": 60}),
        help_text=_("Public, with the date. Do not repeat what you take away."),
    )
    also = forms.ModelMultipleChoiceField(
        Profile.objects.none(),
        label=_("Redact in these editions too"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Those that say the same are chosen. Of a draft it is only removed; one in "
            "review becomes a draft again."
        ),
    )

    def __init__(self, *args, found: Held, others: list[Held], **kwargs):
        super().__init__(*args, **kwargs)
        self.found = found
        if not others:
            del self.fields["also"]
            return
        also: Any = self.fields["also"]
        pks = [other.edition.pk for other in others]
        also.queryset = Profile.objects.filter(pk__in=pks).order_by("-edition")
        words = set(found.words)
        also.initial = [o.edition.pk for o in others if words & set(o.words)]

    def clean_reason(self):
        reason = self.cleaned_data["reason"]
        said = " ".join(reason.split()).casefold()
        if any(text.casefold() in said for text in sentences(self.found.words)):
            raise forms.ValidationError(
                _("This repeats what you take away, and is public: say only why.")
            )
        return reason


class RedactionPages(admin.ModelAdmin):
    """What the admin of editions shows of redacting."""

    def get_urls(self):
        view = self.admin_site.admin_view(self._unless_gone(self.redact_view))  # type: ignore[attr-defined]
        name = "profiles_profile_redact"
        return [path("<path:object_id>/redact/", view, name=name), *super().get_urls()]

    def redact_view(self, request: HttpRequest, object_id) -> HttpResponse:
        """List the parts of an edition; with `part`, ask why, and redact that one."""
        edition = self._edition(request, object_id)  # type: ignore[attr-defined]
        if not request.user.has_perm(editions.PUBLISH):
            editions.log_refused(
                EditionAction.REDACT, PermissionDenied, edition=edition, by=request.user
            )
            raise PermissionDenied
        if edition.is_open:
            text = _("The public does not read this edition: edit it.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(_review_url(edition))
        asked = request.POST.get("part") or request.GET.get("part")
        if not asked:
            return self._page(  # type: ignore[attr-defined]
                request,
                edition,
                "redact_choose",
                title=_("Redact a part"),
                parts=parts_of(edition),
            )
        part = Part.named(asked)
        found = held(edition, part) if part else None
        if part is None or found is None:
            raise Http404
        others = elsewhere(edition, part)
        form = RedactionForm(
            request.POST if request.method == "POST" else None,
            found=found,
            others=others,
        )
        if request.method == "POST" and form.is_valid():
            return self._redact(request, edition, part, form.cleaned_data)
        return self._page(  # type: ignore[attr-defined]
            request,
            edition,
            "redact",
            title=_("Redact a part"),
            part=part,
            found=found,
            others=others,
            form=form,
        )

    def _redact(self, request, edition: Profile, part: Part, said) -> HttpResponse:
        also = said.get("also", ())
        try:
            redacting.redact(
                edition, part, reason=said["reason"], by=request.user, also=also
            )
        except editions.EditionError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            text = _("It was redacted. The public reads it no longer.")
            self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(_review_url(edition))


def _review_url(edition: Profile) -> str:
    return reverse("admin:profiles_profile_review", args=[edition.pk])


@admin.register(Redaction)
class RedactionAdmin(admin.ModelAdmin):
    """Which parts of which editions were redacted, and why; to be read, and lifted."""

    list_display = ["label", "profile", "reason", "at", "by", "lifted_at"]
    list_select_related = ["profile", "by"]
    list_filter = ["place", "at", ("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["profile__mechanism__slug", "profile__name_en", "reason"]
    actions = None
    change_form_template = "admin/profiles/redaction/change_form.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.lift_view)
        lift = path("<int:pk>/lift/", view, name="profiles_redaction_lift")
        return [lift, *super().get_urls()]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def lift_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether a redaction is to be taken back, and take it back."""
        redaction = Redaction.objects.filter(pk=pk).select_related("profile").first()
        if not request.user.has_perm(LIFT):
            edition = redaction and redaction.profile
            editions.log_refused(
                EditionAction.LIFT, PermissionDenied, edition=edition, by=request.user
            )
            raise PermissionDenied
        if redaction is None:
            raise Http404
        if request.method == "POST":
            try:
                redacting.lift(redaction, by=request.user)
            except editions.EditionError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                text = _("It was given back: the public reads it again.")
                self.message_user(request, text, messages.SUCCESS)
            url = reverse("admin:profiles_redaction_change", args=[redaction.pk])
            return HttpResponseRedirect(url)
        return TemplateResponse(
            request,
            "admin/profiles/redaction/lift.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Take the redaction back"),
                "original": redaction,
            },
        )
