"""The phrases that make States chairs, now or before."""

import re
from dataclasses import dataclass

from surveys.summaries.phrases.clauses import YEAR, any_case, goes_back, is_negated
from surveys.summaries.phrases.topics import Said, Standing, Topic

_OFFICE = (
    r"(?:co-?)?(?:chair(?:s|ing|manship|person(?:ship)?|man|woman)?|presiden\w+"
    r"|pro-tempore presidency|présiden\w+|presidencia\w*)"
)
_IN_YEARS = (
    rf"(?:\s+(?:since|in|from|between|depuis|en|de|desde|entre)\s+{YEAR}"
    rf"(?:\s+(?:to|until|and|à|et|a|hasta|y)\s+{YEAR})?,?)?"
)
_LABEL = any_case(
    rf"(?:^|[;,]|\n)\W*(?:[\w-]+\s+){{0,2}}?{_OFFICE}(?:[^:.;]{{0,30}}?)"
    r"\s*(?::|[–—-])\s*(?:the\s+|le\s+|la\s+|l['’]|el\s+)?$"
)
_CHAIRED = any_case(
    r"(?:\b(?:chaired by|presided over by|présidée? par|presidid\w+ por"
    r"|\b(?:preside|presidió|presidieron)"
    r"(?:\s+(?:el|la|le)\s+[\w-]+)?"
    rf"|{_OFFICE}[^.;:]{{0,80}}\b(?:held|assumed|exercised|taken over|handed over"
    rf"|passed|assurée|exercée|occupée|confiée|revient|entrusted"
    rf"|ejercida|asumida|ocupada|encomendada){_IN_YEARS}"
    r"\s*(?:by|to|on to|par|por|à|a)"
    rf"|(?:current|present|incumbent|acting|actual|actuelle?)\s+{_OFFICE}"
    r"\s+(?:is|are|est|es)"
    r"|(?:former|previous|past|earlier|first|anciens?|anciennes?|précédent\w*"
    rf"|premi[eè]re?s?|anterior\w*|primer\w*)\s+{_OFFICE}(?:\s+\w+){{0,3}}?"
    r"\s+(?:was|were|are|include[sd]?|étaient|était|sont|fueron|fue|son)))"
    r"\s*(?:the\s+|le\s+|la\s+|l['’]|el\s+)?$"
)
_PRESIDED = any_case(r"presidi")
_CHAIRS = any_case(
    r"^[\s,]*(?:(?:currently|now|jointly|together|both|which|who|previously|formerly"
    r"|then|first|actuellement|actualmente|anteriormente|précédemment)\s+)*"
    r"(?:(?:has|have|had)\s+(?:been\s+)?(?:co-?)?chair(?:ed|ing)"
    r"|(?:co-?)?chair(?:s|ed)?"
    r"(?:\s+(?:the|it|its|this)\b|\s+[A-Z]|\s*[.,;]|\s+(?:since|until|from|in)\b)"
    r"|(?:(?:is|are|was|were|has been|have been|had been)"
    r"|(?:acts?|acted|serves?|served|has served|has acted) as"
    r"|(?:holds?|held|has held|had held|assume[sd]?"
    r"|took over|takes over|received|exercises?))\s+(?:the\s+|its\s+)?"
    rf"(?:[\w-]+\s+){{0,3}}?{_OFFICE}\b"
    r"|(?:assure|exerce|occupe|assurait|exerçait|a assuré|a exercé|a occupé|ont assuré"
    r"|ont exercé|a pris|a repris|ejerce|ocupa|ejerció|ocupó|tuvo|asumió|asume)"
    rf"\s+(?:la|sa|su)\s+(?:\w+\s+)?{_OFFICE}\b"
    r"|(?:is|are|was|were|has been|had been)\s+(?:in charge|in the chair|at the helm)"
    r"(?=\s*(?:[.,;(]|$|(?:in|from|since|until)\s+\d))"
    r"|(?:a|ont) présidé\b|prési(?:de|dent|dait)\b|preside\w*\b|presidió\b)"
)
_HELD_BY = any_case(
    r"\b(?:la|l['’])\s?(?:(?P<past>tuv\w+|ejerci\w+|ocup(?:ó|aron)|asumi\w+"
    r"|(?:a|ont|avait|avaient) (?:exercée|assurée|occupée))|ejercen?|ocupan?|tienen?)"
    rf"{_IN_YEARS}\s*(?:el|la|le|l['’])?\s*$"
)
_HOLDS_IT = any_case(
    r"^[\s,]*(?:(?:has|have|had|having)\s+)?(?:holds?|held|has|have|had|having"
    r"|assume[sd]?|exercise[sd]?|took|takes|did)\s+"
    r"(?:it|this|that|so)\b|^\s*(?:l['’](?:exerce|assure|occupe"
    r"|(?:a|ont|avait|avaient) (?:exercée?|assurée?|précédée?))"
    r"|la (?:ejerce|ejerció|ocupa|ocupó))\b"
)
_BEFORE = any_case(
    r"\b(?:did so|chaired|presided|held|acted|served|was|were|received|had|assurait"
    r"|exerçait"
    r"|(?:a|ont) (?:assuré|exercé|occupé|présidé)|l['’]\w+ (?:exercée?|assurée?"
    r"|précédée?)"
    r"|prési(?:dait|da)|ejerció|ocupó|tuvo|presidió|until|jusqu['’]en|hasta)\b"
)
_WAS_CHAIRED = any_case(
    r"\b(?:was|were|(?:has|have|had) been|used to be|était|avait été|a été|estuvo|era"
    r"|fue|había sido)\s+(?:\w+ly\s+|first\s+|d['’]abord\s+|primero\s+)?"
    r"(?:chaired|presided|held|assumed|exercised|présidée?|assurée|exercée|occupée"
    r"|presidid\w+|ejercida|ocupada)\b"
)
_FORMER = any_case(
    r"\b(?:former|formerly|previous|previously|past|earlier|first|outgoing|anciens?"
    r"|anciennes?|précédent\w*|premi[eè]re?s?|d['’]abord|anterior\w*|antigu[oa]s?"
    r"|primer\w*|ex|(?:before|avant|auparavant|antes)(?=\W*$))\b"
)
_PREDECESSOR = any_case(
    r"\b(?:after|following|prior to|preceded by|succe(?:eds?|eded|eding)"
    r"|replac(?:es|ed|ing)"
    r"|(?:took|takes|taken|taking) (?:it |this |the \w+ )?over(?: the \w+)? from"
    r"|(?:took|takes|taken|received|got|has) (?:it|this|that|the \w+) from"
    r"|inherited[^.;]{0,30} from|après|succ[eé]d\w+ (?:à|au|aux)"
    r"|précédée? (?:de|du|par)"
    r"|tras|después de|sucedió a|sucede a|precedid\w+ por"
    r"|(?:(?:before|prior to) (?:that|it|this|them)|previously"
    r"|auparavant|anteriormente|antes)\b"
    r"[^.;:]{0,40})"
    r"\s*(?:the\s+|le\s+|la\s+|les\s+|l['’]|el\s+|au\s+|aux\s+)?$"
)
_NEXT_TERM = any_case(
    rf"{YEAR}\)?\s*[,;]?\s*(?:(?:and|then|et|puis|y|luego)\s+)*"
    r"(?:(?:before|previously|by)\s+)*(?:the\s+|le\s+|la\s+|par\s+|por\s+)*$"
)
_LABEL_FAR = any_case(
    rf"^\W*(?:[\w-]+\s+){{0,2}}?{_OFFICE}[^:.;]{{0,40}}:(?P<remark>[^.]{{0,120}})$"
)
_AT_PRESENT = any_case(
    rf"\b{_OFFICE}\b[^.;:]{{0,120}}[,(]\s*(?P<words>currently|at present|presently"
    r"|at the moment|this year|actuellement|cette année|actualmente|este año)"
    r"\s*(?:,\s*)?(?:(?:by|par|por)\s+)?(?:the\s+|le\s+|la\s+|l['’]|el\s+)?$"
)
_OF_A_DEPUTY = any_case(
    r"\b(?:vice|deputy|incoming|future|next|prochaine?|próxim[oa]|futur[oa]|adjointe?"
    rf")[\s-]+{_OFFICE}\b|\b{_OFFICE}[\s-]+(?:designate|elect|adjointe?|entrante"
    r"|adjunt[oa])\b"
)
_NOT_THE_CHAIR = any_case(
    r"\b(?:after|before|next|from|with|offered|declined|candidate|will|to be|future"
    r"|successor|prochaine?|future?|próxim[oa]|futur[oa]|unlike)\b[^,;:]*$"
)
_DATED = any_case(rf"^\s*\(?(?:(?:in|from|since|en|de|depuis|desde)\s+)?{YEAR}\b")

