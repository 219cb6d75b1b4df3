"""Pages of figures: all of them, and each with its chart, table and records."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from answers.answer import Answer, NotUnderstood
from answers.bars import Bar, bar_chart
from answers.figures.counted import CLASSES, Counted, Part, Row
from answers.figures.declared import FIGURES
from answers.figures.figure import Figure
from answers.figures.lists import Lists
from answers.figures.reading import Counts
from answers.figures.reference_points import REFERENCE_POINTS, ReferencePoint
from answers.pictures import Picture
from answers.tables import Cell, Column, Linked, Table
from answers.views import AnswerView
from profiles.as_at import AsAt
from profiles.facets import shortened
from profiles.models import Source
from profiles.models.base import named_in_public
from profiles.remembered import remembered


class OfFiguresView(AnswerView):
    """Asks for a day by a form, which browsers send with nothing filled in too."""

    def as_at(self) -> AsAt | None:
        return super().as_at() if self.request.GET.get("at") else None


class FigureListView(OfFiguresView):
    """Every figure with its number, and published numbers beside ours."""

    template_name = "answers/figure_list.html"
    parameters = ("at",)

    def get_answer(self) -> Answer:
        at = self.as_at()
        made_at = self.revision and (self.revision, timezone.localdate())
        if at is None:
            rows, points = remembered(
                ("figures", get_language()), made_at, lambda: _all(None)
            )
        else:
            rows, points = _all(at)
        return Answer(
            title=_("Figures"),
            lede=_(
                "What the published registry counts. Each figure says its rule, of how "
                "many mechanisms it knows, and which records stand behind each number."
            ),
            at=at,
            tables=[
                Table(
                    "figures",
                    _("All figures"),
                    [
                        Column("figure", _("Figure")),
                        Column("headline", _("Number")),
                        Column("known", _("Known")),
                    ],
                    rows,
                ),
                # Others published their numbers for days of their own.
                *([points] if at is None else []),
            ],
            picture=_picture_of_points(points),
            context={"asked_at": at},
        )


class FigureView(OfFiguresView):
    """One figure; with `row`, the records behind one of its numbers."""

    template_name = "answers/figure.html"
    parameters = ("at", "row")

    @cached_property
    def figure(self) -> Figure:
        try:
            return FIGURES[self.kwargs["slug"]]
        except KeyError:
            raise Http404 from None

    def get_answer(self) -> Answer:
        figure, at = self.figure, self.as_at()
        counted = figure.count(Counts(at))
        asked = self.request.GET.get("row")
        said = Answer(
            title=figure.title,
            lede=figure.rule,
            known=_known(counted),
            at=at,
            tables=[],
            context={"asked_at": at, "figures": FIGURES, "row": None},
        )
        if asked is not None:
            row = next((one for one in counted.rows if one.key == asked), None)
            if row is None:
                text = _("“%(value)s” is not a row of this figure.")
                raise NotUnderstood("row", text % {"value": shortened(asked)})
            said.context["row"] = row
            return _with(said, [_records(row)], None)
        tables = [self._rows(counted, at)]
        points = [one for one in REFERENCE_POINTS if one.figure == figure.slug]
        if points:
            ours = {at: counted}
            tables.append(_table_of_points(points, ours, at))
        return _with(said, tables, _picture(figure, counted))

    def _rows(self, counted: Counted, at: AsAt | None) -> Table:
        parts = [part for part in Part if any(row.number(part) for row in counted.rows)]
        lists = Lists(self.revision)
        has_groups = any(row.group for row in counted.rows)
        columns = [
            Column("row", _("What is counted")),
            *([Column("group", _("By"))] if has_groups else []),
            Column("total", _("Number"), is_number=True),
            *(Column(part.value, part.label, is_number=True) for part in parts),
        ]
        rows: list[list[Cell]] = []
        for row in counted.rows:
            same = lists.address(self.figure.list_name, row) if at is None else ""
            number = Linked(str(row.total), same or _address(self.figure, at, row))
            cells: list[Cell] = [row.label, *([row.group] if has_groups else [])]
            rows.append([*cells, number, *(row.number(part) for part in parts)])
        return Table(self.figure.slug, self.figure.title, columns, rows)


def _with(answer: Answer, tables: list[Table], picture: Picture | None) -> Answer:
    return Answer(
        title=answer.title,
        lede=answer.lede,
        known=answer.known,
        at=answer.at,
        tables=tables,
        picture=picture,
        context=answer.context,
    )


def _known(counted: Counted) -> str:
    return counted.said % {"known": counted.known, "of": counted.of}


def _address(figure: Figure, at: AsAt | None, row: Row | None = None) -> str:
    asked = [f"at={at.text}"] if at else []
    asked += [f"row={row.key}"] if row else []
    path = reverse("figure-detail", args=[figure.slug])
    return f"{path}?{'&'.join(asked)}" if asked else path


def _records(row: Row) -> Table:
    return Table(
        "records",
        _("%(row)s: %(total)d, and the records behind this number")
        % {"row": row.label, "total": row.total},
        [
            Column("record", _("Record")),
            Column("certainty", _("Certainty")),
            Column("said", _("What is said of it")),
        ],
        [
            [Linked(one.name, one.url), str(one.part.label), one.said]
            for one in row.records
        ],
    )


def _picture(figure: Figure, counted: Counted) -> Picture:
    shown = [row for row in counted.rows if not row.is_extra]
    parts = [part for part in Part if any(row.number(part) for row in shown)]
    bars = [
        Bar(
            f"{row.group}: {row.label}" if row.group else row.label,
            {CLASSES[part]: row.number(part) for part in parts},
        )
        for row in shown
    ]
    key = {CLASSES[part]: part.label for part in parts}
    return bar_chart(bars, key, figure.title, figure.rule)


def _all(at: AsAt | None) -> tuple[list[list[Cell]], Table]:
    counts = Counts(at)
    counted = {slug: figure.count(counts) for slug, figure in FIGURES.items()}
    rows: list[list[Cell]] = []
    for slug, figure in FIGURES.items():
        shown = counted[slug].rows
        largest = max(shown, key=lambda row: row.total, default=None)
        if shown and counted[slug].headlines.get("total") == shown[0].total:
            largest = shown[0]
        said = f"{largest.label}: {largest.total}" if largest else ""
        if largest and (perhaps := largest.number(Part.PERHAPS)):
            parts = {"said": said, "perhaps": perhaps}
            said = _("%(said)s, of which %(perhaps)d may have held") % parts
        name = Linked(str(figure.title), _address(figure, at))
        rows.append([name, said, _known(counted[slug])])
    return rows, _table_of_points(REFERENCE_POINTS, counted, at)


def our_number(
    point: ReferencePoint, counted: dict[Any, Counted], at: AsAt | None
) -> int:
    """Return our number for a point: at the day for which it was said, if it has one
    and no other day is asked about."""
    if point.at and at is None:
        said_at = FIGURES[point.figure].count(Counts(AsAt.asked(point.at)))
        return said_at.headlines.get(point.headline, 0)
    of_figure = counted.get(point.figure) or counted[at]
    return of_figure.headlines.get(point.headline, 0)


def _table_of_points(
    points: list[ReferencePoint], counted: dict[Any, Counted], at: AsAt | None
) -> Table:
    # Of a source that no public fact names any more, `said_by` is left.
    named = Source.objects.filter(named_in_public(Source))
    sources = named.in_bulk(
        {one.source for one in points if one.source}, field_name="slug"
    )
    rows: list[list[Cell]] = []
    for point in points:
        ours = our_number(point, counted, at)
        source = sources.get(point.source)
        by: Cell = str(point.said_by)
        if source:
            by = Linked(source.title, source.url) if source.url else source.title
        asked = AsAt.asked(point.at) if point.at and at is None else at
        address = _address(FIGURES[point.figure], asked)
        why = str(point.because)
        if why and ours != point.ours:
            said = _("%(why)s This was written when the registry counted %(number)d.")
            why = said % {"why": why, "number": point.ours}
        rows.append(
            [
                str(point.label),
                str(point.published),
                Linked(str(ours), address),
                by,
                why or _("The same."),
            ]
        )
    return Table(
        "reference_points",
        _("Published numbers beside ours"),
        [
            Column("point", _("Number")),
            Column("published", _("Published"), is_number=True),
            Column("ours", _("Ours"), is_number=True),
            Column("source", _("Source")),
            Column("why", _("Why ours differs")),
        ],
        rows,
    )


def _picture_of_points(points: Table) -> Picture:
    bars = [Bar(str(row[0]), {"bar": int(str(row[2]))}) for row in points.rows]
    return bar_chart(bars, {"bar": _("Ours")}, _("Numbers that others published too"))
