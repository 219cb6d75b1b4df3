"""The pages on which one change is made to facts of many drafts, and undone."""

import secrets
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from iscm_registry.admin.bulk_edit_forms import FORMS, kinds_about
from iscm_registry.admin.undoing import UndoneAsOne
from iscm_registry.bulk_editing import applying
from iscm_registry.bulk_editing.choosing import Choice
from iscm_registry.bulk_editing.planning import BulkPlan, plan_bulk_edit
from profiles.admin.choosing import TYPED
from profiles.admin.steps import CHANGE
from surveys.admin.changes import changes_of, kept_of
from surveys.models import BulkEdit
from surveys.planning.plans import MechanismPlan, PlannedChange
from surveys.refusals import ImportRefused
from surveys.wording import Wording

START = "start"
"""The parameter that names a choice; each bulk edit that is begun has its own."""

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
class BulkEditAdmin(UndoneAsOne):
    """What was changed at once, by whom. A bulk edit is added by making it."""

    list_display = ["about", "kind", "applied_by", "applied_at", "undone_at"]
    list_select_related = ["applied_by"]
    list_filter = [
        "kind",
        "applied_at",
        ("undone_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["about", "applied_by__username"]
    detail_page = "bulk_edit/detail"

    def has_add_permission(self, request):
        # It writes what the form of an edition does.
        return super().has_add_permission(request) and request.user.has_perm(CHANGE)

    # --- Choosing, looking, applying ---

    def add_view(self, request, form_url="", extra_context=None):
        """Ask what is to change, show which facts do, and change them.

        The address says whose choice it is, and how far it is:
        ?kind=source&start=…&_look=1&_preview=1. A POST keeps what was asked or ticked,
        or applies it, and leads to the page that follows. Nothing is written before the
        chosen facts were shown as they are and as they will be.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind = FORMS.get(request.GET.get("kind", ""))
        if kind is None:
            return self.page(
                request,
                "bulk_edit/kinds",
                title=_("Bulk edit"),
                kinds=[form.kind for form in kinds_about(request.GET.get("of", ""))],
                given=request.GET.urlencode(),
            )
        start = request.GET.get(START, "")
        if not (start.isascii() and start.isalnum() and len(start) <= 40):
            return _to(request.GET, **{START: secrets.token_hex(16)})
        choice = Choice(request.user, start)
        if request.method == "POST" and "_look" in request.POST:
            return self._keep_asked(request, kind, choice)
        asked = choice.asked
        form = kind(asked, initial=_initial(kind, request.GET))
        if "_look" not in request.GET or not form.is_valid():
            return self._ask(request, form)
        if "_apply" in request.POST:
            return self._apply(request, form, choice)
        if request.method != "POST" and "_preview" in request.GET:
            return self._preview(request, form, choice)
        return self._facts(request, form, choice)

    def _ask(self, request, form) -> HttpResponse:
        return self.page(request, "bulk_edit/ask", title=form.kind.label, form=form)

    def _keep_asked(self, request, kind, choice: Choice) -> HttpResponse:
        asked = QueryDict(mutable=True)
        for name, values in request.POST.lists():
            if name.removesuffix(TYPED) in kind.base_fields:
                asked.setlist(name, values)
        choice.ask(asked)
        return _to(request.GET, _look="1")

    def _facts(self, request, form, choice: Choice) -> HttpResponse:
        """Show the facts that fit; a POST keeps which of them are ticked."""
        plan = plan_bulk_edit(form.asked(), form.chosen())
        if sum(1 for _change in plan.changes()) > MOST_FACTS:
            form.add_error(
                "mechanisms",
                _("More than %(most)s facts fit: choose mechanisms, or kinds of facts.")
                % {"most": MOST_FACTS},
            )
            return self._ask(request, form)
        if request.method == "POST":
            choice.tick(_chosen(plan, request.POST))
            return _to(request.GET, _preview="1")
        ticked = None if choice.done else choice.ticked
        return self._of_facts(request, "facts", form, plan, ticked)

    def _preview(self, request, form, choice: Choice) -> HttpResponse:
        plan = plan_bulk_edit(form.asked(), form.chosen(), choice.ticked or ())
        if plan.number:
            return self._of_facts(request, "preview", form, plan, choice.ticked)
        if done := choice.done:
            return self._was_done(request, done)
        self.message_user(request, str(applying.NothingToWrite()), messages.WARNING)
        return _to(request.GET, _preview=None)

    def _of_facts(
        self, request, name: str, form, plan: BulkPlan, ticked: Collection[str] | None
    ) -> HttpResponse:
        return self.page(
            request,
            f"bulk_edit/{name}",
            title=form.kind.label,
            form=form,
            plan=plan,
            mechanisms=_shown(plan, form.starts_chosen, ticked),
            number=plan.number,
            digests=[f"{slug} {digest}" for slug, digest in plan.digests().items()],
            to_asking=_to(request.GET, _look=None, _preview=None).url,
            to_facts=_to(request.GET, _preview=None).url,
        )

    def _apply(self, request, form, choice: Choice) -> HttpResponse:
        ticked, sent = request.POST.getlist("fact"), request.POST.getlist("seen")
        seen = dict(one.split(" ", 1) for one in sent if " " in one)
        plan = plan_bulk_edit(form.asked(), form.chosen(), {*ticked})
        try:
            bulk_edit = applying.apply(
                plan,
                form.kind,
                form.about(),
                choice=choice,
                seen=seen,
                by=request.user,
            )
        except ImportRefused as refused:
            if done := Choice(request.user, request.GET[START]).done_after(seen):
                return self._was_done(request, done)
            # What was ticked stays so, and is shown again as it is now.
            choice.tick({change.number for change in plan.changes()})
            self.message_user(request, str(refused), messages.ERROR)
            return _to(request.GET, _preview="1")
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
        return self.to_page_of(bulk_edit)

    def _was_done(self, request, bulk_edit: BulkEdit) -> HttpResponse:
        told = _("These facts were changed already, and once.")
        self.message_user(request, told, messages.INFO)
        return self.to_page_of(bulk_edit)

    # --- Reading and undoing ---

    def detail_of(self, done):
        return {
            "title": _("Bulk edit"),
            "subtitle": str(done),
            "mechanisms": changes_of(done),
        }

    def may_undo(self, request):
        return self.has_change_permission(request) and request.user.has_perm(CHANGE)

    def undo(self, request, done):
        """Show what undoing would take back; a POST takes it back."""
        is_asked = request.method != "POST"
        try:
            with transaction.atomic():
                undone = applying.undo(done, by=request.user)
                if not is_asked:
                    self.log_change(request, done, _("Undone"))
                # To show exactly what undoing does, it is done and rolled back.
                transaction.set_rollback(is_asked)
        except ImportRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return self.to_page_of(done)
        if is_asked:
            return self.page(
                request,
                "bulk_edit/undo",
                title=_("Undo a bulk edit"),
                subtitle=str(done),
                original=done,
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
        return self.to_page_of(done)


def _to(given: QueryDict, **changed: str | None) -> HttpResponseRedirect:
    """Lead to the page of these parameters, with some of them changed, or left out."""
    asked = given.copy()
    for name, value in changed.items():
        if value is None:
            asked.pop(name, None)
        else:
            asked[name] = value
    return HttpResponseRedirect(
        f"{reverse('admin:surveys_bulkedit_add')}?{asked.urlencode()}"
    )


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


def _shown(
    plan: BulkPlan, starts_chosen: bool, ticked: Collection[str] | None
) -> list[ShownMechanism]:
    wording = Wording()
    shown = []
    for of_one in plan.mechanisms:
        of_target: dict[str, list[ShownFact]] = defaultdict(list)
        for change in of_one.changes:
            pairs = wording.pairs(change.target, change.before, change.after)
            is_chosen = starts_chosen if ticked is None else change.number in ticked
            of_target[change.target].append(ShownFact(change, pairs, is_chosen))
        sections = [
            ShownSection(f"{of_one.mechanism}/{target}", wording.kind(target), facts)
            for target, facts in of_target.items()
        ]
        shown.append(ShownMechanism(of_one, sections))
    return shown
