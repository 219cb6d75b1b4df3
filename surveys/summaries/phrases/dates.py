"""The phrases on when a mechanism began and when a document was adopted."""

import re

from surveys.summaries.phrases.clauses import YEAR, any_case, capital

_ESTABLISHED = any_case(
    r"\b(?:establish\w*|found(?:ed|ing)|creat(?:ed|ion)|launch\w*|incept\w*"
    r"|set (?:the \w+ )?up"
    r"|born|créée?|création|fondée?|cread[oa]|creación|fundad[oa]|estableci\w+"
    r"|came to life|né|née|exist(?:s|ed) since|existe depuis|existe desde"
    r"|vu le jour|came into being"
    r"|came into existence|(?:active|running|in place|operating|operational) since"
    r"|(?:dates|goes) back to|remonte à|se remonta a|initiated|lancée?|lanzad[oa]|nació"
    r"|surgió|naissance|convened|sprang|sprung|(?:came|grew|arose|emerged) out of"
    r"|(?:origins?|roots|beginnings?|history) (?:back )?to|set in motion|came about"
    r"|inaugurated|issue? de|se constituyó"
    r"|se creó|se estableció|instituée?|mis(?:e)? en place|mis(?:e)? sur pied)\b"
    rf"(?:(?!\b(?:19|20)\d\d)[^.;,]){{0,60}}?\b(?P<year>{YEAR})\b"
)
_YEAR_BEFORE = any_case(
    rf"\b(?P<year>{YEAR})\b[^.;]{{0,50}}?\b(?:saw|marked|marks) (?:its|the) (?:birth"
    rf"|start"
    r"|beginning|creation|launch)\b"
    rf"|\b(?P<year_of>{YEAR})\b,?\s+(?:qu['’](?:est|a été|il est|elle est)\s+(?:née?"
    rf"|créée?|lancée?"
    r"|fondée?)|(?:que |cuando )?(?:nació|surgió|se creó)"
    r"|and (?:it|the [\w ]{3,40}|[A-Z][\w ]{2,60}?) (?:saw the light|was (?:born"
    r"|launched|founded))"
    r"|(?:gave (?:birth|rise) to|led to the"
    r" (?:creation|launch|establishment) of))\b"
)
_OF_ITSELF = any_case(
    r"^\W*(?:founded|established|launched|created|set up|born|créée?|fondée?|lancée?"
    r"|née?"
    r"|cread[oa]|fundad[oa]|lanzad[oa]|nacid[oa])\b"
    r"|\b(?:its|sa|son|su|it|the (?:mechanism|process|ISCM|dialogue|forum|conference"
    r"|platform)|le (?:processus|dialogue|mécanisme|forum)"
    r"|la (?:conférence|conferencia)"
    r"|el (?:proceso|diálogo|mecanismo|foro))\b"
)
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
MONTH_NAMES = "|".join(name for names in _MONTHS for name in names)
_DAY = r"\d{1,2}(?:er|st|nd|rd|th)?"
_TO = r"\s*(?:[-–—]|\b(?:to|and|until|au|al?|et|y)\b)\s*"
_OF = r"(?:\s+(?:de|of))?\s+"
SPELLED = (
    rf"(?:(?:(?:{_DAY}(?:{_OF}(?:{MONTH_NAMES}))?{_TO})?{_DAY}{_OF})?"
    rf"(?:{MONTH_NAMES})(?: de| of|,)? {YEAR}"
    rf"|(?:{MONTH_NAMES}) {_DAY}(?:{_TO}(?:(?:{MONTH_NAMES}) )?{_DAY})?,? {YEAR})"
)
"""A date with its month: '2018' alone is none, '9 to 11 July 2018' is one."""

_DATE = any_case(rf"(?<![-–/\d])(?:{SPELLED}|{YEAR})\b(?!\s*[-–/]\s*\d)")
_ADOPTED = any_case(
    r"\b(?:adopt|approv|endors|sign|agree|validat|valid[ée]|approuv|aprob|firm[aó]"
    r"|suscri)\w*"
)
_ADOPTERS = any_case(
    r"\b(?:which|that)\s+(?P<who>(?:the )?(?:[\w’'-]+\s+){1,6}?)"
    r"(?=(?:adopted|approved|endorsed|signed|validated)\b)"
)
_OF_ITS_DATE = any_case(r"^(?:\s*\(|,?\s+(?:of|dated|du|de|d['’]|del)\s+)")
_ADOPTED_BY = any_case(
    r"\b(?:(?:adopted|approved|endorsed|signed|validated) by"
    r"|(?:adopt|approuv|valid|sign)ée?s? par|(?:adopt|aprob|valid|firm)ad[oa]s? por)"
    r" (?P<who>.+?)(?:\s+(?:in|on|at|since|en|le|lors|durante)\b|[,.;]|$)"
)


_RANGE = any_case(
    rf"(?P<since>{YEAR})\s*(?:[-–—/]|to|until|till|through|à|au|al?|hasta)\s*"
    rf"(?P<until>{YEAR}|\d\d)\b"
)
_BETWEEN = any_case(
    rf"\b(?:between|entre) (?P<since>{YEAR}) (?:and|et|y) (?P<until>{YEAR})\b"
)
_UNTIL = any_case(rf"\b(?:until|till|jusqu['’]en|hasta)\s+(?P<until>{YEAR})\b")
_FROM = any_case(
    r"(?:\b(?:in|since|from|en|depuis|desde)\s+(?:\w+\s+(?:de\s+)?)?|\(\s*)"
    rf"(?P<since>{YEAR})\b"
)


