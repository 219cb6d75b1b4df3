"""What there is to say of publications: once for each, as long as nothing moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Value
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from answers.changes.kinds import SENTENCES
from answers.changes.publications import Publication, publications
from answers.changes.sentences import Name, Sentence, holding, sentences_of
from profiles.comparison import compare_in_public, public_facts
from profiles.models import Fact, fact_kinds
from profiles.remembered import remembered


@dataclass(frozen=True)
class News:
    """One publication in plain words."""

    publication: Publication
    title: str
    url: str
    sentences: Sequence[Sentence]
    reason: str = ""
    """Why an edition was withdrawn, in the words of staff."""


def news_of(asked: Sequence[Publication], revision: str | None) -> list[News]:
    """Say what each of the publications brought.

    The number of queries does not grow with them. What was said once at a revision is
    not worked out again: a page and the feeds of a hundred records share it.
    """
    told: dict[Publication, News] = remembered(("news", get_language()), revision, dict)
    new = [one for one in asked if one not in told]
    if new:
        told.update(_told(new, revision))
    return [told[one] for one in asked]


def _told(new: Sequence[Publication], revision: str | None) -> dict[Publication, News]:
    called = {p.mechanism: p.called for p in publications(revision) if p.is_published}
    follows = {one.profile: one.earlier for one in new if one.earlier is not None}
    compared = compare_in_public(follows) if follows else {}
    starts = [p for p in new if not p.is_withdrawal and p.profile not in compared]
    held = _held([one.profile for one in starts]) if starts else {}
    told = {}
    for one in new:
        if one.is_withdrawal:
            told[one] = _withdrawn(one)
        elif one.profile in compared:
            values = {"name": one.called, "number": one.edition}
            title = _("%(name)s: edition %(number)d") % values
            sentences = sentences_of(compared[one.profile], called)
            told[one] = News(one, title, _address(one), sentences)
        else:
            told[one] = _published(one, held.get(one.profile, ()))
    return told


def _published(one: Publication, held: Iterable[Sentence]) -> News:
    values = {"name": one.called, "number": one.edition}
    if one.is_first:
        title = _("%(name)s: published for the first time") % values
    else:
        title = _("%(name)s: edition %(number)d, published anew") % values
    names = tuple(Name(sentence.text) for sentence in held)
    sentences = (Sentence(_("The edition holds"), names),) if names else ()
    return News(one, title, _address(one), sentences)


def _withdrawn(one: Publication) -> News:
    values = {"name": one.called, "number": one.edition}
    text = _("Edition %(number)d was withdrawn on %(date)s.") % {
        "number": one.edition,
        "date": date_format(localtime(one.at), "DATE_FORMAT"),
    }
    return News(
        one,
        _("%(name)s: edition %(number)d withdrawn") % values,
        # The address of the edition answers that it is gone.
        f"{reverse('change-list')}?mechanism={one.slug}",
        (Sentence(text),),
        one.withdrawal_reason or "",
    )


def _address(one: Publication) -> str:
    return reverse("edition-detail", args=[one.slug, one.edition])


def _held(editions: Sequence[int]) -> dict[int, list[Sentence]]:
    """Say how many public facts of each kind the editions hold, in one query."""
    # In the order in which sentences are written, who takes part first.
    in_order = dict.fromkeys((*SENTENCES, *fact_kinds()))
    kinds: dict[str, type[Fact]] = {kind._meta.label: kind for kind in in_order}
    counts: list[Any] = [
        public_facts(kind, editions)
        .order_by()
        .values("profile")
        .annotate(kind=Value(label), number=Count("pk"))
        .values_list("kind", "profile", "number")
        for label, kind in kinds.items()
    ]
    first, *others = counts
    numbers = {(label, pk): number for label, pk, number in first.union(*others)}
    return {
        pk: [
            holding(kind, numbers[label, pk])
            for label, kind in kinds.items()
            if (label, pk) in numbers
        ]
        for pk in editions
    }
