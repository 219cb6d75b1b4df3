"""The pages on which an edition is compared, reviewed and taken a step further."""

from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from profiles import editions
from profiles.admin.colleagues import OwnerForm
from profiles.admin.collisions import changes_since
from profiles.admin.comment_links import comment_links
from profiles.admin.steps import CHANGE, STEPS, Step, StepForm, offers
from profiles.comparison import Comparison, compare, compare_rounds
from profiles.models import Ownership, Profile, SubmittedContent
from profiles.models.mechanisms import ONCE_PUBLIC_STATES
from profiles.readiness import readiness
from profiles.vocabularies import EditionState


class WorkflowPages(admin.ModelAdmin):
    """What the admin of editions shows beside its form."""

    def get_urls(self):
        def page(route, view, name):
            wrapped = self.admin_site.admin_view(self._unless_gone(view))
            return path(f"<path:object_id>/{route}", wrapped, name=name)

        return [
            page("review/", self.review_view, "profiles_profile_review"),
            page("step/<slug:step>/", self.step_view, "profiles_profile_step"),
            page("compare/<int:other>/", self.compare_view, "profiles_profile_compare"),
            page("round/<int:event>/", self.round_view, "profiles_profile_round"),
            *super().get_urls(),
        ]

    def _unless_gone(self, view):
        """Answer for an edition that is discarded while its page is made."""

        @wraps(view)
        def answer(request, *args, **kwargs):
            try:
                return view(request, *args, **kwargs)
            except Profile.DoesNotExist:
                return self.tell_it_is_gone(request, kwargs["object_id"])

        return answer

    def tell_it_is_gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        told = f"{editions.EditionIsGone()} {who_discarded(unquote(object_id))}"
        self.message_user(request, told.rstrip(), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:profiles_profile_changelist"))

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        if who_discarded(object_id):
            return self.tell_it_is_gone(request, object_id)
        return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc]

    # --- The list ------------------------------------------------------------

    def get_queryset(self, request):
        opened = Profile.objects.open().filter(mechanism=OuterRef("mechanism"))
        return (
            super()
            .get_queryset(request)
            .annotate(open_pk=Subquery(opened.values("pk")[:1]))
        )

    def get_list_display(self, request):
        columns = list(super().get_list_display(request))
        if request.user.has_perm(CHANGE):
            columns.insert(columns.index("state") + 1, "correction")
        return columns

    @admin.display(description=_("correction"))
    def correction(self, profile):
        """Offer the way to a draft: one click, from the list."""
        if profile.open_pk == profile.pk:
            return ""
        if profile.open_pk:
            url = reverse("admin:profiles_profile_change", args=[profile.open_pk])
            return format_html('<a href="{}">{}</a>', url, _("Open draft"))
        if profile.state != EditionState.PUBLISHED:
            return ""
        # The list stands in a form that has the token; only the address differs.
        return format_html(
            '<button type="submit" class="button" formaction="{}">{}</button>',
            step_url(profile, "open-draft"),
            _("Correct"),
        )

    # --- Who may do what -----------------------------------------------------

    def has_change_permission(self, request, obj=None):
        # What a reviewer scheduled is published as the reviewer saw it.
        is_scheduled = obj is not None and obj.publish_at is not None
        return super().has_change_permission(request, obj) and not is_scheduled

    def _edition(self, request: HttpRequest, object_id) -> Profile:
        edition = admin.ModelAdmin.get_object(self, request, unquote(str(object_id)))
        if edition is None:
            if who_discarded(unquote(str(object_id))):
                raise Profile.DoesNotExist
            raise Http404
        if not self.has_view_or_change_permission(request, edition):
            raise PermissionDenied
        return edition

    # --- Pages ---------------------------------------------------------------

    def review_view(self, request, object_id):
        """Show what the edition changes and lacks, and offer its next steps."""
        return self._review(request, self._edition(request, object_id))

    def step_view(self, request, object_id, step):
        """Say what a step does, ask for a note, and take it when that is posted."""
        if step not in STEPS:
            raise Http404
        edition = self._edition(request, object_id)
        chosen = STEPS[step]
        if not chosen.is_allowed(request):
            editions.log_refused(
                step, PermissionDenied, edition=edition, by=request.user
            )
            raise PermissionDenied
        if edition.state not in chosen.states:
            error = editions.ForbiddenTransition(edition, chosen.label)
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(self._change_url(edition))
        form = _form_for(chosen, edition)
        if request.method == "POST":
            form = StepForm(
                request.POST, step=chosen, edition=edition, auto_id=f"{step}_%s"
            )
            if form.is_valid():
                return self._take(request, edition, chosen, form)
            if not chosen.is_destructive:
                return self._review(request, edition, bound=(step, form))
        return self._page(
            request,
            edition,
            "step",
            title=chosen.label,
            step=chosen,
            form=form,
            comparison=_comparison(edition) if chosen.compares else None,
        )

    def compare_view(self, request, object_id, other):
        """Compare two editions of one mechanism, the earlier one first."""
        edition = self._edition(request, object_id)
        others = self.get_queryset(request).filter(mechanism=edition.mechanism_id)
        with_whom = others.filter(pk=other).first()
        if with_whom is None:
            raise Http404
        old, new = sorted((with_whom, edition), key=lambda e: e.edition)
        return self._page(
            request,
            edition,
            "compare",
            title=_("Comparison"),
            comparison=compare(old, new),
            # The facts that are compared are those of the later edition.
            comments=comment_links(request, edition) if new == edition else None,
            others=others.exclude(pk=edition.pk).order_by("-edition"),
        )

    def round_view(self, request, object_id, event):
        """Compare an edition with what it held when one review of it ended."""
        edition = self._edition(request, object_id)
        submitted = _rounds(edition).filter(event=event).first()
        if submitted is None:
            raise Http404
        return self._page(
            request,
            edition,
            "compare",
            title=_("Comparison"),
            comparison=compare_rounds(submitted, edition),
            comments=comment_links(request, edition),
            round=submitted.event,
            rounds=_rounds(edition).exclude(event=event),
            others=edition.mechanism.editions.exclude(pk=edition.pk),
        )

    def _review(
        self,
        request: HttpRequest,
        edition: Profile,
        bound: tuple[str, StepForm] | None = None,
    ) -> HttpResponse:
        comparison = _comparison(edition)
        rounds = list(_rounds(edition))
        lacks = None
        if edition.is_open:
            lacks = readiness(edition, comparison)
        offered = offers(request, edition, is_ready=lacks is None or lacks.is_ready)
        possible = [offer.step for offer in offered if not offer.refusal]
        forms = {step.name: _form_for(step, edition) for step in possible}
        if bound:
            forms |= dict([bound])
        return self._page(
            request,
            edition,
            "review",
            title=_("Review"),
            comparison=comparison,
            comments=comment_links(request, edition),
            round=rounds[0].event if rounds else None,
            since_round=compare_rounds(rounds[0], edition) if rounds else None,
            rounds=rounds[1:],
            readiness=lacks,
            decisions=[
                step
                for step in possible
                if not step.is_destructive and not step.asks_for_time
            ],
            destructions=[step for step in possible if step.is_destructive],
            schedule=next((step for step in possible if step.asks_for_time), None),
            schedule_form=forms.get("schedule"),
            form=_shared_form(possible, forms, bound),
            owner_form=_owner_form(request, edition),
            refused=[offer for offer in offered if offer.refusal],
            events=edition.events.select_related("by", "to").order_by("at", "pk"),
            others=edition.mechanism.editions.exclude(pk=edition.pk),
        )

    def _page(
        self, request: HttpRequest, edition: Profile, name: str, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/profiles/profile/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": edition,
                "subtitle": str(edition),
                "may_change": self.has_change_permission(request, edition),
                **context,
            },
        )

    def _take(self, request, edition: Profile, step: Step, form: StepForm):
        try:
            with transaction.atomic():
                if step.name == "discard":
                    itself = Profile.objects.filter(pk=edition.pk)
                    self.log_deletions(request, itself)
                shown = step.take(edition, request.user, form.cleaned_data)
                if shown is not None:
                    self.log_change(request, shown, str(step.label))
        except editions.TimeIsPast as error:
            form.add_error("publish_at", str(error))
            edition.refresh_from_db()  # raises when it is gone: see `_unless_gone`
            return self._review(request, edition, bound=(step.name, form))
        except editions.EditionIsGone:
            return self.tell_it_is_gone(request, str(edition.pk))
        except editions.OpenEditionExists as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(self._change_url(error.edition))
        except editions.EditionError as error:
            told = str(error)
            if isinstance(error, editions.ChangedMeanwhile):
                told = f"{error} {_last_change(edition, form)}".rstrip()
            self.message_user(request, told, messages.ERROR)
            still_there = Profile.objects.filter(pk=edition.pk).first()
            return HttpResponseRedirect(self._after(step, still_there))
        self.message_user(request, step.done, messages.SUCCESS)
        return HttpResponseRedirect(self._after(step, shown))

    def _after(self, step: Step, edition: Profile | None) -> str:
        """Lead to the form of a new draft, otherwise to what can be done next."""
        if edition is None:
            return reverse("admin:profiles_profile_changelist")
        if edition.state == EditionState.DRAFT and step.name in (
            "open-draft",
            "restore",
        ):
            return self._change_url(edition)
        return reverse("admin:profiles_profile_review", args=[edition.pk])

    def _change_url(self, edition: Profile) -> str:
        return reverse("admin:profiles_profile_change", args=[edition.pk])


