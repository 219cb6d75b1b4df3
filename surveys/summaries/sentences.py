"""The ends of sentences, and sentences that go on in the next line."""

import re

_END = re.compile(r"[.!?…؟]+[\"'”’»)\]]*(?=\s)|(?<=[.!?…])\s*$")
_NEXT = re.compile(r"\s+(?=[\"'“‘«(\[¿¡]*[\w])")
_SHORT_FORM = re.compile(
    r"(?:\b(?:St|Dr|Mr|Mrs|Ms|Prof|No|Nos|art|Art|cf|e\.g|i\.e|approx|vs|p|pp|vol|ed"
    r"|Sr|Sra|Sta|Mme|núm|nro|al)|\b[A-Z])\.$"
)
_LONGEST_SHORT_FORM = 12
_SENTENCE_ENDS = re.compile(r"[.!?…؟:;][\"'”’»)\]]*$")
_GOES_ON = re.compile(r"[a-zà-ÿ(,;)&–—-]")
_NOT_LAST = re.compile(
    r"(?:[,(/&–—-]|\b(?:a|an|the|of|with|and|or|by|to|in|on|for|at|from|as|its|their"
    r"|le|la|les|des|du|de|et|ou|avec|par|pour|dans|en|el|los|las|del|y|o|con|por"
    r"|para|al))$",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph, unchanged."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        following = _NEXT.match(text, end.end())
        if following is None:
            continue
        begins_small = text[following.end() : following.end() + 1].islower()
        if begins_small or _SHORT_FORM.search(
            text[max(start, end.end() - _LONGEST_SHORT_FORM) : end.end()]
        ):
            continue
        found.append(text[start : end.end()].strip())
        start = following.end()
    if rest := text[start:].strip():
        found.append(rest)
    return found


def ends_sentence(text: str) -> bool:
    return bool(_SENTENCE_ENDS.search(text))


def goes_on(text: str, following: str) -> bool:
    """Tell whether the last sentence of `text` clearly goes on in `following`."""
    if not text or not following or ends_sentence(text):
        return False
    return bool(_GOES_ON.match(following) or _NOT_LAST.search(text))


def join(text: str, following: str) -> str:
    """Join two lines of one sentence."""
    broken_word = text.endswith("-") and following[:1].islower()
    return f"{text}{'' if broken_word else ' '}{following}"
