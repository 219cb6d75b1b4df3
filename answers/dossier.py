"""A State's dossier: what its delegation takes along, on one page to print."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from answers.answer import Answer, NotUnderstood
from answers.changes.news import news_of
from answers.changes.publications import publications, that_concern
from answers.tables import Cell, Column, Linked, Table
from answers.views import AnswerView
from answers.word import write_docx
from profiles.alphabetical import name_key
from profiles.models import Chairing, Contribution, Meeting, Membership, State
from profiles.partial_dates import display, first_day, validate_partial_date
from profiles.references import References
from profiles.views.by_name import FoundByName
from profiles.views.pages import companions_of, latest_first, told_of

LATEST_CHANGES = 10
"""Publications that a dossier tells of, where no date is asked."""

MOST_CHANGES = 50
"""Publications that it tells of at most: to compare their editions takes time."""


class DossierView(FoundByName, AnswerView):
    """A State's seats, chairs, contributions and companions, what lies ahead, and what
    changed since a day."""

    kind_searched = "state"
    key_parameter = "iso3"
    parameters = ("since",)
    template_name = "answers/dossier.html"

    @staticmethod
    def key_in_address(key):
        return key.lower()

    def get_answer(self) -> Answer:
        iso3 = self.kwargs["iso3"]
        state = State.objects.filter(iso3=iso3.upper()).first()
        if state is None or iso3 != iso3.lower():
            raise Http404
        since = self._since()
        dossier = Dossier(state, self.revision)
        tables = [*dossier.tables(), changes(state, since, self.revision)]
        # Last, for it numbers what the others name.
        tables.append(dossier.sources())
        missing = [
            str(table.caption)
            for table in tables
            if not table.rows and table.key != "changes"
        ]
        nothing = _("Not on record: %(what)s.") % {"what": "; ".join(missing)}
        return Answer(
            title=_("%(state)s: dossier for a delegation") % {"state": state.name},
            lede=_(
                "Where it sits, what it chaired, what names it, what lies ahead and "
                "what changed, by published profiles; the numbers lead to the sources."
            ),
            known=nothing if missing else "",
            tables=[table for table in tables if table.rows],
            context={"state": state, "since": since},
        )

    def addresses_of_files(self, answer):
        found = super().addresses_of_files(answer)
        word = found[0][1].replace(".csv", ".docx", 1)
        return [("DOCX", word), *found]

    def _since(self) -> str:
        text = self.request.GET.get("since", "").strip()
        if text:
            try:
                validate_partial_date(text)
            except ValidationError as error:
                raise NotUnderstood("since", error.messages[0]) from None
            if first_day(text) > localdate():
                said = _("“%(day)s” is still to come: nothing has changed since.")
                raise NotUnderstood("since", said % {"day": text})
        return text


class DossierWordView(DossierView):
    """The same dossier as a Word document."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = self.get_answer()
        except NotUnderstood as refused:
            return self.refuse(refused)
        name = f"iscm-dossier-{kwargs['iso3']}"
        return write_docx(request, answer, self.address_of_page(), name)


