"""The phrases on documents of a mechanism and on its contributions."""

import re
from collections.abc import Iterator

from profiles.vocabularies import (
    ContributionKind,
    ContributionStatus,
    DocumentKind,
)
from surveys.summaries.phrases.clauses import (
    YEAR,
    any_case,
    capital,
    goes_back,
    is_negated,
)
from surveys.summaries.phrases.dates import MONTH_NAMES

_LONGEST_TITLE = 250

QUOTED = re.compile(r"[\"“«](?P<title>[^\"“”«»]{12,400}?)[,.]?[\"”»]")
_DOCUMENT_KINDS = {
    DocumentKind.STRATEGY: r"strateg|stratég|estrateg",
    DocumentKind.WORKPLAN: r"work ?plan|work programme|action plan|plan of action"
    r"|plan de (?:travail|trabajo|acción|action)",
    DocumentKind.FOUNDING: r"founding|constituti(?:ve|on)|charter|statutes?|charte"
    r"|carta"
    r"|constitutif|fondat\w+|fundacional|constitutiv[oa]",
    DocumentKind.RULES: r"terms of reference|rules of procedure|operating modalities"
    r"|regulations?|règlement|reglamento",
}
_DOCUMENT = {
    kind: any_case(rf"\b(?:{words})") for kind, words in _DOCUMENT_KINDS.items()
}
_NAMED_DOCUMENT = any_case(
    rf"(?P<what>(?:{YEAR}\s*[-–/]\s*\d{{2,4}}\s+)?"
    r"\b(?:work ?plan|work programme|action plan|plan of action|strategy"
    r"|strategic plan|terms of reference|rules of procedure|charter|statutes"
    r"|plan de (?:travail|trabajo|acción)|plan d['’]action|programme de travail"
    r"|programa de trabajo|estrategia|stratégie|feuille de route|hoja de ruta"
    r"|charte|règlement intérieur|reglamento interno|termes de référence"
    r"|términos de referencia|(?:operational |ministerial )?conclusions"
    r"|guiding principles"
    r"|communiqué|joint declaration|memorandum of understanding|road ?map)\b"
    rf"(?:\s+(?:for\s+|pour\s+|para\s+)?{YEAR}\b(?:\s*[-–/]\s*\d{{2,4}})?)?)"
    r"(?P<between>[^.;]{0,45}?)"
    r"(?P<done>\b(?:adopted|approved|endorsed|agreed|validated|signed|adoptée?s?"
    r"|approuvée?s?|validée?s?|signée?s?|adoptad[oa]s?|aprobad[oa]s?|validad[oa]s?"
    r"|(?:se )?aprobó|(?:se )?adoptó|suscrit[oa]s?)\b"
    rf"[^.;]{{0,60}}?\b{YEAR}\b|\b(?:of|from|dated|de|du|del)\s+"
    rf"(?:(?:{MONTH_NAMES})\s+(?:de\s+)?)?{YEAR}\b)"
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
    ContributionKind.LEGISLATION: r"legislat|\blaws?\b(?! enforcement)|\bacts?\b"
    r"|législat|legislac|\bley(?:es)?\b|\blois?\b|\bbills?\b|\bdecrees?\b|\bdécrets?\b",
    ContributionKind.DECLARATION: r"declaration|déclaration|declaración",
    ContributionKind.AGREEMENT: r"agreement|accord|acuerdo|protocol|convention|treaty",
    ContributionKind.POLICY: r"polic(?:y|ies)|politique|política|strateg|stratég"
    r"|\bplans?\b(?! to\b)",
    ContributionKind.SYSTEM: r"systems?|passport|platform|système|sistema",
    ContributionKind.DATA: r"\bdata\b|statisti|données|datos|estadístic",
    ContributionKind.CAPACITY: r"capacit|training|formation|capacitaci",
}
_STATUSES = {
    ContributionStatus.NOT_APPROVED: r"not (?:yet )?(?:been )?(?:approved|adopted"
    r"|endorsed|validated)|\b(?:rejected|turned down|refused)\b|\brejet(?:é|er)"
    r"|yet to (?:be|win|find|gain)\b|\brechaz|pas (?:encore )?été (?:adopt|approuv"
    r"|valid)"
    r"|\bno (?:ha|han|fue|fueron|se)\b[^.;,]{0,20}\b(?:aprob|adopt|aprueb)",
    ContributionStatus.PLANNED: r"\bplans? to\b|\bplanned\b|\bwill\b|\bforeseen\b"
    r"|\benvisaged\b|\b(?:intends?|expects?|expected|due) to\b|prévoi|\bprévue?s?\b"
    r"|envisag|\bprevé|\bprevén|\bprevist[oa]s?\b|\bplane[aó]",
    ContributionStatus.PROPOSED: r"\bpropos",
    ContributionStatus.IN_PROGRESS: r"\b(?:is|are) (?:being|work\w*|develop\w*"
    r"|draft\w*|prepar\w*|negotiat\w*)"
    r"|\bwork(?:s|ing)? on\b"
    r"|\b(?:is|are) (?:currently|now|presently) \w+ing\b"
    r"|\b(?:prépare|préparent|rédige|rédigent|prepara|preparan|redacta|redactan)\b"
    r"|in progress|ongoing|en cours|en curso|\bunder(?: \w+)? (?:way|preparation"
    r"|development|discussion|negotiation|consideration|review)|\bunderway\b"
    r"|en (?:préparation|chantier|discussion|négociation|preparación|discusión"
    r"|negociación)|\bestán? (?:elabor|prepar|negoci|desarroll)ando",
}
_STILL_WRITTEN = any_case(
    r"\b(?:when|while|for|in|with) (?:the )?(?:draft|prepar|develop|revis|review"
    r"|elaborat|design|draw|writ)ing\b|\b(?:lors de|pour|dans) (?:l['’]|la |son )?"
    r"(?:élabor\w+|rédaction|préparation|rédiger|préparer)"
    r"|\b(?:al|para) (?:elaborar|redactar|preparar)\b"
)
_FINISHED = any_case(
    r"\b(?:adopted|approved|endorsed|enacted|passed|signed|adopté\w*|approuvé\w*"
    r"|promulgu\w+|adoptó|aprobó|aprobad\w+|adoptad\w+)\b"
)
_RESULT = any_case(
    r"\b(?:guidelines?|lignes directrices|directrices|curricul\w+|handbooks?|manuals?"
    r"|manuels?|guides?|guías?|toolkits?|networks?|réseaux?|red(?:es)?\b(?= de)"
    r"|cent(?:re|er)s?|centros?|mechanisms?|mécanismes?|mecanismos?|standards?|normes"
    r"|estándares|statements?|positions?|yearly reports?|annual reports?|procedures?"
    r"|procédures?|procedimientos?|databases?|registers?"
    r"|committees?|comités?|working groups?|groupes? de travail|task ?forces?|units?"
    r"|unités?|permits?|roadmaps?|feuilles? de route|hojas? de ruta|recommendations?"
    r"|bulletins?|portals?|hotlines?|templates?|model (?:laws?|bills?)|boletín"
    r"|boletines"
    r"|recommandations?|recomendaciones)\b"
)


