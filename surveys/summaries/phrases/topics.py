"""What the words of a clause speak of: members, observers, the chair, money, meetings.

The words nearest to a name give what the name stands there for.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from surveys.summaries.phrases.clauses import any_case


class Topic(Enum):
    MEMBER = auto()
    OBSERVER = auto()
    CHAIR = auto()
    SECRETARIAT = auto()
    ORGAN = auto()
    FUNDING = auto()
    MEETING = auto()
    GUEST = auto()


class Standing(Enum):
    """Whether something holds, did, is wished, or is denied."""

    NOW = auto()
    WISHED = auto()
    PAST = auto()
    DENIED = auto()


_WORDS = {
    Topic.OBSERVER: r"observ(?:er|ers|ership|ateur|ateurs|atrice|atrices|ador|adores"
    r"|adora|adoras)\b",
    Topic.CHAIR: r"(?:co-?|vice-?)?chair\w*|(?:co-?|vice-?)?pr[eé]sid\w*|at the helm",
    Topic.SECRETARIAT: r"(?<!State )(?<!d['’][ÉéEe]tat )secr[eé]tar[ií]\w*",
    Topic.FUNDING: r"(?:trust )?fund(?:s|ed|ing|er|ers)?\b|money\b|grants?\b"
    r"|dues\b|dons?\b|cuotas?\b|costea\w*|aporta(?:ci\w+|n?|r)\b|aportes?\b"
    r"|(?:contributions?|cotisations?|contribuciones) (?:of|from|by|paid by|des?"
    r"|de (?:los"
    r"|las|ses|sus|leurs))(?: (?:the|its|all|member|[ée]tats|estados|pays|países))*"
    r" (?:members?|membres|miembros|states|countries)(?: states| countries)?\b"
    r"|foot(?:s|ed)? (?:\w+ ){0,3}bills?\b|chip(?:s|ped)? in\b|put(?:s)? in\b"
    r"|bankroll\w*|underwr\w+|subsidi[sz]\w*|financ\w*|donors?\b|donat\w+"
    r"|donantes?\b"
    r"|bailleurs?\b|pay\b|paid\b|paying\b|pays (?:for|its|their|the|all|half|most"
    r"|part)\b|(?:bear|bore|cover|meet|share)\w* (?:\w+ ){0,3}costs?\b|costs? (?:are"
    r"|is|was|were)\b|budget\w*"
    r"|expenses?\b|prend en charge|sufrag\w*|coûts?\b|frais\b|gastos\b|sponsor\w*",
    Topic.MEETING: r"(?:met|meets?|host(?:s|ed)?|accueill\w+|venue|sede)\b"
    r"|held in\b|took place|takes place|tenue? à\b|visit\w*",
    Topic.ORGAN: r"(?:committees?|comités?|comisi[oó]n|groups?|groupes?|grupos?|troika"
    r"|board)\b",
    Topic.GUEST: r"guests?\b|invit\w+|invité\w*",
    Topic.MEMBER: r"members?\b|membership\w*|membres?\b|miembros?\b|membresía"
    r"|participating (?:states|countries)|participants?\b|joined\b|followed in \d"
    r"|join(?:s|ing)?\b"
    r"|came on board|acced\w+|accession|admitted|admis\w*|adhér\w*|adhir\w*|adhés\w*"
    r"|adhesi[oó]n|rejoi\w+|entr(?:ó|aron|ée)\b|se (?:unió|unieron|sum\w+|incorpor\w+)"
    r"|ingres\w+|compris\w+|compos\w+|consist\w+|made up|brings together"
    r"|réuni(?:t|ssent)|regroup\w+|integrad\w+|compuest\w+|reúne\w*|agrupa\w*"
    r"|belong\w*|takes? part|took part|taken part|taking part|participa\w*|particip\w+"
    r"|attend\w*|makes? up|form(?:s|ed)? (?:the|a)\b|sit(?:s|ting)?\b|siège\w*"
    r"|partner (?:countries|states)"
    r"|partenaires? à part entière|newcomers?|founders?|founding (?:states|countries)"
    r"|seats?\b|rejoint\b|added\b|(?:fait|font) (?:\w+ )?partie|left\b|withdr[ae]w\w*"
    r"|retir\w+|quitt\w+|abandon\w+|pulled out|dropped out|walked out|dej(?:ó|aron) de"
    r"|forman? parte|became part|are part|is part",
}
_FIRST = (Topic.OBSERVER, Topic.GUEST)
"""'Joined as an observer' and 'attends as a guest' speak of no member."""
_WORD = {topic: any_case(rf"\b(?:{words})") for topic, words in _WORDS.items()}
_NO_NEW_SUBJECT = (
    r"(?!\s+(?:is|are|was|were|has|have|had|does|do|did|not|never|only|n['’]|ne|no|es"
    r"|son"
    r"|sin|without|sans|est|sont|a|ont|ha|han)\b)"
)
_END_OF_CLAUSE = any_case(
    r"[;]|[.!?](?=\s)|,?\s\b(?:but|while|whereas|although|though|unlike|mais|tandis"
    rf"|alors que|contrairement|pero|mientras|aunque|a diferencia)\b{_NO_NEW_SUBJECT}"
)
_ONLY_LEADS_TO_A_LIST = any_case(
    r"^[^;,.:]{0,30}?(?:\b(?:are|is|include[sd]?|being|namely|such as|by|of|to|for|from"
    r"|with|sont|est|incluent|par|de|du|des|à|au|aux|son|es|incluyen|por|a|al"
    r"|were|was|also)\b|[:(–—-])(?:\s+(?:the following|only|also|the|les?|la|l['’]|los"
    r"|las|el|\d+|now|currently))*[\s:(]*$|^\W*$"
)
_LEADS_FROM_AFAR = any_case(
    r"^(?:(?!\b(?:which|that|whose|who|qui|que|dont|cuy[ao])\b)[^;:.]){0,80}?"
    r"\b(?:to|by|with|à|au|aux|par|a|al|por|de|en)\s*"
    r"(?:the|le|la|les|l['’]|el|los|las)?\s*$"
)
"""'The presidency, which rotates, was entrusted to'."""

_PAID_FROM_AFAR = any_case(
    r"^(?:(?!\b(?:which|that|whose|who|qui|que|dont|cuy[ao])\b)[^;:.]){0,80}?"
    r"\b(?:by|from|par|por)\s*(?:the|le|la|les|l['’]|el|los|las)?\s*$"
)
_IS_A_REMARK = any_case(r"^\s*(?:\(|,?\s*(?:which|who|that|qui|que)\b)")


@dataclass(frozen=True)
class Said:
    """What a clause says of a name. `words` stand in the clause."""

    topic: Topic
    standing: Standing
    words: str
    window: str
    """The text of the clause around the name, from one name to the next."""

    is_subject: bool = False
    """Whether the words stand after the name: 'Arland is a member'."""


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the clause begins and ends in which a name stands."""
    begins, ends = 0, len(text)
    for found in _END_OF_CLAUSE.finditer(text):
        if found.end() <= start:
            begins = found.start()
        elif found.start() >= end:
            ends = found.start()
            break
    return begins, ends