def who_discarded(key: str) -> str:
    """Say who discarded the edition of this key, and when; "" if nobody noted it."""
    entry = (
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Profile),
            object_id=key,
            action_flag=DELETION,
        )
        .select_related("user")
        .last()
    )
    if entry is None:
        return ""
    return _("%(edition)s was discarded by %(who)s, %(when)s.") % {
        "edition": entry.object_repr,
        "who": entry.user.get_full_name() or entry.user.get_username(),
        "when": date_format(timezone.localtime(entry.action_time), "j F Y, H:i"),
    }


def _last_change(edition: Profile, form: StepForm) -> str:
    """Say who changed an edition last since the version that a form was made for."""
    changes = changes_since(edition, form.cleaned_data["version"])
    if not changes:
        return ""
    return _("Changed by %(who)s, %(when)s.") % {
        "who": changes[-1].who,
        "when": date_format(timezone.localtime(changes[-1].at), "j F Y, H:i"),
    }


def step_url(edition: Profile, step: str) -> str:
    return reverse("admin:profiles_profile_step", args=[edition.pk, step])


def _form_for(step: Step, edition: Profile) -> StepForm:
    return StepForm(
        step=step,
        edition=edition,
        initial={"version": edition.version},
        auto_id=f"{step.name}_%s",
    )


