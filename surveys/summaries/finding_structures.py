"""What keeps a mechanism going: its organs, its meetings, and who pays."""

from collections.abc import Iterator
from typing import Any

from profiles.vocabularies import FundingKind
from surveys.names import ORGANISATION, STATE, Names
from surveys.summaries.finding_states import said_of
from surveys.summaries.found import FUNDING, MEETING, ORGAN, Found, labelled
from surveys.summaries.phrases import structures
from surveys.summaries.phrases.topics import Standing, Topic
from surveys.summaries.taking_apart import Sentence


def organs(sentence: Sentence) -> Iterator[Found]:
    for name, kind in structures.organs(sentence.text):
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
    held = structures.meeting(sentence.text)
    if held is None:
        return
    title, date, city = held
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
    """Find the organisations and States that pay, a State in words only."""
    for group in sentence.groups:
        said = said_of(sentence, group)
        if said is None or (said.topic, said.standing) != (
            Topic.FUNDING,
            Standing.NOW,
        ):
            continue
        for mention in group.mentions:
            if mention.kind not in (ORGANISATION, STATE):
                continue
            who = names.label(mention.kind, mention.key)
            fields: dict[str, Any] = {"kind": FundingKind.DONOR.value}
            if mention.kind == ORGANISATION:
                fields["organisation"] = mention.key
            fields["statement"] = sentence.text
            yield Found(
                sentence.part,
                FUNDING,
                labelled(FundingKind.DONOR.label, who),
                fields,
                sentence.text,
                (mention.text, said.words),
                (fields.get("organisation", sentence.text),),
            )