_ACTED = any_case(
    r"\b(?:sent|gave|wrote|adopt\w*|approv\w*|compil\w*|collect(?:s|ed)|publishes"
    r"|maintains?|runs"
    r"|tabled"
    r"|concluded|coached|initialled|negotiated|sign(?:s|ed)|sets? up|establish\w*"
    r"|creat\w*"
    r"|develop\w*|draft(?:s|ed)|revis\w*|chang(?:es|ed)|amend\w*|introduc\w*|launch\w*"
    r"|issu(?:es|ed)|ratif\w*|help(?:s|ed)|contribut\w*|took part|takes part|brought"
    r"|present(?:s|ed)"
    r"|submit\w*|support(?:s|ed)|train(?:s|ed)|organi[sz]\w*|plan(?:s|ned)"
    r"|work(?:s|ed|ing)? on|is being|are being|adopt[óa]\w*|firm[óa]\w*|cre[óa]\w*"
    r"|apoy[óa]\w*|contribuy\w*"
    r"|agreed (?:on|to|upon)|opened|drew up|drawn up|prepared|produced|endors\w*"
    r"|published|publié\w*|public[óa]\w*|pris part|particip\w+"
    r"|carried out|conducted|undertaken|completed|commissioned"
    r"|validat\w*|put in place|in use|foreseen|envisaged|built|passed|enacted"
    r"|approuv\w*|validé\w*|ouvert\w*|mis\w* (?:en place|sur pied)|prévue?s?"
    r"|lancé\w*|envisag\w*|aprob\w*|elabor\w*|lanz\w*|previst\w*|acord\w*"
    r"|élabor\w*|signé\w*|créé\w*|contribué\w*|soutenu\w*)\b"
)


