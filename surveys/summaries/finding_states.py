"""States as members, observers and chairs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from profiles.vocabularies import ChairRole, MembershipRole, SectionPart
from surveys.names import STATE, Names
from surveys.summaries.found import CHAIRING, MEMBERSHIP, Found, labelled
from surveys.summaries.matching import Mention
from surveys.summaries.phrases import chairs, dates, roles, topics
from surveys.summaries.phrases.topics import Said, Standing, Topic
from surveys.summaries.taking_apart import Group, Sentence

_ROLES = {
    (Topic.MEMBER, Standing.NOW): MembershipRole.MEMBER,
    (Topic.MEMBER, Standing.PAST): MembershipRole.MEMBER,
    (Topic.MEMBER, Standing.WISHED): MembershipRole.PROSPECTIVE_MEMBER,
    (Topic.OBSERVER, Standing.NOW): MembershipRole.OBSERVER,
    (Topic.OBSERVER, Standing.PAST): MembershipRole.OBSERVER,
    (Topic.OBSERVER, Standing.WISHED): MembershipRole.PROSPECTIVE_OBSERVER,
}

_STATES_OF_A_LIST = 4
_STATES_OF_A_LONG_LIST = 6
"""So many States together are the members, without a word that says so."""


def role_of(said: Said) -> tuple[MembershipRole, bool] | None:
    """Return the role that words give a name, and whether the name has it now."""
    role = _ROLES.get((said.topic, said.standing))
    return (role, said.standing != Standing.PAST) if role else None


def said_of(sentence: Sentence, group: Group) -> Said | None:
    return topics.said_of(
        sentence.text, group.before, group.start, group.end, group.after
    )


def said_in_turn(sentence: Sentence) -> Iterator[tuple[Group, Said | None]]:
    """Yield the groups of names with what the sentence says of them; names that go on a
    list stand as those before."""
    carried: Said | None = None
    for group in sentence.groups:
        if roles.stands_for_another(group.before):
            carried = None
            yield group, None
            continue
        said = said_of(sentence, group)
        if carried and roles.goes_with_the_one_before(group.before):
            said = said if said and roles.is_named(said.words) else carried
        elif carried and roles.is_the_same(group.after):
            standing = topics.standing_of("", group.after)
            said = Said(carried.topic, standing, carried.words, group.after)
        if carried and said and roles.is_elliptic(group.after):
            said = replace(said, standing=carried.standing)
        if said is None and not carried and _is_bare(sentence, group):
            said = _of_a_bare_list(sentence)
        if not (said and role_of(said)) and _is_list_of_members(sentence, group):
            words = roles.called_members(sentence.text[: group.start])
            said = Said(Topic.MEMBER, Standing.NOW, words, "")
        if said and said.standing == Standing.NOW and said.topic in _OF_MEMBERS:
            said = replace(said, standing=_of_the_label(sentence.text, group))
        carried = said
        yield group, said


_OF_MEMBERS = (Topic.MEMBER, Topic.OBSERVER)
_WORDS_OF_A_LABEL = 6


def _of_the_label(text: str, group: Group) -> Standing:
    """Return the standing that a label gives all names after it: 'Candidates:'."""
    label, colon, _names = text[: group.start].partition(":")
    if not colon or len(label.split()) > _WORDS_OF_A_LABEL:
        return Standing.NOW
    standing = topics.standing_of(label, "")
    return Standing.NOW if standing == Standing.DENIED else standing


def _is_bare(sentence: Sentence, group: Group) -> bool:
    """Tell whether names stand for themselves: several States, or a line of its own."""
    around = sentence.text[: group.start] + sentence.text[group.end :]
    return bool(group.of(STATE)) and (
        len(group.of(STATE)) > 2 or not re.search(r"\w", around)
    )


def _is_list_of_members(sentence: Sentence, group: Group) -> bool:
    """Tell whether many States stand together where nothing but membership is spoken
    of: in the sentence, or in the one before it with another subject than a State."""
    if sentence.part != SectionPart.STRUCTURE or (
        len(group.of(STATE)) < _STATES_OF_A_LIST
    ):
        return False
    about = topics.topics(sentence.text) - {Topic.ORGAN}
    if not about:
        return not roles.counts_something_else(sentence.text) and (
            Topic.MEMBER in topics.topics(f"{sentence.preceding} {sentence.lead_in}")
            or len(group.of(STATE)) >= _STATES_OF_A_LONG_LIST
        )
    return (
        about == {Topic.MEMBER}
        and topics.standing_of(group.before, group.after) == Standing.NOW
    )


def memberships(sentence: Sentence, names: Names) -> Iterator[Found]:
    for group, said in said_in_turn(sentence):
        role = role_of(said) if said else None
        if said is None or role is None:
            continue
        if not (sentence.part == SectionPart.STRUCTURE or roles.is_named(said.words)):
            continue
        for state in group.of(STATE):
            own = roles.joined_in(group.beside(state, sentence.text))
            since = own or roles.since(said.window)
            yield _membership(sentence, names, state, role, said, since)
            if said.standing == Standing.PAST and roles.wants_back(
                _to_the_next_state(sentence, group)
            ):
                again = (MembershipRole.PROSPECTIVE_MEMBER, True)
                yield _membership(sentence, names, state, again, said, "")


def _of_a_bare_list(sentence: Sentence) -> Said | None:
    """Return what the line before says of a list of States."""
    found = topics.topics(sentence.lead_in)
    for topic in (Topic.OBSERVER, Topic.MEMBER):
        if topic in found:
            standing = topics.standing_of(sentence.lead_in, "")
            return Said(topic, standing, "", sentence.lead_in)
    return None


def _to_the_next_state(sentence: Sentence, group: Group) -> str:
    later = [g.start for g in sentence.groups if g.of(STATE) and g.start > group.end]
    return sentence.text[group.end : min(later, default=None)]


def _membership(
    sentence: Sentence,
    names: Names,
    state: Mention,
    role: tuple[MembershipRole, bool],
    said: Said,
    since: str,
) -> Found:
    sentence.give_role(state)
    what, is_current = role
    fields: dict[str, Any] = {"state": state.key, "role": what.value}
    label = labelled(names.label(STATE, state.key), what.label)
    if not is_current:
        fields |= {"is_current": False}
        label = _("%(who)s: no longer a member") % {
            "who": names.label(STATE, state.key)
        }
    elif since:
        fields |= {"since": since}
    return Found(
        sentence.part,
        MEMBERSHIP,
        label,
        fields,
        sentence.text,
        tuple(filter(None, (state.text, said.words))),
        (state.key, what.value, is_current),
    )


def chairings(sentence: Sentence, names: Names) -> Iterator[Found]:
    terms: list[tuple[Mention, chairs.ChairPhrase, str, str]] = []
    earlier = chairs.gone_back_to(sentence.preceding, sentence.text)
    for group in sentence.groups:
        if chairs.is_deputy(group.before, group.after):
            continue
        phrase = chairs.chairs(
            sentence.text[: group.start], group.after, earlier=earlier
        )
        if phrase is None and not earlier and group.of(STATE):
            phrase = chairs.labelled(sentence.text[: group.start])
        if phrase is None and (said := said_of(sentence, group)):
            phrase = chairs.nearby(said, group.before, group.after)
        elif phrase is None and earlier and chairs.goes_to(group.before):
            phrase = chairs.ChairPhrase(earlier.words, True)
        if phrase is None:
            continue
        earlier = phrase
        for state in group.of(STATE):
            since, until = dates.period(group.beside(state, sentence.text))
            if not (since or until):
                opening = chairs.years_before(sentence.text[: group.start])
                since, until = dates.period(opening)
            if phrase.is_current and not (since or until):
                since, until = dates.period(phrase.words)
            if phrase.is_handed_over and not until:
                since, until = "", since
            terms.append((state, phrase, since, until))
    latest = max((since for _state, _phrase, since, _until in terms), default="")
    for state, phrase, since, until in terms:
        sentence.give_role(state)
        is_current = phrase.is_current and (
            not until or (phrase.is_label and since == latest)
        )
        if is_current and len(terms) > 1 and since and since < latest:
            is_current = False
        years = {"since": since, "until": until}
        said_so = _("%(who)s: chair") if is_current else _("%(who)s: chair before")
        yield Found(
            sentence.part,
            CHAIRING,
            said_so % {"who": names.label(STATE, state.key)},
            {"state": state.key, "is_current": is_current}
            | ({"role": ChairRole.CO_CHAIR.value} if phrase.is_shared else {})
            | {name: year for name, year in years.items() if year},
            sentence.text,
            (state.text, phrase.words.strip(" ,;:")),
            (state.key, is_current),
        )