def said_of(text: str, before: str, start: int, end: int, after: str) -> Said | None:
    """Return what a sentence says of the names from `start` to `end`; None if nothing.

    `before` and `after` are the texts to the names before and after them.
    """
    begins, ends = clause_around(text, start, end)
    before = text[max(begins, start - len(before)) : start]
    after = text[end : min(ends, end + len(after))]
    led = _last(before)
    if led and _leads(*led, before):
        remark = after if _IS_A_REMARK.match(after) else ""
        topic, match = _first(remark) or led if led[0] == Topic.MEMBER else led
        return Said(topic, standing_of(before, remark), match.group(), before + after)
    if (follows := _about_membership(after) or _first(after)) is None:
        return None
    topic, match = follows
    standing = standing_of(before.rsplit(",", 1)[-1], after)
    return Said(topic, standing, match.group(), before + after, is_subject=True)


def _leads(topic: Topic, match: re.Match[str], before: str) -> bool:
    between = before[match.end() :]
    is_office = topic in (Topic.CHAIR, Topic.SECRETARIAT, Topic.OBSERVER)
    return bool(
        _ONLY_LEADS_TO_A_LIST.match(between)
        or (is_office and _LEADS_FROM_AFAR.match(between))
        or (topic == Topic.FUNDING and _PAID_FROM_AFAR.match(between))
    )


_ABOUT_MEMBERSHIP = any_case(
    r"\b(?:about|for|on|regarding|to|of|sur|sobre|pour|para)\s+(?:the\s+|its\s+|full\s+"
    r"|becoming\s+|become\s+|a\s+|an\s+|possible\s+|l['’]|la\s+|su\s+|son\s+)*"
    r"(?=(?:member|observer|join|acced|accession|adh[eé]|membres|miembro"
    r"|statut d['’]obs)"
    r"\w*)"
)