_OPINION = any_case(
    r"\b(?:respondents?|members?|states|they|it|participants|les [ée]tats"
    r"|los estados)\s+"
    r"(?:\w+ly\s+)?(?:value|valued|feel|felt|appreciate\w*|believe\w*|consider\w*|find"
    r"|credit\w*"
    r"|found|think|thought|see|hope|underline\w*|stress\w*|say|said|estiment|apprécient"
    r"|consideran|valoran)\b|\b(?:helps?|makes?|allows?|permet|permite|ayudan?)\b"
    r"[^.;]{0,20}\b(?:everybody|everyone|each other|mutual|understand\w*|trust)\b"
    r"|\b(?:in general|few instances|ranges? from|mainly indirect|indirectly)\b"
)
_ONLY_POSSIBLE = any_case(
    r"^\W*(?:it is (?:to be )?(?:hoped|wished)|one (?:hopes|may hope)|on (?:espère"
    r"|souhaite)|se espera|ojalá)\b"
    r"|^(?:(?!\b(?:which|that|who|whose|so|if)\b)[^,;.:]){0,60}?\b(?:could|might|should"
    r"|ought to|would (?:like|wish|welcome|want)|(?:hopes?|wish(?:es)?|want(?:s)?) to"
    r"|pourraient|pourrait|devrai(?:t|ent)|souhaite(?:nt)?|podrían?|debería\w*"
    r"|quisiera\w*)\b"
    r"|\b(?:by contrast|en revanche|par contre|en cambio)\b[^;.]*"
    r"\b(?:attribu|ascrib|credit)\w*"
)
"""A wish, a possibility, or what somebody owes to others than the mechanism."""

_DENIES = any_case(
    r"^(?:[^,;.]|\b(?:however|so far)\b,){0,60}?\b(?:not|never|neither|no(?!\.?\s*\d)"
    r"|none|nobody|nothing|rien|nada|yet to (?:see|feel|notice|name|draw)"
    r"|aucun\w*|ne|nunca|ningun\w*|ningún|tampoco|without result)\b|\bn['’](?:a|ont|est"
    r"|ait)\b[^.;,]{0,20}\b(?:pas|jamais|aucun\w*)\b|\bwithout (?:result|success)\b"
    r"|n['’]t\b"
)


def is_denied(sentence: str) -> bool:
    """Tell whether a sentence under a level says that something was not done."""
    return bool(_DENIES.search(sentence))


def is_only_possible(sentence: str) -> bool:
    """Tell whether a sentence under a level tells of no fact: 'Arland could follow'."""
    return bool(_ONLY_POSSIBLE.search(sentence))


def is_a_contribution(sentence: str) -> bool:
    """Tell whether a sentence under a level, without a State, is a contribution: it
    names a result or an act, and is more than what people think of it."""
    is_remark = goes_back(sentence) and len(sentence.split()) <= _WORDS_OF_A_REMARK
    if is_remark or _OPINION.search(sentence):
        return False
    is_an_item = len(sentence.split()) <= _WORDS_OF_AN_ITEM and bool(
        re.match(r"[A-ZÀ-Þ\d]", sentence)
    )
    kind = contribution_kind(sentence)
    return (
        is_an_act(sentence)
        or names_a_result(sentence)
        or (
            is_an_item
            and (
                kind != ContributionKind.OTHER
                or bool(re.search(YEAR, sentence) or _EVENT.match(sentence))
            )
        )
    )


_EVENT = any_case(
    r"^(?:(?!\b(?:is|are|was|were|has|have|had|be|been|est|sont|es|son)\b)[^.;])*?"
    r"\b(?:meetings?|workshops?|seminars?|exercises?|stud(?:y|ies)|surveys?|campaigns?"
    r"|projects?|pilots?|visits?|réunions?|ateliers?|études?|enquêtes?|campagnes?"
    r"|projets?|talleres|taller|estudios?|encuestas?|campañas?|proyectos?)\b"
    r"(?:(?!\b(?:is|are|was|were|has|have|had|be|been|est|sont|es|son)\b)[^.;])*[.;]?$"
)
"""An item that only names what was held: 'Technical meetings on civil registration'."""

