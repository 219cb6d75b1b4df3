"""The phrases by which a sheet tells the role of a State or an organisation, and more.

English phrases, with the usual ones in French and Spanish.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from profiles.vocabularies import (
    ContributionKind,
    ContributionStatus,
    DocumentKind,
    MembershipRole,
    PartnerCategory,
    Regularity,
    SecretariatArrangement,
    ThematicChange,
    ThemePhase,
)

YEAR = r"(?:19|20)\d\d"


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# --- Roles -------------------------------------------------------------------

_OBSERVER = r"observ(?:er|ers|ateur|ateurs|ador|adores|adora|adoras)\b"
_MEMBER = (
    r"(?:members?(?: states?| countries)?|membership|participating (?:states|countries)"
    r"|(?:[ée]tats|pays) membres?|membres?|(?:estados|países) miembros?|miembros?)\b"
)
_SAME_CLAUSE = r"(?:(?!\b(?:and|but|while|et|mais|y|pero)\b)[^.;:]){0,60}?"
_PROSPECTIVE = _any_case(
    r"\b(?:interest\w*|wish\w*|intend\w*|intention|appl(?:y|ied|ies)|plan\w*|hop\w+"
    r"|consider\w*|request\w*|ask\w*|seek\w*|sought|would|wants?|wanted|aspir\w*"
    r"|candida\w*|could|may|might|explor\w*|negotiat\w*"
    r"|intér[eê]t\w*|souhait\w*|voudrait|interés|interesad\w*|desea\w*|quiere\w*"
    r"|quisiera|solicit\w*)\b"
    rf"[^.;]{{0,70}}?\b(?P<role>{_OBSERVER}|{_MEMBER})"
)
_CURRENT = _any_case(
    r"\b(?:join\w*|admi\w+|accept\w*|bec[ao]me|participat\w*|takes? part|took part"
    r"|attend\w*|has|have|had|is|are|was|were|hold\w*|grant\w*|enjoy\w*"
    r"|est|sont|a rejoint|ont rejoint|devenu\w*|es|son|se (?:unió|incorporó|sumó)"
    r"|ingresó)"
    rf"\b{_SAME_CLAUSE}\b(?P<role>{_OBSERVER}|{_MEMBER})"
)
_AS = _any_case(
    r"\b(?:as|en tant que?|comme|como|en calidad de)\s+(?:an?\s+|its\s+|full\s+|new\s+"
    rf"|associate\s+)*(?P<role>{_OBSERVER}|{_MEMBER})"
)
_JOINED = _any_case(r"\b(?P<role>joined|a rejoint|ont rejoint|se unió|se incorporó)\b")
_LIST = _any_case(
    rf"\b(?P<role>{_OBSERVER}|{_MEMBER})[^.;:,]{{0,30}}?"
    r"(?:\b(?:are|is|include[sd]?|comprises?|being|namely|such as|sont|incluent|son"
    r"|incluyen)\b|:)(?:\s+(?:the following|the|les|los|las))?\s*:?\s*$"
)
_COMPOSED = _any_case(
    r"\b(?:compos\w+ of|compris\w+|consists? of|made up of|brings together"
    r"|composée? (?:de|des)|réunit|compuest\w+ por|integrad\w+ por|reúne)"
    r"(?: of)?(?:\s+(?:the|les|los|las|\d+|\w+ (?:member )?(?:states?|countries):?))*"
    r"\s*:?\s*$"
)
_LEFT = _any_case(
    r"\b(?P<role>left|withdrew|no longer (?:a )?members?|ceased to be (?:a )?members?"
    r"|(?:was|were) (?:a )?members? until|a quitté|ont quitté|se retiró|se retiraron)\b"
)
_GIVEN = _any_case(
    rf"\b(?P<role>{_OBSERVER}|{_MEMBER})\s+(?:status|statut|estatus|estatuto)?\s*"
    r"(?:(?:was|were|is|has been|have been)\s+)?(?:granted|given|accorded|extended"
    r"|open)?\s*(?:to|for|à|au|aux|a|al)\s+(?:the\s+)?$"
)
_SINCE = _any_case(rf"\b(?:in|since|en|depuis|desde)\s+(?:\w+\s+)?(?P<year>{YEAR})\b")


@dataclass(frozen=True)
class RolePhrase:
    """Words that give a role to the States or organisations named before them."""

    start: int
    end: int
    role: MembershipRole
    is_current: bool = True


_NEGATED = _any_case(
    r"(?:\b(?:not|never|neither|nor|no|none|nobody|without|cannot|ne|n['’]|aucun\w*"
    r"|jamais|sans|nunca|ningun\w*|ningún|sin|tampoco)\b|n['’]t\b)"
)
_CLAUSE = _any_case(
    r"[.;:]|,?\s\b(?:but|while|whereas|although|though|mais|tandis|alors|pero|mientras"
    r"|aunque)\b"
)


def is_negated(before: str) -> bool:
    """Tell whether the clause that `before` ends with denies something."""
    clause = _CLAUSE.split(before.rstrip(" .;:"))[-1]
    return bool(_NEGATED.search(clause))


_SAYS_NONE = _any_case(
    r"^\W*(?:(?:so far|to date|at (?:this|the) \w+ level),?\s+)?(?:none|nothing|n/?a"
    r"|no \w+(?: \w+){0,3}|aucune?\b[\w’' ]{0,40}|rien|ningun\w*\b[\w ]{0,40}|nada)"
    r"(?:\s+(?:was|were|is|are|has been|have been|(?:could|can) be))?"
    r"(?:\s+(?:reported|identified|mentioned|noted|known|given|stated|cited|yet|so far"
    r"|to date|signalée?s?|reportad\w+|señalad\w+))*\W*$"
)


def says_none(text: str) -> bool:
    """Tell whether a whole text only says that there is nothing: 'None reported.'"""
    return bool(_SAYS_NONE.match(text))


def role_phrases(sentence: str) -> list[RolePhrase]:
    """Return the phrases of a sentence that give a role, now, before or in future."""
    found: list[RolePhrase] = []
    for pattern in (_PROSPECTIVE, _LEFT, _CURRENT, _JOINED, _AS):
        for match in pattern.finditer(sentence):
            if any(match.start() < p.end and p.start < match.end() for p in found):
                continue
            if pattern is not _LEFT and is_negated(sentence[: match.end()]):
                continue
            is_observer = match["role"].lower().startswith("observ")
            if pattern is _PROSPECTIVE:
                role = (
                    MembershipRole.PROSPECTIVE_OBSERVER
                    if is_observer
                    else MembershipRole.PROSPECTIVE_MEMBER
                )
            else:
                role = MembershipRole.OBSERVER if is_observer else MembershipRole.MEMBER
            found.append(
                RolePhrase(
                    match.start(), match.end(), role, is_current=pattern is not _LEFT
                )
            )
    return sorted(found, key=lambda phrase: phrase.start)


def role_before(text: str, number_of_names: int) -> MembershipRole | None:
    """Return the role that `text` announces for the names that stand after it."""
    found = _LIST.search(text) or _GIVEN.search(text)
    if found and not is_negated(text):
        is_observer = found["role"].lower().startswith("observ")
        return MembershipRole.OBSERVER if is_observer else MembershipRole.MEMBER
    if number_of_names > 1 and _COMPOSED.search(text):
        return MembershipRole.MEMBER
    return None


def since(text: str) -> str:
    """Return the year since which something holds, "" if the text names none."""
    found = _SINCE.search(text)
    return found["year"] if found else ""


# --- Secretariats and associations -------------------------------------------

_SECRETARIAT = r"(?:secretariat|secr[eé]tariat|secretar[ií]a)"
_ARRANGEMENTS = {
    SecretariatArrangement.PERMANENT: r"permanent",
    SecretariatArrangement.TECHNICAL: r"techni|técnic",
    SecretariatArrangement.AD_INTERIM: r"interim|intérim|interin",
    SecretariatArrangement.HOSTED: r"\bhost",
}
_SERVES = _any_case(
    r"(?:\b(?:functions?|serves?|acts?|acting|serving|works?|provides?|hosts?|holds?"
    r"|assumes?|fulfils?|is|as|assure|exerce|fait office|ejerce|actúa|funge|es)\b"
    rf"[^.;]{{0,45}}?\b{_SECRETARIAT}"
    r"(?:\s+(?:ad interim|permanente?|techni\w+|técnica))?)"
)
_SERVED_BY = _any_case(
    rf"\b{_SECRETARIAT}\b[^.;]{{0,40}}?"
    r"\b(?:provided|hosted|assumed|held|ensured|run|located|based|housed|performed"
    r"|carried out|taken on|fulfilled|served|assurée?|ejercida)\b"
    r"\s*(?:by|at|in|within|par|por|en)?\s*(?:the|le|la|l['’]|el)?\s*$"
)
_SECRETARIAT_IS = _any_case(
    rf"(?:^|[;,])\W*(?:\w+\s+){{0,2}}?{_SECRETARIAT}(?:\s+\w+){{0,2}}?\s*"
    r"(?::|[–—-]|\b(?:is|est|es)\b)\s*(?:(?:with|at|in|by)\s+)?(?:the|le|la|l['’]|el)?"
    r"\s*$"
)
_ASSOCIATED = _any_case(
    r"\b(?:formal(?:ly)?\s+associat\w+\s+(?:with|to)"
    r"|part of the (?:[\w-]+ ){0,3}(?:framework|structures?|system|architecture) of"
    r"|(?:under|within) the (?:umbrella|auspices|framework|aegis) of"
    r"|formellement associée? (?:à|au)|formalmente asociad\w+ (?:a|al|con)"
    r"|parte del marco institucional (?:de|del))"
    r"\s*(?:the|le|la|l['’]|el)?\s*$"
)


def arrangement_of(before: str, after: str) -> str | None:
    """Return how the organisation between two texts serves as secretariat.

    None: the texts do not call it a secretariat; "": they do not say how it serves.
    """
    serving = _SERVES.search(after)
    if serving and (serving.start() >= 40 or is_negated(after[: serving.end()])):
        serving = None
    announced = _SERVED_BY.search(before) or _SECRETARIAT_IS.search(before)
    if announced and is_negated(before):
        announced = None
    for found in (serving, announced):
        if found:
            words = found.group()
            for arrangement, pattern in _ARRANGEMENTS.items():
                if re.search(pattern, words, re.IGNORECASE):
                    return arrangement.value
            return ""
    return None


def is_associated(before: str) -> bool:
    return bool(_ASSOCIATED.search(before))


# --- Partners ----------------------------------------------------------------

_CATEGORIES = {
    PartnerCategory.REGIONAL_UNION: r"regional (?:political|economic)[^.,;]{0,25}"
    r"unions?|unions? r[eé]gional\w*",
    PartnerCategory.ISCM: r"ISCMs?\b|consultation mechanisms|consultative process\w*"
    r"|RCPs?\b|mécanismes de consultation|mecanismos de consulta",
    PartnerCategory.CIVIL_SOCIETY: r"civil[- ]society|NGOs?\b"
    r"|non-governmental|société civile|sociedad civil|ONGs?\b",
    PartnerCategory.PRIVATE_SECTOR: r"private[- ]sector|business(?:es)?\b|employers"
    r"|secteur privé|sector privado",
    PartnerCategory.ACADEMIA: r"academi\w*|universit\w+|research institut\w+"
    r"|universidad\w*|académi\w*",
    PartnerCategory.FOUNDATION: r"foundations?\b|fondations?\b|fundaci\w+",
    PartnerCategory.DONOR_GOVERNMENT: r"donors?\b|donateurs?\b|donantes?\b"
    r"|bailleurs?\b",
    PartnerCategory.IGO_OTHER: r"IGOs?\b|inter-?governmental org\w+"
    r"|international org\w+|UN agencies|United Nations agencies"
    r"|organi[sz]ations? internationales?|organismos? internacional\w*",
}
_ANY_CATEGORY = {
    category: _any_case(rf"\b(?:{pattern})")
    for category, pattern in _CATEGORIES.items()
}
_GOES_BACK = re.compile(
    r"^(?:This|These|That|Those|It|They|Among (?:them|these)|In particular|For example"
    r"|For instance|Such|Examples?|Ceci|Cela|Ces|Il|Ils|Parmi|Esto|Estos|Entre)\b"
)
_COOPERATES = _any_case(
    r"\b(?:partner\w*|collaborat\w*|cooperat\w*|co-operat\w*|works? (?:closely )?with"
    r"|links? with|coopér\w*|coopera\w*|colabora\w*|partenariat\w*|alianza\w*)\b"
)
_REGULARITIES = {
    Regularity.OCCASIONAL: _any_case(r"\boccasional|\bocasional|\boccasionnel"),
    Regularity.REGULAR: _any_case(r"\bregular(?:ly)?\b|\brégulièrement|\bregularmente"),
    Regularity.PLANNED: _any_case(
        r"\b(?:plans?|intends?) to (?:cooperate|collaborate|partner|work)"
    ),
}
_TOPIC = _any_case(
    r"^(?:[,\s]*(?:\w+\s+){0,4}?(?:cooperat\w+|collaborat\w+|works?))?\s*"
    r"(?:to|on|for|regarding|about|concerning|in the (?:area|field)s? of|sur|sobre"
    r"|pour|para)\s+(?P<topic>.{4,})$"
)
_LONGEST_TOPIC = 400
_IN_BRACKETS = re.compile(r"^\s*\((?P<topic>[^()]{4,})\)")
_ABOUT = _any_case(r"^(?:on|for|to|sur|sobre)\s+")
_LOOSE_END = _any_case(
    r"(?:[\s,;.]|\b(?:and|with|as well as|the|also|et|avec|y|con|el|la)\b)+$"
)


def category_word(text: str) -> PartnerCategory | None:
    """Return the last category that a text names, None without any."""
    last: tuple[int, PartnerCategory] | None = None
    for category, pattern in _ANY_CATEGORY.items():
        for found in pattern.finditer(text):
            if last is None or found.end() > last[0]:
                last = (found.end(), category)
    return last[1] if last else None


def is_category(name: str) -> bool:
    """Tell whether a name is that of a category, such as 'IGOs', not of a body."""
    return category_word(name) is not None


def goes_back(sentence: str) -> bool:
    """Tell whether a sentence refers to the subject of the sentence before it."""
    return bool(_GOES_BACK.match(sentence))


def cooperates(text: str) -> bool:
    return bool(_COOPERATES.search(text))


def regularity(text: str) -> str:
    for value, pattern in _REGULARITIES.items():
        if pattern.search(text):
            return value.value
    return ""


def topic(after: str) -> str:
    """Return the topic of the work with the partners named right before this text."""
    after = after[:_LONGEST_TOPIC]
    if found := _IN_BRACKETS.match(after):
        return _capital(_ABOUT.sub("", found["topic"].strip()))
    if found := _TOPIC.match(after):
        return _capital(_LOOSE_END.sub("", found["topic"]))
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_SUCCEEDS = _any_case(
    r"\b(?:succe(?:eds?|eded|ssor (?:of|to))|replace[sd]?|grew out of"
    r"|emerged from|succède|sucede|reemplaz\w+)\b[^.;]{0,30}$"
)
_OBSERVES = _any_case(r"\bobserver (?:in|to|at|of|status (?:in|with))\b[^.;]{0,20}$")


def succeeds(before: str) -> bool:
    return bool(_SUCCEEDS.search(before))


def observes(before: str) -> bool:
    return bool(_OBSERVES.search(before))


_OFFICE = (
    r"(?:co-?)?(?:chair(?:s|ing|manship|person(?:ship)?|man|woman)?|presiden\w+"
    r"|pro-tempore presidency|présiden\w+|presidencia\w*)"
)
_CHAIRED = _any_case(
    r"(?:\b(?:chaired by|presided over by|présidée? par|presidid\w+ por"
    rf"|{_OFFICE}[^.;:]{{0,80}}\b(?:held|assumed|exercised|taken over|handed over"
    r"|passed|assurée|exercée|ejercida|asumida)\s*(?:by|to|on to|par|por|à|a)"
    rf"|(?:current|present|incumbent|acting|actual|actuelle?)\s+{_OFFICE}\s+(?:is|are|est|es))"
    rf"|(?:^|[;,]|\n)\W*(?:\w+\s+){{0,2}}?{_OFFICE}(?:[^:.;]{{0,30}}?)\s*(?::|[–—-]))"
    r"\s*(?:the\s+|le\s+|la\s+|l['’]|el\s+)?$"
)
_CHAIRS = _any_case(
    r"^[\s,]*(?:(?:currently|now|jointly|together|both|which|who|actuellement"
    r"|actualmente)\s+)*"
    r"(?:(?:has|have)\s+(?:been\s+)?(?:co-?)?chair(?:ed|ing)|(?:co-?)?chair(?:s|ed)?"
    r"(?:\s+(?:the|it|its|this)\b|\s+[A-Z]|\s*[.,;]|\s+(?:since|until|from|in)\b)"
    r"|(?:(?:is|are|was|were|has been|have been)|(?:holds?|held|has held|assume[sd]?"
    r"|took over|takes over|received|exercises?))\s+(?:the\s+|its\s+)?"
    rf"(?:[\w-]+\s+){{0,3}}?{_OFFICE}\b"
    r"|prési(?:de|dent|dait)\b|assure la présidence|preside\w*\b|ejerce la presidencia)"
)
_CHAIRED_BEFORE = _any_case(
    r"\b(?:chaired|held|was|were|received|had|prési(?:dait|da)|presidió|until"
    r"|jusqu['’]en|hasta)\b"
)


_NOT_ITSELF = _any_case(
    r"(?:['’]s?)?\s+(?:agencies|agency|bodies|entities|system|family|framework|charter"
    r"|conventions?|protocols?|declaration|resolutions?|general assembly|headquarters"
    r"|guidelines|principles|standards|law|summits?|forum|member (?:states|countries)"
    r"|states|countries|nationals|citizens|region|area)\b"
)


def is_itself(after: str) -> bool:
    """Tell whether the text after a name leaves the organisation itself meant: not so
    for 'UN agencies' or 'EU Member States'."""
    return not _NOT_ITSELF.match(after)


@dataclass(frozen=True)
class ChairPhrase:
    """Words that make States named beside them chairs, now or before."""

    words: str
    is_current: bool


def chairs(before: str, after: str) -> ChairPhrase | None:
    """Return the words before or after the names of States that call them chairs."""
    if announced := _CHAIRED.search(before):
        return None if is_negated(before) else ChairPhrase(announced.group(), True)
    said = _CHAIRS.match(after)
    if said is None or is_negated(before) or is_negated(said.group()):
        return None
    words = said.group()
    is_over = bool(_CHAIRED_BEFORE.search(words)) and not re.match(
        r"[\s,]*(?:has|have)\b", words, re.IGNORECASE
    )
    return ChairPhrase(words, not is_over)


# --- Time --------------------------------------------------------------------

_ESTABLISHED = _any_case(
    r"\b(?:establish\w*|found(?:ed|ing)|creat(?:ed|ion)|launch\w*|incept\w*|set up"
    r"|born|créée?|création|fondée?|cread[oa]|creación|fundad[oa]|estableci\w+)\b"
    rf"(?:(?!\b(?:19|20)\d\d)[^.;,]){{0,30}}?\b(?P<year>{YEAR})\b"
)
_OF_ITSELF = _any_case(r"\b(?:its|sa|son|su|it|the (?:mechanism|process|ISCM))\b")
_MONTHS = (
    ("january", "janvier", "enero"),
    ("february", "février", "febrero"),
    ("march", "mars", "marzo"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juin", "junio"),
    ("july", "juillet", "julio"),
    ("august", "août", "agosto"),
    ("september", "septembre", "septiembre"),
    ("october", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "décembre", "diciembre"),
)
_MONTH_NAMES = "|".join(name for names in _MONTHS for name in names)
_DATE = _any_case(
    rf"(?:(?P<day>\d{{1,2}})(?:er)? (?:de )?)?(?:(?P<month>{_MONTH_NAMES}) (?:de )?)?"
    rf"(?P<year>{YEAR})\b"
)
_ADOPTED = _any_case(
    r"\b(?:adopt|approv|endors|sign|agree|adopté|approuv|adoptad|aprobad)\w*"
)
_ADOPTED_BY = _any_case(
    r"\b(?:adopted|approved|endorsed|signed) by (?P<who>.+?)"
    r"(?:\s+(?:in|on|at|since)\b|[,.;]|$)"
)


def established(sentence: str, names_itself: bool) -> tuple[str, str]:
    """Return the year in which the mechanism began, and the words that say so."""
    found = _ESTABLISHED.search(sentence)
    if found and (names_itself or _OF_ITSELF.search(sentence)):
        return found["year"], found.group()
    return "", ""


def adopted(text: str) -> tuple[str, str]:
    """Return when and by whom a text says that something was adopted; "" if not.

    The date is partial: '2018', '2018-11', '2018-11-05'.
    """
    at = _ADOPTED.search(text)
    if at is None:
        return "", ""
    date = _DATE.search(text, at.end())
    by = _ADOPTED_BY.search(text)
    who = by["who"] if by and len(by["who"]) <= 250 else ""
    return (_partial(date) if date else ""), _capital(who)


def _partial(date: re.Match[str]) -> str:
    if not date["month"]:
        return date["year"]
    spelled = date["month"].lower()
    month = next(n for n, names in enumerate(_MONTHS, 1) if spelled in names)
    day = int(date["day"] or 0)
    return f"{date['year']}-{month:02}" + (f"-{day:02}" if 0 < day <= 31 else "")


# --- Documents and contributions ---------------------------------------------

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
    kind: _any_case(rf"\b(?:{words})") for kind, words in _DOCUMENT_KINDS.items()
}
NAMED_DOCUMENT = _any_case(
    r"\b(?P<what>work ?plan|work programme|action plan|plan of action|strategy"
    r"|strategic plan|terms of reference|plan de (?:travail|trabajo|acción)"
    r"|estrategia|stratégie)\b[^.;]{0,12}?"
    r"\b(?:adopted|approved|endorsed|agreed|adoptée?|adoptad[oa]|aprobad[oa])\b[^.;]{0,60}?"
    rf"\b(?P<year>{YEAR})\b"
)
_MONITORED = _any_case(r"\b(?:monitor|evaluat|follow(?:ed)? up|suivi|seguimiento)")


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


_ACTED = _any_case(
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


# --- Themes ------------------------------------------------------------------

_THEMATIC = _any_case(
    r"\b(?:themat\w*|themes?|focus\w*|priorit\w*|thémat\w*|thèmes?|temátic\w*|temas?"
    r"|enfoque|prioridad\w*)\b"
)
_ABOUT_THEMES = _any_case(
    r"\b(?:agenda|topics?|issues?|subjects?|areas?|pillars?|questions? of|matters"
    r"|cent(?:re|er)(?:s|d|ed|red|ring|ering)?|concentrat\w*|deal(?:s|t)? with"
    r"|address\w*|cover(?:s|ed)?|discuss\w*|turn(?:s|ed)|to the fore|came (?:up|in)"
    r"|took up|takes up|taken up|added|include[sd]?|reach(?:es|ed)|work(?:s|ed)? on"
    r"|began with|begun with|start(?:s|ed) (?:with|from|out)|concern(?:s|ed)"
    r"|devoted|dedicated|attention"
    r"|mandate|programm?e|objectives?|ordre du jour|questions?|sujets?|domaines?|axes?"
    r"|centré\w*|traite|porte sur|aborde\w*|asuntos|cuestiones|ámbitos?|ejes?|agenda"
    r"|trata|aborda\w*|centrad\w*|abarca\w*)\b"
)
_PHASES = {
    ThemePhase.INITIAL: r"\bfrom\b|initial\w*|original\w*|at (?:first|the (?:start"
    r"|beginning|outset))|in the (?:beginning|early \w+)|in its (?:early|first) \w+"
    r"|beg(?:an|un) with|start(?:ed|s) (?:with|out)|\bfirst\b|au début|à l['’]origine"
    r"|al inicio|inicialmente|al principio|en sus inicios",
    ThemePhase.PAST: r"no longer|formerly|used to|ya no|ne .{0,15} plus",
    ThemePhase.CURRENT: r"\btowards?\b|\bto\b|\bnow\b|current\w*|today|recent\w*"
    r"|over time|later|since then|gradually|more and more|then|subsequently|meanwhile"
    r"|\bvers\b|aujourd|désormais|\bhacia\b|actual\w*|hoy|ahora",
}
_CHANGES = {
    ThematicChange.SHIFTED: r"\bshift\w*|\bmoved (?:to|towards)|déplac|desplaz",
    ThematicChange.WIDENED: r"\b(?:widen|broaden|expand|extend|diversif)\w*"
    r"|élargi|ampli",
    ThematicChange.NARROWED: r"\bnarrow\w*|concentrat\w* on fewer",
    ThematicChange.UNCHANGED: r"\b(?:remain|stay)\w* (?:the same|unchanged)"
    r"|not changed|inchang|sin cambios",
}
_DRIVEN = _any_case(
    r"(?:\b(?:inspired|driven|prompted|influenced|triggered|motivated|caused) by"
    r"|\b(?:in response to|as a result of|because of|owing to|due to|at the request of"
    r"|en réponse à|à la demande de|en respuesta a|a (?:solicitud|petición) de)"
    r"|\bwhat (?:drove|prompted|inspired|triggered|caused|motivated) (?:this|that|these"
    r"|it|them|the \w+)(?: \w+){0,2}? (?:was|were|is)) "
    r"(?P<what>[^.;]{4,}?)[.;]?$"
)
_DRIVES = _any_case(r"\bwhat (?:drove|prompted|inspired|triggered|caused|motivated)\b")


def is_thematic(sentence: str) -> bool:
    return bool(_THEMATIC.search(sentence))


def lists_themes(sentence: str) -> bool:
    """Tell whether a sentence on the evolution may name themes that were worked on."""
    return is_thematic(sentence) or bool(_ABOUT_THEMES.search(sentence))


def phase(before: str) -> ThemePhase:
    """Return the phase of a theme by the words before it."""
    last, found = -1, ThemePhase.CURRENT
    for value, pattern in _PHASES.items():
        for word in re.finditer(pattern, before, re.IGNORECASE):
            if word.start() > last:
                last, found = word.start(), value
    return found


def thematic_change(sentence: str) -> tuple[str, str]:
    """Return how the themes changed, and the word that says so; two "" if none does."""
    if lists_themes(sentence) and not is_negated(sentence):
        for change, pattern in _CHANGES.items():
            if word := re.search(pattern, sentence, re.IGNORECASE):
                return change.value, word.group()
    return "", ""


def driver(sentence: str) -> str:
    """Return what drove the change of themes, as the sentence has it, else ""."""
    says_so = _DRIVES.search(sentence) or is_thematic(sentence)
    says_so = says_so or any(thematic_change(sentence))
    found = _DRIVEN.search(sentence) if says_so else None
    return _capital(found["what"].strip()) if found else ""
