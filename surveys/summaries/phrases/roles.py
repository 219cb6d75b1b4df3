"""The years and the company in which States are members or observers."""

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


def goes_with_the_one_before(between: str) -> bool:
    """Tell whether a text between names gives those after it the role of those before
    it, as in '...; so do Arland and Borland'."""
    return bool(_LIKEWISE.match(between))


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
