"""What needs somebody's attention: the first page of the staff.

Everything is found in a fixed number of queries, however large the registry grows,
and each member of staff sees only what they may look after.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import (
    CharField,
    Count,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from corrections.models import ErrorReport
from corrections.targets import Place, places
from iscm_registry import duplicates, links
from iscm_registry.duplicates import Suspects
from iscm_registry.models import ChoreRecord
from iscm_registry.working.chores import Chore, failing
from iscm_registry.working.lease import last_seen, lives
from partnerships.models import Organisation
from profiles import proposing
from profiles.alphabetical import name_key
from profiles.models import (
    ChangeProposal,
    Comment,
    EditionEvent,
    Fact,
    LinkCheck,
    Notice,
    Profile,
    Section,
    Source,
    fact_kinds,
)
from profiles.models.mechanisms import OPEN_STATES
from profiles.sourcing import unsourced_fields
from profiles.staleness import is_stale
from profiles.vocabularies import (
    Coverage,
    EditionAction,
    EditionState,
    ProposalState,
    SectionPart,
)
from surveys.models import Suggestion, SummarySheet, SurveyImport
from surveys.vocabularies import ImportState

_CURRENT = (*OPEN_STATES, EditionState.PUBLISHED)

_MARKS = {
    Coverage.REPORTED: "✓",
    Coverage.NONE: _("none"),
    Coverage.NOT_REPORTED: _("no answer"),
    Coverage.NOT_ASKED: _("not asked"),
    Coverage.UNKNOWN: _("unknown"),
}

_COLUMNS = {
    SectionPart.EVOLUTION: _("Evolution"),
    SectionPart.NATIONAL: _("National"),
    SectionPart.BILATERAL: _("Bilateral"),
    SectionPart.REGIONAL: _("Regional"),
    SectionPart.INTERREGIONAL: _("Inter­regional"),
    SectionPart.GLOBAL: _("Global"),
    SectionPart.STRUCTURE: _("Structures"),
    SectionPart.PARTNERSHIPS: _("Partner­ships"),
    SectionPart.STATES: _("Value for States"),
    SectionPart.ORGANISATIONS: _("Value for organi­sations"),
}
"""Short names of the parts, for the heads of narrow columns."""


@dataclass(frozen=True)
class Cell:
    """What is known of one part of one mechanism."""

    part: SectionPart
    coverage: Coverage
    url: str

    @property
    def mark(self):
        return _MARKS[self.coverage]

    @property
    def is_gap(self) -> bool:
        return self.coverage == Coverage.UNKNOWN


@dataclass(frozen=True)
class Row:
    """A mechanism's edition, and what is known of each part."""

    edition: Profile
    url: str
    cells: list[Cell]

    @property
    def gaps(self) -> int:
        return sum(cell.is_gap for cell in self.cells)


@dataclass(frozen=True)
class UnsourcedFacts:
    """How many facts of one kind name no source, and where they are listed."""

    kind: str
    count: int
    url: str | None


@dataclass(frozen=True)
class Unsourced:
    edition: Profile
    facts: list[UnsourcedFacts]

    @property
    def count(self) -> int:
        return sum(facts.count for facts in self.facts)


@dataclass(frozen=True)
class Lacking:
    """How many shared records lack what readers look for, and where they are listed."""

    what: Any
    count: int
    total: int
    url: str


@dataclass(frozen=True)
class DeadLink:
    """An address that does not answer, and who points to it."""

    check: LinkCheck
    uses: list["LinkUse"]


@dataclass(frozen=True)
class LinkUse:
    label: str
    kind: str
    url: str | None


@dataclass(frozen=True)
class OpenSuggestions:
    """How many facts that a summary sheet suggests wait for a decision."""

    sheet: SummarySheet
    edition: Profile
    count: int
    url: str


REPORTS_SHOWN = 8
OUTCOMES_SHOWN_FOR = timedelta(days=30)

NOTICES_SHOWN = 8


