"""The States, organisations, mechanisms and themes that a text names, and where."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from profiles.folding import fold
from surveys.known_names import Spelling
from surveys.names import AMBIGUOUS, MECHANISM, ORGANISATION, STATE, THEME, Names

_WORD = re.compile(r"\w+(?:[-.’'&]\w+)*")
_POSSESSIVE = re.compile(r"[’']s$")
_LEADING_ARTICLE = re.compile(r"(?:[ld]|qu)[’'](?=\w)", re.IGNORECASE)
_LONGEST_ACRONYM = 5
"""The most letters of a State's acronym, such as UAE, which has to stand just so."""

_PROCESS = re.compile(r"(?P<place>[\w ]+) Process")
_PROCESS_ELSEWHERE = ("Processus de", "Proceso de")
"""How sheets in French and Spanish write 'Rabat Process', whether or not the registry
has that name."""

_CAPITAL = re.compile(r"\b[A-ZÀ-Þ]")
_WORDS_OF_A_LONG_NAME = 8

_A_NAME, _A_LABEL = 10, 9
"""The weight of a word in a record's name, and in a label that a source gave it."""


@dataclass(frozen=True)
class Mention:
    """A record, named in a text from `start` to `end`."""

    kind: str
    key: str
    start: int
    end: int
    text: str
    is_label: bool = False


@dataclass(frozen=True)
class _Word:
    text: str
    folded: str
    start: int
    end: int


@dataclass(frozen=True)
class _Name:
    kind: str
    key: str
    letters: str | None  # of an acronym, which has to stand just so
    gaps: tuple[str, ...]
    is_label: bool = False


class Mentions:
    """Finds the names of records in texts; all names are read once."""

    def __init__(self, names: Names):
        self._names: dict[tuple[str, ...], list[_Name]] = defaultdict(list)
        self._longest: dict[str, int] = defaultdict(int)
        self._known = names
        self._shared: dict[str, set[str]] = {}
        for kind in (STATE, ORGANISATION, MECHANISM, THEME):
            for spelling in names.spellings(kind):
                match = names.find(kind, spelling.name)
                if match.key:
                    self._learn(kind, spelling)
                elif kind == STATE and match.how == AMBIGUOUS:
                    rivals = {key for key, _label in match.candidates}
                    self._shared[fold(spelling.name)] = rivals

    def _learn(self, kind: str, spelling: Spelling) -> None:
        name = spelling.name
        is_as_written = spelling.is_acronym or _is_short(kind, name)
        letters = name if is_as_written else None
        words = _words(name)
        # A name of one or two letters would be found in nearly every text.
        if not words or len(name) < 2 + (letters is None):
            return
        folded = tuple(word.folded for word in words)
        gaps = _gaps(name, words)
        record = _Name(kind, spelling.key, letters, gaps, spelling.is_label)
        if record not in self._names[folded]:
            self._names[folded].append(record)
        self._longest[folded[0]] = max(self._longest[folded[0]], len(folded))
        if kind == MECHANISM and (process := _PROCESS.fullmatch(name)):
            for form in _PROCESS_ELSEWHERE:
                self._learn(kind, replace(spelling, name=f"{form} {process['place']}"))

    def find(self, text: str, kinds: Iterable[str]) -> list[Mention]:
        """Return the records that a text names, in the order of the text.

        Where names overlap, those count that cover most of the text: of two names
        that begin at one word usually the longer one.

        A name that two records of one kind share is left out, unless the text names
        one of two States in other words. A record with its name
        and its acronym at one place, 'Regional Talks (RT)', is returned once.
        """
        wanted = tuple(kinds)
        words = _words(text)
        # best[i]: the weight that names can cover from word i on, the (negative) number
        # of names for it, and the words of the first of them, 0 if none begins there.
        best: list[tuple[int, int, int]] = [(0, 0, 0)] * (len(words) + 1)
        named: dict[tuple[int, int], list[Mention]] = {}
        for at in range(len(words) - 1, -1, -1):
            best[at] = (*best[at + 1][:2], 0)
            longest = min(self._longest.get(words[at].folded, 0), len(words) - at)
            for length in range(1, longest + 1):
                mentions = list(self._named(text, words[at : at + length], wanted))
                if mentions:
                    named[at, length] = mentions
                    covered, fewest, _length = best[at + length]
                    weight = length * (_A_LABEL if mentions[0].is_label else _A_NAME)
                    best[at] = max(best[at], (covered + weight, fewest - 1, length))
        found: list[Mention] = []
        at = 0
        while at < len(words):
            length = best[at][2]
            found.extend(named.get((at, length), ()))
            at += length or 1
        if STATE in wanted:
            found.extend(self._told_apart(words, found))
        found.sort(key=lambda each: each.start)
        return [self._with_long_name(text, m) for m in _once_in_a_place(text, found)]

    def _with_long_name(self, text: str, mention: Mention) -> Mention:
        """Return a mention of an acronym in brackets with the name that stands before
        them, if this is like one of the record: 'Union for Shores (UOS)'."""
        if "(" in mention.text and text[mention.end : mention.end + 1] == ")":
            end = mention.end + (")" not in mention.text)
            return replace(mention, end=end, text=text[mention.start : end])
        before = text[: mention.start]
        if not (before.endswith("(") and text[mention.end : mention.end + 1] == ")"):
            return mention
        begins = [found.start() for found in _CAPITAL.finditer(before)]
        for start in begins[-_WORDS_OF_A_LONG_NAME:]:
            written = f"{text[start : mention.end]})"
            is_one = not re.search(r"[,;:.()]", text[start : mention.start - 1])
            if is_one and self._known.find(mention.kind, written).key == mention.key:
                end = mention.end + 1
                return replace(mention, start=start, end=end, text=text[start:end])
        return mention

    def _told_apart(
        self, words: list[_Word], found: list[Mention]
    ) -> Iterator[Mention]:
        """Yield the States meant by a name that two States share, such as Congo, where
        a text names the other State by a name of its own."""
        named = {mention.key for mention in found if mention.kind == STATE}
        for word in words:
            meant = self._shared.get(word.folded, set()) - named
            is_taken = any(m.start <= word.start < m.end for m in found)
            if len(meant) == 1 and word.text[0].isupper() and not is_taken:
                (key,) = meant
                yield Mention(STATE, key, word.start, word.end, word.text)

    def _named(
        self, text: str, words: list[_Word], kinds: tuple[str, ...]
    ) -> Iterator[Mention]:
        by_kind: dict[str, dict[str, bool]] = defaultdict(dict)
        start, end = words[0].start, words[-1].end
        written = text[start:end]
        gaps = _gaps(text, words)
        for name in self._names.get(tuple(word.folded for word in words), ()):
            if any(
                gap not in ("", own) for gap, own in zip(gaps, name.gaps, strict=True)
            ):
                continue
            if name.letters is not None:
                fits = _is_same_acronym(_POSSESSIVE.sub("", written), name)
            else:
                fits = name.kind == THEME or written[0].isupper()
            if fits:
                by_kind[name.kind][name.key] = name.is_label
        for kind in kinds:
            if len(by_kind[kind]) == 1:
                ((key, is_label),) = by_kind[kind].items()
                yield Mention(kind, key, start, end, written, is_label)