def _shared_form(
    possible: list[Step],
    forms: dict[str, StepForm],
    bound: tuple[str, StepForm] | None,
) -> StepForm | None:
    """Return the form whose note all buttons of the review share."""
    if bound and bound[0] != "schedule":
        return bound[1]
    names = [s.name for s in possible if not s.is_destructive and not s.asks_for_time]
    asking = [name for name in names if STEPS[name].asks_for_note]
    return forms[(asking or names)[0]] if names else None


def _comparison(edition: Profile) -> Comparison | None:
    """Compare an edition with what the public read last before it."""
    before = edition.mechanism.editions.filter(state__in=ONCE_PUBLIC_STATES)
    before = before.filter(edition__lt=edition.edition)
    base = before.order_by("-edition").first()
    if edition.is_open:
        # What the public reads now; without it, what was withdrawn last.
        base = before.published().first() or base
    return compare(base, edition) if base else None


def _owner_form(request: HttpRequest, edition: Profile) -> OwnerForm | None:
    if not request.user.has_perm(CHANGE):
        return None
    ownership = Ownership.objects.filter(mechanism=edition.mechanism_id).first()
    return OwnerForm(initial={"owner": ownership and ownership.owner_id})


def _rounds(edition: Profile):
    """Return what the edition held at the end of each review, the latest first."""
    kept = SubmittedContent.objects.filter(event__profile=edition)
    return kept.select_related("event__by", "event__profile").order_by("-event")
