"""The phrases on documents of a mechanism and on its contributions."""

import re
from collections.abc import Iterator

from profiles.vocabularies import (
    ContributionKind,
    ContributionStatus,
    DocumentKind,
)
from surveys.summaries.phrases.clauses import YEAR, any_case, goes_back

QUOTED = re.compile(r"[\"“«](?P<title>[^\"“”«»]{12,400}?)[,.]?[\"”»]")
_DOCUMENT_KINDS = {
    DocumentKind.STRATEGY: r"strateg|stratég|estrateg",
    DocumentKind.WORKPLAN: r"work ?plan|work programme|action plan|plan of action"
    r"|plan de (?:travail|trabajo|acción|action)",
    DocumentKind.FOUNDING: r"founding|constitutive|charter|statutes?|charte|carta",
    DocumentKind.RULES: r"terms of reference|rules of procedure|operating modalities"
    r"|regulations?|règlement|reglamento",
}
_DOCUMENT = {
    kind: any_case(rf"\b(?:{words})") for kind, words in _DOCUMENT_KINDS.items()
}
NAMED_DOCUMENT = any_case(
    r"\b(?P<what>work ?plan|work programme|action plan|plan of action|strategy"
    r"|strategic plan|terms of reference|plan de (?:travail|trabajo|acción)"
    r"|estrategia|stratégie)\b[^.;]{0,12}?"
    r"\b(?:adopted|approved|endorsed|agreed|adoptée?|adoptad[oa]|aprobad[oa])\b[^.;]{0,60}?"
    rf"\b(?P<year>{YEAR})\b"
)
_MONITORED = any_case(r"\b(?:monitor|evaluat|follow(?:ed)? up|suivi|seguimiento)")


def document_kind(around: str) -> DocumentKind:
    """Return the kind of a document by the words around its title."""
    for kind, pattern in _DOCUMENT.items():
        if pattern.search(around):
            return kind
    return DocumentKind.OTHER


def is_monitored(sentence: str) -> bool:
    return goes_back(sentence) and bool(_MONITORED.search(sentence))


_CONTRIBUTION_KINDS = {
    ContributionKind.LEGISLATION: r"legislat|\blaws?\b|\bacts?\b|législat|legislac"
    r"|\bley",
    ContributionKind.DECLARATION: r"declaration|déclaration|declaración",
    ContributionKind.AGREEMENT: r"agreement|accord|acuerdo|protocol|convention|treaty",
    ContributionKind.POLICY: r"polic(?:y|ies)|politique|política|strateg"
    r"|\bplans?\b(?! to\b)",
    ContributionKind.SYSTEM: r"systems?|passport|platform|système|sistema",
    ContributionKind.DATA: r"\bdata\b|statisti|données|datos|estadístic",
    ContributionKind.CAPACITY: r"capacit|training|formation|capacitaci",
}
_STATUSES = {
    ContributionStatus.NOT_APPROVED: r"not (?:yet )?(?:been )?(?:approved|adopted)",
    ContributionStatus.PLANNED: r"\bplans? to\b|\bplanned\b|\bwill\b|prévoit|prevé",
    ContributionStatus.PROPOSED: r"\bpropos",
    ContributionStatus.IN_PROGRESS: r"\b(?:is|are) (?:being|work\w*|develop\w*)"
    r"|\bwork(?:s|ing)? on\b"
    r"|in progress|ongoing|en cours|en curso",
}


_ACTED = any_case(
    r"\b(?:adopt\w*|approv\w*|sign(?:s|ed)|sets? up|establish\w*|creat\w*"
    r"|develop\w*|draft(?:s|ed)|revis\w*|chang(?:es|ed)|amend\w*|introduc\w*|launch\w*"
    r"|issu(?:es|ed)|ratif\w*|help(?:s|ed)|contribut\w*|took part|takes part|brought"
    r"|present(?:s|ed)"
    r"|submit\w*|support(?:s|ed)|train(?:s|ed)|organi[sz]\w*|plan(?:s|ned)"
    r"|work(?:s|ed|ing)? on|is being|are being|adopt[óa]\w*|firm[óa]\w*|cre[óa]\w*"
    r"|apoy[óa]\w*|contribuy\w*"
    r"|élabor\w*|signé\w*|créé\w*|contribué\w*|soutenu\w*)\b"
)


def is_an_act(sentence: str) -> bool:
    """Tell whether a sentence says that somebody did, does or will do something."""
    return bool(_ACTED.search(sentence))


def contribution_kind(text: str) -> ContributionKind:
    for kind, pattern in _CONTRIBUTION_KINDS.items():
        if re.search(pattern, text, re.IGNORECASE):
            return kind
    return ContributionKind.OTHER


def contribution_status(text: str) -> ContributionStatus:
    for status, pattern in _STATUSES.items():
        if re.search(pattern, text, re.IGNORECASE):
            return status
    return ContributionStatus.ADOPTED


_CAPITAL = r"[A-ZÀ-Þ][\w’'-]*"
_INSTRUMENT = re.compile(
    rf"(?P<title>(?:{_CAPITAL}\s+){{0,12}}"
    r"(?:Policy|Policies|Plan|Strategy|Declaration|Agreement|Law|Act|Protocol|Regulation"
    r"|Convention|Framework|Política|Plan|Estrategia|Declaración|Acuerdo|Ley|Politique"
    r"|Stratégie|Déclaration|Accord|Loi)\b"
    rf"(?:(?:\s+(?:on|of|for|de|del|sur|sobre|the|la|les|los|and|et|y)|,){{0,3}}\s+{_CAPITAL}){{0,20}}"
    r"(?:\s*\([A-Z]{2,10}\))?)"
    rf"(?P<after>[^.;]{{0,40}}?\b(?P<year>{YEAR})\b)"
)


def instruments(sentence: str) -> Iterator[tuple[str, int, str]]:
    """Yield policies, plans and the like with their year: (title, year, words)."""
    for found in _INSTRUMENT.finditer(sentence):
        title = re.sub(r"^(?:The|A|An)\s+", "", found["title"]).strip()
        if len(title.split()) > 1 and len(title) <= 250:
            yield title, int(found["year"]), found.group()
