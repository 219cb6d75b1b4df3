"""The phrases that make States and organisations members or observers."""

from dataclasses import dataclass

from profiles.vocabularies import (
    MembershipRole,
)
from surveys.summaries.phrases.clauses import YEAR, any_case, is_negated

_OBSERVER = r"observ(?:er|ers|ateur|ateurs|ador|adores|adora|adoras)\b"
_MEMBER = (
    r"(?:members?(?: states?| countries)?|membership|participating (?:states|countries)"
    r"|(?:[ée]tats|pays) membres?|membres?|(?:estados|países) miembros?|miembros?)\b"
)
_SAME_CLAUSE = r"(?:(?!\b(?:and|but|while|et|mais|y|pero)\b)[^.;:]){0,60}?"
_PROSPECTIVE = any_case(
    r"\b(?:interest\w*|wish\w*|intend\w*|intention|appl(?:y|ied|ies)|plan\w*|hop\w+"
    r"|consider\w*|request\w*|ask\w*|seek\w*|sought|would|wants?|wanted|aspir\w*"
    r"|candida\w*|could|may|might|explor\w*|negotiat\w*"
    r"|intér[eê]t\w*|souhait\w*|demand\w*|voudrait|interés|interesad\w*|desea\w*|quiere\w*"
    r"|quisiera|solicit\w*)\b"
    rf"[^.;]{{0,70}}?\b(?P<role>{_OBSERVER}|{_MEMBER})"
)
_CURRENT = any_case(
    r"\b(?:join\w*|admi\w+|accept\w*|bec[ao]me|participat\w*|takes? part|took part"
    r"|attend\w*|has|have|had|is|are|was|were|hold\w*|grant\w*|enjoy\w*"
    r"|est|sont|a rejoint|ont rejoint|devenu\w*|es|son|se (?:unió|incorporó|sumó)"
    r"|ingresó)"
    rf"\b{_SAME_CLAUSE}\b(?P<role>{_OBSERVER}|{_MEMBER})"
)
_AS = any_case(
    r"\b(?:as|en tant que?|comme|como|en calidad de|à titre d['’e]|en qualité d['’e]"
    r"|a título de|in the capacity of)\s*(?:an?\s+|its\s+|full\s+|new\s+|permanent\s+"
    rf"|associate\s+)*(?P<role>{_OBSERVER}|{_MEMBER})"
)
_JOINED = any_case(
    r"\b(?P<role>joined|came on board|acceded"
    r"|(?:a|ont) (?:rejoint|adhéré|fait (?:son|leur) entrée)"
    r"|(?:has|have) (?:taken part|participated)(?= since)"
    r"|se (?:unió|unieron|incorporó|incorporaron|adhirió|adhirieron)|adhirió)"
    r"\b"
)
_LIST = any_case(
    rf"\b(?P<role>{_OBSERVER}|{_MEMBER})[^.;:,]{{0,30}}?"
    r"(?:\b(?:are|is|include[sd]?|comprises?|being|namely|such as|sont|incluent|son"
    r"|incluyen)\b|:)(?:\s+(?:the following|the|les?|la|l['’]|los|las|el))?\s*:?\s*$"
)
_COMPOSED = any_case(
    r"\b(?:compos\w+ of|compris\w+|consists? of|made up of|brings together"
    r"|composée? (?:de|des)|réunit|compuest\w+ por|integrad\w+ por|reúne)"
    r"(?: of)?(?:\s+(?:the|les|los|las|\d+|\w+ (?:member )?(?:states?|countries):?))*"
    r"\s*:?\s*$"
)
_LEFT = any_case(
    r"\b(?P<role>left|withdrew|has withdrawn|have withdrawn|no longer (?:a )?members?"
    r"|no longer (?:takes? part|participates?|attends?|belongs?)"
    r"|stopped (?:attending|participating|taking part)|ne participe(?:nt)? plus"
    r"|n['’](?:est|sont) plus membres?|n(?:e|['’]en) (?:fait|font) plus partie"
    r"|suspended (?:its|their) participation"
    r"|(?:a|ont) suspendu (?:sa|leur) participation"
    r"|suspendi(?:ó|eron) su participación"
    r"|ya no (?:participan?|son miembros|es miembro|forma parte)"
    r"|dej(?:ó|aron) de (?:ser|participar)|s['’](?:est|sont) retirée?s?"
    r"|ceased to be (?:a )?members?"
    r"|(?:was|were) (?:a )?members? until|a quitté|ont quitté|se retiró|se retiraron)\b"
)
_GIVEN = any_case(
    rf"\b(?P<role>{_OBSERVER}|{_MEMBER})\s+(?:status|statut|estatus|estatuto)?\s*"
    r"(?:(?:was|were|is|has been|have been)\s+)?(?:granted|given|accorded|extended"
    r"|open)?\s*(?:to|for|à|au|aux|a|al)\s+(?:the\s+)?$"
)
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
    rf"\b[^.;,]{{0,20}}?)?(?:(?:in|since|en|depuis|desde)\s+)?(?P<year>{YEAR})\b(?!\s*[-–])"
)


@dataclass(frozen=True)
class RolePhrase:
    """Words that give a role to the States or organisations named before them."""

    start: int
    end: int
    role: MembershipRole
    is_current: bool = True


def role_phrases(sentence: str) -> list[RolePhrase]:
    """Return the phrases of a sentence that give a role, now, before or in future."""
    found: list[RolePhrase] = []
    for pattern in (_PROSPECTIVE, _LEFT, _CURRENT, _JOINED, _AS):
        for match in pattern.finditer(sentence):
            if any(match.start() < p.end and p.start < match.end() for p in found):
                continue
            if pattern is not _LEFT and is_negated(sentence[: match.end()]):
                continue
            is_observer = match["role"].lower().startswith("observ")
            if pattern is _PROSPECTIVE:
                role = (
                    MembershipRole.PROSPECTIVE_OBSERVER
                    if is_observer
                    else MembershipRole.PROSPECTIVE_MEMBER
                )
            else:
                role = MembershipRole.OBSERVER if is_observer else MembershipRole.MEMBER
            found.append(
                RolePhrase(
                    match.start(), match.end(), role, is_current=pattern is not _LEFT
                )
            )
    return sorted(found, key=lambda phrase: phrase.start)


def goes_with_the_one_before(between: str) -> bool:
    """Tell whether a text between names gives those after it the role of those before
    it, as in '...; so do Arland and Borland'."""
    return bool(_LIKEWISE.match(between))


def role_before(text: str, number_of_names: int) -> MembershipRole | None:
    """Return the role that `text` announces for the names that stand after it."""
    found = _LIST.search(text) or _GIVEN.search(text)
    if found and not is_negated(text):
        is_observer = found["role"].lower().startswith("observ")
        return MembershipRole.OBSERVER if is_observer else MembershipRole.MEMBER
    if number_of_names > 1 and _COMPOSED.search(text):
        return MembershipRole.MEMBER
    return None


def since(text: str) -> str:
    """Return the year since which something holds, "" if the text names none."""
    found = _SINCE.search(text)
    return found["year"] if found else ""


def joined_in(after: str) -> str:
    """Return the year that stands right after names, as in 'Arland (2004)' or 'Arland,
    which joined in 2004'; else ""."""
    found = _JOINED_IN.match(after)
    return found["year"] if found else ""
