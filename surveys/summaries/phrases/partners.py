"""The phrases on organisations: secretariats, associations, partners, topics."""

import re
from collections.abc import Callable, Iterator, Sequence

from profiles.vocabularies import (
    PartnerCategory,
    Regularity,
    SecretariatArrangement,
)
from surveys.names import STATE
from surveys.summaries.matching import Mention
from surveys.summaries.phrases.clauses import (
    any_case,
    capital,
    is_denied,
    is_negated,
    says_none,
)
from surveys.summaries.sentences import sentences

_SECRETARIAT = r"(?:secretariat|secr[eé]tariat|secretar[ií]a)"
_ARRANGEMENTS = {
    SecretariatArrangement.PERMANENT: r"permanent",
    SecretariatArrangement.TECHNICAL: r"techni|técnic",
    SecretariatArrangement.AD_INTERIM: r"interim|intérim|interin",
    SecretariatArrangement.HOSTED: r"\bhost",
}
_SERVES = any_case(
    r"(?:\b(?:functions?|serves?|acts?|acting|serving|works?|provides?|hosts?|holds?"
    r"|assumes?|fulfils?|is|as|assure|exerce|fait office|ejerce"
    r"|actúa|funge|es|been|assume|sert|assurent|a cargo"
    r"|runs|manages|operates|tient|gère|gestiona)\b"
    rf"[^.;]{{0,45}}?\b{_SECRETARIAT}"
    r"(?:\s+(?:ad interim|permanente?|techni\w+|técnica))?)"
)
_SERVED_BY = any_case(
    rf"\b{_SECRETARIAT}\b[^.;]{{0,40}}?"
    r"\b(?:provided|hosted|assumed|held|ensured|run|located|sits|based|housed|performed"
    r"|carried out|taken on|fulfilled|served|entrusted|assigned|rests?|lies?|falls?"
    r"|assurée?s?|exercée?s?|confiée?s?|tenue?|gérée?|hébergée?|fourni\w*|ejercid[oa]"
    r"|confiad[oa]"
    r"|encomendad[oa]|prestad[oa]|a cargo|recae)\b"
    r"(?:\s+(?:jointly|currently|since \d{4}|conjointement|depuis \d{4}|desde \d{4}"
    r"|conjuntamente))*"
    r"\s*(?:by|at|in|within|to|with|on|par|por|en|à|au|aux|a|al|de|del)?"
    r"\s*(?:the|le|la|l['’]|el)?\s*$"
)
_SECRETARIAT_IS = any_case(
    rf"(?:^|[;,])\W*(?:\w+\s+){{0,2}}?{_SECRETARIAT}(?:\s+\w+){{0,2}}?\s*"
    r"(?::|[–—-]|\b(?:is|est|es)\b)\s*(?:(?:with|at|in|by)\s+)?(?:the|le|la|l['’]|el)?"
    r"\s*$"
)
_ASSOCIATED = any_case(
    r"(?:\bformal(?:ly)?\s+(?:associat|link|attach|affiliat|ti)\w+\s+(?:with|to)"
    r"|\b(?:affiliated (?:with|to)|attached to)"
    r"|(?:^|[;\n])\W*(?:formal |institutional )?association\b[^:.;]{0,40}:"
    r"|\bformellement (?:rattaché|lié|affilié)e? (?:à|au|aux)"
    r"|\brattachée? (?:à|au|aux)|\bsous l['’]égide (?:de|du)"
    r"|\b(?:adscrit[oa]|formalmente vinculad[oa]) (?:a|al|con)"
    r"|\bbajo los auspicios (?:de|del)|\b(?:"
    r"part of the (?:[\w-]+ ){0,3}(?:framework|structures?|system|architecture) of"
    r"|(?:under|within) the (?:umbrella|auspices|framework|aegis) of"
    r"|formellement associée? (?:à|au)|formalmente asociad\w+ (?:a|al|con)"
    r"|parte del marco institucional (?:de|del)))"
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
            return arrangement_in(found.group())
    return None


_HAS_ONE = any_case(rf"^\s*(?:the |le |la )?{_SECRETARIAT}\s+(?:of|de|du|del)\b")


def has_a_secretariat(window: str) -> bool:
    """Tell whether the secretariat meant is that of the organisation itself."""
    return bool(_HAS_ONE.match(window) or _OF_ANOTHER.search(window))


_OF_ANOTHER = any_case(rf"\b{_SECRETARIAT}\s+(?:of|de|du|de la|del)\s*$")


def arrangement_in(words: str) -> str:
    """Return how words say that a secretariat serves, "" if they do not."""
    for arrangement, pattern in _ARRANGEMENTS.items():
        if re.search(pattern, words, re.IGNORECASE):
            return arrangement.value
    return ""


def in_brackets(after: str) -> str:
    """Return what stands in brackets right after a name, "" without any."""
    found = _IN_BRACKETS.match(after)
    return found["topic"] if found else ""


_WITH_WHICH = any_case(
    r"^(?:\s+\w+)?\s*,?\s*(?:(?:with|to) which\b[^.;,]{0,60}?\b(?:formal(?:ly)?"
    r"|institutionally)\s+"
    r"(?:associat|link|attach|affiliat|ti)\w+|(?:auquel|à laquelle)\b[^.;,]{0,60}?\b"
    r"formellement (?:rattach|li|affili|associ)\w+|(?:al que|a la que|a la cual"
    r"|al cual)\b"
    r"[^.;,]{0,60}?\bformalmente (?:adscrit|vinculad|asociad)\w+)"
)


def is_associated(before: str, after: str) -> bool:
    """Tell whether the texts around a name call it that of a body with which the
    mechanism is formally associated."""
    if with_which := _WITH_WHICH.match(after):
        return not is_negated(with_which.group())
    return bool(_ASSOCIATED.search(before)) and not is_negated(before)


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
    category: any_case(rf"\b(?:{pattern})") for category, pattern in _CATEGORIES.items()
}

