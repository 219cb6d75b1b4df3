"""The phrases on when a mechanism began and when a document was adopted."""

import re

from surveys.summaries.phrases.clauses import YEAR, any_case, capital

_ESTABLISHED = any_case(
    r"\b(?:establish\w*|found(?:ed|ing)|creat(?:ed|ion)|launch\w*|incept\w*|set up"
    r"|born|créée?|création|fondée?|cread[oa]|creación|fundad[oa]|estableci\w+"
    r"|came to life|né|née|exist(?:s|ed) since|existe depuis|existe desde"
    r"|vu le jour|came into being"
    r"|came into existence|(?:active|running|in place|operating|operational) since"
    r"|(?:dates|goes) back to|remonte à|se remonta a|initiated|lancée?|lanzad[oa]|nació"
    r"|surgió|naissance)\b"
    rf"(?:(?!\b(?:19|20)\d\d)[^.;,]){{0,30}}?\b(?P<year>{YEAR})\b"
)
_OF_ITSELF = any_case(
    r"\b(?:its|sa|son|su|it|the (?:mechanism|process|ISCM|dialogue|forum|conference"
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
_DATE = any_case(
    rf"(?:(?P<day>\d{{1,2}})(?:er)? (?:de )?)?(?:(?P<month>{MONTH_NAMES}) (?:de )?)?"
    rf"(?P<year>{YEAR})\b"
)
_ADOPTED = any_case(
    r"\b(?:adopt|approv|endors|sign|agree|validat|valid[ée]|approuv|aprob|firm[aó]|suscri)\w*"
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
    rf"(?:\b(?:in|since|from|en|depuis|desde)\s+(?:\w+\s+)?|\(\s*)(?P<since>{YEAR})\b"
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


def dated(text: str) -> str:
    """Return the date that a text gives right at its beginning, as in '(June 2013)'."""
    opened = _OF_ITS_DATE.match(text)
    found = _DATE.match(text, opened.end()) if opened else None
    return _partial(found) if found else ""


def _partial(date: re.Match[str]) -> str:
    if not date["month"]:
        return date["year"]
    spelled = date["month"].lower()
    month = next(n for n, names in enumerate(_MONTHS, 1) if spelled in names)
    day = int(date["day"] or 0)
    return f"{date['year']}-{month:02}" + (f"-{day:02}" if 0 < day <= 31 else "")