_SHARED = any_case(r"\bco-?(?:chair|prés|pres)|\bjointly\b|\bconjoint")


@dataclass(frozen=True)
class ChairPhrase:
    """Words that make States named beside them chairs, now or before."""

    words: str
    is_current: bool
    is_label: bool = False
    """Such as 'Chair:', so that the last term after it is the latest known."""

    is_handed_over: bool = False
    """To others of the sentence: the year is that in which the term ended."""

    @property
    def is_shared(self) -> bool:
        return bool(_SHARED.search(self.words))


def labelled(before: str) -> ChairPhrase | None:
    """Return the label of the chair, with a remark between it and the first State:
    'Chair: rotates every year; at present'."""
    label = _LABEL_FAR.match(before)
    if label is None or is_negated(before) or _NOT_THE_CHAIR.search(label["remark"]):
        return None
    words = label.group()
    return ChairPhrase(words, not _FORMER.search(words), is_label=True)


_PASSED_FROM = any_case(
    rf"\b{_OFFICE}\b[^.;]{{0,40}}?\b(?:pass\w*|moved|went|goes|transferred|transmise?"
    rf"|passée?"
    r"|pas[óo]|traspas\w+)\s+(?:over\s+|on\s+)?(?:from|de|d['’]|des|du|del)\s*"
    r"(?:the\s+|l['’]|la\s+|le\s+|el\s+)?$"
)


