"""Suggestions as the people who decide on them see them."""

import re
from collections import Counter
from dataclasses import dataclass

from django.apps import apps
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles.models import Profile, Section
from profiles.vocabularies import SectionHeading
from surveys.models import Suggestion
from surveys.statements import PROFILE
from surveys.summaries import deciding, sections
from surveys.vocabularies import SuggestionState
from surveys.wording import Wording

# The sentence and the section are shown beside the values.
_NOT_SHOWN = ("part", "prose", "summary")


@dataclass(frozen=True)
class Shown:
    """A suggestion, its values in words, its words marked in the sentence."""

    row: Suggestion
    kind: str
    pairs: list[tuple[str, str]]
    sentence: SafeString
    standing: str = ""
    choice: str = ""
    """Why a person has to choose, "" of a suggestion that is certain."""

    @property
    def is_text(self) -> bool:
        return self.row.kind == deciding.SECTION

    @property
    def is_open(self) -> bool:
        return self.row.state == SuggestionState.OPEN


@dataclass
class Group:
    """The suggestions of one of the five sections."""

    heading: SectionHeading
    undecided: list[Shown]
    decided: list[Shown]

    @property
    def certain(self) -> int:
        return sum(not shown.choice for shown in self.undecided)

    @property
    def asking(self) -> int:
        return len(self.undecided) - self.certain

    @property
    def together(self) -> list[Suggestion]:
        """Return what the latest decision on the whole section accepted."""
        rows = [shown.row for shown in self.decided]
        times = Counter(
            row.decided_at for row in rows if row.state == SuggestionState.ACCEPTED
        )
        several = [at for at, number in times.items() if at and number > 1]
        if not several:
            return []
        return sections.accepted_together(rows, self.heading, max(several))


def groups(edition: Profile) -> list[Group]:
    """Return all suggestions of an edition by section, in a fixed number of queries for
    each kind of record that they name."""
    rows = sections.of_edition(edition).select_related("decided_by", "sheet")
    choices = sections.choices(rows, edition)
    wording = Wording()
    texts = {s.part: s.prose for s in Section.objects.filter(profile=edition)}
    found = {heading: Group(heading, [], []) for heading in SectionHeading}
    for row in rows:
        shown = Shown(
            row,
            kind_label(row),
            _pairs(row, wording),
            marked(row.sentence, deciding.words(row)),
            texts.get(row.part, "") if row.kind == deciding.SECTION else "",
            choices.get(row.pk, ""),
        )
        group = found[sections.heading_of(row)]
        (group.undecided if shown.is_open else group.decided).append(shown)
    return [group for group in found.values() if group.undecided or group.decided]


def kind_label(row: Suggestion) -> str:
    """Return the name of the kind of fact that is suggested."""
    if row.kind == PROFILE:
        return _("Field of the profile")
    return capfirst(apps.get_model(row.kind)._meta.verbose_name)


def marked(sentence: str, words: list[str]) -> SafeString:
    """Return a sentence as HTML, with these words in <mark>."""
    wanted = sorted(filter(None, words), key=len, reverse=True)
    if not wanted:
        return format_html("{}", sentence)
    pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in wanted)
    pieces = re.split(f"({pattern})", sentence)
    return format_html_join(
        "",
        "{}{}{}",
        (
            (mark_safe("<mark>"), piece, mark_safe("</mark>"))
            if number % 2
            else ("", piece, "")
            for number, piece in enumerate(pieces)
        ),
    )


def _pairs(row: Suggestion, wording: Wording) -> list[tuple[str, str]]:
    """Return the label and the value of each field that a suggestion would write."""
    return [
        (wording.field(row.kind, name), wording.value(row.kind, name, value))
        for name, value in deciding.values(row).items()
        if not name.startswith(_NOT_SHOWN) and value not in ("", None)
    ]