def period(text: str) -> tuple[str, str]:
    """Return the years since and until which something held; "" where none is given.

    Only the first clause is read.
    """
    clause = re.split(r"[.;:]", text)[0]
    if found := _RANGE.search(clause) or _BETWEEN.search(clause):
        since, until = found["since"], found["until"]
        return since, since[:2] + until if len(until) == 2 else until
    since_one, until_one = _FROM.search(clause), _UNTIL.search(clause)
    return (
        since_one["since"] if since_one else "",
        until_one["until"] if until_one else "",
    )


def established(sentence: str, names_itself: bool) -> tuple[str, str]:
    """Return the year in which the mechanism began, and the words that say so."""
    found = _ESTABLISHED.search(sentence)
    if found is None and (named := _YEAR_BEFORE.search(sentence)):
        return named["year"] or named["year_of"], named.group()
    if found and (names_itself or _OF_ITSELF.search(sentence)):
        return found["year"], found.group()
    return "", ""


def adopted(text: str) -> tuple[str, str]:
    """Return when and by whom a text says that something was adopted; "" if not.

    The date is partial: '2018', '2018-11', '2018-11-05'.
    """
    clause = re.split(r"[.;]", text)[0]
    at = _ADOPTED.search(clause)
    if at is None:
        return "", ""
    date = _DATE.search(clause, at.end())
    by = _ADOPTED_BY.search(clause) or _ADOPTERS.search(clause)
    who = by["who"] if by and len(by["who"]) <= 250 else ""
    is_office = not re.fullmatch(
        r"(?:\s*(?:was|were|is|are|has|have|been))*", who.strip()
    )
    return (_partial(date) if date else ""), capital(who.strip()) if is_office else ""


def exact(text: str) -> str:
    """Return the first date of a text, as exact as the text; "" without any. Of a
    meeting of several days it is the first day."""
    found = _DATE.search(text)
    return _partial(found) if found else ""


_NEARBY = 60


def nearby(after: str) -> str:
    """Return the date that stands soon after something, in the same clause."""
    return exact(
        re.split(r"[.;]|\b(?:and|et|y) (?:the|la|le|el)\b", after)[0][:_NEARBY]
    )


_BEGAN = any_case(
    r"\b(?:launch\w*|start\w*|began|begun|beginning|origin\w*|came (?:about|into)"
    r"|grew out|came out|arose|sprang|traces?|met for the first time|for the first time"
    r"|emerg\w+|set in motion|inaugurat\w+|first (?:met|meeting|conference|time|round)"
    r"|held its first|since|depuis|desde|issue? d\w+|lancement|débuté|début\w*|naqui\w*"
    r"|inici\w+|comenz\w+|arranc\w+|existence|foundation|established|constitu\w+"
    r"|inception"
    r"|stands for|roots|go(?:es)? back|dates?|instituted|convened|mis sur pied"
    r"|mis en place|surgi\w*|puso en marcha"
    r"|c['’]est en|fue en|it was in|vio la luz|vu le jour|fonts baptismaux|se remonta"
    r"|data)\b"
)
_LABEL_OF_BEGINNING = any_case(
    r"^\W*(?:launch\w*|start\w*|found\w*|establish\w*|creat\w*|set up|since|year"
    r"|inception"
    r"|beginning|origin|date de (?:création|lancement)|cr[ée]\w+|année|fond\w+|lanc\w+"
    r"|inicio|fundaci[oó]n|fecha de creación|año|existe desde|depuis|desde)\b"
    rf"[^.;:]{{0,30}}[:–—-][^.;]{{0,30}}?(?P<year>{YEAR})\b"
)


def speaks_of_itself(sentence: str) -> bool:
    """Tell whether a sentence calls the mechanism by what it is: 'the process'."""
    return bool(_OF_ITSELF.search(sentence))


def began(sentence: str, is_first: bool) -> tuple[str, str]:
    """Return the year in which the mechanism began by a label such as 'Launched: 2008',
    or by the first sentence of the section on the mechanism; and the words."""
    if label := _LABEL_OF_BEGINNING.match(sentence):
        return label["year"], label.group()
    found = re.search(YEAR, sentence)
    if not (is_first and found and _BEGAN.search(sentence)):
        return "", ""
    return found.group(), found.group()


def dated(text: str) -> str:
    """Return the date that a text gives right at its beginning, as in '(June 2013)'."""
    opened = _OF_ITS_DATE.match(text)
    found = _DATE.match(text, opened.end()) if opened else None
    return _partial(found) if found else ""


def _partial(date: re.Match[str]) -> str:
    words = re.findall(r"\d+|[^\W\d_]+", date.group().lower())
    months = [
        n for word in words for n, names in enumerate(_MONTHS, 1) if word in names
    ]
    year = words[-1]
    if not months:
        return year
    day = next((int(word) for word in words[:-1] if word.isdecimal()), 0)
    return f"{year}-{months[0]:02}" + (f"-{day:02}" if 0 < day <= 31 else "")
