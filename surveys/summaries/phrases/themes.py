"""The phrases on themes, their change and what drove it."""

import re

from profiles.vocabularies import (
    ThematicChange,
    ThemePhase,
)
from surveys.summaries.phrases.clauses import any_case, capital, is_negated

_THEMATIC = any_case(
    r"\b(?:themat\w*|themes?|emphasis|énfasis|accent|focus\w*|priorit\w*|thémat\w*"
    r"|thèmes?|temátic\w*|temas?"
    r"|enfoque|prioridad\w*)\b"
)
_ABOUT_THEMES = any_case(
    r"\b(?:agenda|scope|remit|champs?|portée|éventail|temario|alcance"
    r"|topics?|issues?|subjects?|areas?|pillars?|questions? of|matters"
    r"|cent(?:re|er)(?:s|d|ed|red|ring|ering)?|concentrat\w*|deal(?:s|t)? with"
    r"|address\w*|cover(?:s|ed)?|discuss\w*|turn(?:s|ed)|to the fore|came (?:up|in)"
    r"|took up|takes up|taken up|added|include[sd]?|reach(?:es|ed)|work(?:s|ed)? on"
    r"|began with|begun with|start(?:s|ed) (?:with|from|out)|concern(?:s|ed)"
    r"|devoted|dedic\w+|trait\w+|intéress\w+|exchang\w+|outlook|attention|revolv\w+"
    r"|talks|exchanges|figur\w+|ajout\w*"
    r"|échanges|discussions|débats|port(?:e|ent|ait|aient) (?:\w+ )?sur"
    r"|place centrale|intercambios|debates|se ocupa\w*|se añad\w+|se sum\w+|incluy\w+"
    r"|mandate|programm?e|objectives?|ordre du jour|questions?|sujets?|domaines?|axes?"
    r"|centré\w*|traite|porte sur|aborde\w*|asuntos|cuestiones|ámbitos?|ejes?|agenda"
    r"|trata|aborda\w*|centrad\w*|abarca\w*)\b"
)
WORK = any_case(
    r"\b(?:plan|grupo|programa|mesa|reuni[oó]n|sesi[oó]n)\w* de trabajo\b"
    r"|\b(?:el|su|los|sus|este|del) trabajos?\b|\btrabaj(?:[óa]|an|aban?|aron|ar|ando"
    r"|ado)\b"
    r"|\b(?:plan|groupe|programme|réunion|séance)s? de travail\b"
)
"""Words of what a mechanism does, which are words of labour migration too."""