class Dossier:
    """Public facts of a State as tables, with the sources numbered as they come."""

    def __init__(self, state: State, revision: str | None):
        self.state = state
        self.revision = revision
        self.references = References()

    def tables(self) -> list[Table]:
        """Return the tables of facts, in a number of queries that does not grow."""
        return [
            *self._seats(),
            self._chairs(),
            self._contributions(),
            self._companions(),
            self._meetings(),
        ]

    def sources(self) -> Table:
        columns = [
            Column("number", _("Number"), is_number=True),
            Column("source", _("Source")),
            Column("publisher", _("Publisher")),
            Column("url", _("Address")),
            Column("seen", _("Looked at")),
        ]
        rows: list[list[Cell]] = [
            [
                number,
                source.title,
                source.publisher or None,
                Linked(source.url, source.url) if source.url else None,
                display(source.seen) or None,
            ]
            for number, source in self.references
        ]
        return Table("sources", _("Sources"), columns, rows)

    def _seats(self) -> list[Table]:
        facts = told_of(Membership.objects.filter(state=self.state))
        seats = sorted(facts, key=lambda s: (name_key(s.profile.name), s.since, s.pk))
        held: list[Membership] = []
        rest: list[Membership] = []
        for seat in seats:
            is_today = seat.is_current and not seat.profile.is_at_rest
            (held if is_today else rest).append(seat)
        self.mechanisms = {seat.profile_id for seat in held}
        columns = [
            Column("mechanism", _("Mechanism")),
            Column("role", _("Role")),
            Column("since", _("Since")),
            Column("until", _("Until")),
            Column("listed", _("On the list of")),
            Column("certainty", _("Certainty")),
            Column("source", _("Source"), is_number=True),
        ]

        def rows(of: Iterable[Membership]) -> list[list[Cell]]:
            return [
                [
                    _mechanism(seat),
                    seat.get_role_display(),
                    display(seat.since) or None,
                    display(seat.until) or None,
                    display(seat.listed) or None,
                    seat.get_certainty_display(),
                    self._number(seat),
                ]
                for seat in of
            ]

        earlier = _("Earlier roles, and roles in mechanisms that are dormant or over")
        return [
            Table("seats", _("Where it takes part"), columns, rows(held)),
            Table("earlier", earlier, columns, rows(rest)),
        ]

    def _chairs(self) -> Table:
        facts = told_of(Chairing.objects.filter(state=self.state))
        columns = [
            Column("mechanism", _("Mechanism")),
            Column("role", _("Role")),
            Column("since", _("Since")),
            Column("until", _("Until")),
            Column("latest", _("Latest that a source names")),
            Column("source", _("Source"), is_number=True),
        ]
        rows: list[list[Cell]] = [
            [
                _mechanism(chair),
                chair.get_role_display(),
                display(chair.since) or None,
                display(chair.until) or None,
                _("yes") if chair.is_current else _("no"),
                self._number(chair),
            ]
            for chair in facts.order_by("-since", "-until", "profile", "position", "pk")
        ]
        return Table("chairs", _("Chairs held"), columns, rows)

    def _contributions(self) -> Table:
        facts = told_of(Contribution.objects.filter(states=self.state))
        columns = [
            Column("contribution", _("Contribution")),
            Column("mechanism", _("Mechanism")),
            Column("level", _("Level")),
            Column("status", _("Status")),
            Column("year", _("Year"), is_number=True),
            Column("source", _("Source"), is_number=True),
        ]
        rows: list[list[Cell]] = [
            [
                Linked(str(one), f"{one.profile.get_absolute_url()}#{one.uid}"),
                _mechanism(one),
                one.get_level_display(),
                one.get_status_display(),
                one.year,
                self._number(one),
            ]
            for one in facts.order_by(*latest_first())
        ]
        return Table("contributions", _("Contributions that name it"), columns, rows)

    def _companions(self) -> Table:
        columns = [
            Column("state", _("State")),
            Column("mechanisms", _("Mechanisms in which both sit"), is_number=True),
        ]
        rows: list[list[Cell]] = [
            [Linked(other.name, other.get_absolute_url()), number]
            for other, number in companions_of(self.state, self.revision)
        ]
        caption = _("Sits with these States most often")
        return Table("companions", caption, columns, rows)

    def _meetings(self) -> Table:
        """Return what is ahead for the mechanisms in which the State has a seat."""
        today = localdate().isoformat()
        meetings: QuerySet[Meeting] = told_of(
            Meeting.objects.filter(profile__in=self.mechanisms)
        ).select_related("state")
        columns = [
            Column("date", _("Date")),
            Column("meeting", _("Meeting")),
            Column("mechanism", _("Mechanism")),
            Column("place", _("Place")),
            Column("source", _("Source"), is_number=True),
        ]
        rows: list[list[Cell]] = [
            [
                display(one.date),
                str(one),
                _mechanism(one),
                ", ".join(filter(None, (one.city, str(one.state or "")))) or None,
                self._number(one),
            ]
            # What is dated by its year may still come, all of that year.
            for one in meetings.filter(date__gte=today[:4]).order_by("date", "pk")
            if one.date >= today[: len(one.date)]
        ]
        return Table("meetings", _("Meetings ahead"), columns, rows)

    def _number(self, fact: Any) -> int | None:
        return self.references.number(fact.source) if fact.source else None


def changes(state: State, since: str, revision: str | None) -> Table:
    """Return what publications that concern a State said since a partial date; the
    latest of them where no date is asked."""
    found = [*that_concern(state, publications(revision))]
    note = ""
    if since:
        found = [one for one in found if localdate(one.at).isoformat() >= since]
        if len(found) > MOST_CHANGES:
            note = _("The latest %(most)d of %(number)d; /changes/ has all.") % {
                "most": MOST_CHANGES,
                "number": len(found),
            }
            found = found[:MOST_CHANGES]
        caption = _("What changed since %(day)s") % {"day": display(since)}
    else:
        found = found[:LATEST_CHANGES]
        caption = _("What changed last")
    columns = [
        Column("date", _("Date")),
        Column("publication", _("Publication")),
        Column("change", _("What changed")),
    ]
    rows: list[list[Cell]] = [
        [
            localdate(one.publication.at).isoformat(),
            Linked(one.title, one.url),
            " ".join(map(str, one.sentences)) or None,
        ]
        for one in news_of(found, revision)
    ]
    return Table("changes", caption, columns, rows, note=note)


def _mechanism(fact: Any) -> Linked:
    mechanism = fact.profile.mechanism
    return Linked(fact.profile.name, reverse("mechanism-detail", args=[mechanism.slug]))
