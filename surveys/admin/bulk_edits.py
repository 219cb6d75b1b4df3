"""The pages on which one change is made to facts of many drafts, and undone."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.admin.steps import CHANGE
from surveys.admin.bulk_edit_forms import FORMS, kinds_about
from surveys.admin.changes import changes_of, kept_of
from surveys.bulk_editing import applying
from surveys.bulk_editing.planning import BulkPlan, plan_bulk_edit
from surveys.models import BulkEdit
from surveys.planning.plans import MechanismPlan, PlannedChange
from surveys.refusals import ImportRefused
from surveys.wording import Wording

MOST_FACTS = 1000
"""How many facts a page shows; who wants more takes them in two bulk edits."""


@dataclass(frozen=True)
class ShownFact:
    change: PlannedChange
    pairs: list[tuple[str, str, str]]
    is_chosen: bool


@dataclass(frozen=True)
class ShownSection:
    """The facts of one kind in one mechanism; `number` chooses all of them."""

    number: str
    label: str
    facts: list[ShownFact]


@dataclass(frozen=True)
class ShownMechanism:
    plan: MechanismPlan
    sections: list[ShownSection]


@admin.register(BulkEdit)
class BulkEditAdmin(admin.ModelAdmin):
    """What was changed at once, by whom. A bulk edit is added by making it."""

    list_display = ["about", "kind", "applied_by", "applied_at", "undone_at"]
    list_select_related = ["applied_by"]
    list_filter = [
        "kind",
        "applied_at",
        ("undone_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["about", "applied_by__username"]
    actions = None

    def has_add_permission(self, request):
        # It writes what the form of an edition does.
        return super().has_add_permission(request) and request.user.has_perm(CHANGE)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        undo = path(
            "<int:pk>/undo/",
            self.admin_site.admin_view(self.undo_view),
            name="surveys_bulkedit_undo",
        )
        return [undo, *super().get_urls()]

    # --- Choosing, looking, applying ---

    def add_view(self, request, form_url="", extra_context=None):
        """Ask what is to change, show which facts do, and change them when posted.

        The address says what is asked: ?kind=source&source=3&_look=. Nothing is
        written before the chosen facts were shown as they are and as they will be.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind = FORMS.get(request.GET.get("kind", ""))
        if kind is None:
            return self._page(
                request,
                "kinds",
                title=_("Bulk edit"),
                kinds=[form.kind for form in kinds_about(request.GET.get("of", ""))],
                given=request.GET.urlencode(),
            )
        is_asked = "_look" in request.GET
        given = request.GET
        form = kind(given) if is_asked else kind(initial=_initial(kind, given))
        if not is_asked or not form.is_valid():
            return self._ask(request, form)
        chosen, refused = None, None
        if request.method == "POST":
            plan = plan_bulk_edit(form.asked(), form.chosen())
            chosen = _chosen(plan, request.POST)
        plan = plan_bulk_edit(form.asked(), form.chosen(), chosen)
        if sum(1 for _change in plan.changes()) > MOST_FACTS:
            form.add_error(
                "mechanisms",
                _("More than %(most)s facts fit: choose mechanisms, or kinds of facts.")
                % {"most": MOST_FACTS},
            )
            return self._ask(request, form)
        if "_apply" in request.POST:
            try:
                return self._apply(request, form, plan)
            except ImportRefused as error:
                # What was ticked stays so, and is shown again as it is now.
                refused = error
                plan = plan_bulk_edit(form.asked(), form.chosen(), chosen)
        is_chosen = chosen is not None and plan.number > 0
        if refused is not None:
            self.message_user(request, str(refused), messages.ERROR)
        elif chosen is not None and not is_chosen:
            told = str(applying.NothingToWrite())
            self.message_user(request, told, messages.WARNING)
        if chosen is not None and not is_chosen:
            plan = plan_bulk_edit(form.asked(), form.chosen())
        return self._page(
            request,
            "preview" if is_chosen else "facts",
            status=409 if refused is not None else 200,
            title=form.kind.label,
            form=form,
            plan=plan,
            mechanisms=_shown(plan, form.starts_chosen),
            number=plan.number,
            digests=[f"{slug} {digest}" for slug, digest in plan.digests().items()],
        )

    def _ask(self, request, form) -> HttpResponse:
        return self._page(request, "ask", title=form.kind.label, form=form)

    def _apply(self, request, form, plan: BulkPlan) -> HttpResponse:
        seen = dict(
            one.split(" ", 1) for one in request.POST.getlist("seen") if " " in one
        )
        bulk_edit = applying.apply(
            plan, form.kind, form.about(), seen=seen, by=request.user
        )
        self.log_addition(request, bulk_edit, [{"added": {}}])
        self.message_user(
            request,
            ngettext(
                "%(count)s fact was changed. Its draft waits to be reviewed.",
                "%(count)s facts were changed. Their drafts wait to be reviewed.",
                plan.number,
            )
            % {"count": plan.number},
            messages.SUCCESS,
        )
        return HttpResponseRedirect(_address(bulk_edit))

    # --- Reading and undoing ---

    def change_view(self, request, object_id, form_url="", extra_context=None):
        bulk_edit = self.get_object(request, object_id)
        if bulk_edit is None:
            raise Http404
        if not self.has_view_permission(request, bulk_edit):
            raise PermissionDenied
        return self._page(
            request,
            "detail",
            title=_("Bulk edit"),
            subtitle=str(bulk_edit),
            original=bulk_edit,
            mechanisms=changes_of(bulk_edit),
            may_undo=bulk_edit.undone_at is None and self._may_undo(request),
        )

    def _may_undo(self, request) -> bool:
        return self.has_change_permission(request) and request.user.has_perm(CHANGE)

    def undo_view(self, request, pk):
        """Show what undoing would take back; a POST takes it back."""
        if not self._may_undo(request):
            raise PermissionDenied
        bulk_edit = self.get_object(request, str(pk))
        if bulk_edit is None:
            raise Http404
        is_asked = request.method != "POST"
        try:
            with transaction.atomic():
                undone = applying.undo(bulk_edit, by=request.user)
                if not is_asked:
                    self.log_change(request, bulk_edit, _("Undone"))
                # To show exactly what undoing does, it is done and rolled back.
                transaction.set_rollback(is_asked)
        except ImportRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(_address(bulk_edit))
        if is_asked:
            return self._page(
                request,
                "undo",
                title=_("Undo a bulk edit"),
                subtitle=str(bulk_edit),
                original=bulk_edit,
                undone=undone,
                kept=kept_of(undone),
            )
        self.message_user(
            request,
            ngettext(
                "The bulk edit was undone: %(count)s fact is as it was before.",
                "The bulk edit was undone: %(count)s facts are as they were before.",
                undone.reverted,
            )
            % {"count": undone.reverted},
            messages.SUCCESS,
        )
        if undone.kept:
            mechanisms = dict.fromkeys(kept.edition.short_name for kept in undone.kept)
            self.message_user(
                request,
                ngettext(
                    "%(count)s fact was edited or published since, and stays as it is: "
                    "%(mechanisms)s.",
                    "%(count)s facts were edited or published since, and stay as they "
                    "are: %(mechanisms)s.",
                    len(undone.kept),
                )
                % {"count": len(undone.kept), "mechanisms": ", ".join(mechanisms)},
                messages.WARNING,
            )
        return HttpResponseRedirect(_address(bulk_edit))

    def _page(
        self, request, name: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/surveys/bulkedit/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
            status=status,
        )