_PHASES = {
    ThemePhase.INITIAL: r"\bfrom\b|(?:early|first) (?:years|rounds|meetings|days"
    r"|phase|themes)"
    r"|at the time(?! of)\b|\balors\b|en aquella época|en aquel entonces|\bentonces\b"
    r"|years ago|initial\w*"
    r"|original\w*|at (?:first|the (?:start"
    r"|beginning|outset))|in the (?:beginning|early \w+)|in its (?:early|first) \w+"
    r"|at that time|in those (?:days|years)|back then|in the first \w+"
    r"|(?:les|ses|aux) premi[eè]re?s (?:années|temps|réunions)|à ses débuts|au départ"
    r"|initialement|d['’]abord|(?:los|sus) primeros (?:años|tiempos)|en un (?:principio"
    r"|primer momento)|dans un premier temps|durante los primeros|durant les premières"
    r"|al comienzo|a(?:t its| the) inception"
    r"|beg(?:an|un) with|start(?:ed|s) (?:with|out)|\bfirst\b|au début|à l['’]origine"
    r"|al inicio|inicialmente|al principio|en sus inicios",
    ThemePhase.PAST: r"no longer|formerly|used to|ya no|ne .{0,15} plus|dropped"
    r"|abandon\w+"
    r"|disappear\w+|disparu\w*|given up",
    ThemePhase.CURRENT: r"\btowards?\b|\bto\b|\bnow\b|current\w*|today|recent\w*"
    r"|over (?:time|the years)|with (?:time|the years)|at present|nowadays|these days"
    r"|in the last|over the (?:last|past)|ces dernières années|depuis|s['’]y ajoute\w*"
    r"|venue s['’]y ajouter|se (?:añad|incorpor|sum)\w+|[uú]ltimamente|\bnew\b|latest"
    r"|\badded\b|\bsince\b|present(?:ly)?|in the meantime|à présent|actuel\w*"
    r"|récemment|de nos jours"
    r"|par la suite|au fil|hoy en día|en la actualidad|recientemente|con el tiempo"
    r"|later|since then|gradually|more and more|then|subsequently|meanwhile"
    r"|\bvers\b|aujourd|désormais|\bhacia\b|actual\w*|hoy|ahora",
}
_IN_THE_PAST = any_case(
    r"\b(?:was|were|had|did|\w{3,}ed|dealt|took|était|étaient|avai(?:t|ent)"
    r"|\w{3,}ai(?:t|ent)|fue|fueron|era|eran|\w{3,}(?:aba|aban|aron|ieron|ía|ían))\b"
)
_IN_THE_PRESENT = any_case(
    r"\b(?:is|are|has|have|est|sont|a|ont|s['’]est|se sont|es|son|ha|han|focus(?:es)?"
    r"|covers?|deals?|addresses|includes?|occupent|portent|incluyen?)\b"
)
_CHANGES = {
    ThematicChange.SHIFTED: r"\bshift\w*|\b(?:moved|turned|evolved) (?:\w+ )?(?:from"
    r"|to|towards?)|\bdéplac|\bpassée?s? de\b|\bdesplaz|\bpas(?:ó|aron) de\b"
    r"|\bévolué (?:de|vers)\b",
    ThematicChange.WIDENED: r"\badded (?:as|to) (?:an? |the |its )?(?:[\w-]+ ){0,2}?"
    r"(?:pillars?|themes?|topics?|agenda|list|priorit\w+|mandate|remit|scope)\b|"
    r"\b(?:widen|broaden|expand|extend|diversif|enlarg)\w*"
    r"|étoff\w+"
    r"|enrichi\w*|se sont ajout\w+|\bm[aá]s ampli[oa]s?\b|\bbroader than\b"
    r"|\bwider than\b"
    r"|élargi|étendu|diversifi|ampli|\b(?:scope|agenda|range|themes?|topics?|list)\b"
    r"[^.;,]{0,30}\b(?:grown|grew|grows|enlarged)|\bgrowth of the (?:agenda|scope)"
    r"|\b(?:become|became|grown|is now|are now) (?:\w+ ){0,2}?(?:wider|broader"
    r"|larger)\b"
    r"|\b(?:wider|broader) (?:agenda|scope|range|focus|outlook)",
    ThematicChange.NARROWED: r"\bnarrow\w*|concentrat\w* on fewer",
    ThematicChange.UNCHANGED: r"\b(?:remain|stay)\w* (?:the same|unchanged)"
    r"|not changed|inchang|sin cambios",
}
_DRIVEN = any_case(
    r"(?:\b(?:inspired|driven|explained|prompted|influenced|triggered|motivated"
    r"|caused) by"
    r"|\b(?:in response to|as a result of|because of|owing to|due to|at the request of"
    r"|as a consequence of|in the wake of|on account of|thanks to"
    r"|under the (?:influence|impact|pressure|effect) of"
    r"|(?:en raison|sous l['’](?:effet|influence|impulsion)|du fait)"
    r" d(?:e|u|es|['’])|(?:à la suite|à la demande) d(?:e|u|es|['’])"
    r"|(?:suite|due?s?|dû|en réponse) (?:à|aux?)"
    r"|(?:debido|en respuesta|a (?:solicitud|petición)|a raíz|a causa"
    r"|como consecuencia|se deben?) (?:de|del|al?)"
    r"|s['’]expliquent? par|obedec\w+ (?:a|al)|respond\w+ (?:to|a|al)|répond\w* (?:à"
    r"|aux?)"
    r"|ow(?:es?|ed) (?:much |a lot |a great deal )?to"
    r"|(?:stems?|stemmed|arose|results?|resulted|derives?) from|découl\w+ d(?:e|u|es)"
    r"|résult\w+ d(?:e|u|es)|reflects?|is linked to|are linked to"
    r"|attribu\w+ (?:à|aux?|a|al)|après|following|in the aftermath of"
    r"|provoqu\w+ par|impuls\w+ por|motivad\w+ por|sparked by|brought about by"
    r"|a ra[ií]z de)"
    r"|\bwhat (?:drove|prompted|inspired|triggered|caused|motivated) (?:this|that|these"
    r"|it|them|the \w+)(?: \w+){0,2}? (?:was|were|is))(?:\s|(?<=['’]))"
    r"(?P<what>[^.;]{4,}?)(?:[.;]|$)"
)
_REASON = any_case(
    r"(?:^|[;:])\s*(?P<what>[^.;:]{4,}?),? "
    r"(?:(?:was|were|is|being|has been) (?:the|one of the|its|a)|en (?:a été|est|sont)"
    r" (?:la|l['’]une des|une)|(?:fue|es|ha sido) (?:la|una de las|una))\s*"
    r"(?:(?:main|principal|principale|decisive|key|chief|most important)\s+)*"
    r"(?:reasons?|drivers?|causes?|triggers?|motives?|raisons?|razón|razones|causas?)\b"
)
_COUNTED = any_case(
    r"\b(?:reasons?|factors?|drivers?|causes?|developments?|events?|raisons?|facteurs?"
    r"|événements?|razones|factores|causas|acontecimientos)\b[^:.;]{0,30}?"
    r"\b(?:account\w*|explain\w*|led|l(?:ie|ay)s? behind|(?:stand|stood) behind|drove"
    r"|prompted|triggered|brought about|expliqu\w+|explican?|motiv\w+|provoc\w+)\b"
    r"[^:.;]{0,60}:\s*(?P<what>[^.;]{4,}(?:;[^.;]{4,})*)"
)
"""'Two factors account for this evolution: the drought and the new law.'"""