def _about_membership(after: str) -> tuple[Topic, re.Match[str]] | None:
    """Return the topic of a wish that somebody heard: 'asked the Chair about "
    "joining'."""
    found = _ABOUT_MEMBERSHIP.search(after)
    if found is None or not _IS_WISH.search(after):
        return None
    return _first(after[found.end() :])


def topics(text: str) -> set[Topic]:
    return {topic for topic, pattern in _WORD.items() if pattern.search(text)}


def _last(text: str) -> tuple[Topic, re.Match[str]] | None:
    found = [(t, m) for t, pattern in _WORD.items() for m in pattern.finditer(text)]
    return max(found, key=lambda each: each[1].end(), default=None)


def _first(text: str) -> tuple[Topic, re.Match[str]] | None:
    found = [(t, m) for t, p in _WORD.items() if (m := p.search(text))]
    for topic, match in found:
        if topic in _FIRST:
            rivals = [t for t, m in found if m.start() < match.start()]
            if all(rival in (Topic.MEMBER, Topic.MEETING) for rival in rivals):
                return topic, match
    return min(found, key=lambda each: each[1].start(), default=None)


_DENIES = any_case(
    r"\b(?:not|never|neither|nor|no(?!\.?\s*\d)|none|without|cannot|declin\w+"
    r"|refus\w+|turned down"
    r"|reject\w+|yet to|instead of|rather than|except\w*|apart from|other than"
    r"|ne|aucun\w*|jamais|sans|refusé|décliné|sauf|hormis"
    r"|nunca|ningun\w*|ningún|sin|tampoco|salvo|excepto|rechaz\w+|declinó"
    r")\b|\bn['’](?!est plus|sont plus|a plus|en f)|n['’]t\b"
)
_IS_WISH = any_case(
    r"\b(?:interest\w*|wish\w*|intend\w*|intention\w*|appli(?:ed|es|cation)|apply\w*"
    r"|plan(?:s|ned)? to|hop(?:es|ed|ing)|consider\w*|request\w*|ask(?:s|ed|ing)"
    r"|seek\w*|sought|would|want\w*|aspir\w*|candida\w*|could|may(?!\s+\d)|might"
    r"|explor\w*"
    r"|negotiat\w*|pending|feelers|keen|express\w*|approached|knock\w*|bid|eager"
    r"|about to|sound\w* out|[ei]nquir\w+|thinking|thinks|content with|contemplat\w+"
    r"|ponder\w*|weigh(?:s|ing)|in talks|toy\w*|signal+ed"
    r"|prospective"
    r"|potential|soon|future|desire\w*"
    r"|intér[eê]t\w*|intéress\w*|souhait\w*|demand\w*|voudrait|voudraient|envisag\w*"
    r"|sollicit\w*|aimerai\w*|interés|interesad\w*|desea\w*|quiere\w*|quisiera\w*"
    r"|solicit\w*|pid(?:e|en|ió)|pedid\w+|manifest\w+|aspira\w*)\b"
)
_IS_PAST = any_case(
    r"\b(?:left|withdrew|withdrawn|withdrawal|no longer|stopped|ceased|quit|abandoned"
    r"|former"
    r"|(?:membership|observership|status|seat)\s+(?:\w+\s+)?(?:lapsed|expired|ended"
    r"|(?:was|were) (?:withdrawn|revoked|terminated))|relinquish\w+|gave up|renounced"
    r"|forfeited"
    r"|formerly|ex|suspended|until|used to|pulled out|dropped out|walked out"
    r"|n['’](?:est|sont) plus|ne \w+ plus|n['’]en (?:fait|font) plus|retirée?s?"
    r"|quitt(?:é|a|èrent)\w*"
    r"|suspendu\w*|anciens?|anciennes?|jusqu['’]en|cessé"
    r"|retir(?:ó|aron)|suspend\w+|ya no|dej(?:ó|aron)|abandon\w+|hasta|antigu[oa]s?)\b"
)


def standing_of(before: str, after: str) -> Standing:
    """Return what a clause says of how names stand, by the words around the names."""
    around = f"{before} … {after}"
    if _IS_PAST.search(around):
        return Standing.PAST
    if _DENIES.search(around):
        return Standing.DENIED
    if _IS_WISH.search(around):
        return Standing.WISHED
    return Standing.NOW
