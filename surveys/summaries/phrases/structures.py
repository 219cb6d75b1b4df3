"""The names of organs, and the dates and places of meetings that were held."""

import re
from collections.abc import Iterator

from profiles.vocabularies import FundingKind, OrganKind
from surveys.summaries.phrases import dates
from surveys.summaries.phrases.clauses import (
    YEAR,
    any_case,
    capital,
    is_negated,
    says_none,
)

_KINDS = {
    OrganKind.WORKING_GROUP: r"(?:working|contact|steering|core|support|ad hoc"
    r"|thematic(?: area)?(?: working)?|technical(?: working)?|consultative"
    r"|advisory) groups?"
    r"|task ?forces?|grupos? (?:consultivos?|técnicos?|de apoyo)|groupes? consultatifs?"
    r"|groupes? de (?:travail|contact|pilotage|suivi)|grupos? de (?:trabajo|contacto)"
    r"|workstreams?|clusters?",
    OrganKind.EXPERT_GROUP: r"experts?['’]? (?:groups?|meetings?)|groupes? d['’]experts"
    r"|grupos? de expertos",
    OrganKind.SENIOR_OFFICIALS: r"senior officials?(?:['’])?(?: (?:meetings?"
    r"|committees?|groups?))?"
    r"|hauts? fonctionnaires|altos funcionarios",
    OrganKind.MINISTERIAL: r"ministerial (?:meetings?|conferences?|consultations?"
    r"|councils?)|conférences? ministérielles?|(?:reuni[oó]n|conferencia)e?s?"
    r" ministeriale?s?|(?:council|conference|(?:(?:annual"
    r"|yearly) )?meetings?) of (?:the )?"
    r"(?:deputy |vice-?)?ministers|(?:conseil|conférence|réunions?(?: annuelles?)?) des"
    r" (?:vice-)?ministres|(?:consejo|conferencia"
    r"|reuni[oó]n(?:es)?(?: anual(?:es)?)?) de"
    r" (?:vice)?ministros",
    OrganKind.COMMITTEE: r"(?:steering|standing|technical|advisory|coordination"
    r"|coordinating|organi[sz]ing|executive) (?:committees?|boards?)|committees?"
    r"|(?-i:Board)\b"
    r"|comités?(?: (?:de|d['’])\s?\w+| (?:directeur|technique|exécutif|permanente?"
    r"|técnico|ejecutivo|directivo|consultivo))?|troika|mesas? (?:técnicas?|temáticas?)"
    r"|cellules? techniques?|commissions? (?:techniques?|thématiques?|spécialisées?)",
    OrganKind.OTHER: r"(?-i:Annual (?:Meeting|Conference|Assembly)|General Assembly"
    r"|Plenary(?: (?:Meeting|Session|Assembly))?|Assemblée (?:[Gg]énérale|[Pp]lénière)"
    r"|(?:Réunion|Conférence) [Aa]nnuelle|Asamblea (?:[Gg]eneral|[Pp]lenaria)"
    r"|(?:Reunión|Conferencia) [Aa]nual)|(?:national )?(?:focal points?"
    r"|contact points?|coordinators?"
    r"|coordination (?:mechanisms?|units?)|liaison officers?)|points? foca(?:l|ux)"
    r"|puntos? focal(?:es)?|assemblées? annuelles?|asambleas? anual(?:es)?"
    r"|(?:oficiales|funcionarios) de enlace|agents de liaison",
}
_LONGEST_NAME = 8
_ORGAN = any_case("|".join(f"(?P<{k.name}>{w})" for k, w in _KINDS.items()))
_CAPITALS_BEFORE = re.compile(
    r"(?:\b[A-ZÀ-Þ][\w’'-]*\s+(?:(?:and|on|for|of)\s+(?=[A-ZÀ-Þ]))?){1,6}$"
)
_SUBJECT_AFTER = re.compile(
    r"^\s+(?:on|for|sur|sobre|pour|para)\s+(?:the\s+|la\s+|les\s+|el\s+)?"
    r"[A-ZÀ-Þ][\w’'-]*(?:,?(?:\s+(?:and|of|for|in|de|des|et|y))?\s+[A-ZÀ-Þ][\w’'-]*)*"
)
_GOES_ON_WITH_A_VERB = (
    r"(?:convenes?|meets?|met|exists?|existed|is|are|was|were|has|have|had|reports?"
    r"|operates?|works?|gathers?|deals?|prepares?|discuss(?:es)?|supports?|advises?"
    r"|feeds?|which|who|that|se|est|sont|a|ont|existent?|fonctionnent?|es|son|ha|han"
    r"|funcionan?|existen?|trabajan?|under|in|at|since|with|to|by|en|depuis|desde)\b"
)
_SMALL_SUBJECT = any_case(
    rf"^\s+(?P<on>on|sur|sobre)\s+(?P<subject>(?!{_GOES_ON_WITH_A_VERB})[\w’'-]+"
    rf"(?:(?:,?\s+(?:and|et|y)(?:\s+(?:on|sur|sobre))?|,)?\s+(?!{_GOES_ON_WITH_A_VERB})"
    rf"[\w’'-]+){{0,12}}?)(?=\s*(?:[.;:(]|$)|,?\s+{_GOES_ON_WITH_A_VERB})"
)
_NEXT_SUBJECT = any_case(
    r",\s+(?:(?:and|et|y)\s+)?(?:(?:on|sur|sobre)\s+)?|\s+(?:and|et|y)\s+"
    r"(?:on|sur|sobre)\s+"
)
_LAST_SUBJECT = any_case(r"\s+(?:and|et|y)\s+")
_SEVERAL = any_case(
    r"(?P<one>(?:[\w-]+ )*(?:group|committee|task ?force|workstream|cluster|comité))s"
)
_ONLY_AN_IDEA = any_case(
    r"\b(?:idea|proposals?|plans?|talk|suggestions?|calls?|wish|need|idée|proposition"
    r"|projet"
    r"|idea|propuesta|proyecto)\s+(?:of|for|to (?:set up|create|establish|form)|de"
    r"|d['’])\s*"
    r"(?:an?\s+|the\s+|un\s+|une\s+|una\s+|crear\s+|créer\s+)*(?:\w+\s+){0,2}$"
)
_DOES_NOT_EXIST = any_case(
    r"^[^.;]{0,70}?\b(?:(?:does|do|did) not|doesn['’]t|rejected|dropped|abandoned"
    r"|abolished|dissolved|disbanded|discontinued|proposed|planned|foreseen|suggested"
    r"|considered|mooted|talked (?:about|of)|discussed for|never|no longer|not (?:yet"
    r"|been)"
    r"|n['’]exist\w+|n['’]a (?:pas|jamais)|proposée?|rejetée?|dissoute?|supprimée?"
    r"|envisagée?"
    r"|no existe\w*|no se|nunca|propuest[oa]|rechazad[oa]|disuelt[oa]|suprimid[oa])\b"
)
_ADJECTIVES = any_case(r"(?:\b(?:national|regional|thematic|technical|joint)\s+)+$")
_BELONGS_ELSEWHERE = any_case(
    r"\bat (?:the )?level of\s+(?:\w+\s+)?$"
    r"|\b(?:unlike|contrairement|a diferencia|member of the|lend|expertise|of other)\b"
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
        if _DOES_NOT_EXIST.match(after) or _ONLY_AN_IDEA.search(before):
            continue
        if re.match(r"\s*[:–—-]\s*", after) and says_none(
            re.split(r"[.;]", after.lstrip(" :–—-"))[0]
        ):
            continue
        more = _CAPITALS_BEFORE.search(before) or _ADJECTIVES.search(before)
        kind = next(k for k in OrganKind if k.name == found.lastgroup)
        for named in _with_subjects(found.group(), after):
            words = f"{more.group() if more else ''} {named}".split()
            name = _ARTICLE.sub("", " ".join(words))
            if len(name.split()) <= _LONGEST_NAME:
                yield capital(name), kind


def _with_subjects(what: str, after: str) -> list[str]:
    """Return an organ with its subject, or each of several: of 'working groups on
    visas and on return' there are two."""
    if subject := _SUBJECT_AFTER.match(after):
        return [f"{what}{subject[0]}"]
    small = _SMALL_SUBJECT.match(after)
    if small is None:
        return [what]
    subjects = _NEXT_SUBJECT.split(small["subject"])
    if "," in small["subject"]:
        subjects[-1:] = _LAST_SUBJECT.split(subjects[-1])
    if not (one := _SEVERAL.fullmatch(what)) or len(subjects) == 1:
        return [f"{what}{small.group()}"]
    return [f"{one['one']} {small['on']} {subject}" for subject in subjects]


_ARTICLE = any_case(r"^(?:an?|the|its|une?|les?|la|l['’]|una|el|los|las)\s+")


def listed_under(head: str, item: str) -> Iterator[tuple[str, OrganKind]]:
    """Yield the organ that a line names under a head such as 'Organs:'."""
    denied = _DOES_NOT_EXIST.match(item) or is_negated(item)
    if not denied and (listed := _LIST.match(f"{head.rstrip(' :')}: {item}")):
        yield from _listed(listed)


def _listed(listed: re.Match[str]) -> Iterator[tuple[str, OrganKind]]:
    """Yield the organs of a list that begins with their kind, as 'Working groups:'."""
    said = _ORGAN.search(listed["label"])
    kind = next((k for k in OrganKind if said and k.name == said.lastgroup), None)
    between = _DASH if _DASH.match(listed["items"]) else _COMMA
    for item in between.split(listed["items"]):
        name = re.split(r"\(| [–—-] ", item)[0].strip(" .:")
        name = _ARTICLE.sub("", name)
        own = _ORGAN.search(name)
        if name and not says_none(name) and len(name.split()) <= _LONGEST_NAME:
            own_kind = (
                next(k for k in OrganKind if own and k.name == own.lastgroup)
                if own
                else None
            )
            yield capital(name), own_kind or kind or OrganKind.OTHER


_COMMA = any_case(r"[;,]|\b(?:and|et|y)\b")
_DASH = re.compile(r"(?:^|\s)[–—•*-]\s")
"""Before each item of a list that lost its lines."""

_LIST = any_case(
    r"^\W*(?P<label>(?:[\w-]+\s+){0,3}?(?:bodies|organs|(?:sub-?)?structures|groups?"
    r"|committees?"
    r"|organes|groupes?|comités?|[óo]rganos|grupos|instancias)(?:\s+[\w-]+){0,2})\s*:"
    r"\s*(?P<items>.+)$"
)

_MEETING = any_case(
    r"\b(?:(?:last|latest|most recent|first|\d+(?:st|nd|rd|th)|annual|ordinary"
    r"|ministerial|technical|senior officials?['’]?)\s+){0,3}"
    r"(?:meetings?|conferences?|consultations?|sessions?|rounds?|summits?)\b"
    r"|\b(?:last|latest|most recent|first) (?:ministerials?|SOM|plenary)\b"
    r"|\b(?:(?:la|les|dernière|première|última|primera)\s+)?"
    r"(?:réunions?|conférences?|sessions?|rencontres?|reuni[oó]n(?:es)?|conferencias?"
    r"|encuentros?)\b"
)
_THE_LAST = any_case(
    r"\b(?:the (?:last|latest|most recent)(?: one)?|the previous one|the one before"
    r"|la dernière|la précédente|la [uú]ltima|la anterior)\b"
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


_PLACED = re.compile(
    r"(?:\b(?:in|at|à|en)\s+|[,(]\s*|[:;/]\s+)"
    r"(?P<city>(?!The\b)[A-ZÀ-Þ][\w’'-]+(?:\s+[A-ZÀ-Þ][\w’'-]+){0,2})"
    r"(?:,\s+(?:en\s+|au\s+)?[A-ZÀ-Þ][\w’'-]+(?:\s+[A-ZÀ-Þ][\w’'-]+){0,2}"
    r"|\s*\([A-ZÀ-Þ][\w’' -]+\))?"
    r",?\s+(?:(?:in|on|from|en|les?|el|du|del|los días|el día)\s+)?"
    r"\(?"
    rf"(?P<date>(?i:{dates.SPELLED}))"
)
_MET = any_case(
    r"\b(?:met|convened|gathered|assembled|came together|got together|(?:se sont"
    r"|s['’]est)"
    r" réunie?s?|se reuni(?:ó|eron))\b"
)
_ROW = re.compile(
    r"^(?P<title>[^:.;]{4,90}):\s+"
    rf"(?P<date>(?i:{dates.SPELLED})|{YEAR})"
    r"(?:\s*[(,]\s*(?:in\s+)?(?P<city>[A-ZÀ-Þ][\w’'-]+(?:\s+[A-ZÀ-Þ][\w’'-]+){0,2}))?"
)


_BEFORE_THAT = any_case(
    r"\W*(?:(?:and|et|y|la précédente|la anterior|the previous one|then|before that"
    r"|earlier|previously|avant cela|auparavant"
    r"|puis|antes|anteriormente|luego)\W+)*"
)


def meetings_placed(text: str) -> list[tuple[str, str, str]]:
    """Return (title, date, city) of the meetings that a sentence or a row of a table
    names with their month and place; "" for a title that is not said."""
    row = _ROW.match(text)
    if row and _MEETING.search(row["title"]) and not _TO_COME.search(text):
        date = dates.exact(row["date"])
        return [(capital(row["title"].strip()), date, row["city"] or "")]
    label = text.rpartition(":")[0].partition(":")[0]
    found: list[tuple[str, str, str]] = []
    start = 0
    for place in _PLACED.finditer(text):
        before = re.split(r"[;.]\s", text[start : place.start()])[-1]
        start = place.end()
        named = list(_MEETING.finditer(before)) or list(_MEETING.finditer(label))
        is_another = bool(found) and _BEFORE_THAT.fullmatch(before)
        if not (named or is_another or _MET.search(before)):
            continue
        if is_negated(before) or _TO_COME.search(before):
            continue
        title = capital(named[-1].group().strip()) if named else ""
        found.append((title, dates.exact(place["date"]), place["city"]))
    return found


_LABEL_OF_FUNDING = any_case(
    r"^\W*(?:[\w-]+\s+){0,3}?(?:fund(?:s|ing|ers?)|financ\w+|donors?|budget|bailleurs?"
    r"|donantes?|who pays|paid by|resources)\b[^:.;]{0,40}:"
)
_OF_MEMBERS = any_case(
    r"\b(?:(?:membership|annual|members['’]?|yearly|regular|their)\s+(?:dues|fees)"
    r"|dues)\b"
    r"|\b(?:members?['’]?|annual|assessed|voluntary|regular|states['’]|membership)"
    r" contributions?\b|\bcontributions? (?:of|from|by|paid by) (?:the |its |all )?"
    r"(?:members?|(?:member |participating )?states)\b|\bcotisations?\b"
    r"|\bmembers?(?: states)?,? (?:through|by|with) (?:[\w-]+ )?contributions?\b"
    r"|\bcontributions? (?:annuelles? )?(?:des|de ses) (?:membres|[ée]tats)"
    r"|\b(?:all )?members?(?: states)? (?:each )?(?:pay|contribute)\b(?! (?:their"
    r"|for)\b)"
    r"|\b(?:each|every) (?:member )?(?:member|state|country) (?:pays"
    r"|contributes)\b(?! (?:its|their|for)\b)"
    r"|\bcuotas?\b|\b(?:contribuciones|aportes) de (?:los|sus) (?:miembros|estados"
    r"|países)"
)
_THOSE_WHO_COME = (
    r"(?:members?|states|country|countries|delegations?|delegates|participants"
    r"|ministries"
    r"|governments?|authorities|administrations|[ée]tats(?: membres)?|pays|délégations"
    r"|estados(?: miembros)?|pa[ií]s(?:es)?|delegaciones|participantes)"
)
_PAYS = (
    r"(?:pays?|cover(?:s|ed)?|bears?|meets?|prennent en charge|paient|paie|supportent"
    r"|financent|couvrent|pagan?|cubren?|sufragan?|costean?|asumen?|corren? con)"
)
_WHAT_THEY_PAY = (
    r"(?:(?:travel|participation|own) (?:costs?|expenses?)|(?:its|their) own\b|travel"
    r"|frais de (?:voyage|participation|déplacement)|(?:leurs|ses) (?:propres )?frais"
    r"|voyages?|déplacements?|(?:gastos|costos) de (?:viaje|participación)|viajes?"
    r"|sus gastos|(?:sus|su) propi[oa]s?)"
)
_HOST = (
    r"(?:hosts?\b(?: (?:country|state|government))?|hosting (?:country|state"
    r"|government)"
    r"|(?:pays|[ée]tat) (?:hôte|d['’]accueil)|(?:país|estado) (?:anfitrión|sede))"
)
_PAID_BY = (
    r"(?:à (?:la )?charge d(?:e|u|es)|a cargo del?|(?:paid|borne|covered|met|carried"
    r"|prise?s? en charge|payée?s?|supportée?s?"
    r"|couverte?s?|pagad[oa]s?|sufragad[oa]s?|cubiert[oa]s?|asumid[oa]s?)\s+(?:by|par"
    r"|por))"
    r"\s+(?:the |each |le |les |l['’]|el |los |la |las )?"
)
_PAYERS = {
    FundingKind.MEMBER_CONTRIBUTIONS: _OF_MEMBERS,
    FundingKind.OWN_COSTS: any_case(
        rf"\b{_THOSE_WHO_COME}\b[^.;,]{{0,20}}?\b{_PAYS}\b[^.;,]{{0,30}}?\b{_WHAT_THEY_PAY}"
        rf"|\b{_WHAT_THEY_PAY}[^.;,]{{0,40}}?\b{_PAID_BY}{_THOSE_WHO_COME}\b"
    ),
    FundingKind.OTHER: any_case(rf"\b{_HOST}\s+(?:\w+ )?{_PAYS}\b|\b{_PAID_BY}{_HOST}"),
}
_NOT_PAID = any_case(
    r"^[^;.]{0,60}?\b(?:not|never|no|abolished|abandoned|rejected|dropped|proposed"
    r"|ruled out|refused|turned down|out of the question|considered|discussed|foreseen"
    r"|planned|n['’]exist\w+|envisag\w+|propuest\w+)\b"
)


def is_labelled_funding(text: str) -> bool:
    """Tell whether a text begins as a list of those who pay: 'Funding:'."""
    return bool(_LABEL_OF_FUNDING.match(text))


def payers(text: str) -> Iterator[tuple[FundingKind, str]]:
    """Yield who pays without a name of their own, each once: the members together,
    those who come for themselves, the host; and the words that say so."""
    for kind, pattern in _PAYERS.items():
        for found in pattern.finditer(text):
            before, after = text[: found.start()], text[found.end() :]
            if not (is_negated(f"{before}{found.group()}") or _NOT_PAID.match(after)):
                yield kind, found.group()
                break


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
