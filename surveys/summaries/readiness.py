"""Checks of an edition into which a summary sheet was read, before it is submitted."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from profiles.models import Profile, Section
from profiles.readiness import FactsByKind, Finding, also_checked
from profiles.vocabularies import FormPart, SectionPart
from surveys.models import Suggestion
from surveys.summaries import deciding
from surveys.vocabularies import SuggestionState


@also_checked
def sheets_are_worked_through(
    edition: Profile, facts: FactsByKind
) -> Iterator[Finding]:
    """Report open suggestions, and sections that still have the sheet's own text."""
    rows = list(
        Suggestion.objects.filter(
            Q(state=SuggestionState.OPEN)
            | Q(kind=deciding.SECTION, state=SuggestionState.ACCEPTED),
            sheet__profile=edition,
        )
    )
    undecided = sum(row.state == SuggestionState.OPEN for row in rows)
    if undecided:
        yield Finding(
            ngettext(
                "%(count)s suggestion of a summary sheet is not decided.",
                "%(count)s suggestions of a summary sheet are not decided.",
                undecided,
            )
            % {"count": undecided},
            FormPart.IDENTITY,
        )
    sections = {section.uid: section for section in facts[Section]}
    for row in rows:
        section = sections.get(row.uid) if row.uid else None
        if section and _is_in_its_words(section, row):
            part = SectionPart(section.part)
            yield Finding(
                _(
                    "“%(part)s” stands in the words of the summary sheet: put it into "
                    "the registry's own."
                )
                % {"part": part.label},
                FormPart(part.heading.value),
            )


def _is_in_its_words(section: Section, row: Suggestion) -> bool:
    written = {k: v for k, v in deciding.values(row).items() if k.startswith("prose")}
    return bool(written) and all(
        getattr(section, name) == text for name, text in written.items()
    )