_DRIVES = any_case(r"\bwhat (?:drove|prompted|inspired|triggered|caused|motivated)\b")


_SOMETHING_ELSE = any_case(
    r"\b(?:pays (?:for|its|their)|pay|paid|costs?|funds?|funded|finance\w*"
    r"|travel expenses|monitor\w*|evaluat\w*"
    r"|member states of|financ\w+|frais|coûts?|gastos)\b"
)
_THEME_DENIED = any_case(
    r"\b(?:not|never|neither|nor|no|none|nobody|personne|nadie|without|aucun\w*|jamais"
    r"|nunca|ningun\w*|sin"
    r"|tampoco|outside|except|hors|sauf|excluded?|less|little|hardly|scarcely|peu"
    r"|poco)\b[^.;:,]*$|\b(?:is|are|was|were"
    r"|has|have)"
    r"n['’]t\b[^.;,]*$|\b(?:unlike|contrairement|a diferencia)\b[^.;,]*$"
)
_THEME_DENIED_AFTER = any_case(
    r"^[\w\s]{0,25}?\b(?:never|neither|(?:has|have|had|was|were|is|are|did|does|do) not"
    r"(?! (?:only|just))|(?:was|were|is|are) (?:left out|kept (?:out|off)|ruled out"
    r"|excluded)"
    r"|n['’](?:a|ont|est|a pas|est pas) jamais|n['’]a pas|nunca|no (?:se|ha|fue"
    r"|está))\b"
    r"(?![^.;]*\b(?:at first|initially|until|before|au début|al principio|but)\b)"
)
_NOT_ONLY = any_case(
    r"\b(?:not (?:only|just|limited)|no longer|no s[oó]lo|pas seulement)\b"
)


def speaks_of_something_else(sentence: str) -> bool:
    """Tell whether a sentence on the evolution speaks of who pays or who watches."""
    return bool(_SOMETHING_ELSE.search(sentence)) and not lists_themes(sentence)


