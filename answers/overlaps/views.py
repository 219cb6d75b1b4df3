"""The pages of overlaps: the matrix, and the list behind each of its cells."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from answers.answer import Answer
from answers.overlaps.drawing import heat_map, spread
from answers.overlaps.matrix import MEASURES, ORDERS, matrix_of, strongest
from answers.overlaps.numbers import Numbers
from answers.overlaps.wording import (
    address_of,
    in_cells,
    known_of,
    said_of,
    words_of,
)
from answers.sharing import (
    KINDS,
    MEMBERS,
    Holder,
    Kind,
    Overlap,
    holders,
    things_of,
)
from answers.tables import Cell, Column, Linked, Table
from answers.views import AnswerView
from profiles.as_at import AsAt
from profiles.models import Profile, Region
from profiles.remembered import remembered

STRONGEST = 20
"""Pairs that the page lists beside the matrix; its files have all."""


class SharedView(AnswerView):
    """What both pages are asked: of which kind, and as at which day."""

    # Browsers send every field of the form, those that were left empty too.
    def as_at(self) -> AsAt | None:
        return super().as_at() if self.request.GET.get("at") else None

    def chosen(self, parameter: str, choices: dict[str, Any]) -> str:
        if not self.request.GET.get(parameter):
            return next(iter(choices))
        return super().chosen(parameter, choices)

    def kind(self) -> Kind:
        return KINDS[self.chosen("of", KINDS)]

    def holders(self, kind: Kind, at: AsAt | None) -> list[Holder]:
        return holders(kind, at, self.revision)


class OverlapsView(SharedView):
    """Mechanism by mechanism: how much each two share.

    - `of`: members, themes or partners
    - `order`: by region, or so that like ones stand together
    - `measure`: the number in both, or the Jaccard index
    - `region`: mechanisms of that region alone
    - `mechanism`: the pairs of that mechanism alone, all of them
    - `at`: as at a day
    """

    parameters = ("of", "order", "measure", "region", "mechanism", "at")
    template_name = "answers/overlaps/overlaps.html"

    def get_answer(self) -> Answer:
        kind, at = self.kind(), self.as_at()
        order = self.chosen("order", ORDERS)
        measure = self.chosen("measure", MEASURES)
        every = self.holders(kind, at)
        regions = _regions(self.revision)
        region = self.chosen("region", regions)
        counted = [
            holder
            for holder in every
            if not region or region in {r.slug for r in holder.regions}
        ]
        matrix = matrix_of(counted, order, measure)
        names = {"": gettext_lazy("all"), **{one.slug: one.label for one in every}}
        slug = self.chosen("mechanism", names)
        pairs = matrix.strongest
        if slug:
            (about,) = (one for one in every if one.slug == slug)
            others = (one for one in counted if one is not about)
            pairs = strongest((Overlap.of(about, one) for one in others), measure)
        numbers = Numbers(kind, counted)
        title = kind.heading
        return Answer(
            title=title,
            lede=f"{kind.rule} {in_cells(measure, at)}",
            known=known_of(kind, counted, at),
            at=at,
            picture=heat_map(matrix, title),
            tables=[
                _pairs(kind, pairs, at),
                _distribution(kind, numbers),
                _numbers(kind, numbers, at),
            ],
            context={
                "matrix": matrix,
                "kind": kind,
                "numbers": numbers,
                "spread": spread(numbers.distribution),
                "strongest": pairs if slug else pairs[:STRONGEST],
                "about": names[slug] if slug else "",
                "choices": [
                    ("of", _("Shared"), _labels(KINDS), kind.key),
                    ("order", _("Ordered by"), [*ORDERS.items()], order),
                    ("measure", _("Cells show"), [*MEASURES.items()], measure),
                    ("region", _("Region"), [*regions.items()], region),
                    ("mechanism", _("Pairs of"), [*names.items()], slug),
                ],
                "asked_beside": _asked_beside(kind, at),
            },
        )


class OverlapView(SharedView):
    """What two mechanisms have in common: the list behind a cell."""

    parameters = ("of", "at")
    template_name = "answers/overlaps/overlap.html"

    def get_answer(self) -> Answer:
        kind, at = self.kind(), self.as_at()
        every = {holder.slug: holder for holder in self.holders(kind, at)}
        one, other = self._asked(every)
        overlap = Overlap.of(one, other)
        both = one.compared.keys() & other.compared.keys()
        sure, unsure = words_of(at)
        names = {"one": one.label, "other": other.label}
        table = Table(
            "in_both",
            _("In both"),
            [
                Column(kind.thing, kind.thing_heading),
                Column("code", _("Code")),
                Column(f"in_{one.slug}", _("In %(name)s") % {"name": one.label}),
                Column(f"in_{other.slug}", _("In %(name)s") % {"name": other.label}),
            ],
            [
                [
                    Linked(thing.name, thing.get_absolute_url()),
                    thing.natural_key()[0],
                    *(sure if of.compared[thing.pk] else unsure for of in (one, other)),
                ]
                for thing in things_of(kind, both)
            ],
        )
        only_one = len(one.compared) - overlap.both
        only_other = len(other.compared) - overlap.both
        return Answer(
            title=_("%(things)s of both %(one)s and %(other)s")
            % {"things": kind.things, **names},
            lede=_(
                "%(both)s. Only in %(one)s: %(only_one)d; only in %(other)s: "
                "%(only_other)d. In both, of all in either (Jaccard index): "
                "%(likeness)d per cent."
            )
            % {
                **names,
                "both": said_of(overlap, at),
                "only_one": only_one,
                "only_other": only_other,
                "likeness": round(100 * overlap.likeness),
            },
            at=at,
            tables=[table],
            context={"up": _overlaps_address(kind, at)},
        )

    def _asked(self, every: dict[str, Holder]) -> tuple[Holder, Holder]:
        slug, other = self.kwargs["slug"], self.kwargs["other"]
        if slug == other or not {slug, other} <= every.keys():
            raise Http404(_("These are not two mechanisms that count."))
        return every[slug], every[other]


def _regions(revision: str | None) -> dict[str, Any]:
    # Of published mechanisms: a draft may have one of its own.
    of_mechanisms = Profile.objects.published().values("regions")
    found = Region.objects.filter(pk__in=of_mechanisms)
    ordered = remembered("regions of mechanisms", revision, lambda: list(found))
    return {"": gettext_lazy("all"), **{r.slug: r.name for r in ordered}}


def _labels(kinds: dict[str, Kind]) -> list[tuple[str, Any]]:
    return [(key, kind.things) for key, kind in kinds.items()]


def _pairs(kind: Kind, pairs: list[Overlap], at: AsAt | None) -> Table:
    beside = _asked_beside(kind, at)
    sure, unsure = words_of(at)
    rows: list[list[Cell]] = [
        [
            Linked(overlap.one.profile.short_name, overlap.one.url),
            Linked(overlap.other.profile.short_name, overlap.other.url),
            Linked(str(overlap.both), address_of(overlap, beside)),
            overlap.sure,
            overlap.unsure,
            overlap.either,
            round(overlap.likeness, 4),
        ]
        for overlap in pairs
    ]
    columns = [
        Column("mechanism", _("Mechanism")),
        Column("other", _("Other mechanism")),
        Column("in_both", _("In both"), is_number=True),
        Column("sure", sure, is_number=True),
        Column("unsure", unsure, is_number=True),
        Column("in_either", _("In either"), is_number=True),
        Column("jaccard", _("Jaccard index"), is_number=True),
    ]
    return Table("pairs", kind.heading, columns, rows, is_shown=False)


def _distribution(kind: Kind, numbers: Numbers) -> Table:
    columns = [
        Column("mechanisms", _("Mechanisms"), is_number=True),
        Column("number", kind.numbered, is_number=True),
    ]
    caption = _("How many are in one mechanism, in two, and so on")
    return Table(
        "distribution",
        caption,
        columns,
        [list(row) for row in numbers.distribution],
        is_shown=False,
    )


def _numbers(kind: Kind, numbers: Numbers, at: AsAt | None) -> Table:
    sure, unsure = words_of(at)
    columns = [
        Column(kind.thing, kind.thing_heading),
        Column("mechanisms", _("Mechanisms"), is_number=True),
        Column("sure", sure, is_number=True),
        Column("unsure", unsure, is_number=True),
    ]
    note = ""
    if numbers.left_out:
        note = ngettext(
            "%(number)d with fewer mechanisms is left out.",
            "%(number)d with fewer mechanisms, or as few, are left out.",
            numbers.left_out,
        ) % {"number": numbers.left_out}
    return Table(
        "numbers",
        _("In how many mechanisms each is, %(rule)s") % {"rule": kind.rule_of_number},
        columns,
        [
            [
                Linked(number.thing.name, number.thing.get_absolute_url()),
                number.total,
                number.sure,
                number.unsure,
            ]
            for number in numbers.listed
        ],
        note=note,
        is_shown=False,
    )


def _overlaps_address(kind: Kind, at: AsAt | None) -> str:
    asked = urlencode(_asked_beside(kind, at))
    return f"{reverse('overlaps')}?{asked}" if asked else reverse("overlaps")


def _asked_beside(kind: Kind, at: AsAt | None) -> dict[str, str]:
    of = {} if kind is MEMBERS else {"of": kind.key}
    return {**of, "at": at.text} if at else of
