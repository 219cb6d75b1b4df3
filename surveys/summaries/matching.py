"""Where a text names States, organisations, mechanisms and themes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from profiles.folding import fold
from surveys.names import MECHANISM, ORGANISATION, STATE, THEME, Names

_WORD = re.compile(r"\w+(?:[-.’'&]\w+)*")
_POSSESSIVE = re.compile(r"[’']s$")
_LEADING_ARTICLE = re.compile(r"(?:[ld]|qu)[’'](?=\w)", re.IGNORECASE)
_LONGEST_ACRONYM = 5
"""Letters of a State's alias in capitals, such as UAE, that is read as written."""


@dataclass(frozen=True)
class Mention:
    """A record, named in a text from `start` to `end`."""

    kind: str
    key: str
    start: int
    end: int
    text: str


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


class Mentions:
    """All names, by their words; then `find` in one text after another."""

    def __init__(self, names: Names):
        self._names: dict[tuple[str, ...], list[_Name]] = defaultdict(list)
        self._longest: dict[str, int] = defaultdict(int)
        for kind in (STATE, ORGANISATION, MECHANISM, THEME):
            for spelling in names.spellings(kind):
                if spelling.is_acronym or _is_short(kind, spelling.name):
                    self._learn(kind, spelling.key, spelling.name, spelling.name)
                else:
                    self._learn(kind, spelling.key, spelling.name, None)

    def _learn(self, kind: str, key: str, name: str, letters: str | None) -> None:
        words = _words(name)
        # Of one or two letters nearly every word of a text could be one.
        if not words or len(name) < 2 + (letters is None):
            return
        folded = tuple(word.folded for word in words)
        record = _Name(kind, key, letters, _gaps(name, words))
        if record not in self._names[folded]:
            self._names[folded].append(record)
        self._longest[folded[0]] = max(self._longest[folded[0]], len(folded))

    def find(self, text: str, kinds: Iterable[str]) -> list[Mention]:
        """Return who is named, in the order of the text; the longest name counts.

        A name that two records of one kind share is left out. A record named twice
        at one place, 'Regional Talks (RT)', is there once.
        """
        wanted = tuple(kinds)
        found: list[Mention] = []
        words = _words(text)
        at = 0
        while at < len(words):
            step = 1
            longest = self._longest.get(words[at].folded, 0)
            for length in range(min(longest, len(words) - at), 0, -1):
                part = words[at : at + length]
                mentions = list(self._named(text, part, wanted))
                if mentions:
                    found.extend(mentions)
                    step = length
                    break
            at += step
        return _once_in_a_place(text, found)

    def _named(
        self, text: str, words: list[_Word], kinds: tuple[str, ...]
    ) -> Iterator[Mention]:
        by_kind: dict[str, set[str]] = defaultdict(set)
        start, end = words[0].start, words[-1].end
        written = text[start:end]
        gaps = _gaps(text, words)
        for name in self._names.get(tuple(word.folded for word in words), ()):
            if any(
                gap not in ("", own) for gap, own in zip(gaps, name.gaps, strict=True)
            ):
                continue
            if name.letters is not None:
                fits = _POSSESSIVE.sub("", written) == name.letters
            else:
                fits = name.kind == THEME or written[0].isupper()
            if fits:
                by_kind[name.kind].add(name.key)
        for kind in kinds:
            if len(by_kind[kind]) == 1:
                (key,) = by_kind[kind]
                yield Mention(kind, key, start, end, written)


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
    """Return the signs between words; a name does not go on over those of a text."""
    pairs = pairwise(words)
    return tuple(text[a.end : b.start].strip(" \t\n-–’'\"“”") for a, b in pairs)


def _once_in_a_place(text: str, mentions: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in mentions:
        before = text[: mention.start]
        if before.endswith("/"):
            # 'CSUCA/SICA': of which body the one before is part.
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
