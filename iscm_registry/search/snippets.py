"""Pieces of text that show why something was found."""

from collections.abc import Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from iscm_registry.search import words
from iscm_registry.search.documents import Passage
from iscm_registry.search.queries import Question

LENGTH = 220
"""About how many characters a snippet has."""


class Marker:
    """Knows which words of a text answer a question."""

    def __init__(self, question: Question, unknown: Iterable[str] = ()):
        asked = {word for term in question.needed for word in term.words}
        self._asked = asked
        self._stems = {
            (language, words.stem(word, language))
            for word in asked
            for language in words.STEMMERS
        }
        self._unknown = [word for word in unknown if words.tolerance(word)]

    def answers(self, folded: str, language: str) -> bool:
        if folded in self._asked:
            return True
        if (language, words.stem(folded, language)) in self._stems:
            return True
        return any(words.is_similar(word, folded) for word in self._unknown)

    def marked(self, text: str, language: str) -> SafeString:
        """Return `text` as HTML with the words that answer the question marked."""
        found = [
            word for word in words.cut(text) if self.answers(word.folded, language)
        ]
        return _html(text, found)

    def snippet(
        self, passages: Sequence[Passage], language: str
    ) -> tuple[SafeString, Passage | None]:
        """Return the piece that answers best, and the passage that it is from.

        Own text comes before what is quoted from related records, then the
        reader's language, then what stands first. Without an answer it is the
        beginning of the record's own text.
        """
        best: tuple[tuple, Passage, list[words.Word]] | None = None
        for place, passage in enumerate(passages):
            found = [
                word
                for word in words.cut(passage.text)
                if self.answers(word.folded, passage.language)
            ]
            if not found:
                continue
            worth = (
                not passage.relation,
                len({word.folded for word in found}),
                passage.language == language,
                -place,
            )
            if best is None or worth > best[0]:
                best = worth, passage, found
        if best:
            return _piece(best[1].text, best[2]), best[1]
        own = [one for one in passages if not one.relation]
        own.sort(key=lambda one: one.language != language)
        return (_piece(own[0].text, []), own[0]) if own else (mark_safe(""), None)


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