@dataclass(frozen=True)
class OpenReport:
    """A report of an error that nobody answered, and what it is about."""

    report: ErrorReport
    place: Place
    url: str


@dataclass
class Stale:
    """Published profiles whose information is old, or of unknown age."""

    old: list[Profile] = field(default_factory=list)
    undated: list[Profile] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.old) + len(self.undated)


class Dashboard:
    """What one member of staff finds on the first page."""

    def __init__(self, user: Any):
        self.user = user

    # --- What they may look after ---

    @cached_property
    def may_see_profiles(self) -> bool:
        return any(map(self.user.has_perm, _seeing(Profile)))

    @cached_property
    def may_edit(self) -> bool:
        return self.user.has_perm("profiles.change_profile")

    @cached_property
    def may_review(self) -> bool:
        return self.user.has_perm("profiles.publish_profile")

    @cached_property
    def may_merge(self) -> bool:
        return self.user.has_perm("profiles.add_recordmerge")

    # --- Editions on their way ---

    @cached_property
    def _current(self) -> list[Any]:
        """Every edition that is public or can be changed, with its latest steps."""
        if not self.may_see_profiles:
            return []
        steps = EditionEvent.objects.filter(profile=OuterRef("pk")).order_by("-pk")
        decisions = steps.exclude(action=EditionAction.HAND_OVER)
        submitted = steps.filter(action=EditionAction.SUBMIT)
        editions = (
            Profile.objects.filter(state__in=_CURRENT)
            .select_related("mechanism__ownership__owner", "publish_by")
            .annotate(
                submitted_by=Subquery(submitted.values("by")[:1]),
                submitted_by_name=Subquery(submitted.values("by__username")[:1]),
                submitted_at=Subquery(submitted.values("at")[:1]),
                last_step=Subquery(decisions.values("action")[:1]),
                last_note=Subquery(decisions.values("note")[:1]),
                last_by=Subquery(decisions.values("by__username")[:1]),
            )
            .with_workers()
        )
        return sorted(editions, key=lambda edition: name_key(edition.short_name))

    def _in_state(self, state: EditionState) -> list[Any]:
        return [edition for edition in self._current if edition.state == state]

    def _is_mine(self, edition: Any) -> bool:
        return self.user.pk in (edition.held_by, edition.handed_in_by)

    @cached_property
    def waiting(self) -> list[Any]:
        """What this person can review: in review, and, of four eyes, not their own."""
        if not self.may_review:
            return []
        four_eyes = getattr(settings, "FOUR_EYES", True)
        found = [
            edition
            for edition in self._in_state(EditionState.IN_REVIEW)
            if edition.publish_at is None
            and not (four_eyes and edition.submitted_by == self.user.pk)
        ]
        return sorted(found, key=lambda edition: str(edition.submitted_at))

    @cached_property
    def handed_in(self) -> list[Any]:
        """What this person submitted and somebody else has to review."""
        return [
            edition
            for edition in self._in_state(EditionState.IN_REVIEW)
            if self._is_mine(edition)
            and edition not in self.waiting
            and edition.publish_at is None
        ]

    @cached_property
    def sent_back(self) -> list[Any]:
        returned = {EditionAction.SEND_BACK, EditionAction.EDIT}
        return [
            edition
            for edition in self._in_state(EditionState.DRAFT)
            if edition.last_step in returned and self._is_mine(edition)
        ]

    @cached_property
    def drafts(self) -> list[Any]:
        return [
            edition
            for edition in self._in_state(EditionState.DRAFT)
            if self._is_mine(edition) and edition not in self.sent_back
        ]

    @cached_property
    def scheduled(self) -> list[Any]:
        found = [edition for edition in self._current if edition.publish_at]
        return sorted(found, key=lambda edition: edition.publish_at)

    @cached_property
    def open_editions(self) -> list[Any]:
        """Everybody's drafts and reviews, those first that have waited longest."""
        found = [edition for edition in self._current if edition.is_open]
        for edition in found:
            in_review = edition.state == EditionState.IN_REVIEW
            waits_since = edition.submitted_at if in_review else None
            edition.waits_since = waits_since or edition.changed_at
        return sorted(found, key=lambda edition: edition.waits_since)

    # --- What happened, and who does what nobody waits for ---

    @cached_property
    def number_of_notices(self) -> int:
        return Notice.objects.unread_of(self.user).count()

    @cached_property
    def notices(self) -> list[Notice]:
        """The newest notices that the user has not read."""
        unread = Notice.objects.unread_of(self.user).select_related("by")
        return list(unread[:NOTICES_SHOWN])

    @cached_property
    def worker_seen_at(self) -> datetime | None:
        return last_seen()

    @cached_property
    def is_working(self) -> bool:
        return lives(self.worker_seen_at)

    @cached_property
    def failing_chores(self) -> list[tuple[Chore, ChoreRecord]]:
        return failing()

    # --- Comments on facts ---

    @cached_property
    def may_see_comments(self) -> bool:
        return self.user.has_perm("profiles.view_comment")

    @cached_property
    def comments(self) -> list[Any]:
        """What colleagues gave to this person, the oldest first."""
        mine = Comment.objects.open().filter(assigned_to=self.user)
        placed = mine.select_related("by").with_place()
        return [comment for comment in placed if comment.edition_pk]

    @cached_property
    def number_of_comments(self) -> int:
        return Comment.objects.open().count()

    # --- What readers report ---

    @cached_property
    def may_see_reports(self) -> bool:
        return any(map(self.user.has_perm, _seeing(ErrorReport)))

    @cached_property
    def number_of_reports(self) -> int:
        return ErrorReport.objects.unanswered().count()

    @cached_property
    def reports(self) -> list[OpenReport]:
        """The reports that have waited longest for an answer."""
        waiting = ErrorReport.objects.unanswered().order_by("received_at", "pk")
        reports = list(waiting[:REPORTS_SHOWN])
        about = places(reports)
        return [
            OpenReport(report, about[report.pk], change_url(report))
            for report in reports
        ]

    # --- Changes to records that public pages show ---

    @cached_property
    def may_decide(self) -> bool:
        return self.user.has_perm(proposing.DECIDE)

    @cached_property
    def _proposals(self) -> list[ChangeProposal]:
        """What waits, and what was decided of this person's proposals lately."""
        lately = timezone.now() - OUTCOMES_SHOWN_FOR
        decided = Q(by=self.user.pk, decided_at__gte=lately)
        found = ChangeProposal.objects.filter(Q(state=ProposalState.WAITING) | decided)
        return list(found.select_related("by", "decided_by").order_by("at", "pk"))

    @cached_property
    def proposals(self) -> list[ChangeProposal]:
        """What others proposed and this person can decide, the oldest first."""
        if not self.may_decide:
            return []
        return [
            proposal
            for proposal in self._proposals
            if proposal.is_waiting and proposal.by_id != self.user.pk
        ]

    @cached_property
    def own_proposals(self) -> list[ChangeProposal]:
        """What this person proposed, with what became of it."""
        return [p for p in self._proposals if p.by_id == self.user.pk]

    # --- Surveys on their way ---

    @cached_property
    def may_import(self) -> bool:
        return self.user.has_perm("surveys.add_surveyimport")

    @cached_property
    def waiting_imports(self) -> list[SurveyImport]:
        """Uploaded files that nobody applied or discarded, the oldest first."""
        if not self.may_import:
            return []
        waiting = SurveyImport.objects.filter(state=ImportState.PREPARED)
        return list(
            waiting.select_related("round", "uploaded_by").order_by("uploaded_at")
        )

    @cached_property
    def suggestions(self) -> list[OpenSuggestions]:
        """What summary sheets suggest and nobody accepted or rejected, by draft."""
        if not self.may_edit:
            return []
        counted = dict(
            Suggestion.objects.open()
            .filter(sheet__profile__state__in=OPEN_STATES)
            .order_by()
            .values_list("sheet")
            .annotate(Count("pk"))
        )
        sheets = SummarySheet.objects.filter(pk__in=counted).select_related(
            "profile__mechanism"
        )
        return [
            OpenSuggestions(
                sheet, sheet.profile, counted[sheet.pk], _suggestions_url(sheet)
            )
            for sheet in sheets.order_by("read_at", "pk")
        ]

    @cached_property
    def number_of_suggestions(self) -> int:
        return sum(of_sheet.count for of_sheet in self.suggestions)

    # --- The state of what is public ---

    @cached_property
    def stale(self) -> Stale:
        stale = Stale()
        for profile in self._in_state(EditionState.PUBLISHED):
            if not profile.as_of:
                stale.undated.append(profile)
            elif is_stale(profile.as_of):
                stale.old.append(profile)
        stale.old.sort(key=lambda profile: profile.as_of)
        return stale

    @cached_property
    def own_stale(self) -> list[Any]:
        """Stale profiles of the mechanisms that this person looks after."""
        return [
            profile
            for profile in (*self.stale.old, *self.stale.undated)
            if (owner := owner_of(profile)) and owner.pk == self.user.pk
        ]

    @cached_property
    def _latest(self) -> dict[int, Any]:
        """The edition to work on, by its number: the open one, else the public one."""
        by_mechanism: dict[int, Any] = {}
        for edition in self._current:
            known = by_mechanism.get(edition.mechanism_id)
            if known is None or edition.is_open:
                by_mechanism[edition.mechanism_id] = edition
        return {edition.pk: edition for edition in by_mechanism.values()}

    @property
    def columns(self) -> list[tuple[SectionPart, Any]]:
        return list(_COLUMNS.items())

    @cached_property
    def gaps(self) -> list[Row]:
        """A row for each mechanism: how every part of its profile is covered."""
        if not self._latest:
            return []
        known = {
            (profile, part): Coverage(coverage)
            for profile, part, coverage in Section.objects.filter(
                profile__in=self._latest
            ).values_list("profile", "part", "coverage")
        }
        rows = []
        for edition in self._latest.values():
            url = change_url(edition)
            rows.append(
                Row(
                    edition,
                    url,
                    [
                        Cell(
                            part,
                            known.get((edition.pk, part.value), Coverage.UNKNOWN),
                            f"{url}#part-{part.heading.value}",
                        )
                        for part in SectionPart
                    ],
                )
            )
        return rows

    @cached_property
    def number_of_gaps(self) -> int:
        return sum(row.gaps for row in self.gaps)

    @cached_property
    def unsourced(self) -> list[Unsourced]:
        """The editions with facts that no source supports, the most first."""
        if not self._latest:
            return []
        kinds = {kind._meta.label_lower: kind for kind in fact_kinds()}
        first, *others = (_unsourced(kind, self._latest) for kind in kinds.values())
        found: dict[int, list[UnsourcedFacts]] = self._unsourced_fields()
        # Without the order of the first kind, whose columns the union does not have.
        for label, profile, count in first.union(*others, all=True).order_by():
            kind = kinds[label]
            found.setdefault(profile, []).append(
                UnsourcedFacts(
                    str(kind._meta.verbose_name_plural),
                    count,
                    self._list_of_unsourced(kind, profile),
                )
            )
        editions = [
            Unsourced(self._latest[profile], facts) for profile, facts in found.items()
        ]
        return sorted(editions, key=lambda edition: -edition.count)

    def _unsourced_fields(self) -> dict[int, list[UnsourcedFacts]]:
        """Fields of the profile without a source, by the edition's number."""
        editions = list(self._latest.values())
        prefetch_related_objects(editions, "regions", "field_sources", "status_periods")
        found = {}
        for edition in editions:
            if fields := unsourced_fields(edition, edition.field_sources.all()):
                label, url = str(_("fields")), change_url(edition)
                found[edition.pk] = [UnsourcedFacts(label, len(fields), url)]
        return found

    @cached_property
    def number_of_unsourced(self) -> int:
        return sum(edition.count for edition in self.unsourced)

    def _list_of_unsourced(self, kind: type[Fact], profile: int) -> str | None:
        if not any(map(self.user.has_perm, _seeing(kind))):
            return None
        opts = kind._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        return f"{url}?profile__id__exact={profile}&unsourced=yes"

    # --- Records that editions share ---

    @cached_property
    def duplicates(self) -> list[Suspects]:
        if not self.may_merge:
            return []
        alike = duplicates.undecided(duplicates.possible_duplicates())
        return duplicates.with_records(alike)

    @cached_property
    def lacking(self) -> list[Lacking]:
        """What sources and organisations do not say, as far as it is anything."""
        asked = {
            (Source, "published"): _("Sources without a date in the text"),
            (Source, "seen"): _("Sources without the day on which they were looked at"),
            (Source, "archived"): _("Sources without an archived copy"),
            (Source, "url"): _("Sources without an address"),
            (Source, "language"): _("Sources without the language of their title"),
            (Organisation, "website"): _("Organisations without a website"),
        }
        found = []
        for model in (Source, Organisation):
            if not any(map(self.user.has_perm, _seeing(model))):
                continue
            names = [name for of, name in asked if of is model]
            empty = {name: Count("pk", filter=Q(**{name: ""})) for name in names}
            counts = model._default_manager.aggregate(total=Count("pk"), **empty)
            opts = model._meta
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
            found += [
                Lacking(
                    asked[model, name],
                    counts[name],
                    counts["total"],
                    f"{url}?{name}__isempty=1",
                )
                for name in names
                if counts[name]
            ]
        return found

    @cached_property
    def was_checked(self) -> bool:
        """Whether a check of the links has run at all."""
        return LinkCheck.objects.exists()

    @cached_property
    def dead_links(self) -> list[DeadLink]:
        """Addresses that the last check found silent and that somebody still uses."""
        if not self.may_see_profiles:
            return []
        failing = list(LinkCheck.objects.failing().order_by("failing_since", "url"))
        if not failing:
            return []
        uses = links.uses()
        return [
            DeadLink(check, [self._link_use(use.record) for use in uses[check.url]])
            for check in failing
            if check.url in uses
        ]

    def _link_use(self, record: Any) -> LinkUse:
        kind = capfirst(str(record._meta.verbose_name))
        target = record.profile if isinstance(record, Fact) else record
        may = any(map(self.user.has_perm, _seeing(type(target))))
        return LinkUse(str(record), kind, change_url(target) if may else None)


def owner_of(profile: Any) -> Any:
    """Return who looks after the mechanism of a profile; None: nobody."""
    ownership = getattr(profile.mechanism, "ownership", None)
    return ownership and ownership.owner


def _unsourced(kind: type[Fact], editions: Iterable[int]):
    # A plain queryset: that of a translated kind would name its columns in any
    # order, and a union goes by their order.
    facts: QuerySet = QuerySet(kind).filter(
        kind.stating(), profile__in=list(editions), source=None
    )
    return (
        facts.order_by()
        .values("profile")
        .annotate(
            count=Count("pk"),
            kind=Value(kind._meta.label_lower, output_field=CharField()),
        )
        .values_list("kind", "profile", "count")
    )


def _seeing(model: type[Model]) -> tuple[str, str]:
    app, name = model._meta.app_label, model._meta.model_name
    return f"{app}.view_{name}", f"{app}.change_{name}"


def _suggestions_url(sheet: SummarySheet) -> str:
    try:
        return change_url(sheet)
    except NoReverseMatch:
        return change_url(sheet.profile)


def change_url(record: Model) -> str:
    opts = record._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_change"
    return reverse(name, args=[record.pk])
