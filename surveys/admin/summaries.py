"""Summary sheets: upload, preview, and decisions on the facts that they suggest.

Everything works without JavaScript. Whoever may change profiles may use all pages.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from profiles.admin.steps import CHANGE
from profiles.editions import ChangedMeanwhile, EditionError
from profiles.vocabularies import SectionHeading
from surveys.admin.sheet_forms import (
    NEW,
    MakesMechanism,
    MechanismFields,
    SheetForm,
    fields_of,
    initial_of,
)
from surveys.models import Suggestion, SummarySheet
from surveys.names import MECHANISM, Names
from surveys.problems import FileRefused
from surveys.summaries import deciding, sections
from surveys.summaries.drafting import (
    NotWritable,
    SheetPreparation,
    fingerprint,
    prepare,
    write,
)
from surveys.summaries.reading import Sheet, read_sheet
from surveys.summaries.showing import groups, marked
from surveys.vocabularies import SuggestionState

_SALT = "surveys.summaries.sheet"
_A_DAY = 24 * 60 * 60


@admin.register(SummarySheet)
class SummarySheetAdmin(admin.ModelAdmin):
    """Sheets that were read, each with its draft's suggestions."""

    list_display = ["file_name", "profile", "left", "read_by", "read_at"]
    list_select_related = ["profile__mechanism", "read_by"]
    list_filter = ["read_at", "profile__state"]
    search_fields = [
        *("file_name", "profile__mechanism__slug"),
        *("profile__name_en", "profile__acronym_en"),
    ]
    ordering = ["-read_at", "-pk"]
    actions = None

    def get_urls(self):
        return [
            path(
                "<int:object_id>/suggestion/<int:suggestion>/<slug:decision>/",
                self.admin_site.admin_view(self.decide_view),
                name="surveys_summarysheet_decide",
            ),
            path(
                "<int:object_id>/section/<slug:heading>/<slug:decision>/",
                self.admin_site.admin_view(self.section_view),
                name="surveys_summarysheet_section",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("suggestions")

    @admin.display(description=gettext_lazy("to be decided"))
    def left(self, sheet):
        return sum(row.state == SuggestionState.OPEN for row in sheet.suggestions.all())

    # --- Who may do what -----------------------------------------------------

    def has_module_permission(self, request):
        return request.user.has_perm(CHANGE)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(CHANGE)

    def has_add_permission(self, request):
        return request.user.has_perm(CHANGE)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(CHANGE)

    def has_delete_permission(self, request, obj=None):
        # A sheet is deleted with its draft; until then it is the draft's origin.
        return False

    # --- Upload and preview --------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        """Ask for a file, show what it would write, and write it on POST."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "sheet" in request.POST:
            return self._look_or_write(request)
        if request.method == "POST":
            form = SheetForm(request.POST, request.FILES)
            if form.is_valid() and (done := self._read(form)):
                return self._preview(request, done)
        else:
            chosen = request.GET.get("mechanism", "")
            form = SheetForm(initial={"mechanism": chosen})
        return self._page(
            request, "upload", title=_("Bring a summary sheet in"), form=form
        )

    def _read(self, form: SheetForm) -> SheetPreparation | None:
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            sheet = read_sheet(content)
        except FileRefused as refused:
            problem = refused.problem
            form.add_error(
                "file",
                " ".join(filter(None, (str(problem.text), str(problem.allowed)))),
            )
            return None
        return prepare(
            sheet,
            file.name,
            fingerprint(content),
            mechanism=form.cleaned_data["mechanism"],
        )

    def _look_or_write(self, request):
        """Preview or write a sheet that was read before, and came back in the form."""
        try:
            kept = signing.loads(request.POST["sheet"], salt=_SALT, max_age=_A_DAY)
        except signing.BadSignature:
            self.message_user(
                request,
                _("That was too long ago: choose the file again."),
                messages.ERROR,
            )
            return HttpResponseRedirect(request.path)
        form = self._fields_for(request)(request.POST)
        form.is_valid()
        mechanism = form.cleaned_data.get("mechanism", "")
        done = prepare(
            Sheet.from_json(kept["sheet"]),
            kept["file_name"],
            kept["sha256"],
            mechanism="" if mechanism == NEW else mechanism,
            type=form.cleaned_data.get("type", ""),
            new=form.new if isinstance(form, MakesMechanism) else None,
        )
        is_ready = form.is_valid() and done.can_be_written and not done.already
        if "_write" not in request.POST or not is_ready:
            return self._preview(request, done, form)
        if list(done.state) != kept["state"]:
            return self._preview(request, done, form, is_changed=True)
        try:
            sheet = write(done, by=request.user)
        except ChangedMeanwhile:
            return self._preview(request, done, form, is_changed=True)
        except (NotWritable, EditionError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._preview(request, done, form)
        if sheet is None:
            # Somebody else has read the same file in the meantime.
            return self._preview(request, done, form, is_changed=True)
        self.log_addition(request, sheet, str(sheet))
        self.message_user(
            request,
            _("The sheet was brought into the draft. Decide what it suggests."),
            messages.SUCCESS,
        )
        return HttpResponseRedirect(_sheet_url(sheet))

    def _fields_for(self, request) -> type[MechanismFields]:
        makes = request.user.has_perm("profiles.add_mechanism")
        return MakesMechanism if makes else MechanismFields

    def _preview(
        self,
        request,
        done: SheetPreparation,
        form: MechanismFields | None = None,
        *,
        is_changed: bool = False,
    ):
        kept = {
            "sheet": done.sheet.as_json(),
            "file_name": done.file_name,
            "sha256": done.sha256,
            "state": done.state,
        }
        asked = next((p.candidates for p in done.problems if p.kind == MECHANISM), ())
        form = form or self._fields_for(request)(initial=initial_of(done, asked))
        return self._page(
            request,
            "preview",
            title=_("What the sheet would do"),
            done=done,
            mechanism_name=done.new.name
            if done.new
            else done.mechanism and Names().label(MECHANISM, done.mechanism.slug),
            kept=signing.dumps(kept, salt=_SALT, compress=True),
            form=form,
            **fields_of(form, done),
            has_errors=bool(form.errors),
            candidates=asked,
            is_changed=is_changed,
            already_url=done.already and _sheet_url(done.already),
            found=[
                (found, marked(found.sentence, list(found.words)))
                for found in done.suggestions
            ],
        )

    # --- Suggestions ---------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the suggestions of a draft's sheets, section by section."""
        sheet = self._sheet(request, object_id)
        edition = sheet.profile
        of_sections = groups(edition)
        return self._page(
            request,
            "suggestions",
            title=_("Suggestions"),
            subtitle=str(edition),
            original=sheet,
            edition=edition,
            groups=of_sections,
            left=sum(len(group.undecided) for group in of_sections),
            total=sum(len(g.undecided) + len(g.decided) for g in of_sections),
            may_decide=edition.is_open and edition.publish_at is None,
        )

    def decide_view(self, request, object_id, suggestion, decision):
        """Accept, reject, or undo a decision; then show the next open suggestion."""
        decisions: dict[str, Callable[..., Any]] = {
            "accept": deciding.accept,
            "reject": deciding.reject,
            "undo": deciding.undo,
        }
        decide = decisions.get(decision)
        sheet = self._sheet(request, object_id)
        row = Suggestion.objects.filter(
            pk=suggestion, sheet__profile=sheet.profile_id
        ).first()
        if decide is None or row is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            decide(row, by=request.user)
        except deciding.EditionIsGone as error:
            return self._gone(request, error)
        except deciding.DecisionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(_sheet_url(sheet, f"suggestion-{row.pk}"))
        self.log_change(request, sheet, f"{row.label}: {row.get_state_display()}")
        return HttpResponseRedirect(_sheet_url(sheet, _next(row)))

    def section_view(self, request, object_id, heading, decision):
        """Accept all certain suggestions of a section, or take that back."""
        sheet = self._sheet(request, object_id)
        if heading not in SectionHeading or decision not in ("accept", "undo"):
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        heading = SectionHeading(heading)
        try:
            if decision == "accept":
                self._accept_all(request, sheet, heading)
            else:
                self._undo_all(request, sheet, heading)
        except deciding.EditionIsGone as error:
            return self._gone(request, error)
        except deciding.DecisionError as error:
            self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(_sheet_url(sheet, f"section-{heading.value}"))

    def _accept_all(self, request, sheet, heading: SectionHeading) -> None:
        done = sections.accept_all(sheet.pk, heading, by=request.user)
        accepted = ngettext(
            "%(count)s suggestion was accepted.",
            "%(count)s suggestions were accepted.",
            done.number,
        ) % {"count": done.number}
        if not done.number and done.before:
            accepted = _accepted_before(done, request.user)
        left = ngettext(
            "%(count)s asks for a choice and stays open.",
            "%(count)s ask for a choice and stay open.",
            done.left,
        )
        self._tell(request, sheet, heading, done, accepted, left)

    def _undo_all(self, request, sheet, heading: SectionHeading) -> None:
        try:
            at = parse_datetime(request.POST.get("at", ""))
        except ValueError:
            at = None
        if at is None:
            raise deciding.NotDecided
        done = sections.undo_all(sheet.pk, heading, at, by=request.user)
        opened = ngettext(
            "%(count)s suggestion is open again.",
            "%(count)s suggestions are open again.",
            done.number,
        ) % {"count": done.number}
        if not done.number and not done.left:
            opened = _("These suggestions are open already, or were decided anew.")
        left = ngettext(
            "%(count)s stays accepted: what was made of it has been edited since.",
            "%(count)s stay accepted: what was made of them has been edited since.",
            done.left,
        )
        self._tell(request, sheet, heading, done, opened, left)

    def _tell(
        self,
        request,
        sheet,
        heading: SectionHeading,
        done: sections.Decided,
        decided: str,
        left: str,
    ) -> None:
        said = f"“{heading.label}”: {decided}"
        if done.left:
            said = f"{said} {left % {'count': done.left}}"
        level = messages.SUCCESS if done.number else messages.WARNING
        self.message_user(request, said, level)
        if done.number:
            self.log_change(request, sheet, said)

    def _gone(self, request, error: deciding.EditionIsGone):
        self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:surveys_summarysheet_changelist"))

    def _sheet(self, request, object_id) -> SummarySheet:
        key = unquote(str(object_id))
        sheet = (
            SummarySheet.objects.select_related("profile__mechanism")
            .filter(pk=int(key) if key.isdecimal() and len(key) < 10 else 0)
            .first()
        )
        if not self.has_view_permission(request, sheet):
            raise PermissionDenied
        if sheet is None:
            raise Http404
        return sheet

    def _page(self, request, name: str, **context: Any) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/surveys/summarysheet/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )


def _accepted_before(done: sections.Decided, user: Any) -> str:
    """Return that suggestions are accepted already, and by whom if that is known."""
    people = [
        _("you") if person == user else person.get_full_name() or person.get_username()
        for person in done.by
    ]
    if not people:
        return ngettext(
            "%(count)s suggestion is accepted already.",
            "%(count)s suggestions are accepted already.",
            done.before,
        ) % {"count": done.before}
    return ngettext(
        "%(count)s suggestion is accepted already, by %(people)s.",
        "%(count)s suggestions are accepted already, by %(people)s.",
        done.before,
    ) % {"count": done.before, "people": ", ".join(people)}


def _sheet_url(sheet: SummarySheet, place: str = "") -> str:
    url = reverse("admin:surveys_summarysheet_change", args=[sheet.pk])
    return f"{url}#{place}" if place else url


def _next(row: Suggestion) -> str:
    """Return the anchor of the draft's next suggestion that is not decided."""
    undecided = Suggestion.objects.open().filter(sheet__profile=row.sheet.profile_id)
    order = ("sheet", "position", "pk")
    if row.state == SuggestionState.OPEN:
        return f"suggestion-{row.pk}"
    after = undecided.filter(sheet=row.sheet, position__gt=row.position)
    following = after.order_by(*order).first() or undecided.order_by(*order).first()
    return f"suggestion-{following.pk}" if following else "decided"