_WORDS_OF_AN_ITEM = 12
_WORDS_OF_A_REMARK = 5
"""'It plans to go on.' is a remark on the sentence before."""


def is_an_act(sentence: str) -> bool:
    """Tell whether a sentence says that somebody did, does or will do something."""
    return bool(_ACTED.search(sentence))


def contribution_kind(text: str) -> ContributionKind:
    for kind, pattern in _CONTRIBUTION_KINDS.items():
        if re.search(pattern, text, re.IGNORECASE):
            return kind
    return ContributionKind.OTHER


def names_a_result(sentence: str) -> bool:
    """Tell whether a sentence names something lasting, such as guidelines."""
    return bool(_RESULT.search(sentence))


def contribution_status(text: str) -> ContributionStatus:
    for status, pattern in _STATUSES.items():
        if re.search(pattern, text, re.IGNORECASE):
            return status
    if _STILL_WRITTEN.search(text) and not _FINISHED.search(text):
        return ContributionStatus.IN_PROGRESS
    return ContributionStatus.ADOPTED


def named_documents(sentence: str) -> Iterator[re.Match[str]]:
    """Yield what a sentence says of adopted workplans and the like without a title."""
    for named in _NAMED_DOCUMENT.finditer(sentence):
        is_denied = is_negated(f"{sentence[: named.start()]}{named['between']}")
        # The title that stood after a label such as 'Workplan:' is read by now.
        is_read = re.match(r"\s*:\s{3,}", named["between"])
        if not (is_denied or is_read or _NOT_YET.search(named["between"])):
            yield named


def titled_by(named: re.Match[str]) -> str:
    """Return the title of a document that has none of its own: with its years if it has
    any, as '2018-2019 Workplan', else with its adoption, 'Workplan adopted in 2018'."""
    what = " ".join(named["what"].split())
    if not re.search(r"\d{2}$|^\d", what):
        what = f"{what} {' '.join(named['done'].split())}"
    return capital(what)


_CAPITAL = r"[A-ZÀ-Þ][\w’'-]*"
_INSTRUMENT = re.compile(
    rf"(?P<title>(?:{_CAPITAL}\s+){{0,12}}"
    r"(?:Policy|Policies|Plan|Strategy|Declaration|Agreement|Law|Act|Protocol"
    r"|Regulation"
    r"|Convention|Framework|Política|Plan|Estrategia|Declaración|Acuerdo|Ley|Politique"
    r"|Stratégie|Déclaration|Accord|Loi)\b"
    rf"(?:(?:\s+(?:on|of|for|de|del|sur|sobre|the|la|les|los|and|et|y)"
    rf"|,){{0,3}}\s+{_CAPITAL}){{0,20}}"
    r"(?:\s*\([A-Z]{2,10}\))?)"
    rf"(?P<after>[^.;]{{0,40}}?\b(?P<year>{YEAR})\b)"
)