def chairs(
    before: str, after: str, *, earlier: ChairPhrase | None = None
) -> ChairPhrase | None:
    """Return the words before or after the names of States that call them chairs.

    `earlier` are such words of States named before in the sentence.
    """
    if earlier and (from_one := _PREDECESSOR.search(before)):
        is_handed_over = not re.match(r"\s*\(", after)
        return ChairPhrase(from_one.group(), False, is_handed_over=is_handed_over)
    if passed := _PASSED_FROM.search(before):
        return ChairPhrase(passed.group(), False, is_handed_over=True)
    if earlier and earlier.is_handed_over and _RECEIVER.search(before):
        return ChairPhrase(earlier.words, True)
    if label := _LABEL.search(before):
        if is_negated(before):
            return None
        words = label.group()
        is_new = not _HOLDS_IT.match(after)
        return ChairPhrase(words, not _FORMER.search(words), is_label=is_new)
    if announced := _CHAIRED.search(before):
        words = announced.group()
        clause = re.split(r"[.;]", before)[-1]
        was_chaired = _WAS_CHAIRED.search(clause)
        is_still = re.search(r"\bha(?:s|ve) been\b", clause)
        is_former = (
            bool(_FORMER.search(words) or _PRESIDED.match(words) or was_chaired)
            and not is_still
        )
        return None if is_negated(before) else ChairPhrase(words, not is_former)
    if (now := _AT_PRESENT.search(before)) and not is_negated(now.group()):
        return ChairPhrase(now["words"], True)
    has_office = earlier or re.search(rf"\b{_OFFICE}\b", before, re.IGNORECASE)
    if has_office and (held := _HELD_BY.search(before)) and not is_negated(before):
        return ChairPhrase(held.group(), not held["past"])
    said = _CHAIRS.match(after)
    if said is None and has_office:
        said = _HOLDS_IT.match(after)
    if said is None:
        if earlier and _NEXT_TERM.search(before) and (dated := _DATED.match(after)):
            return ChairPhrase(dated.group(), earlier.is_current, earlier.is_label)
        return None
    if is_negated(before) or is_negated(said.group()):
        return None
    words = said.group()
    is_still = re.match(r"[\s,]*(?:has|have)\b", words, re.IGNORECASE)
    return ChairPhrase(words, bool(is_still or not _BEFORE.search(words)))


