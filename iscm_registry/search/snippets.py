"""Pieces of text that show why something was found."""

from collections.abc import Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from iscm_registry.search import words
from iscm_registry.search.documents import Passage
from iscm_registry.search.queries import SearchQuery

LENGTH = 220
"""About how many characters a snippet has."""


class Marker:
    """Knows which words of a text answer a question."""

    def __init__(self, question: SearchQuery, unknown: Iterable[str] = ()):
        self._number_asked = len({w for term in question.needed for w in term.words})
        asked = {
            word
            for term in question.needed
            for phrase in (term.words, *term.also)
            for word in phrase
            if len(phrase) == 1 or term.is_quoted or not words.is_optional(word)
        }
        self._asked = asked
        self._stems = {
            (language, words.stem(word, language))
            for word in asked
            for language in words.STEMMERS
        }
        self._unknown = [word for word in unknown if words.tolerance(word)]
        self._known: dict[tuple[str, str], bool] = {}

    def answers(self, folded: str, language: str) -> bool:
        word = folded, language
        if word not in self._known:
            self._known[word] = self._compare(folded, language)
        return self._known[word]

    def _compare(self, folded: str, language: str) -> bool:
        if folded in self._asked:
            return True
        if (language, words.stem(folded, language)) in self._stems:
            return True
        return any(words.is_similar(word, folded) for word in self._unknown)

    def marked(self, text: str, language: str) -> SafeString:
        """Return `text` as HTML with the words that answer the question marked."""
        return _html(text, self.found(text, language))

    def found(self, text: str, language: str) -> list[words.Word]:
        """Return the words of `text` that answer the question."""
        return [word for word in words.cut(text) if self.answers(word.folded, language)]

    def snippet(
        self, passages: Sequence[Passage], language: str, shown: str
    ) -> tuple[SafeString, Passage | None]:
        """Return the piece that answers best, and the passage that it is from.

        If `shown`, the title, answers already, it is the beginning of the record's
        own text. Otherwise another of its names comes first, then own text, then
        what is quoted from related records, each in the reader's language first.
        """
        names, own, quoted = _by_nearness(passages, language)
        answered = {word.folded for word in self.found(shown, language)}
        if len(answered) >= self._number_asked:
            names, quoted = [], []
            own = own[:1]
        # One group after the other: the texts of a record can be long.
        for group in ([] if answered else names, own, quoted):
            if best := self._best(group):
                passage, found = best
                return _piece(passage.text, found), passage
        return (_piece(own[0].text, []), own[0]) if own else (mark_safe(""), None)

    def _best(
        self, passages: Iterable[Passage]
    ) -> tuple[Passage, list[words.Word]] | None:
        """Return the first passage that has most of the words asked for."""
        best, most = None, 0
        for passage in passages:
            found = self.found(passage.text, passage.language)
            different = len({word.folded for word in found})
            if different > most:
                best, most = (passage, found), different
            if most >= self._number_asked:
                break
        return best


def _by_nearness(
    passages: Iterable[Passage], language: str
) -> tuple[list[Passage], list[Passage], list[Passage]]:
    """Return names, own texts and quoted ones, those in `language` first."""
    names: list[Passage] = []
    own: list[Passage] = []
    quoted: list[Passage] = []
    for passage in sorted(passages, key=lambda one: one.language != language):
        group = {"names": names, "": own}.get(passage.relation, quoted)
        group.append(passage)
    return names, own, quoted


def _piece(text: str, found: Sequence[words.Word]) -> SafeString:
    """Cut the part of `text` that has most of `found`, at ends of words."""
    begin = 0
    if found:
        starts = [word.start for word in found]
        begin = max(
            starts,
            key=lambda start: (
                sum(start <= s < start + LENGTH for s in starts),
                -start,
            ),
        )
        begin = max(0, begin - LENGTH // 4)
    end = min(len(text), begin + LENGTH)
    begin = max(0, min(begin, end - LENGTH))
    if begin and (space := text.find(" ", begin, end)) >= 0:
        begin = min(space + 1, *(w.start for w in found if w.end > begin), end)
    if end < len(text) and (space := text.rfind(" ", begin, end)) > 0:
        end = space
    inside = [
        words.Word(word.folded, word.start - begin, word.end - begin)
        for word in found
        if word.start >= begin and word.end <= end
    ]
    html = _html(text[begin:end], inside)
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    return mark_safe(f"{before}{html}{after}")  # noqa: S308  escaped in _html


def _html(text: str, found: Iterable[words.Word]) -> SafeString:
    pieces, position = [], 0
    for word in found:
        pieces += [
            escape(text[position : word.start]),
            "<mark>",
            escape(text[word.start : word.end]),
            "</mark>",
        ]
        position = word.end
    pieces.append(escape(text[position:]))
    return mark_safe("".join(pieces))  # noqa: S308  every piece of text is escaped