def _is_same_acronym(written: str, name: _Name) -> bool:
    """Tell whether a word is an acronym. A long one may be all in capitals, as INTERPOL
    for Interpol; the other way round, a Congo would be the conference CONGO."""
    is_long = name.kind != STATE and len(written) >= _LONGEST_ACRONYM
    return written == name.letters or (is_long and written.isupper())


def _is_short(kind: str, name: str) -> bool:
    is_state = kind == STATE and len(name) <= _LONGEST_ACRONYM
    return is_state and name.replace(".", "").isupper()


def _words(text: str) -> list[_Word]:
    words = []
    for found in _WORD.finditer(text):
        written, start = found.group(), found.start()
        if article := _LEADING_ARTICLE.match(written):
            start += article.end()
            written = written[article.end() :]
        written = _POSSESSIVE.sub("", written)
        if folded := fold(written):
            words.append(_Word(written, folded, start, start + len(written)))
    return words


def _gaps(text: str, words: list[_Word]) -> tuple[str, ...]:
    """Return the signs between words: a name ends at signs that are not its own."""
    pairs = pairwise(words)
    return tuple(text[a.end : b.start].strip(" \t\n-–’'\"“”") for a, b in pairs)


def _once_in_a_place(text: str, mentions: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in mentions:
        before = text[: mention.start]
        if before.endswith("/"):
            # 'CSUCA/SICA' names CSUCA, and the body of which it is part.
            continue
        same = [m for m in kept if (m.kind, m.key) == (mention.kind, mention.key)]
        if same and re.fullmatch(
            r"(?:[’']s)?\s*\(\s*", text[same[-1].end : mention.start]
        ):
            close = text.find(")", mention.end)
            last = same[-1]
            end = close + 1 if close == mention.end else mention.end
            kept[kept.index(last)] = Mention(
                last.kind, last.key, last.start, end, text[last.start : end]
            )
            continue
        kept.append(mention)
    return kept
