"""The years and the company in which States are members or observers."""

import re

from surveys.summaries.phrases.clauses import YEAR, any_case

_SINCE = any_case(rf"\b(?:in|since|en|depuis|desde)\s+(?:\w+\s+)?(?P<year>{YEAR})\b")


_LIKEWISE = any_case(
    r"^[^.]*?\b(?:(?:so|as) (?:do|does|did|have|has|are|is)|de même que"
    r"|tout comme|il en va de même (?:pour|de|du)|lo mismo que"
    r"|al igual que|así como)\s+(?:(?:the|le|la|les|el|los|las)\s+)?$"
)
_JOINED_IN = any_case(
    r"^[\s,(]*(?:(?:which|who|both|all|qui|que|since|in|en|depuis|desde)\s+)*"
    r"(?:(?:joined|came on board|acceded|entered|(?:was|were) admitted"
    r"|(?:a|ont) (?:rejoint|adhéré)|se (?:unió|unieron|incorporaron?|incorporó))"
    rf"\b[^.;,]{{0,20}}?)?(?:(?:in|since|en|depuis"
    rf"|desde)\s+)?(?P<year>{YEAR})\b(?!\s*[-–])"
)


_GOES_ON = any_case(
    r"^\s*(?:\([^()]*\)\s*)?[,;]?\s*(?:\b(?:and|or|et|y|e|ou|also|later|then|lastly"
    r"|finally|more recently|recently|subsequently|afterwards|plus|since|in \d{4}"
    r"|since \d{4}|the|both|joined|puis|ensuite|plus tard|récemment|enfin|depuis"
    r"|en \d{4}|depuis \d{4}|luego|después|más tarde|recientemente|desde \d{4}"
    r"|le|la|les|l['’]|el|los|las)\s*[,:]?\s*)*$"
)
_OTHERS_BETWEEN = re.compile(
    r"^(?:\s*\([^()]*\))?(?:\s*[,;]\s*(?:and\s+|et\s+|y\s+)?(?:the\s+|la\s+|le\s+)?"
    r"[A-ZÀ-Þ][\w’'.-]*(?:\s+(?:(?:of|for|on|the|de|des|du|del|la)\s+)*"
    r"[A-ZÀ-Þ][\w’'.-]*){0,6}(?:\s*\([^()]*\))?)+"
    r"(?:\s*[,;]|\s+(?:and|et|y))+\s*(?:the\s+|la\s+|le\s+|l['’])?$"
)
"""Names of which there is no record, within a list."""

_INSTEAD_OF_IT = any_case(
    r"\b(?:on account of|by virtue of|on behalf of|because of|owing to|thanks to|via"
    r"|representing|au titre de|au nom de|en raison de|en nombre de|a través de"
    r"|debido a)\s+(?:its\s+|the\s+|la\s+|l['’])?(?:\w+\s+)?$"
)
_MEMBERS_THAT_ARE = any_case(
    r"(?P<words>\bmembers?\b)[^.]{0,60}?[;,:(]?\s*\b(?:these|they|which|who|these being"
    r"|among (?:them|which|these))\s+(?:include|are|count|number)\s*$"
)
_THE_SAME = any_case(
    r"\b(?:the same|no longer (?:does|do|is|are)\b|likewise|do so|follow suit|lo mismo"
    r"|hacer lo propio|(?:en )?faire"
    r" autant|la même chose)\b"
)
_WANTS_BACK = any_case(
    r"\b(?:like|wish\w*|want\w*|hop\w+|think\w*|mull\w*|weigh\w*|ask\w*|appl\w+"
    r"|request\w*|consider\w*|intend\w*"
    r"|discuss\w*|souhait\w+|demand\w*|envisag\w+|voudrait|desea\w*|solicit\w+"
    r"|quiere\w*|pid\w+)\b[^.;]{0,40}?"
    r"\b(?:com(?:e|ing) back|return(?:ing)?|re-?join\w*|re-?enter|re-?admi\w+"
    r"|reinstate\w*|re-?accession"
    r"|revenir|retour\w*|réintégr\w+|volver|regres\w+|reincorpor\w+|reingres\w+)"
)
_COUNTS_SOMETHING_ELSE = any_case(
    r"\b(?:answer\w*|repl(?:y|ied)|respon(?:ded|se)\w*|questionnaire\w*|offices?"
    r"|project\w*"
    r"|pilot\w*|rotat\w+|alternat\w+|languages?|interview\w*|répon\w+|respond\w+"
    r"|cuestionario\w*|oficinas?|bureaux?|delegat\w+|not|never|except|without)\b"
)


def is_the_same(after: str) -> bool:
    """Tell whether names stand as those before them: '... and Borland asks the "
    "same'."""
    return bool(_THE_SAME.search(after.split(";")[0]))


_WITHOUT_A_VERB = any_case(
    r"^\s*,?\s*(?:(?:only|just)\s+)?(?:for|to|as|pour|para|comme|como|le statut"
    r"|el estatus)\b"
)


def is_elliptic(after: str) -> bool:
    """Tell whether names share the verb of those before: '... and Borland for observer
    status'."""
    return bool(_WITHOUT_A_VERB.match(after))


def wants_back(after: str) -> bool:
    """Tell whether a text after the name of a former member says that it would "
    "return."""
    return bool(_WANTS_BACK.search(after))


def counts_something_else(sentence: str) -> bool:
    """Tell whether a sentence with many States counts others than the members."""
    return bool(_COUNTS_SOMETHING_ELSE.search(sentence))


def goes_with_the_one_before(between: str) -> bool:
    """Tell whether a text between names gives those after it the role of those before
    it, as in '...; so do Arland and Borland'."""
    return any(p.match(between) for p in (_LIKEWISE, _GOES_ON, _OTHERS_BETWEEN))


def stands_for_another(before: str) -> bool:
    """Tell whether names after a text only say why or for whom somebody takes part:
    'Arland, on account of'."""
    return bool(_INSTEAD_OF_IT.search(before))


def called_members(before: str) -> str:
    """Return the word for members to which the text before names goes back, as in 'It
    has 20 members; these include'; else ""."""
    found = _MEMBERS_THAT_ARE.search(before)
    return found["words"] if found else ""


def since(text: str) -> str:
    """Return the year since which something holds, "" if the text names none."""
    found = _SINCE.search(text)
    return found["year"] if found else ""


def joined_in(after: str) -> str:
    """Return the year that stands right after names, as in 'Arland (2004)' or 'Arland,
    which joined in 2004'; else ""."""
    found = _JOINED_IN.match(after)
    return found["year"] if found else ""


_NAMED = any_case(
    r"^(?:observ|members?|membership|membres?|miembro|participating|join|joined|acced"
    r"|accession|admi|adh[eéi]|came on board|rejoi|se (?:unió|unieron|incorpor))"
)


def is_named(words: str) -> bool:
    """Tell whether words call something a member or an observer by name, as 'member'
    does and 'takes part' does not."""
    return bool(_NAMED.match(words))
