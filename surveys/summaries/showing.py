"""How suggestions are shown to those who decide."""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles.models import Profile, Section
from profiles.vocabularies import SectionHeading, SectionPart
from surveys.models import Suggestion
from surveys.statements import PROFILE
from surveys.summaries import deciding
from surveys.vocabularies import SuggestionState

# The sentence stands beside the values anyway.
_NOT_SHOWN = {"summary", "part"}


@dataclass(frozen=True)
class Shown:
    """A suggestion with its values in words, its words marked in the sentence."""

    row: Suggestion
    kind: str
    pairs: list[tuple[str, str]]
    sentence: SafeString
    standing: str = ""

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


def groups(edition: Profile) -> list[Group]:
    """Return all suggestions of an edition by section; a fixed number of queries
    for each kind of record that they name."""
    rows = Suggestion.objects.filter(sheet__profile=edition).select_related(
        "decided_by", "sheet"
    )
    names = _Labels()
    texts = {s.part: s.prose for s in Section.objects.filter(profile=edition)}
    found = {heading: Group(heading, [], []) for heading in SectionHeading}
    for row in rows.order_by("sheet", "position", "pk"):
        shown = Shown(
            row,
            kind_label(row),
            names.pairs(row),
            marked(row.sentence, deciding.words(row)),
            texts.get(row.part, "") if row.kind == deciding.SECTION else "",
        )
        group = found[SectionPart(row.part).heading]
        (group.undecided if shown.is_open else group.decided).append(shown)
    return [group for group in found.values() if group.undecided or group.decided]


def kind_label(row: Suggestion) -> str:
    """Return what kind of fact it would be."""
    if row.kind == PROFILE:
        return _("Field of the profile")
    return capfirst(apps.get_model(row.kind)._meta.verbose_name)


def marked(sentence: str, words: list[str]) -> SafeString:
    """Return a sentence as HTML with the words that were found in <mark>."""
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


class _Labels:
    """Names of fields and records, each kind of record read once."""

    def __init__(self) -> None:
        self._records: dict[Any, dict[str, str]] = {}

    def pairs(self, row: Suggestion) -> list[tuple[str, str]]:
        model: Any = Profile if row.kind == PROFILE else apps.get_model(row.kind)
        pairs = []
        for name, value in deciding.values(row).items():
            if name in _NOT_SHOWN or name.startswith("prose") or value in ("", None):
                continue
            field = model._meta.get_field(name)
            pairs.append((capfirst(field.verbose_name), self._shown(field, value)))
        return pairs

    def _shown(self, field: Any, value: Any) -> str:
        if field.many_to_many:
            return ", ".join(self._record(field, key) for key in value)
        if field.is_relation:
            return self._record(field, value)
        if value is True or value is False:
            return _("yes") if value else _("no")
        return str(dict(field.flatchoices).get(value, value))

    def _record(self, field: Any, key: str) -> str:
        model = field.related_model
        if model not in self._records:
            self._records[model] = {
                record.natural_key()[0]: str(record)
                for record in model._default_manager.all()
            }
        return self._records[model].get(key, key)