def is_denied(sentence: str, start: int, end: int) -> bool:
    """Tell whether a sentence denies that the theme between two places was worked "
    "on."""
    before, after = sentence[:start], sentence[end:]
    if _THEME_DENIED_AFTER.match(after):
        return True
    return bool(_THEME_DENIED.search(before)) and not _NOT_ONLY.search(before)


def is_thematic(sentence: str) -> bool:
    return bool(_THEMATIC.search(sentence))


def lists_themes(sentence: str) -> bool:
    """Tell whether a sentence on the evolution may name themes that were worked on."""
    return is_thematic(sentence) or bool(_ABOUT_THEMES.search(sentence))


def phase(before: str, after: str = "") -> ThemePhase | None:
    """Return the phase of a theme by the words before it, else by those after it in its
    clause, else by the tense. None: only the past tense speaks of it, so that the theme
    was worked on at some time."""
    if found := _last_phase(before):
        return found
    end = re.search(r"[;.]", after)
    after = after[: end.start()] if end else after
    if found := _last_phase(after):
        return found
    clause = f"{re.split('[;.]', before)[-1]} {after}"
    if _IN_THE_PAST.search(clause) and not _IN_THE_PRESENT.search(clause):
        return None
    return ThemePhase.CURRENT


def _last_phase(text: str) -> ThemePhase | None:
    last, found = -1, None
    for value, pattern in _PHASES.items():
        for word in re.finditer(pattern, text, re.IGNORECASE):
            if word.start() > last:
                last, found = word.start(), value
    return found


_CHANGE_LABEL = any_case(
    r"^\W*(?:change|changes|évolution|evolución|cambios?)\b[^:]{0,30}:"
)
_SAID_BEFORE = any_case(
    r"\b(?:this|that|these|the|cette?|cet|es[at]e|es[at]a|la|el"
    r"|l['’])\s*(?:\w+ )?(?:shift"
    r"|broadening|widening|expansion|extension|enlargement|growth|narrowing"
    r"|élargissement|extension|ampliación"
    r"|change)\b"
)
_IS_UNCHANGED_OR_DENIED = any_case(
    r"\b(?:not|never|n['’]\w+ pas|no)\b[^.;,]{0,25}\b(?:widen|broaden|expand|extend"
    r"|diversif|shift|narrow|élargi|ampli|cambi|chang|réduit|reduc|grown|moved)\w*"
    r"(?![^.]*(?:au contraire|on the contrary|instead|rather|al contrario))"
)
_DRIVER_LABEL = any_case(
    r"^\W*(?:why|what (?:(?:caused|drove|made|brought|led to|changed|moved)\b"
    r"[^:]{0,30}|caused|drove|prompted|triggered|inspired|motivated|explains"
    r"|(?:lay|lies|stood|stands|is|was|were|are) (?:behind"
    r"|(?:the )?(?:\w+ )?(?:reasons?"
    r"|drivers?|causes?)))"
    r"|(?:the |les |los |las )?(?:main )?(?:reasons?|drivers?|causes?|raisons?|motifs?"
    r"|motivos?|raz[oó]n(?:es)?|causas?|facteurs?|factores?)|driven by|pourquoi|por qué"
    r"|qu['’]est-ce qui (?:explique|a )|quell?es? (?:est|sont|étaient|furent) (?:la"
    r"|les)"
    r" (?:raisons?|causes?|facteurs?)|cu[aá]l(?:es)? (?:es|son|fueron|fue) (?:el|la"
    r"|los|las)"
    r" (?:motivos?|raz[oó]n(?:es)?|causas?|factores?)|a qué se deb\w+|qué (?:motivó"
    r"|explica))"
    r"\b[^:]{0,60}:\s*(?P<what>.{4,}?)[.;]?$"
)
_EXPLAINED = any_case(
    r"(?:\b(?:asked (?:what|why|about the reasons)|what (?:lay|lies|stood"
    r"|stands) behind"
    r"|reasons? (?:given|cited|named|offered|for))\b[^.;]{0,80}?\b(?:pointed? to|cited?"
    r"|named?|mention\w*|spoke of|were|was|is|are)"
    r"|\bexplain\w* (?:it|this|that|th(?:is|e|ese) [\w ]{3,25}?) (?:by|with|through)"
    r"|\b(?:link|attribut|put|ascrib|trac|relat)\w* (?:this|that|the|it"
    r"|these) ?(?:\w+ )?"
    r"(?:down |back )?to"
    r"|\bl['’](?:expliqu\w+|attribu\w+) (?:par|à|aux?)"
    r"|\b(?:detrás de|en el origen de|à l['’]origine de|derrière) (?:est|cet|ces?)\w*"
    r" [\w ]{3,25}? (?:están?|hay|il y a|on trouve|se (?:trouv|encuentr|hall)\w+"
    r"|figur\w+)"
    r"|\b(?:among|entre|parmi) (?:the |les |los |las )?(?:main "
    r"|principa\w+ )?(?:reasons?"
    r"|drivers?|causes?|raisons?|facteurs?|motivos?|razones|causas"
    r"|factores)\b[^.;]{0,50}?"
    r"\b(?:are|were|is|was|mention\w*|figur\w+|cit\w+|on compte|sont|étaient|están?|son"
    r"|mencionan?|señalan?)"
    r"|\b(?:respondents|members|states|secretariat|they) (?:\w+ )?(?:credits?|credited"
    r"|blamed?)"
    r"|\b(?:is|are|was|were) (?:put down|attributed|ascribed|credited) to"
    r"|\bbehind (?:it|this|that|them|th(?:is|e|ese) [\w ]{3,25}?) (?:lies?|lay|stands?"
    r"|stood"
    r"|is|was|are|were)|\b(?:expli(?:que|quent)|attribue|attribuent) (?:cela|ce \w+"
    r"|cette \w+)"
    r" (?:par|à|au|aux)|\b(?:lo|esto) (?:explican?|atribuyen?) (?:por|con|a|al))"
    r"\s+(?P<what>[^.;]{4,}?)(?:[.;]|$)"
)