def _address(bulk_edit: BulkEdit) -> str:
    return reverse("admin:surveys_bulkedit_change", args=[bulk_edit.pk])


def _initial(form: Any, given: Any) -> dict[str, Any]:
    """Return what the address fills in: the record that somebody comes from, as
    ?of=state&record=3, and the mechanisms that they selected."""
    return {
        form.subject: given.get("record", ""),
        "mechanisms": given.getlist("mechanisms"),
    }


def _chosen(plan: BulkPlan, sent: Any) -> set[str]:
    """Return the numbers of the facts that were ticked, alone or with their section."""
    chosen = {*sent.getlist("fact")}
    sections = tuple(f"{section}/" for section in sent.getlist("section") if section)
    return {
        change.number
        for change in plan.changes()
        if change.number in chosen or change.number.startswith(sections)
    }


def _shown(plan: BulkPlan, is_chosen: bool) -> list[ShownMechanism]:
    wording = Wording()
    shown = []
    for of_one in plan.mechanisms:
        of_target: dict[str, list[ShownFact]] = defaultdict(list)
        for change in of_one.changes:
            pairs = wording.pairs(change.target, change.before, change.after)
            of_target[change.target].append(ShownFact(change, pairs, is_chosen))
        sections = [
            ShownSection(f"{of_one.mechanism}/{target}", wording.kind(target), facts)
            for target, facts in of_target.items()
        ]
        shown.append(ShownMechanism(of_one, sections))
    return shown
