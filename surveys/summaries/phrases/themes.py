"""The phrases on themes, their change and what drove it."""

import re

from profiles.vocabularies import (
    ThematicChange,
    ThemePhase,
)
from surveys.summaries.phrases.clauses import any_case, capital, is_negated

_THEMATIC = any_case(
    r"\b(?:themat\w*|themes?|focus\w*|priorit\w*|thémat\w*|thèmes?|temátic\w*|temas?"
    r"|enfoque|prioridad\w*)\b"
)
_ABOUT_THEMES = any_case(
    r"\b(?:agenda|topics?|issues?|subjects?|areas?|pillars?|questions? of|matters"
    r"|cent(?:re|er)(?:s|d|ed|red|ring|ering)?|concentrat\w*|deal(?:s|t)? with"
    r"|address\w*|cover(?:s|ed)?|discuss\w*|turn(?:s|ed)|to the fore|came (?:up|in)"
    r"|took up|takes up|taken up|added|include[sd]?|reach(?:es|ed)|work(?:s|ed)? on"
    r"|began with|begun with|start(?:s|ed) (?:with|from|out)|concern(?:s|ed)"
    r"|devoted|dedicated|attention"
    r"|mandate|programm?e|objectives?|ordre du jour|questions?|sujets?|domaines?|axes?"
    r"|centré\w*|traite|porte sur|aborde\w*|asuntos|cuestiones|ámbitos?|ejes?|agenda"
    r"|trata|aborda\w*|centrad\w*|abarca\w*)\b"
)
_PHASES = {
    ThemePhase.INITIAL: r"\bfrom\b|initial\w*|original\w*|at (?:first|the (?:start"
    r"|beginning|outset))|in the (?:beginning|early \w+)|in its (?:early|first) \w+"
    r"|beg(?:an|un) with|start(?:ed|s) (?:with|out)|\bfirst\b|au début|à l['’]origine"
    r"|al inicio|inicialmente|al principio|en sus inicios",
    ThemePhase.PAST: r"no longer|formerly|used to|ya no|ne .{0,15} plus",
    ThemePhase.CURRENT: r"\btowards?\b|\bto\b|\bnow\b|current\w*|today|recent\w*"
    r"|over time|later|since then|gradually|more and more|then|subsequently|meanwhile"
    r"|\bvers\b|aujourd|désormais|\bhacia\b|actual\w*|hoy|ahora",
}
_CHANGES = {
    ThematicChange.SHIFTED: r"\bshift\w*|\bmoved (?:to|towards)|déplac|desplaz",
    ThematicChange.WIDENED: r"\b(?:widen|broaden|expand|extend|diversif)\w*"
    r"|élargi|ampli",
    ThematicChange.NARROWED: r"\bnarrow\w*|concentrat\w* on fewer",
    ThematicChange.UNCHANGED: r"\b(?:remain|stay)\w* (?:the same|unchanged)"
    r"|not changed|inchang|sin cambios",
}
_DRIVEN = any_case(
    r"(?:\b(?:inspired|driven|prompted|influenced|triggered|motivated|caused) by"
    r"|\b(?:in response to|as a result of|because of|owing to|due to|at the request of"
    r"|en réponse à|à la demande de|en respuesta a|a (?:solicitud|petición) de)"
    r"|\bwhat (?:drove|prompted|inspired|triggered|caused|motivated) (?:this|that|these"
    r"|it|them|the \w+)(?: \w+){0,2}? (?:was|were|is)) "
    r"(?P<what>[^.;]{4,}?)[.;]?$"
)
_DRIVES = any_case(r"\bwhat (?:drove|prompted|inspired|triggered|caused|motivated)\b")


def is_thematic(sentence: str) -> bool:
    return bool(_THEMATIC.search(sentence))


def lists_themes(sentence: str) -> bool:
    """Tell whether a sentence on the evolution may name themes that were worked on."""
    return is_thematic(sentence) or bool(_ABOUT_THEMES.search(sentence))


def phase(before: str) -> ThemePhase:
    """Return the phase of a theme by the words before it."""
    last, found = -1, ThemePhase.CURRENT
    for value, pattern in _PHASES.items():
        for word in re.finditer(pattern, before, re.IGNORECASE):
            if word.start() > last:
                last, found = word.start(), value
    return found


def thematic_change(sentence: str) -> tuple[str, str]:
    """Return how the themes changed, and the word that says so; two "" if none does."""
    if lists_themes(sentence) and not is_negated(sentence):
        for change, pattern in _CHANGES.items():
            if word := re.search(pattern, sentence, re.IGNORECASE):
                return change.value, word.group()
    return "", ""


def driver(sentence: str) -> str:
    """Return what drove the change of themes, as the sentence has it, else ""."""
    says_so = _DRIVES.search(sentence) or is_thematic(sentence)
    says_so = says_so or any(thematic_change(sentence))
    found = _DRIVEN.search(sentence) if says_so else None
    return capital(found["what"].strip()) if found else ""
