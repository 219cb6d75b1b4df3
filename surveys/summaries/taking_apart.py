"""A sentence of a sheet, with the names in it as they stand together."""

import re
from dataclasses import dataclass, field

from profiles.vocabularies import GovernanceLevel, PartnerCategory, SectionPart
from surveys.names import MECHANISM, ORGANISATION, STATE
from surveys.summaries.matching import Mention, Mentions
from surveys.summaries.phrases import clauses, partners

_JOINED = re.compile(
    r"(?:\s*\([^()]{0,12}\b(?:19|20)\d\d\b[^()]{0,12}\))?"
    r"(?:[\s,&]|l['’]|\b(?:and|or|as well as|together with|along with"
    r"|the|both|finally|lastly|plus|et|ou|y|e|o"
    r"|le"
    r"|la|les|el|los|las|ainsi que|enfin|tanto|como|así como|por último)\b)*",
    re.IGNORECASE,
)
_OPENS_APART = re.compile(
    r"(?:^|[.;:]\s*)(?:before|after|following|unlike|like|besides|apart from|avant"
    r"|après"
    r"|à la suite d[eu]|contrairement (?:à|au)|outre|antes de|después de|tras"
    r"|a diferencia de|además de)\s+(?:the|le|la|l['’]|el)?\s*$",
    re.IGNORECASE,
)
"""'Before Arland, Borland was': the comma ends the first name's part."""

_KINDS_OF_MECHANISMS = (
    "process",
    "dialogue",
    "conference",
    "community",
    "forum",
    "processus",
    "conférence",
    "communauté",
    "proceso",
    "diálogo",
    "conferencia",
    "comunidad",
    "foro",
)
"""A word of a mechanism's name by which a sheet may call it, as 'the Conference'."""


@dataclass(frozen=True)
class Group:
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
class Sentence:
    text: str
    part: SectionPart
    groups: list[Group]
    itself: list[Mention]
    """Where the mechanism itself is named."""

    names_itself: bool
    category: PartnerCategory | None = None
    level: GovernanceLevel | None = None
    lead_in: str = ""
    """The line that announced the list of which the sentence is an item."""

    place_in_part: int = 0
    has_themes_before: bool = False
    following: str = ""
    preceding: str = ""
    roles: set[tuple[str, str]] = field(default_factory=set)
    """The (kind, key) of every record that has a role by now."""

    def has_role(self, mention: Mention) -> bool:
        return (mention.kind, mention.key) in self.roles

    def give_role(self, mention: Mention) -> None:
        self.roles.add((mention.kind, mention.key))

    def is_denied(self, group: Group) -> bool:
        """Tell whether the sentence denies what it says of a group's names."""
        return clauses.is_negated(self.text[: group.start]) or clauses.is_denied(
            group.after
        )


class SentenceReader:
    """Takes sentences apart for one mechanism, called by `own_names`."""

    def __init__(self, mentions: Mentions, mechanism: str, own_names: list[str]):
        self._mentions = mentions
        self._mechanism = mechanism
        self._names_used = own_names + [
            f"{article} {word}"
            for word in re.findall(r"\w+", " ".join(own_names))
            if word.lower() in _KINDS_OF_MECHANISMS
            for article in ("The", "Le", "La", "El")
        ]

    def read(self, text: str, part: SectionPart) -> Sentence:
        mentions = self._mentions.find(text, (STATE, ORGANISATION, MECHANISM))
        itself = [
            m for m in mentions if (m.kind, m.key) == (MECHANISM, self._mechanism)
        ]
        places = {(m.start, m.end) for m in itself}
        others = [
            mention
            for mention in mentions
            if (mention.start, mention.end) not in places
            and (
                mention.kind == STATE
                or partners.is_itself(text[: mention.start], text[mention.end :])
            )
        ]
        names_itself = bool(itself) or any(
            re.search(rf"\b{re.escape(name)}\b", text) for name in self._names_used
        )
        label = text.partition(":")[0]
        if partners.is_a_head(label):
            others = [m for m in others if m.start > len(label)]
        groups = _groups(text, _one_kind(text, others))
        return Sentence(text, part, groups, itself, names_itself)


def _groups(text: str, mentions: list[Mention]) -> list[Group]:
    runs: list[list[Mention]] = []
    for mention in sorted(mentions, key=lambda m: m.start):
        between = text[runs[-1][-1].end : mention.start] if runs else ""
        if (
            runs
            and _JOINED.fullmatch(between)
            and not (
                between.strip() == ","
                and _OPENS_APART.search(text[: runs[-1][0].start])
            )
        ):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    ends = [0, *(run[-1].end for run in runs)]
    starts = [*(run[0].start for run in runs), len(text)]
    return [
        Group(
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
