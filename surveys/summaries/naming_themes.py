"""The themes that a text names, in the word forms and the order that it has them.

'The protection of those who seek refuge' has other words than 'Refugee protection';
'protecting refugees' has the same, in other forms. The forms are those of the Snowball
stemmers for the language of the sheet.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

import tantivy

from profiles.folding import fold
from surveys.names import THEME, Names
from surveys.summaries.matching import Mention

_STEMMERS = {"en": "english", "fr": "french", "es": "spanish"}
_WORD = re.compile(r"[^\W\d_]+")
_BREAK = re.compile(r"[,;:.()/–—]")
_SMALL = frozenset(
    fold(
        """
    a al an and aux avec con d da das de del des di do du e el en et for from in into
    its l la las le les leur los of on or para par por pour s su sur sus the their to
    un una une with y against contra contre lutte fight fighting combat combating
    countering lucha combate prevention counter anti induced related linked driven
    """
    ).split()
)
"""Words that do not tell one theme from another."""

_WORDS_BETWEEN = 2
_WORDS_OF_A_LABEL = 2


@dataclass(frozen=True)
class _Word:
    stem: str
    start: int
    end: int
    stretch: int
    """Which stretch between commas and the like the word stands in."""


class ThemeNames:
    """Finds the themes that sheets of one language name; all names are read once."""

    def __init__(self, names: Names, language: str):
        in_language = tantivy.Filter.stemmer(_STEMMERS.get(language, "english"))
        words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        self._stemmer = words.filter(in_language).build()
        self._themes: dict[frozenset[str], set[str]] = defaultdict(set)
        # Labels come last: one of a single word, such as 'Cooperation', may mean much,
        # and what an alias says counts more.
        for spelling in sorted(names.spellings(THEME), key=lambda each: each.is_label):
            stems = frozenset(word.stem for word in self._words(spelling.name))
            is_vague = spelling.is_label and len(stems) < _WORDS_OF_A_LABEL
            if (
                stems
                and not is_vague
                and not (spelling.is_label and self._themes[stems])
            ):
                self._themes[stems].add(spelling.key)
        self._by_stem: dict[str, list[frozenset[str]]] = defaultdict(list)
        for stems in self._themes:
            for stem in stems:
                self._by_stem[stem].append(stems)

    def find(self, text: str) -> list[Mention]:
        """Return the themes named, in the order of the text; of two names that share
        words the one with more of them."""
        words = self._words(text)
        spans: list[tuple[int, int, int, frozenset[str]]] = []
        for at, word in enumerate(words):
            for stems in self._by_stem.get(word.stem, ()):
                if end := self._end(words, at, stems):
                    spans.append((-len(stems), at, end, stems))
        taken: set[int] = set()
        found: list[Mention] = []
        for _size, at, end, stems in sorted(spans, key=lambda span: span[:3]):
            own = {n for n in range(at, end) if words[n].stem in stems}
            if own & taken or len(self._themes[stems]) > 1:
                continue
            taken |= own
            (key,) = self._themes[stems]
            start, stop = words[at].start, words[end - 1].end
            found.append(Mention(THEME, key, start, stop, text[start:stop]))
        return sorted(found, key=lambda mention: mention.start)

    def _end(self, words: list[_Word], at: int, stems: frozenset[str]) -> int:
        """Return where a name ends that begins at a word; 0 if none does."""
        missing = set(stems)
        longest = at + len(stems) + _WORDS_BETWEEN
        for number in range(at, min(len(words), longest)):
            if words[number].stretch != words[at].stretch:
                return 0
            missing.discard(words[number].stem)
            if not missing:
                return number + 1
        return 0

    def _words(self, text: str) -> list[_Word]:
        breaks = [found.start() for found in _BREAK.finditer(text)]
        words = []
        for found in _WORD.finditer(text):
            folded = fold(found.group()).replace(" ", "")
            if len(folded) < 2 or folded in _SMALL:
                continue
            stretch = sum(place < found.start() for place in breaks)
            stem = fold("".join(self._stemmer.analyze(found.group().lower())))
            words.append(_Word(stem or folded, found.start(), found.end(), stretch))
        return words
