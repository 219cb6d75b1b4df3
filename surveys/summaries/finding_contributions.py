"""Contributions to migration governance: what a sheet has under a level is one, unless
the sentence denies it or only says what people think."""

import re
from collections.abc import Iterator
from typing import Any

from profiles.vocabularies import ContributionStatus, GovernanceLevel, SectionPart
from surveys.names import STATE
from surveys.summaries.found import CONTRIBUTION, Found, labelled
from surveys.summaries.phrases import clauses, documents
from surveys.summaries.taking_apart import Sentence

LEVELS = {
    SectionPart.NATIONAL: GovernanceLevel.NATIONAL,
    SectionPart.BILATERAL: GovernanceLevel.BILATERAL,
    SectionPart.REGIONAL: GovernanceLevel.REGIONAL,
    SectionPart.INTERREGIONAL: GovernanceLevel.INTERREGIONAL,
    SectionPart.GLOBAL: GovernanceLevel.GLOBAL,
}
_LONGEST_TITLE = 250


def contributions(sentence: Sentence) -> Iterator[Found]:
    level = sentence.level
    if level is None:
        return
    status = documents.contribution_status(sentence.text)
    if clauses.says_none(sentence.text) or documents.is_only_possible(sentence.text):
        return
    if documents.is_denied(sentence.text) and status != ContributionStatus.NOT_APPROVED:
        return
    states = [
        state
        for group in sentence.groups
        for state in group.of(STATE)
        if not sentence.has_role(state)
    ]
    named = list(documents.instruments(sentence.text))
    for title, year, words in named:
        iso3s = dict.fromkeys(s.key for s in states if s.text not in title)
        theirs = tuple(iso3s) if len(named) == 1 else ()
        yield _contribution(sentence, level, title, year, theirs, (words,))
    if named or not (states or documents.is_a_contribution(sentence.text)):
        return
    year_found = re.search(rf"\b{clauses.YEAR}\b", sentence.text)
    places = [state.text for state in states]
    if year_found:
        places.append(year_found.group())
    yield _contribution(
        sentence,
        level,
        _title(sentence.text),
        int(year_found.group()) if year_found else None,
        tuple(dict.fromkeys(state.key for state in states)),
        tuple(places),
    )


def _contribution(
    sentence: Sentence,
    level: GovernanceLevel,
    title: str,
    year: int | None,
    states: tuple[str, ...],
    words: tuple[str, ...],
) -> Found:
    about = title if title != _title(sentence.text) else sentence.text
    kind = documents.contribution_kind(about)
    status = documents.contribution_status(sentence.text)
    fields: dict[str, Any] = {
        "level": level.value,
        "kind": kind.value,
        "status": status.value,
        "title": title,
        "summary": sentence.text,
    }
    if year:
        fields["year"] = year
    if states:
        fields["states"] = list(states)
    return Found(
        sentence.part,
        CONTRIBUTION,
        labelled(kind.label, title),
        fields,
        sentence.text,
        words,
        (level.value, title.lower()),
    )


def _title(sentence: str) -> str:
    """Return a sentence as a title: whole if it is short, else cut between words."""
    plain = sentence.rstrip(" .")
    if len(plain) <= _LONGEST_TITLE:
        return plain
    return plain[: _LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
