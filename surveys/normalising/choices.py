"""Which choice of a question a text means, and how a cell with several is cut."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process

from profiles.folding import fold
from surveys.names import Match, Names
from surveys.questionnaires.definitions import OTHER

_SUGGESTED_FROM = 75
_MOST_ALLOWED_SHOWN = 12

OTHER_WORDS = frozenset({OTHER, "autre", "otro"})
"""The labels, folded, that our forms give to OTHER in lists of records."""


class AsWritten(str):
    """A name that is stored as it was written: no record is known to have it."""

    __slots__ = ()


class Options:
    """The choices of one question, found by code or by label in any language.

    `labels` has all labels of each code. `own`, from the mapping, turns texts of the
    file into codes, and wins over codes and labels.
    """

    kind = ""

    def __init__(
        self, labels: Mapping[str, Iterable[str]], own: Mapping[str, str] | None = None
    ):
        self.labels = {code: tuple(filter(None, ls)) for code, ls in labels.items()}
        self._by_text: dict[str, str] = {}
        for text, code in (own or {}).items():
            self._by_text.setdefault(_plain(text), code)
        for code in self.labels:
            self._by_text.setdefault(_plain(code), code)
        for code, texts in self.labels.items():
            for text in texts:
                self._by_text.setdefault(_plain(text), code)

    def find(self, text: str) -> str | None:
        """Return the code of the choice that `text` means, None if it means none."""
        return self._by_text.get(_plain(text))

    def match(self, text: str) -> Match | None:
        """Return which record a text names; None where choices are no records."""
        return None

    def label_of(self, code: str) -> str:
        return next(iter(self.labels.get(code, ())), code)

    def nearest(self, text: str) -> str:
        """Return the code or label, folded, that `text` may misspell, else ""."""
        found = process.extractOne(
            _plain(text), self._by_text, scorer=fuzz.ratio, score_cutoff=_SUGGESTED_FROM
        )
        return found[0] if found else ""

    def allowed(self, text: str) -> str:
        """Return the codes that could stand in place of `text`, the likeliest first."""
        near = self.find(self.nearest(text)) if self.nearest(text) else None
        codes = [*filter(None, [near]), *(code for code in self.labels if code != near)]
        shown = ", ".join(codes[:_MOST_ALLOWED_SHOWN])
        return f"{shown}, …" if len(codes) > _MOST_ALLOWED_SHOWN else shown

    def cut_codes(self, text: str, separator: str) -> list[str]:
        """Return the codes in a cell of several: no code contains the separator."""
        return _parts(text, separator or " ")

    def cut(self, text: str, separator: str) -> list[str] | None:
        """Return the labels in a cell of several, None where they cannot be told apart.

        Labels may contain the separator (a space, if the file has none). Then there
        must be exactly one way to cut the cell into nothing but choices.
        """
        between = separator or " "
        if _plain(text) in self._by_text:
            return [text]
        parts = _parts(text, between)
        if between != " " and not any(between in text for text in self._texts):
            return parts
        return self._only_covering(parts, between)

    @cached_property
    def _texts(self) -> list[str]:
        return [text for texts in self.labels.values() for text in texts]

    @cached_property
    def _longest(self) -> int:
        return max((len(text) for text in self._by_text), default=0)

    def _only_covering(self, parts: list[str], between: str) -> list[str] | None:
        # ways[i]: in how many ways parts[i:] can be covered; first[i]: where the
        # first choice of such a covering ends.
        ways = [0] * len(parts) + [1]
        first = [0] * len(parts)
        for start in range(len(parts) - 1, -1, -1):
            for end in range(start + 1, len(parts) + 1):
                piece = _plain(between.join(parts[start:end]))
                if len(piece) > self._longest:
                    break
                if ways[end] and piece in self._by_text:
                    ways[start] += ways[end]
                    first[start] = end
        if not parts or ways[0] != 1:
            return None
        cut, start = [], 0
        while start < len(parts):
            cut.append(between.join(parts[start : first[start]]))
            start = first[start]
        return cut


class RegistryOptions(Options):
    """Choices that are records of the registry, found by any of their names."""

    def __init__(
        self,
        kind: str,
        names: Names,
        labels: Mapping[str, Iterable[str]],
        own: Mapping[str, str] | None = None,
    ):
        super().__init__(labels, own)
        self.kind = kind
        self._names = names
        self._own = {_plain(text): code for text, code in (own or {}).items()}

    def find(self, text: str) -> str | None:
        own = self._own.get(_plain(text))
        if own == "":
            return own
        # A name from the mapping may itself be any name of the record.
        found = self._names.find(self.kind, own or text).key
        return found or own or None

    def match(self, text: str) -> Match | None:
        return self._names.find(self.kind, text)


def _parts(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip(" ;,|")]


@lru_cache(50_000)
def _plain(text: str) -> str:
    # fold() returns "" for a text of signs, such as '+'.
    return fold(text) or text.strip()
