"""Clauses: whether they deny something, say that there is nothing, or refer back."""

import re

YEAR = r"(?:19|20)\d\d"


def any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NEGATED = any_case(
    r"(?:\b(?:not|never|neither|nor|no(?!\.?\s*\d)|none|nobody|without|cannot|ne"
    r"|n['’]|pas(?! seulement)|aucun\w*"
    r"|jamais|sans|nunca|ningun\w*|ningún|sin|tampoco)\b|n['’]t\b)"
)
_CLAUSE = any_case(
    r"[.;:]|,?\s\b(?:but|while|whereas|although|though|mais|tandis|alors|pero|mientras"
    r"|aunque)\b"
)


def is_negated(before: str) -> bool:
    """Tell whether the clause that `before` ends with denies something."""
    clause = _CLAUSE.split(before.rstrip(" .;:"))[-1]
    return bool(_NEGATED.search(clause))


_DENIED_AFTER = any_case(
    r"^[^.;:,]{0,60}?(?:\b(?:never|neither|nor|not|no longer|declin\w+|refus\w+"
    r"|ne|n['’]\w+ (?:pas|jamais|aucun\w*)|jamais|nunca|tampoco)\b|n['’]t\b)"
)


def is_denied(after: str) -> bool:
    """Tell whether the words after a name deny something of it: 'X was never asked'."""
    return bool(_DENIED_AFTER.match(after))


_SAYS_NONE = any_case(
    r"^\W*(?:(?:so far|to date|at (?:this|the) \w+ level),?\s+)?(?:none|nothing|n/?a"
    r"|no \w+(?: \w+){0,3}|aucune?\b[\w’' ]{0,40}|rien\b[\w’' ]{0,30}"
    r"|ningun\w*\b[\w ]{0,40}|nada\b[\w ]{0,30})"
    r"(?:\s+(?:was|were|is|are|has been|have been|(?:could|can) be))?"
    r"(?:\s+(?:reported|identified|mentioned|noted|known|given|stated|cited|yet|so far"
    r"|to date|(?:came|comes|sprang|springs) to mind|emerged|signalée?s?|reportad\w+"
    r"|señalad\w+))*\W*$"
)


_GIVES_NONE = any_case(
    r"^\W*(?:at the \w+ levels?,?\s+|au niveau \w+,?\s+|a nivel \w+,?\s+)?(?:"
    r"(?:the )?(?:respondents?|members?|states|survey|answers|it|they|les répondants"
    r"|los encuestados)\b[\w\s]{0,20}?(?:"
    r"(?:did|do|does|could|have|has) not (?:yet )?(?:report|mention|identif|give|name"
    r"|know|cite|provid|see|been)\w*[^.;,]{0,60}"
    r"|(?:gave|give|reported|named|cited|mentioned|identified|know|saw|see)"
    r"(?: of)? (?:no|none)\b[^.;,]{0,60}"
    r"|n['’]ont (?:pas )?(?:signalé|cité|mentionné|donné)[^.;,]{0,60}"
    r"|no (?:señalaron|mencionaron|dieron|informaron)[^.;,]{0,60})"
    r"|not (?:applicable|reported|available|known)|no answer|sans objet"
    r"|(?:the |this )?(?:question|field|box|page|part|section"
    r"|item)\b[^.;]{0,40}?\b(?:(?:left|"
    r"remained|came back|is|was) (?:\w+ )?(?:unanswered|blank|empty|open|skipped)"
    r"|not answered|skipped)"
    r"|(?:la |cette )?question\b[^.;]{0,30}sans réponse"
    r"|(?:la )?pregunta\b[^.;]{0,30}sin"
    r" (?:respuesta|responder)"
    r"|no (?:procede|aplica|tiene|hay|se report\w+)|non signalée?s?|néant|–|-)\W*$"
)


_DENIES_ALL = any_case(
    r"^(?:(?!\b(?:but|however|although|mais|pero|aunque|sauf|salvo|except)\b)[^.;:])*?"
    r"(?:\b(?:no|not|none|never|aucun\w*|ningun\w*|ningún|sin|sans|without|nor)\b"
    r"|n['’]t"
    r"|\b(?:ne\b|n['’])[^.;:]{1,30}\b(?:pas|aucun\w*|rien)\b)"
    r"[^.;:,]{0,50}?\b(?:contribut\w+|contribu[éeió]\w*|contribuc\w+|aport\w+|examples?"
    r"|instances?|exemples?|ejemplos?|(?:at|on|to|à|a|en|de) (?:this|that|ce|este|ese)"
    r" (?:level|niveau|nivel))\b[^.;:,]{0,60}\.?\s*$"
)


def says_none(text: str) -> bool:
    """Tell whether a whole text only says that there is nothing: 'None reported.'"""
    patterns = (_SAYS_NONE, _GIVES_NONE, _DENIES_ALL)
    return any(pattern.match(text) for pattern in patterns)


_GOES_BACK = re.compile(
    r"^(?:This|These|That|Those|It|They|Among (?:them|these)|In particular|For example"
    r"|For instance|Such|Examples?|Ceci|Cela|Ces|Il|Ils|Parmi|Esto|Estos|Entre)\b"
)


def goes_back(sentence: str) -> bool:
    """Tell whether a sentence refers to the subject of the sentence before it."""
    return bool(_GOES_BACK.match(sentence))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
