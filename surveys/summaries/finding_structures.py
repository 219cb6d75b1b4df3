"""What keeps a mechanism going: its organs, its meetings, and who pays."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst

from profiles.models import Meeting
from profiles.vocabularies import FundingKind, SectionPart
from surveys.names import ORGANISATION, STATE, Names
from surveys.summaries.finding_states import said_of
from surveys.summaries.found import FUNDING, MEETING, ORGAN, Found, labelled
from surveys.summaries.phrases import structures
from surveys.summaries.phrases.topics import (
    Said,
    Standing,
    Topic,
    clause_around,
    standing_of,
)
from surveys.summaries.taking_apart import Group, Sentence


def organs(sentence: Sentence) -> Iterator[Found]:
    listed = list(structures.listed_under(sentence.lead_in, sentence.text))
    for name, kind in listed or structures.organs(sentence.text):
        yield Found(
            sentence.part,
            ORGAN,
            labelled(kind.label, name),
            {"kind": kind.value, "name": name},
            sentence.text,
            (),
            (name.lower(),),
        )


def meetings(sentence: Sentence) -> Iterator[Found]:
    """Find the meetings that were held, by their date."""
    held = structures.meetings_placed(sentence.text)
    if not held and sentence.part == SectionPart.STRUCTURE:
        one = structures.meeting(sentence.text)
        held = [one] if one else []
    for said, date, city in held:
        title = said or capfirst(str(Meeting._meta.verbose_name))
        fields: dict[str, Any] = {"title": title, "date": date}
        if city:
            fields["city"] = city
        yield Found(
            sentence.part,
            MEETING,
            labelled(title, date),
            fields,
            sentence.text,
            (),
            (date,),
        )


def funding(sentence: Sentence, names: Names) -> Iterator[Found]:
    """Find those who pay: organisations and, in words only, States and others."""
    for kind, paying in structures.payers(sentence.text):
        yield _paid(sentence, kind, "", {}, (paying,))
    for group in sentence.groups:
        said = pays(sentence, group)
        if said is None:
            continue
        for mention in group.mentions:
            if mention.kind not in (ORGANISATION, STATE):
                continue
            who = names.label(mention.kind, mention.key)
            is_organisation = mention.kind == ORGANISATION
            fields = {"organisation": mention.key} if is_organisation else {}
            words = tuple(filter(None, (mention.text, said.words)))
            yield _paid(sentence, FundingKind.DONOR, who, fields, words)


def pays(sentence: Sentence, group: Group) -> Said | None:
    """Return what a sentence says of names that pay for the mechanism, None of others.

    Under a label such as 'Funding:' every name pays, unless its clause denies it.
    """
    said = said_of(sentence, group)
    if said is None and structures.is_labelled_funding(sentence.text):
        begins, ends = clause_around(sentence.text, group.start, group.end)
        before, after = sentence.text[begins : group.start], group.after
        standing = standing_of(before, after.split(";")[0][: ends - group.end])
        said = Said(Topic.FUNDING, standing, "", before)
    if said and (said.topic, said.standing) == (Topic.FUNDING, Standing.NOW):
        return said
    return None


def _paid(
    sentence: Sentence,
    kind: FundingKind,
    who: str,
    fields: dict[str, Any],
    words: tuple[str, ...],
) -> Found:
    return Found(
        sentence.part,
        FUNDING,
        labelled(kind.label, who) if who else str(kind.label),
        {"kind": kind.value, **fields, "statement": sentence.text},
        sentence.text,
        words,
        (kind.value, fields.get("organisation", who)),
    )