_COOPERATES = any_case(
    r"\b(?:partner\w*|collaborat\w*|cooperat\w*|co-operat\w*|works? (?:closely )?with"
    r"|links? with|reports? (?:[\w ]{0,25} )?to the|coopér\w*|coopera\w*|colabora\w*"
    r"|partenariat\w*|alianza\w*)\b"
)
_REGULARITIES = {
    Regularity.OCCASIONAL: any_case(
        r"\boccasional|\bocasional|\boccasionnel|\bad hoc\b|\bfrom time to time\b"
        r"|\bponctuel|\bpuntual"
    ),
    Regularity.REGULAR: any_case(r"\bregular(?:ly)?\b|\brégulièrement|\bregularmente"),
    Regularity.PLANNED: any_case(
        r"\b(?:plans?|intends?) to (?:cooperate|collaborate|partner|work)"
        r"|\b(?:is|are|being) (?:foreseen|planned|envisaged|explored)\b"
        r"|\bunder (?:consideration|discussion|preparation)\b"
        r"|\b(?:est|sont) (?:prévu|envisagé)e?s?\b"
        r"|\bestán? previst[oa]s?\b|\bse (?:prevé|prevén|planea)"
    ),
}
_TOPIC = any_case(
    r"^(?:[,\s]*(?:\w+\s+){0,4}?(?:cooperat\w+|collaborat\w+|works?))?\s*"
    r"(?:to|on|for|regarding|about|concerning|in the (?:area|field)s? of|sur|sobre"
    r"|pour|para)\s+(?P<topic>.{4,})$"
)
_LONGEST_TOPIC = 400
_IN_BRACKETS = re.compile(r"^\s*\((?P<topic>[^()]{4,})\)")
_ABOUT = any_case(r"^(?:on|for|to|sur|sobre)\s+")
_LOOSE_END = any_case(
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


_THE_UN = r"(?:UN|United Nations|Nations Unies|Naciones Unidas|ONU)"
_THE_UN_AS_HEAD = any_case(
    rf"\W*(?:the )?{_THE_UN}(?: (?:agencies|bodies|system|family|entities|side))?\W*"
)


def is_a_head(line: str) -> bool:
    """Tell whether a line is only the name of a category, over the names of it."""
    return bool(_THE_UN_AS_HEAD.fullmatch(line))


_WORDS_OF_A_CATEGORY = 4


def is_category(name: str) -> bool:
    """Tell whether a name is that of a category, such as 'IGOs', not of a body."""
    is_short = len(name.split()) <= _WORDS_OF_A_CATEGORY
    return (is_short and category_word(name) is not None) or is_a_head(name)


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
        return capital(_ABOUT.sub("", found["topic"].strip()))
    if found := _TOPIC.match(after):
        return capital(_LOOSE_END.sub("", found["topic"]))
    return ""


_SUCCEEDS = any_case(
    r"\b(?:succe(?:eds?|eded|ssor (?:of|to))|replace[sd]?|grew out of"
    r"|emerged from|succède|sucede|reemplaz\w+)\b[^.;]{0,30}$"
)
_OBSERVES = any_case(r"\bobserver (?:in|to|at|of|status (?:in|with))\b[^.;]{0,20}$")


_AND = any_case(
    r"^[^.;]{0,60}?\b(?:and|or|nor|et|ou|ni|y|o)\b(?:\s+one)?(?:,[^,]{0,30},)?"
    r"\s+(?:the|with|le|la|el|to|avec|con)?\s*$"
)
_UNRELATED_BEFORE = any_case(
    r"(?:(?:^|[,;.]\s*)(?:just |much )?like|\b(?:unlike|contrary to|in contrast (?:to"
    r"|with)|compar\w+ (?:\w+ )?(?:to|with)"
    r"|than|rather than|instead of|nothing to do with|nothing in common with"
    r"|no (?:\w+ )?(?:overlap|links?|ties?|contacts?|relations?\w*|dealings?"
    r"|exchanges?)"
    r" (?:\w+ )?(?:with|to)|overlaps? with|held up|holds up|likened [^.;]{0,40}?to"
    r"|similar to"
    r"|resembl\w+|differ\w* from|distinct from|confused with|rivals?|competes? with"
    r"|modell?ed (?:on|after)|patterned (?:on|after)|envy\w*|envie\w*"
    r"|à la différence (?:de|du"
    r"|des)|contrairement (?:à|au|aux)|comparée?s? (?:à|au|aux)|rien à voir avec"
    r"|aucun (?:lien|contact) avec|sans (?:lien|contact) avec|a diferencia (?:de|del)"
    r"|comparad[oa]s? con|nada que ver con|ning[uú]n (?:contacto|vínculo) con"
    r"|sin (?:contacto|vínculos?|relación) con|ceased with"
    r"|stopped with|ought to|should|would (?:like|want|wish|welcome)|wish(?:es)? (?:to"
    r"|for)|hopes? (?:to|for)))\b[^.;:]{0,40}$"
)
_UNRELATED_AFTER = any_case(
    r"^(?:\s*\([^()]*\))?\s*[:,–—-]?\s*\(?(?:(?:so far |as yet |still )?(?:no|not|none"
    r"|without|not yet|never|aucun\w*|pas de|sans|néant|ningun\w*|ningún|sin"
    r"|todavía no)\b"
    r"(?!\.?\s*\d)|(?:an? )?(?:separate|parallel|rival|competing|unrelated)\b"
    r"|initiative (?:séparée|distincte)|iniciativa (?:separada|distinta))"
    r"|^[^.;,]{0,40}?\b(?:led nowhere|came to nothing|come to nothing|fell through"
    r"|(?:were|was|have been|has been) (?:cut|severed|broken off|suspended|ended"
    r"|rompus?)"
    r"|broke down"
    r"|failed|fell asleep|lapsed|(?:were|was) (?:dropped|abandoned|discontinued)"
    r"|(?:is|was|are|were) (?:often )?(?:cited|named|mentioned|quoted|seen|regarded"
    r"|held up) as"
    r"|n['’]ont pas abouti|n['’]a pas abouti|ont échoué|fracasaron|no prosper\w+"
    r"|quedaron en nada)\b"
    r"|^\s*(?:is|are|was|were|has|had|est|es)\s+(?:(?:also|often|much|far|rather"
    r"|seen as|felt"
    r" to be|considered|said to be|perçue?|considerad[oa])\s+)*(?:better|more|less"
    r"|larger"
    r"|smaller|older|younger|richer|the (?:better|larger|older|more)|mieux|plus|moins"
    r"|mejor"
    r"|más|menos)\b"
    r"|^\s*(?:as|is|was|to be|comme|como)\s+(?:an?|the|its|un|une|el|la|le)\s+"
    r"(?:\w+\s+){0,2}?(?:example|model|rival|counter-?example|benchmark|sister|modèle"
    r"|exemple|modelo|ejemplo)\b"
)


def goes_on(between: str) -> bool:
    """Tell whether a text between names goes on what was said of those before it."""
    words = re.split(r"[;.]", between)
    return len(words) == 1 and bool(_AND.search(between)) and not cooperates(between)


def is_unrelated(before: str, after: str) -> bool:
    """Tell whether a sentence only compares something with the mechanism or says that
    the two have nothing to do with each other: 'unlike X', 'X: no contact so far'."""
    return bool(_UNRELATED_BEFORE.search(before) or _UNRELATED_AFTER.match(after))


def succeeds(before: str) -> bool:
    return bool(_SUCCEEDS.search(before))


def observes(before: str) -> bool:
    return bool(_OBSERVES.search(before))


_NOT_ITSELF = any_case(
    r"(?:['’]s?)?\s+(?:agencies|agency|bodies|entities|system|family|framework|charter"
    r"|conventions?|protocols?|declaration|resolutions?|general assembly|headquarters"
    r"|guidelines|principles|standards|law|summits?|forum|member (?:states|countries)"
    r"|states|countries|nationals|citizens|region|area|accession|membership"
    r"|candidates?)\b"
)


_STATES_OF_IT = any_case(
    r"\b(?:states|countries|territories|governments|nationals|citizens|capitals|heads"
    r"|[ée]tats(?: membres)?|pays(?: membres)?|estados(?: miembros)?"
    r"|países(?: miembros)?)"
    r"\s+(?:of|de|du|del)\s*(?:the|la|l['’])?\s*$"
    r"|\b(?:accession|adhésion|adhesión) (?:to|à|a)\s*(?:the|la|l['’])?\s*$"
)
_HEADS_A_LIST = any_case(
    r"(?:^|[;.:]\s*|,\s*(?:and|while)\s+)(?:from|within|among|amongst|in|of|inside"
    r"|across|as for|as to|on the side of|au sein|parmi|du côté|dentro|entre|por parte)"
    r"\s+(?:de\s+)?(?:the\s+|l['’]|les\s+|las?\s+|des\s+|de\s+)?$"
)
_NAMES_THE_UN = any_case(rf"^{_THE_UN}\b")
_SHARED_BY_ALL = any_case(r"^\s*(?:,|side\b|:)")


def is_itself(before: str, after: str) -> bool:
    """Tell whether the texts around a name leave the organisation itself meant: not so
    for 'UN agencies', 'EU Member States' or 'the States of the EU'."""
    return not (_NOT_ITSELF.match(after) or _STATES_OF_IT.search(before))


def heads_a_list(before: str, name: str, after: str) -> bool:
    """Tell whether the United Nations only head the names of its bodies, as in 'From
    the UN, IOM and UNHCR attend', or say of which kind they are: 'IGOs (UN): IOM'."""
    if not _NAMES_THE_UN.match(name):
        return False
    if before.endswith("(") and after.startswith(")"):
        return category_word(before) is not None
    return bool(_HEADS_A_LIST.search(before) and _SHARED_BY_ALL.match(after))


_GOES_ON = (
    r"(?:\s+(?:(?:de|des|du|del|pour|para|sur|sobre|et|y|la|le|les|los|las|d['’]"
    r"|l['’])\s*"
    r")*(?:[A-ZÀ-Þ][\w’'-]*|(?<=\W)[a-zà-ÿ]+(?:ain|aine|aines|ains|al|ale|ales|aux"
    r"|ique|iques"
    r"|éen|éenne|yane|yan|ien|ienne|ais|aise|ano|ana|anos|anas|ional|ionales|ivo|iva"
    r"|erno|eño"
    r"|eña"
    r"|ico|ica|icos|icas)\b|(?<=de )[a-zà-ÿ]+|(?<=des )[a-zà-ÿ]+|(?<=la )[a-zà-ÿ]+"
    r"|(?<=pour les )[a-zà-ÿ]+|(?<=los )[a-zà-ÿ]+|(?<=del )[a-zà-ÿ]+)){1,6}"
)
"""What goes on a French or Spanish name: 'de la Faune', 'internationale'."""

_BODY = re.compile(
    r"(?:[A-ZÀ-Þ][\w’'-]+\s+){0,5}(?:University|Institute|Foundation|Network|Federation"
    r"|Association|Society|Confederation)\b"
    r"(?:\s+(?:(?:of|for|on|the|and)\s+){0,3}[A-ZÀ-Þ][\w’'-]+){0,6}"
    r"|\b(?:Université|Institut|Fondation|Réseau|Fédération|Confédération|Croix-Rouge"
    rf"|Universidad|Instituto|Fundación|Red|Federación|Confederación"
    rf"|Cruz Roja){_GOES_ON}"
)
_AFTER_A_NAME = re.compile(r"\s*[:(,;.]|\s[–—-]\s")
_WORDS_OF_A_NAME = 8
_WORDS_OF_A_HEAD = 4


_NAME = re.compile(
    r"[A-ZÀ-Þ][\w’'-]*(?:\s+(?:(?:of|for|and|on|in|the|to|de|des|du|del|d['’]|la|les"
    r"|los"
    r"|las|et|y|e|pour|para|sur|sobre|sans|sin|al|aux?)\s+){0,3}[A-ZÀ-Þ][\w’'-]*)+"
)
_FRENCH_OR_SPANISH_NAME = re.compile(
    r"\b(?:Banque|Ligue|Union|Organisation|Fonds|Agence|Office|Conseil|Forum"
    r"|Association"
    r"|Université|Institut|Fondation|Réseau|Centre|Comité|Commission|Fédération|Ordre"
    r"|Plateforme|Alliance|Secours|Médecins"
    r"|Banco|Liga|Unión|Organización|Fondo|Agencia|Oficina|Consejo|Foro|Asociación"
    r"|Universidad|Instituto|Fundación|Red|Centro|Comité|Comisión|Federación|Cámara"
    r"|Alianza|Servicio)"
    rf"{_GOES_ON}"
)
_PART_OF_A_RECORD = re.compile(r",\s*\([^(),;]*$")
_SHORT_NAME = re.compile(r"(?<![\w-])[A-Z][\w-]*[A-Z]\b(?!-)")
_NO_BODY = any_case(
    r"^(?:members?|observers?|partner|other|no|none|not|neither|the|these|this|both"
    r"|national"
    r"|senior|ministerial|migrants|government|sustainable|global compact)\b"
    r"|\b(?:process|dialogue|compact|declaration|agenda|states|officials?|secteur"
    r"|sector"
    r"|programme of work|january|february|march|april|may|june|july|august|september"
    r"|october|november|december|monday|ministers?|minister|african|european|american"
    r"|asian"
    r"|arab|caribbean|mediterranean)$"
)


def bodies_named(
    structure: str, partnerships: str, mentions: Callable[[str], Sequence[Mention]]
) -> Iterator[str]:
    """Yield names of bodies that are none of the records that `mentions` finds.

    These are names in capitals, those of universities and the like, and every other
    name in the text on partnerships of which the text denies nothing.
    """
    yield from _listed(partnerships)
    for prose in (structure, partnerships):
        blanked = _without(mentions(prose), prose)
        for found in _SHORT_NAME.finditer(blanked):
            # What stands in brackets is the short form of the name before.
            is_short_form = f"({found.group()})" in structure + partnerships
            # 'the Union (DG Lakes)': what stands in brackets is a part of it.
            is_part = _PART_OF_A_RECORD.search(blanked[: found.start()])
            is_out = is_short_form or is_part or is_denied(prose[found.end() :])
            if not is_out and not is_category(found.group()):
                yield found.group()
        yield from _bodies(prose)
    for paragraph in partnerships.split("\n\n"):
        for sentence in sentences(paragraph):
            yield from _names(sentence, mentions(sentence))


def is_short_form(name: str, text: str) -> bool:
    """Tell whether a name is only the initials of words that a text spells out."""
    if not _SHORT_NAME.fullmatch(name) or not name.isupper() or len(name) < 3:
        return False
    words = r"[\w’'-]*\s+(?:(?:of|for|on|and|the|de|des|du|del|la|y|et)\s+)*"
    return bool(re.search(rf"\b{words.join(map(re.escape, name))}[\w’'-]+", text))


def _without(known: Sequence[Mention], text: str) -> str:
    """Return a text with commas where records are named."""
    for mention in known:
        blank = "," * (mention.end - mention.start)
        text = f"{text[: mention.start]}{blank}{text[mention.end :]}"
    return text


def _names_in(text: str) -> Iterator[re.Match[str]]:
    taken: list[tuple[int, int]] = []
    for pattern in (_FRENCH_OR_SPANISH_NAME, _NAME):
        for found in pattern.finditer(text):
            if all(found.end() <= a or b <= found.start() for a, b in taken):
                taken.append(found.span())
                yield found


def _names(sentence: str, known: Sequence[Mention]) -> Iterator[str]:
    states = [mention for mention in known if mention.kind == STATE]
    text = _without([mention for mention in known if mention not in states], sentence)
    for found in _names_in(text):
        name = re.sub(r"^The\s+", "", found.group())
        if not _IN_A_LIST.search(text[: found.start()]):
            name = re.sub(r"^(?:Le|La|Les|L['’]|El|Los|Las)\s+", "", name)
        if found.start() == 0 and len(name.split()) < _WORDS_AT_THE_BEGINNING:
            continue
        if len(name.split()) < 2 or _NO_BODY.search(name) or is_category(name):
            continue
        own = [m for m in states if found.start() <= m.start < found.end()]
        rest = name
        for mention in own:
            rest = rest.replace(mention.text, "")
        if not re.search(r"[A-ZÀ-Þ]", rest) or _KNOWN_IN_BRACKETS.match(
            text[found.end() :]
        ):
            continue
        before = text[: found.start()]
        if is_negated(before) or _OF_SOMEBODY.search(before):
            continue
        if _TOPIC_OF_A_NAME.search(before):
            continue
        acronym = _OWN_ACRONYM.match(text[found.end() :])
        yield f"{name}{acronym.group()}" if acronym else name


_IN_A_LIST = re.compile(r"[:;,(]\s*$")
_OF_SOMEBODY = any_case(r"\b(?:its|their|whose|own|leur|ses?|sus?)\s+$")
_TOPIC_OF_A_NAME = re.compile(r",\s*\((?![^()]*,)[^()]*$")
"""After a known name, of which commas are left: 'IOM (Border Management)'."""

_WORDS_AT_THE_BEGINNING = 3
"""A sentence begins with a capital, whether a name begins there or not."""


_KNOWN_IN_BRACKETS = re.compile(r"\s*\(,")
_OWN_ACRONYM = re.compile(r"\s*\([A-Z][\w-]*[A-Z]\)")


def _bodies(text: str) -> list[str]:
    """Return what a text calls a university, a network or the like, by its words."""
    found = (body.group() for line in text.split("\n") for body in _BODY.finditer(line))
    names = (re.sub(r"^The\s+", "", name) for name in found)
    return [name for name in names if len(name.split()) > 1]


def _listed(text: str) -> list[str]:
    """Return the names of a list whose head is a category, such as 'Civil society:'."""
    names: list[str] = []
    is_listed = False
    for paragraph in text.split("\n\n"):
        is_short = len(paragraph.split()) <= _WORDS_OF_A_HEAD and "." not in paragraph
        if paragraph.endswith(":") or (is_short and category_word(paragraph)):
            is_listed = category_word(paragraph) is not None
        elif is_listed:
            name = _AFTER_A_NAME.split(paragraph)[0].strip()
            is_name = name[:1].isupper() and len(name.split()) <= _WORDS_OF_A_NAME
            if is_name and not says_none(name) and category_word(name) is None:
                names.append(name)
    return names
