"""How text is cut into words and folded, the same for records and for queries.

Case, accents, kinds of quotation marks and whose English it is never decide whether
something is found: 'comite' finds 'Comité', 'labor' finds 'labour'. Words are folded
before they are stemmed, on both sides.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import tantivy
from rapidfuzz.distance import OSA

from iscm_registry.search import equivalents
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR

STEMMERS = {"en": "english", "fr": "french", "es": "spanish", "ar": "arabic"}

LONGEST_WORD = 60

LONGEST_WITH_SLIPS = 32
"""Bytes of a word for which similar ones are looked for: letters of most languages have
one or two, Chinese ones three.

The work and the memory of that grow faster than the square of the bytes that differ.
"""

# Letters that no Unicode decomposition takes apart, and Arabic ones that writers
# use for each other.
_FOLDED = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ı": "i",
        "þ": "th",
        "ـ": "",
        "ٱ": "ا",
        "ى": "ي",
        "ة": "ه",
        **{chr(0x660 + digit): str(digit) for digit in range(10)},
        **{chr(0x6F0 + digit): str(digit) for digit in range(10)},
    }
)

# '5+5' is one word. Marks belong to the letter that they stand on.
_MARKS = "\u0300-\u036f\u064b-\u065f\u0670"
_WORD = re.compile(rf"\d+\s?\+\s?\d+(?!\w)|[^\W_]+(?:[{_MARKS}]+[^\W_]*)*")

# Words that only join others, in English, French and Spanish.
_OPTIONAL = frozenset(
    word
    for line in (
        "a an and are as at by for from in into is it its of on or s that the their",
        "this to was were what which who with",
        "au aux d dans de des du en est et l la le les leur ou par pour qu que qui sur",
        "un une",
        "al como con del el las los o para por se su sus una y",
    )
    for word in line.split()
)


class Word(NamedTuple):
    """A word of a text: folded, and where it stands."""

    folded: str
    start: int
    end: int


def cut(text: str) -> Iterator[Word]:
    """Yield the words of `text` in order."""
    for match in _WORD.finditer(text):
        if folded := fold(match.group()):
            yield Word(folded, match.start(), match.end())


def written_words(text: str) -> list[str]:
    return _WORD.findall(text)


def folded_words(text: str) -> list[str]:
    return list(filter(None, map(fold, _WORD.findall(text))))


def key(name: str) -> str:
    """Return what two spellings of one name have in common."""
    words = folded_words(name)
    return " ".join(words[1:] if words[:1] == ["the"] and words[1:] else words)


def acronym_key(acronym: str) -> str:
    """Return what two spellings of one acronym share: 'R.C.M.' is 'RCM'."""
    return "".join(folded_words(acronym))


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    folded = letters.translate(_FOLDED)
    word = "".join(c for c in folded if c.isalnum() or c == "+")[:LONGEST_WORD]
    return equivalents.SPELLING.get(word, word)


_analyzers = {
    language: tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    .filter(tantivy.Filter.stemmer(stemmer))
    .build()
    for language, stemmer in STEMMERS.items()
}


@lru_cache(maxsize=50_000)
def stem(folded: str, language: str) -> str:
    return next(iter(_analyzers[language].analyze(folded)), folded)


def is_optional(folded: str) -> bool:
    """Tell whether the word only joins others, so that it need not be found."""
    return folded in _OPTIONAL


def is_year(folded: str) -> bool:
    return (
        len(folded) == 4
        and folded.isascii()
        and folded.isdigit()
        and EARLIEST_YEAR <= int(folded) <= LATEST_YEAR
    )


def tolerance(folded: str, longest: int = LONGEST_WITH_SLIPS) -> int:
    """Return how many letters may differ: in what is short or very long, none."""
    length = len(folded)
    if length < 4 or len(folded.encode()) > longest:
        return 0
    return 1 if length < 8 else 2


def is_similar(folded: str, meant: str) -> bool:
    """Tell whether the two differ by no more than a slip; two swapped are one."""
    allowed = tolerance(folded)
    return OSA.distance(folded, meant, score_cutoff=allowed) <= allowed


def clean(text: str) -> str:
    """Return pasted text with composed accents and without control characters."""
    printable = "".join(
        " " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text
    )
    return unicodedata.normalize("NFC", printable).strip()
