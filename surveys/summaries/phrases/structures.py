"""The names of organs, and the dates and places of meetings that were held."""

import re
from collections.abc import Iterator

from profiles.vocabularies import OrganKind
from surveys.summaries.phrases import dates
from surveys.summaries.phrases.clauses import any_case, capital, is_negated, says_none

_KINDS = {
    OrganKind.WORKING_GROUP: r"(?:working|contact|steering|core|support|ad hoc"
    r"|thematic(?: area)?(?: working)?|technical(?: working)?) groups?|task ?forces?"
    r"|groupes? de (?:travail|contact|pilotage|suivi)|grupos? de (?:trabajo|contacto)"
    r"|workstreams?|clusters?",
    OrganKind.EXPERT_GROUP: r"expert (?:groups?|meetings?)|groupes? d['’]experts"
    r"|grupos? de expertos",
    OrganKind.SENIOR_OFFICIALS: r"senior officials?(?:['’])?(?: meetings?)?"
    r"|hauts? fonctionnaires|altos funcionarios",
    OrganKind.MINISTERIAL: r"ministerial (?:meetings?|conferences?|consultations?"
    r"|councils?)|conférences? ministérielles?|(?:reuni[oó]n|conferencia)e?s?"
    r" ministeriale?s?|council of ministers|conseil des ministres",
    OrganKind.COMMITTEE: r"(?:steering|standing|technical|advisory|coordination"
    r"|coordinating|organi[sz]ing|executive) (?:committees?|boards?)|committees?"
    r"|comités?(?: (?:de|d['’])\s?\w+| directeur| technique| técnico)?|troika",
    OrganKind.OTHER: r"(?:national )?(?:focal points?|contact points?|coordinators?"
    r"|coordination (?:mechanisms?|units?))|points focaux"
    r"|puntos focales",
}
_LONGEST_NAME = 8
_ORGAN = any_case("|".join(f"(?P<{k.name}>{w})" for k, w in _KINDS.items()))
_CAPITALS_BEFORE = re.compile(r"(?:\b[A-ZÀ-Þ][\w’'-]*\s+){1,4}$")
_ADJECTIVES = any_case(r"(?:\b(?:national|regional|thematic|technical|joint)\s+)+$")
_BELONGS_ELSEWHERE = any_case(
    r"\b(?:unlike|contrairement|a diferencia|member of the|lend|expertise|of other)\b"
    r"[^;.]*$"
)


def organs(text: str) -> Iterator[tuple[str, OrganKind]]:
    """Yield (name, kind) of each organ that a sentence says there is."""
    if listed := _LIST.match(text):
        yield from _listed(listed)
        return
    for found in _ORGAN.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        if is_negated(before) or _BELONGS_ELSEWHERE.search(before):
            continue
        if re.match(r"\s*[:–—-]\s*", after) and says_none(
            re.split(r"[.;]", after.lstrip(" :–—-"))[0]
        ):
            continue
        more = _CAPITALS_BEFORE.search(before) or _ADJECTIVES.search(before)
        words = f"{more.group() if more else ''}{found.group()}".split()
        if words[0].lower() in ("the", "a", "an", "its", "le", "un", "el", "les"):
            words = words[1:]
        if len(words) <= _LONGEST_NAME:
            kind = next(k for k in OrganKind if k.name == found.lastgroup)
            yield capital(" ".join(words)), kind


def _listed(listed: re.Match[str]) -> Iterator[tuple[str, OrganKind]]:
    """Yield the organs of a list that begins with their kind, as 'Working groups:'."""
    said = _ORGAN.search(listed["label"])
    kind = next((k for k in OrganKind if said and k.name == said.lastgroup), None)
    for item in re.split(r"[;,]|\b(?:and|et|y)\b", listed["items"]):
        name = re.split(r"\(| [–—-] ", item)[0].strip(" .:")
        own = _ORGAN.search(name)
        if name and not says_none(name) and len(name.split()) <= _LONGEST_NAME:
            own_kind = (
                next(k for k in OrganKind if own and k.name == own.lastgroup)
                if own
                else None
            )
            yield capital(name), own_kind or kind or OrganKind.OTHER


_LIST = any_case(
    r"^\W*(?P<label>(?:[\w-]+\s+){0,3}?(?:bodies|organs|groups?|committees?"
    r"|organes|groupes?|comités?|[óo]rganos|grupos|instancias)(?:\s+[\w-]+){0,2})\s*:"
    r"\s*(?P<items>.+)$"
)

_MEETING = any_case(
    r"\b(?:(?:last|latest|most recent|first|\d+(?:st|nd|rd|th)|annual|ordinary"
    r"|ministerial|technical|senior officials?['’]?)\s+){0,3}"
    r"(?:meetings?|conferences?|consultations?|sessions?|rounds?|summits?)\b"
    r"|\b(?:(?:la|les|dernière|première|última|primera)\s+)?"
    r"(?:réunions?|conférences?|sessions?|rencontres?|reuni[oó]n(?:es)?|conferencias?"
    r"|encuentros?)\b"
)
_THE_LAST = any_case(
    r"\b(?:the (?:last|latest|most recent)(?: one)?|la dernière|la [uú]ltima)\b"
)
_HELD = any_case(
    r"\b(?:held|took place|met|gathered|hosted|convened|last|latest|most recent"
    r"|s['’]est tenue|ont eu lieu|a eu lieu|tenue|réunie?s?|dernière"
    r"|se celebr\w+|celebrad\w+|tuvo lugar|se reuni\w+|[uú]ltima)\b"
)
_TO_COME = any_case(
    r"\b(?:will|next|planned|foreseen|to be held|prochaine|prévue|se tiendra|próxima"
    r"|se celebrará|prevista)\b"
)
_CITY = re.compile(
    r"(?:\b(?:in|at|à|en)\s+|[:,]\s+)(?P<city>(?!The\b)[A-ZÀ-Þ][\w’'-]+"
    r"(?:\s+[A-ZÀ-Þ][\w’'-]+){0,2})"
)


def meeting(text: str) -> tuple[str, str, str] | None:
    """Return (title, date, city) of the meeting that a sentence says was held."""
    for clause in re.split(r";|[.](?=\s|$)", text):
        named = _MEETING.search(clause) or _THE_LAST.search(clause)
        if named is None or not _HELD.search(clause) or _TO_COME.search(clause):
            continue
        date = dates.exact(clause[named.end() :]) or dates.exact(clause)
        if not date or is_negated(clause[: named.start()]):
            continue
        rest = clause[named.end() :]
        places = [
            found["city"]
            for found in _CITY.finditer(rest)
            if not dates.exact(found["city"] + " 2000").startswith("2000-")
        ]
        title = (_MEETING.search(text) or named).group().strip()
        return capital(title), date, places[0] if places else ""
    return None