def thematic_change(sentence: str) -> tuple[str, str]:
    """Return how the themes changed, and the word that says so; two "" if none does."""
    is_label = _CHANGE_LABEL.match(sentence)
    if (is_label or lists_themes(sentence) or _SAID_BEFORE.search(sentence)) and not (
        _IS_UNCHANGED_OR_DENIED.search(sentence)
    ):
        for change, pattern in _CHANGES.items():
            if word := re.search(pattern, sentence, re.IGNORECASE):
                return change.value, word.group()
    return "", ""


_ANSWERED = any_case(
    r"^(?:[^,;.]{0,60}?\b(?:points?|pointed|refers?|referred|attributed?"
    r"|attributes) (?:it )?to"
    r"|[^,;.]{0,60}?\b(?:cit(?:es?|ed)|nam(?:es?|ed)|mention(?:s|ed)?|sp(?:eaks?"
    r"|oke) of"
    r"|blam(?:es?|ed)|credits?|credited|évoqu\w+|invoqu\w+|mencion\w+|señal\w+|cita\w*)"
    r"|(?:mostly |above all |mainly |surtout |sobre todo )?(?:because(?: of)?"
    r"|parce qu['’e]|à cause de|porque|por))\s+(?P<what>.{4,}?)\.?$"
)


def driver(sentence: str) -> str:
    """Return what drove the change of themes, as the sentence has it, else ""."""
    if labelled := _DRIVER_LABEL.match(sentence):
        what = labelled["what"].strip()
        answered = _ANSWERED.match(what)
        return (
            "" if is_negated(what) else capital(answered["what"] if answered else what)
        )
    says_so = _DRIVES.search(sentence) or is_thematic(sentence)
    says_so = says_so or _SAID_BEFORE.search(sentence) or any(thematic_change(sentence))
    found = _COUNTED.search(sentence) or _EXPLAINED.search(sentence)
    found = found or (_DRIVEN.search(sentence) if says_so else None)
    found = found or (_REASON.search(sentence) if says_so else None)
    return capital(found["what"].strip()) if found else ""