def is_deputy(before: str, after: str) -> bool:
    """Tell whether the texts around names call them no chairs but deputies or the next
    ones."""
    clause = f"{re.split('[.;]', before)[-1]} … {re.split('[.;,(]', after)[0]}"
    return bool(_OF_A_DEPUTY.search(clause))


_TAKES_IT = any_case(
    r"\b(?:holds|held|has|have|had|took|takes) (?:it|this|over)\b"
    r"|\bl['’](?:exer|assur|occup)\w+|\bla (?:ejerc|ocup|tuv|tien)\w+"
    r"|\bl['’]a\w* précédée?"
)


def gone_back_to(preceding: str, sentence: str) -> ChairPhrase | None:
    """Return what a sentence on the chair says for the one after it, where this goes
    back to it: 'It took over from Arland'."""
    office = re.search(rf"\b(?:{_OFFICE}|chaired|préside)\b", preceding, re.IGNORECASE)
    speaks_of_it = goes_back(sentence) or _TAKES_IT.search(sentence)
    if office is None or is_negated(preceding) or not speaks_of_it:
        return None
    return ChairPhrase(office.group(), True)


_OPENS_WITH_YEARS = any_case(
    rf"(?:^|[.;,]\s+)\W*(?:in|en|from|between|de|entre|pour|for)\s+(?P<years>{YEAR}"
    rf"(?:\s*(?:[-–/]|and|to|et|à|y|al?)\s*(?:{YEAR}|\d\d))?)\b[^.;,]*$"
)


def years_before(before: str) -> str:
    """Return the years with which the clause begins: 'In 2018 the chair was Arland'."""
    found = _OPENS_WITH_YEARS.search(before)
    return f"in {found['years']}" if found else ""


_HANDED_OVER = any_case(
    r"\b(?:hand(?:ed|s|ing) (?:over|on)|pass(?:ed|es) (?:it )?(?:on|over)?|ced\w+"
    r"|trans\w+|relinquish\w+|gave up|yield\w+|cède|céd\w+|pass[ée]\w*|entreg\w+)\b"
)
_RECEIVER = any_case(
    r"\b(?:to|à|au|aux|a|al)\s*(?:the|le|la|les|el|los|las|l['’])?\s*$"
)
_EARLIER_STILL = any_case(
    r"\b(?:before (?:that|it|them|then)|before(?=\W*$)|earlier|previously|auparavant"
    r"|saw|avant|précéd\w+"
    r"|antes|anterior\w*|incombait|revenait|\w+ait|correspondía|correspondió)\b"
)


def nearby(said: Said, before: str, after: str) -> ChairPhrase | None:
    """Return the words nearest to the names of States that speak of the chair, for
    sentences in other words than those known; None where the chair is denied or
    wished."""
    if said.topic != Topic.CHAIR or said.standing in (
        Standing.DENIED,
        Standing.WISHED,
    ):
        return None
    is_receiver = _RECEIVER.search(before) and not _EARLIER_STILL.search(before)
    is_former = not is_receiver and (
        said.standing == Standing.PAST
        or _HANDED_OVER.search(after)
        or _EARLIER_STILL.search(said.window)
        or (said.is_subject and _BEFORE.search(after))
        or _FORMER.search(before)
    )
    return ChairPhrase(said.words, not is_former)


_GOES_TO = any_case(
    r"[;,.]\s*(?:it|this|that|elle|celle-ci|il|ella|ésta|esta|and|et|y|then|puis"
    r"|luego)\b"
    r"[^;.]{0,40}\b(?:to|by|à|au|aux|a|al|par|por)\s*"
    r"(?:the|le|la|l['’]|el)?\s*$"
)


def goes_to(before: str) -> bool:
    """Tell whether the chair named before goes on to a State: '; it passed to'."""
    return bool(_GOES_TO.search(before))
