"""Proposed changes to shared records: made by saving a form, decided on a page.

Whoever may not change at once what public pages show gets a proposal made of what
their form, or their table, would have changed.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles import proposing
from profiles.models import ChangeProposal, Profile
from profiles.uses import Place

SEEN = "_seen"
"""The field in which the page carries what it showed as stored."""


class ChangesThroughReview(admin.ModelAdmin):
    """Proposes what a form would change in a record that public pages show."""

    def save_model(self, request, obj, form, change):
        if proposing.must_wait(request.user, obj):
            request.proposed = []
            return
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        if _proposed(request) is None:
            super().save_related(request, form, formsets, change)
            return
        changes = request.proposed = list(_changes(form, formsets, change))
        for formset in formsets:
            # As saving leaves them, for the message that is made of them.
            formset.new_objects = []
            formset.changed_objects = []
            formset.deleted_objects = []
        if changes:
            request.proposal = proposing.propose(changes, by=request.user)

    def log_addition(self, request, obj, message):
        # The audit log says it when the proposal is accepted.
        if _proposed(request) is None:
            return super().log_addition(request, obj, message)
        return None

    def log_change(self, request, obj, message):
        if _proposed(request) is None:
            return super().log_change(request, obj, message)
        return None

    def response_add(self, request, obj, post_url_continue=None):
        if _proposed(request) is None:
            return super().response_add(request, obj, post_url_continue)
        return self._tell(request)

    def response_change(self, request, obj):
        if _proposed(request):
            return self._tell(request)
        return super().response_change(request, obj)

    def _tell(self, request):
        self.message_user(request, waiting_message(request.proposal), messages.WARNING)
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        )

    def get_deleted_objects(self, objs, request):
        deleted, counts, perms_needed, protected = super().get_deleted_objects(
            objs, request
        )
        protected += [
            _(
                "%(kind)s “%(record)s” is found on public pages: remove it in the form "
                "of its record, and a reviewer decides."
            )
            % {"kind": capfirst(record._meta.verbose_name), "record": record}
            for record in objs
            if proposing.must_wait(request.user, record)
        ]
        return deleted, counts, perms_needed, protected


def _proposed(request) -> list[dict[str, Any]] | None:
    return getattr(request, "proposed", None)


def _changes(form: Any, formsets: Iterable[Any], change: bool):
    record = form.instance
    lists = {
        f.name: form.cleaned_data[f.name]
        for f in record._meta.many_to_many
        if f.name in form.changed_data
    }
    stored = {f.name for f in record._meta.concrete_fields} | lists.keys()
    if not change:
        yield proposing.addition_of(record)
    elif names := [name for name in form.changed_data if name in stored]:
        described = proposing.change_of(record, names, lists)
        if described["fields"]:
            yield described
    for formset in formsets:
        formset.save(commit=False)
        for row in formset.new_objects:
            yield proposing.addition_of(row)
        for row, changed in formset.changed_objects:
            yield proposing.change_of(row, changed, {})
        for row in formset.deleted_objects:
            yield proposing.removal_of(row)


def waiting_message(proposal: ChangeProposal) -> str:
    return format_html(
        '{} <a href="{}">{}</a>',
        _(
            "Nothing is changed yet: public pages show this, so a reviewer looks at "
            "your proposal first."
        ),
        reverse("admin:profiles_changeproposal_change", args=[proposal.pk]),
        proposal,
    )


@admin.register(ChangeProposal)
class ChangeProposalAdmin(admin.ModelAdmin):
    """What waits for a decision, and what became of the rest."""

    list_display = ["about", "state", "by", "at", "decided_by", "decided_at"]
    list_select_related = ["by", "decided_by"]
    list_filter = ["state", "at", ("reason", admin.EmptyFieldListFilter)]
    search_fields = ["about", "reason", "by__username"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(proposing.DECIDE)

    def has_delete_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show what would change and where that shows; decide on it when posted."""
        proposal = self.get_object(request, object_id)
        if proposal is None:
            raise Http404
        if not self.has_view_permission(request, proposal):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_change_permission(request, proposal):
                raise PermissionDenied
            return self._decide(request, proposal)
        return TemplateResponse(
            request,
            "admin/registry/proposal.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Proposed change"),
                "subtitle": str(proposal),
                "proposal": proposal,
                "changes": proposing.read(proposal),
                "places": _named(proposing.shown_in(proposal)),
                "seen": proposing.digest_of_now(proposal),
                "may_decide": proposal.is_waiting
                and proposing.may_decide(proposal, request.user),
                "is_own": proposal.by_id == request.user.pk,
            },
        )

    def _decide(self, request, proposal: ChangeProposal):
        reason = request.POST.get("reason", "")
        try:
            if "_accept" in request.POST:
                seen = request.POST.get(SEEN, "")
                proposing.accept(proposal, by=request.user, seen=seen, reason=reason)
                told = _("Accepted: “%(about)s” is changed.")
            else:
                proposing.decline(proposal, by=request.user, reason=reason)
                told = _("Declined: “%(about)s” stays as it is.")
        except proposing.ProposalError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        self.message_user(request, told % {"about": proposal}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:index"))


def _named(places: Iterable[Place]) -> list[dict[str, Any]]:
    """Return what the public sees, by name: mechanisms once, then other records."""
    keys: dict[Any, set[int]] = {}
    for model, key in places:
        keys.setdefault(model, set()).add(key)
    editions = keys.pop(Profile, set())
    profiles = (
        Profile.objects.filter(pk__in=editions)
        .select_related("mechanism")
        .order_by("mechanism", "-edition")
    )
    found: dict[int, dict[str, str]] = {}
    for profile in profiles:
        url = profile.get_absolute_url()
        found.setdefault(profile.mechanism_id, {"name": profile.short_name, "url": url})
    others = [
        {"name": f"{capfirst(model._meta.verbose_name)}: {record}", "url": ""}
        for model, pks in keys.items()
        for record in model._base_manager.filter(pk__in=pks)
    ]
    mechanisms = sorted(found.values(), key=lambda one: one["name"])
    return [*mechanisms, *sorted(others, key=lambda one: one["name"])]