_ARTICLE = (
    r"(?:(?:the|a|an|its|their|this|le|la|les|un|une|el|los|las|una|su)\s+|l['’]\s*)"
)
_END_OF_TITLE = (
    r"(?=\s*(?:[,(;:]|[.]?$)|\s+(?:was|were|is|are|has|have|had|which|that|who|adopted"
    r"|approved|endorsed|signed|agreed|validated|launched|serves?|provides?|guides?"
    r"|remains?|sets?|followed|follows|came|comes|continues?|replaced|succeeded"
    r"|defines?|governs?|regulates?|lays? down|steers?|underpins?"
    r"|outlines?|forms?|guided|suivit|a suivi|siguió|dated|as|and its|adoptée?"
    r"|approuvée?|validée?|signée?|a été"
    r"|ont|qui|est|sert|constitue|fut|adoptad[oa]|aprobad[oa]|firmad[oa]|suscrit[oa]"
    r"|fue|que|es|sirve"
    rf"|constituye|(?:of|in|from|du|de|d['’]"
    rf"|en)\s+(?:(?:{MONTH_NAMES})\s+(?:de\s+)?)?{YEAR})\b)"
)
_TITLED = re.compile(
    rf"(?P<title>(?:{YEAR}\s*[-–/]\s*\d{{2,4}}\s+)?(?:{_CAPITAL}\s+){{0,10}}"
    r"(?:Plan|Strategy|Declaration|Agreement|Protocol|Convention|Framework|Charter"
    r"|Statutes?|Compact|Communiqué|Statement|Memorandum|Road ?[Mm]ap|Agenda|Programme"
    r"|Constitution|Call [Ff]or Action|Call to Action|Common Approach"
    r"|Common Position|Concept Note"
    r"|Terms of Reference|Rules of Procedure|Operating Modalities|Guidelines|Principles"
    r"|Conclusions|Estrategia|Declaración|Acuerdo|Carta|Memorando|Hoja de [Rr]uta"
    r"|Programa|Enfoque [Cc]omún|Plan d['’][Aa]ction|Stratégie|Déclaration|Accord"
    r"|Charte|Protocole|Feuille de [Rr]oute|Appel à l['’][Aa]ction|Approche [Cc]ommune"
    r"|Position [Cc]ommune|Mémorandum)\b"
    rf"(?:\s+[\w’'/&–-]+){{0,16}}?){_END_OF_TITLE}"
)
_WAS_ADOPTED = any_case(
    r"^[^.;:]{0,70}?\b(?:adopted|approved|endorsed|agreed|signed|validated|launched"
    r"|adoptée?s?|approuvée?s?|validée?s?|signée?s?|adoptad[oa]s?|aprobad[oa]s?"
    r"|firmad[oa]s?|suscrit[oa]s?|validad[oa]s?|adoptaron|aprobaron|firmaron)\b"
)
_ADOPTS = any_case(
    r"\b(?:adopted|approved|endorsed|signed|validated|adopté|approuvé|validé|signé"
    rf"|adoptó|adoptaron|aprobó|aprobaron|firmó|firmaron)\s*{_ARTICLE}?$"
)
_DATED_ITSELF = any_case(
    rf"^(?:\s*\(|,?\s+(?:of|dated|du|de|d['’]|del)\s+)(?:\w+\s+){{0,3}}{YEAR}\b"
)
_NOT_YET = any_case(
    r"\b(?:will|shall|to be|expected|planned|foreseen|draft|prévue?|sera|será"
    r"|previst\w+|proyecto de|projet de)\b"
)


def titled(sentence: str) -> Iterator[tuple[str, str, str]]:
    """Yield adopted or dated documents as (title, text on the adoption, words)."""
    for found in _TITLED.finditer(sentence):
        words = found["title"]
        title = re.sub(rf"^{_ARTICLE}", "", words, flags=re.IGNORECASE)
        before, after = sentence[: found.start()], sentence[found.end() :]
        adoption = _WAS_ADOPTED.match(after)
        said = adoption.group() if adoption else ""
        if is_negated(f"{before[-40:]}{words}{said}") or _NOT_YET.search(said):
            continue
        if not (len(title.split()) > 1 or adoption) or len(title) > _LONGEST_TITLE:
            continue
        if adoption or _DATED_ITSELF.match(after):
            yield title, after, words
        elif announced := _ADOPTS.search(before):
            yield title, f"{announced.group()} {after}", words
        elif _is_a_name(title) and not _OF_OTHERS.search(f"{before[-60:]}{words}"):
            yield title, after, words


def _is_a_name(title: str) -> bool:
    """Tell whether a title names one document, as 'Marrakech Action Plan' does, and is
    no word of a sentence."""
    capitals = re.findall(rf"\b{_CAPITAL}", title)
    return len(capitals) > 1 or bool(re.search(YEAR, title))


_OF_OTHERS = any_case(
    r"\b(?:Global Compact|Pacte mondial|Pacto Mundial|2030|Sustainable Development"
    r"|United Nations|Palermo|Geneva Convention|Paris Agreement|Sendai"
    r"|Convention on the"
    r"|in line with|inspired by|conformément|in response to|thanks to|due to|because of"
    r"|following the|negotiations?|négociations?|negociaci\w+|consequence|instead of"
    r"|contribut\w+ to)\b"
)


def title_spans(sentence: str) -> list[tuple[int, int]]:
    """Return where titles of documents stand, whosever the documents are."""
    return [
        found.span()
        for found in _TITLED.finditer(sentence)
        if len(found["title"].split()) > 1
    ]


def instruments(sentence: str) -> Iterator[tuple[str, int, str]]:
    """Yield policies, plans and the like with their year: (title, year, words)."""
    for found in _INSTRUMENT.finditer(sentence):
        title = re.sub(r"^(?:The|A|An)\s+", "", found["title"]).strip()
        if len(title.split()) > 1 and len(title) <= 250:
            yield title, int(found["year"]), found.group()
