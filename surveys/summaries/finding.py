"""Facts that a sheet seems to state, each with the sentence that it came from.

Each is a suggestion that a person accepts or rejects. A missing suggestion does less
harm than a wrong one, because suggestions tend to look right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from partnerships.models import Organisation
from profiles.models import Profile
from profiles.vocabularies import (
    ChairRole,
    ContributionKind,
    ContributionStatus,
    DocumentKind,
    GovernanceLevel,
    MembershipRole,
    OrganisationType,
    PartnerCategory,
    PartnershipRole,
    SectionPart,
    ThemePhase,
)
from surveys.names import (
    AMBIGUOUS,
    MECHANISM,
    ORGANISATION,
    STATE,
    THEME,
    Names,
)
from surveys.statements import PROFILE
from surveys.summaries.matching import Mention, Mentions
from surveys.summaries.phrases import (
    chairs,
    clauses,
    dates,
    documents,
    partners,
    roles,
    themes,
)
from surveys.summaries.reading import Sheet, level_at_head
from surveys.summaries.sentences import sentences

MEMBERSHIP = "profiles.membership"
CONTRIBUTION = "profiles.contribution"
CHAIRING = "profiles.chairing"
DOCUMENT = "profiles.guidingdocument"
FOCUS = "profiles.themefocus"
PARTNERSHIP = "partnerships.partnership"
LINK = "partnerships.mechanismlink"

_JOINED = re.compile(
    r"(?:\s*\([^()]{0,12}\b(?:19|20)\d\d\b[^()]{0,12}\))?"
    r"(?:[\s,&]|l['’]|\b(?:and|or|as well as|the|et|ou|y|e|o|le|la|les|el|los|las)\b)*",
    re.IGNORECASE,
)
_SHORT_NAME = re.compile(r"(?<![\w-])[A-Z][\w-]*[A-Z]\b(?!-)")
_LEVELS = {
    SectionPart.NATIONAL: GovernanceLevel.NATIONAL,
    SectionPart.BILATERAL: GovernanceLevel.BILATERAL,
    SectionPart.REGIONAL: GovernanceLevel.REGIONAL,
    SectionPart.INTERREGIONAL: GovernanceLevel.INTERREGIONAL,
    SectionPart.GLOBAL: GovernanceLevel.GLOBAL,
}
_CATEGORY_OF_TYPE = {
    OrganisationType.UN_ENTITY: PartnerCategory.IGO_UN,
    OrganisationType.REGIONAL_UNION: PartnerCategory.REGIONAL_UNION,
    OrganisationType.INTERGOVERNMENTAL: PartnerCategory.IGO_OTHER,
    OrganisationType.DEVELOPMENT_BANK: PartnerCategory.IGO_OTHER,
    OrganisationType.GOVERNMENT: PartnerCategory.DONOR_GOVERNMENT,
    OrganisationType.DONOR_AGENCY: PartnerCategory.DONOR_GOVERNMENT,
    OrganisationType.CIVIL_SOCIETY: PartnerCategory.CIVIL_SOCIETY,
    OrganisationType.PRIVATE_SECTOR: PartnerCategory.PRIVATE_SECTOR,
    OrganisationType.ACADEMIA: PartnerCategory.ACADEMIA,
    OrganisationType.FOUNDATION: PartnerCategory.FOUNDATION,
}
_LONGEST_SENTENCE = 3_000
"""Characters; a longer text is a table or a list that lost its lines."""
_WORDS_OF_A_THEME = 2
_WORDS_OF_AN_ITEM = 15
"""A longer line is no item of a list that the line before it announced."""
_LONGEST_TITLE = 250


@dataclass(frozen=True)
class Found:
    """A fact that a sentence states. `fields` are as a Suggestion keeps them.

    `words` are quoted from the sentence. Two findings of one fact have equal `same`.
    """

    part: SectionPart
    kind: str
    label: str
    fields: dict[str, Any]
    sentence: str
    words: tuple[str, ...]
    same: tuple[Any, ...] = ()


@dataclass(frozen=True)
class _Group:
    """Names that stand together: 'Aland and Beland'."""

    mentions: tuple[Mention, ...]
    before: str  # from the group before, or the beginning of the sentence
    after: str  # to the next group, or the end of the sentence

    @property
    def start(self) -> int:
        return self.mentions[0].start

    @property
    def end(self) -> int:
        return self.mentions[-1].end

    def beside(self, mention: Mention, sentence: str) -> str:
        """Return the text after one of the names, which may give its own years."""
        at = self.mentions.index(mention)
        if mention is self.mentions[-1]:
            return self.after
        own = sentence[mention.end : self.mentions[at + 1].start]
        is_of_last = re.match(r"\s*\(", self.after)
        return own if is_of_last or re.search(r"\d", own) else self.after

    def of(self, kind: str) -> list[Mention]:
        return [mention for mention in self.mentions if mention.kind == kind]


@dataclass
class _Sentence:
    text: str
    part: SectionPart
    groups: list[_Group]
    names_itself: bool
    category: PartnerCategory | None
    level: GovernanceLevel | None = None
    lead_in: str = ""
    """Of a list of themes, if the sentence is one of its lines."""
    is_first_on_themes: bool = True
    following: str = ""
    roles: set[tuple[str, str]] = field(default_factory=set)
    """The (kind, key) of every record that has a role by now."""


class Finder:
    """Finds the facts that a sheet states of one mechanism."""

    def __init__(self, names: Names, mechanism: str):
        self._names = names
        self._mentions = Mentions(names)
        self._mechanism = mechanism
        self._own_names: list[str] = []
        self._types = dict(Organisation.objects.values_list("slug", "type"))

    def find(self, sheet: Sheet, type: str) -> list[Found]:
        """Return every fact found, once, in the order of the sheet.

        `type` is the mechanism's, as in `Sheet.texts`.
        """
        self._own_names = [name for name in (sheet.acronym, sheet.name) if name]
        found: dict[tuple[Any, ...], Found] = {}
        for part, prose in sheet.texts(type).items():
            for each in self._in_part(part, prose):
                key = (each.kind, *each.same)
                # Of two sentences on one fact, the one that says more.
                if key not in found or len(each.fields) > len(found[key].fields):
                    found[key] = each
        return list(found.values())

    def unknown(self, sheet: Sheet, type: str) -> list[str]:
        """Return names, among partners and structures, for which there is no record:
        short ones, those of universities and the like, and those in lists of
        partners."""
        texts = sheet.texts(type)
        prose = "\n\n".join(
            texts.get(part, "")
            for part in (SectionPart.STRUCTURE, SectionPart.PARTNERSHIPS)
        )
        listed = partners.listed(texts.get(SectionPart.PARTNERSHIPS, ""))
        short = [n for n in _SHORT_NAME.findall(prose) if not partners.is_category(n)]
        names = [*short, *listed, *partners.bodies(prose)]
        return [
            name
            for name in dict.fromkeys(names)
            if name not in (sheet.acronym, sheet.name)
            and not self._names_a_record(name)
            and not any(
                (match := self._names.find(kind, name)).key or match.how == AMBIGUOUS
                for kind in (STATE, ORGANISATION, MECHANISM)
            )
        ]

    def _names_a_record(self, name: str) -> bool:
        """Tell whether a name has that of an organisation or a mechanism in it, or is
        that of a State."""
        named = self._mentions.find(name, (STATE, ORGANISATION, MECHANISM))
        return any(m.kind != STATE or m.text == name for m in named)

    def _in_part(self, part: SectionPart, prose: str) -> Iterator[Found]:
        heading: PartnerCategory | None = None
        lead_in = ""
        has_themes = False
        for paragraph in prose.split("\n\n"):
            category: PartnerCategory | None = None
            level = _LEVELS.get(part)
            texts = [s for s in sentences(paragraph) if len(s) <= _LONGEST_SENTENCE]
            if len(paragraph.split()) > _WORDS_OF_AN_ITEM:
                heading, lead_in = None, ""
            for text, following in zip_longest(texts, texts[1:], fillvalue=""):
                carried = category if clauses.goes_back(text) else heading
                sentence = self._take_apart(text, part, carried)
                sentence.lead_in = lead_in
                sentence.is_first_on_themes = not has_themes
                if level and (at_head := level_at_head(text)) and part not in at_head:
                    level = _LEVELS[at_head[0]]
                sentence.level, sentence.following = level, following
                for found in self._in_sentence(sentence):
                    has_themes = has_themes or found.kind == FOCUS
                    yield found
                category = partners.category_word(text) or carried
            if texts and texts[-1].endswith(":"):
                heading = partners.category_word(texts[-1])
                lead_in = texts[-1] if themes.leads_in(texts[-1]) else ""

    def _take_apart(
        self, text: str, part: SectionPart, category: PartnerCategory | None
    ) -> _Sentence:
        mentions = self._mentions.find(text, (STATE, ORGANISATION, MECHANISM))
        itself = [
            m for m in mentions if (m.kind, m.key) == (MECHANISM, self._mechanism)
        ]
        places = {(m.start, m.end) for m in itself}
        others = [
            mention
            for mention in mentions
            if (mention.start, mention.end) not in places
            and (mention.kind == STATE or partners.is_itself(text[mention.end :]))
        ]
        names_itself = bool(itself) or any(
            re.search(rf"\b{re.escape(name)}\b", text) for name in self._own_names
        )
        groups = _groups(text, _one_kind(text, others))
        return _Sentence(text, part, groups, names_itself, category)

    def _in_sentence(self, sentence: _Sentence) -> Iterator[Found]:
        if sentence.part in (SectionPart.EVOLUTION, SectionPart.STRUCTURE):
            yield from self._beginning(sentence)
            yield from _documents(sentence)
        if sentence.part == SectionPart.EVOLUTION:
            yield from self._themes(sentence)
        yield from self._memberships(sentence)
        yield from self._roles_of_organisations(sentence)
        if sentence.part == SectionPart.STRUCTURE:
            yield from self._chairs(sentence)
        yield from self._partners(sentence)
        yield from self._links(sentence)
        if sentence.level:
            yield from self._contributions(sentence, sentence.level)

    # --- The mechanism itself ------------------------------------------------

    def _beginning(self, sentence: _Sentence) -> Iterator[Found]:
        year, words = dates.established(sentence.text, sentence.names_itself)
        if year:
            yield Found(
                sentence.part,
                PROFILE,
                _("Established: %(year)s") % {"year": year},
                {"established": int(year)},
                sentence.text,
                (words,),
                ("established",),
            )

    def _themes(self, sentence: _Sentence) -> Iterator[Found]:
        change, word = themes.thematic_change(sentence.text)
        if change:
            yield _profile_field(sentence, "thematic_change", change, word)
        if what := themes.driver(sentence.text):
            words = what if what in sentence.text else what[:1].lower() + what[1:]
            yield _profile_field(sentence, "thematic_change_driver", what, words)
        if not (sentence.lead_in or themes.lists_themes(sentence.text)):
            return
        text = documents.QUOTED.sub(
            lambda quoted: " " * len(quoted.group()), sentence.text
        )
        for theme in self._mentions.find(text, (THEME,)):
            if len(theme.text.split()) < _WORDS_OF_A_THEME and not _in_a_list(
                text, theme
            ):
                continue
            if themes.is_thematic(theme.text):
                continue
            before = f"{sentence.lead_in} {text[: theme.start]}"
            phase = themes.phase(before, text[theme.end :])
            if phase is None:
                is_first = sentence.is_first_on_themes
                phase = ThemePhase.INITIAL if is_first else ThemePhase.PAST
            label = theme.text[:1].upper() + theme.text[1:]
            if label == self._names.label(THEME, theme.key):
                label = ""
            yield Found(
                sentence.part,
                FOCUS,
                _("%(who)s: %(what)s")
                % {"who": self._names.label(THEME, theme.key), "what": phase.label},
                {"theme": theme.key, "label": label, "phase": phase.value},
                sentence.text,
                (theme.text,),
                (theme.key, phase.value),
            )

    # --- States --------------------------------------------------------------

    def _memberships(self, sentence: _Sentence) -> Iterator[Found]:
        before: tuple[MembershipRole, bool, str, str] | None = None
        for group in sentence.groups:
            states = group.of(STATE)
            found = _role_of(sentence.text, group, len(states))
            if found is None and roles.goes_with_the_one_before(group.before):
                found = before
            before = found
            if not states or found is None:
                continue
            role, is_current, words, since_of_all = found
            for state in states:
                own = roles.joined_in(group.beside(state, sentence.text))
                since = own or since_of_all
                sentence.roles.add((STATE, state.key))
                fields: dict[str, Any] = {"state": state.key, "role": role.value}
                label = _("%(who)s: %(what)s") % {
                    "who": self._names.label(STATE, state.key),
                    "what": role.label,
                }
                if not is_current:
                    fields |= {"is_current": False}
                    label = _("%(who)s: no longer a member") % {
                        "who": self._names.label(STATE, state.key)
                    }
                elif since:
                    fields |= {"since": since}
                yield Found(
                    sentence.part,
                    MEMBERSHIP,
                    label,
                    fields,
                    sentence.text,
                    (state.text, words),
                    (state.key, role.value, is_current),
                )

    def _chairs(self, sentence: _Sentence) -> Iterator[Found]:
        terms: list[tuple[Mention, chairs.ChairPhrase, str, str]] = []
        earlier: chairs.ChairPhrase | None = None
        for group in sentence.groups:
            phrase = chairs.chairs(
                sentence.text[: group.start], group.after, earlier=earlier
            )
            if phrase is None:
                continue
            earlier = phrase
            for state in group.of(STATE):
                since, until = dates.period(group.beside(state, sentence.text))
                if phrase.is_current and not (since or until):
                    since, until = dates.period(phrase.words)
                if phrase.is_handed_over and not until:
                    since, until = "", since
                terms.append((state, phrase, since, until))
        latest = max((since for _state, _phrase, since, _until in terms), default="")
        for state, phrase, since, until in terms:
            sentence.roles.add((STATE, state.key))
            is_current = phrase.is_current and (
                not until or (phrase.is_label and since == latest)
            )
            if is_current and len(terms) > 1 and since and since < latest:
                is_current = False
            years = {"since": since, "until": until}
            said = _("%(who)s: chair") if is_current else _("%(who)s: chair before")
            yield Found(
                sentence.part,
                CHAIRING,
                said % {"who": self._names.label(STATE, state.key)},
                {"state": state.key, "is_current": is_current}
                | ({"role": ChairRole.CO_CHAIR.value} if phrase.is_shared else {})
                | {name: year for name, year in years.items() if year},
                sentence.text,
                (state.text, phrase.words.strip(" ,;:")),
                (state.key, is_current),
            )

    # --- Organisations -------------------------------------------------------

    def _roles_of_organisations(self, sentence: _Sentence) -> Iterator[Found]:
        for group in sentence.groups:
            of_members = _role_of(sentence.text, group, 0)
            for mention in group.of(ORGANISATION):
                before, after = group.before, group.after
                if partners.is_associated(sentence.text[: group.start]):
                    yield self._partnership(
                        sentence, group, mention, PartnershipRole.FORMAL_ASSOCIATION
                    )
                arrangement = partners.arrangement_of(before, after)
                if arrangement is not None:
                    yield self._partnership(
                        sentence,
                        group,
                        mention,
                        PartnershipRole.SECRETARIAT,
                        arrangement=arrangement,
                    )
                if of_members is None:
                    continue
                role, is_current, words, _since = of_members
                if is_current and role.value in PartnershipRole.values:
                    yield self._partnership(
                        sentence,
                        group,
                        mention,
                        PartnershipRole(role.value),
                        words=words,
                    )

    def _partners(self, sentence: _Sentence) -> Iterator[Found]:
        is_about_partners = sentence.part == SectionPart.PARTNERSHIPS
        for group in sentence.groups:
            if not (is_about_partners or partners.cooperates(group.before)):
                continue
            if clauses.is_negated(sentence.text[: group.start]):
                continue
            for mention in group.of(ORGANISATION):
                if (ORGANISATION, mention.key) in sentence.roles:
                    continue
                yield self._partnership(
                    sentence,
                    group,
                    mention,
                    PartnershipRole.PARTNER,
                    topic=partners.topic(group.after),
                    regularity=partners.regularity(_clause(sentence.text, group)),
                )

    def _partnership(
        self,
        sentence: _Sentence,
        group: _Group,
        mention: Mention,
        role: PartnershipRole,
        words: str = "",
        **more: str,
    ) -> Found:
        sentence.roles.add((ORGANISATION, mention.key))
        category = self._category(sentence, group, mention, role)
        more = {name: value for name, value in more.items() if value}
        return Found(
            sentence.part,
            PARTNERSHIP,
            _("%(who)s: %(what)s, %(category)s")
            % {
                "who": self._names.label(ORGANISATION, mention.key),
                "what": role.label,
                "category": category.label,
            },
            {
                "organisation": mention.key,
                "category": category.value,
                "role": role.value,
                **more,
            },
            sentence.text,
            tuple(filter(None, (mention.text, words))),
            (mention.key, role.value, category.value, more.get("arrangement", "")),
        )

    def _category(
        self,
        sentence: _Sentence,
        group: _Group,
        mention: Mention,
        role: PartnershipRole,
    ) -> PartnerCategory:
        """Return the category that the sheet gives the organisation, else its own."""
        of_type = _CATEGORY_OF_TYPE.get(
            OrganisationType(self._types.get(mention.key, OrganisationType.OTHER)),
            PartnerCategory.OTHER,
        )
        if role != PartnershipRole.PARTNER:
            return of_type
        is_first = group is sentence.groups[0]
        word = partners.category_word(group.before) or (
            sentence.category if is_first else None
        )
        # The record knows which kind of intergovernmental organisation it is.
        if word in (None, PartnerCategory.ISCM, PartnerCategory.IGO_OTHER):
            return of_type
        return word

    # --- Mechanisms ----------------------------------------------------------

    def _links(self, sentence: _Sentence) -> Iterator[Found]:
        for group in sentence.groups:
            if clauses.is_negated(sentence.text[: group.start]):
                continue
            for mention in group.of(MECHANISM):
                kind = "cooperation"
                if partners.succeeds(group.before) and sentence.names_itself:
                    kind = "succession"
                elif partners.observes(group.before):
                    kind = "observation"
                elif not (
                    sentence.part == SectionPart.PARTNERSHIPS
                    or partners.cooperates(group.before)
                ):
                    continue
                fields = {"other": mention.key, "kind": kind}
                if topic := partners.topic(group.after):
                    fields["topic"] = topic
                yield Found(
                    sentence.part,
                    LINK,
                    _("Link to %(mechanism)s")
                    % {"mechanism": self._names.label(MECHANISM, mention.key)},
                    fields,
                    sentence.text,
                    (mention.text,),
                    (mention.key, kind),
                )

    # --- Contributions -------------------------------------------------------

    def _contributions(
        self, sentence: _Sentence, level: GovernanceLevel
    ) -> Iterator[Found]:
        status = documents.contribution_status(sentence.text)
        is_denied = clauses.is_negated(sentence.text)
        if is_denied and status != ContributionStatus.NOT_APPROVED:
            return
        states = [
            state
            for group in sentence.groups
            for state in group.of(STATE)
            if (STATE, state.key) not in sentence.roles
        ]
        named = list(documents.instruments(sentence.text))
        for title, year, words in named:
            iso3s = dict.fromkeys(s.key for s in states if s.text not in title)
            theirs = tuple(iso3s) if len(named) == 1 else ()
            yield _contribution(sentence, level, title, year, theirs, (words,))
        if named:
            return
        year_found = re.search(rf"\b{clauses.YEAR}\b", sentence.text)
        kind = documents.contribution_kind(sentence.text)
        is_known = (
            kind != ContributionKind.OTHER
            or level == GovernanceLevel.GLOBAL
            or documents.names_a_result(sentence.text)
        )
        is_dated = (
            year_found
            or status != ContributionStatus.ADOPTED
            or documents.is_an_act(sentence.text)
        )
        if states or (is_known and is_dated):
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


def _groups(text: str, mentions: list[Mention]) -> list[_Group]:
    runs: list[list[Mention]] = []
    for mention in sorted(mentions, key=lambda m: m.start):
        if runs and _JOINED.fullmatch(text[runs[-1][-1].end : mention.start]):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    ends = [0, *(run[-1].end for run in runs)]
    starts = [*(run[0].start for run in runs), len(text)]
    return [
        _Group(
            tuple(run),
            text[ends[number] : run[0].start],
            text[run[-1].end : starts[number + 1]],
        )
        for number, run in enumerate(runs)
    ]


def _one_kind(text: str, mentions: list[Mention]) -> list[Mention]:
    """Return the mentions, with one kind for each name that a mechanism shares with
    another record."""
    kept = []
    for mention in mentions:
        rivals = {m.kind for m in mentions if m.start == mention.start}
        if len(rivals) > 1:
            word = partners.category_word(text[: mention.start])
            wanted = MECHANISM if word == PartnerCategory.ISCM else ORGANISATION
            if wanted in rivals and mention.kind != wanted:
                continue
        kept.append(mention)
    return kept


def _role_of(
    text: str, group: _Group, number_of_states: int
) -> tuple[MembershipRole, bool, str, str] | None:
    """Return (role, is current, words, since) of the States in a group, or None."""
    announced = roles.role_before(group.before, number_of_states)
    if announced is not None:
        return announced, True, group.before.strip(" ,;:"), ""
    limit = group.end + len(group.after)
    for phrase in roles.role_phrases(text):
        if group.end <= phrase.start < limit:
            # Words between, such as 'whose members are', speak of somebody else.
            if re.search(
                r"[;:]|\b(?:which|that|whose|where)\b", text[group.end : phrase.start]
            ):
                return None
            words = text[phrase.start : phrase.end]
            rest = text[phrase.end : limit]
            since = roles.since(rest) or roles.since(words)
            return phrase.role, phrase.is_current, words, since
    return None


def _clause(text: str, group: _Group) -> str:
    """Return the part between semicolons in which names stand."""
    start = text.rfind(";", 0, group.start) + 1
    end = text.find(";", group.end)
    return text[start:] if end < 0 else text[start:end]


def _in_a_list(text: str, theme: Mention) -> bool:
    before, after = text[: theme.start].rstrip(), text[theme.end :].lstrip()
    opens = re.search(
        r"(?:^|[,:(]|\b(?:and|on|to|towards|with|et|y|sur|sobre|à|aux?|a))"
        r"(?:\s*\b(?:the|le|la|les|el|los|las)|\s*\bl['’])?$",
        before,
    )
    closes = re.match(
        r"[,.;)]|(?:and|et|y|was|were|is|are|has|have|est|sont|ont|a été|occup\w+"
        r"|fue|fueron|son|as well as|ainsi que|(?:des|of|de|de los) migra\w+)\b|$",
        after,
    )
    return bool(opens and closes)


def _profile_field(sentence: _Sentence, name: str, value: str, words: str) -> Found:
    column: Any = Profile._meta.get_field(name)
    shown = dict(column.flatchoices).get(value, value)
    return Found(
        sentence.part,
        PROFILE,
        _("%(who)s: %(what)s") % {"who": capfirst(column.verbose_name), "what": shown},
        {name: value},
        sentence.text,
        (words,),
        (name,),
    )


def _documents(sentence: _Sentence) -> Iterator[Found]:
    for quoted in documents.QUOTED.finditer(sentence.text):
        title = quoted["title"].strip(" ,.")
        around = f"{sentence.text[: quoted.start()]} {sentence.text[quoted.end() :]}"
        if len(title.split()) < 3:
            continue
        kind = documents.document_kind(around)
        if kind == DocumentKind.OTHER:
            kind = documents.document_kind(title)
        date, by = dates.adopted(sentence.text[quoted.end() :])
        yield _document(sentence, kind, title, date, by, quoted["title"])
    unquoted = documents.QUOTED.sub(
        lambda quoted: " " * len(quoted.group()), sentence.text
    )
    for title, after, words in list(documents.titled(unquoted)):
        kind = documents.document_kind(title)
        if kind == DocumentKind.OTHER:
            kind = documents.document_kind(after)
        date, by = dates.adopted(after)
        date = dates.dated(after) or date
        yield _document(sentence, kind, title, date, by, words)
        unquoted = unquoted.replace(words, " " * len(words))
    for named in documents.named_documents(unquoted):
        words = named.group()
        date, by = dates.adopted(words)
        kind = documents.document_kind(named["what"])
        yield _document(sentence, kind, documents.titled_by(named), date, by, words)


def _document(
    sentence: _Sentence, kind: DocumentKind, title: str, date: str, by: str, words: str
) -> Found:
    fields = {"kind": kind.value, "title": title}
    if date:
        fields["adopted"] = date
    if by:
        fields["adopted_by"] = by
    if documents.is_monitored(sentence.following):
        fields["monitoring"] = sentence.following
    return Found(
        sentence.part,
        DOCUMENT,
        _("%(who)s: %(what)s") % {"who": kind.label, "what": title[:300]},
        fields,
        sentence.text,
        (words,),
        (title.lower(),),
    )


def _contribution(
    sentence: _Sentence,
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
        _("%(who)s: %(what)s") % {"who": kind.label, "what": title},
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
