"""Which choice of a question a text means, and how a cell with several is cut."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from profiles.folding import fold
from surveys.names import Match, Names

_SUGGESTED_FROM = 75
_MOST_ALLOWED_SHOWN = 12

# The labels of OTHER, in our forms and in the tools that let respondents write there.
# LimeSurvey's code is -oth-.
_OTHER = re.compile(
    r"(?:-oth-|other|autres?|otr[oa]s?|outr[oa]s?|altro|sonstiges?|andere[rs]?"
    r"|друго[ей]|أخرى|其他)"
    r"(?:\s+(?:answer|option|response|réponse|respuesta|opción))?"
    r"\s*(?:[,:(–—-]?\s*(?:please\s+|por\s+favor,?\s+|veuillez\s+|prière\s+de\s+"
    r"|bitte\s+|favor\s+)?(?:specify|especifi(?:que|car)|précise[rz]|precise[rz]"
    r"|préciser|angeben|describe|explain|indique)\s*[):]?|\(\s*\))?\s*[:.…]*",
    re.IGNORECASE,
)
_OTHER_AND_TEXT = re.compile(
    r"(?:other|autre|otr[oa])\b[^:]{0,30}:\s*(\S.*)", re.IGNORECASE | re.DOTALL
)

_SEPARATORS = ("\n", ";", "|", ",", " ")
"""What stands between choices in one cell, the surest first."""


def is_other(text: str) -> bool:
    """Say whether a text is only the label of 'something else', perhaps with the
    text after it: 'Other (please specify)', 'Other: a troika'."""
    text = text.strip()
    return bool(_OTHER.fullmatch(text) or _OTHER_AND_TEXT.fullmatch(text))


def text_of_other(text: str) -> str:
    """Return what stands after the label of 'something else', "" for nothing."""
    text = text.strip()
    if _OTHER.fullmatch(text):
        return ""
    found = _OTHER_AND_TEXT.fullmatch(text)
    return found.group(1).strip() if found else ""


class AsWritten(str):
    """A name that is stored as it was written: no record is known to have it."""

    __slots__ = ()


class Undecided(AsWritten):
    """A choice of a cell that says nothing until another one in it is decided."""

    __slots__ = ()


class Options:
    """The choices of one question, found by code or by label in any language.

    `labels` has all labels of each code, `by_language` those of which the language is
    known. `own`, from the mapping, turns texts of the file into codes, and wins over
    codes and labels.
    """

    kind = ""

    def __init__(
        self,
        labels: Mapping[str, Iterable[str]],
        own: Mapping[str, str] | None = None,
        by_language: Mapping[str, Mapping[str, str]] | None = None,
    ):
        self.by_language = by_language or {}
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

    def is_known(self, text: str) -> bool:
        """Say whether `text` is exactly one choice, by code, label or name."""
        return self.find(text) is not None

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

    @cached_property
    def longest(self) -> int:
        """Characters of the longest text that can be one choice."""
        return max((len(text) for text in self._by_text), default=0)


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

    def is_known(self, text: str) -> bool:
        return _plain(text) in self._own or self._names.knows(self.kind, text)

    @cached_property
    def longest(self) -> int:
        return max(super().longest, self._names.longest(self.kind))

    def match(self, text: str) -> Match | None:
        return self._names.find(self.kind, text)


@dataclass(frozen=True)
class Cut:
    """A cell of several choices, cut. It is undecidable if there are several ways to
    cut it, or none although its words are separated by spaces alone."""

    parts: list[str]
    is_undecidable: bool = False


def cut_choices(
    text: str, separator: str, options: Options, is_choice: Callable[[str], bool]
) -> Cut:
    """Cut a cell into its choices.

    The whole cell comes first, then each separator: `separator`, as the tool writes it,
    and the usual ones. The longest runs of parts that are choices are taken, for labels
    hold separators too. What is no choice stays a part of its own.
    """
    codes = text.split()
    if len(codes) > 1 and all(code in options.labels for code in codes):
        return Cut(codes)
    if is_choice(text):
        return Cut([text])
    given = [separator] if separator.strip() else []
    best: Cut | None = None
    for between in dict.fromkeys((*given, *_SEPARATORS)):
        parts = _parts(text, between)
        if len(parts) < 2 and text.strip(" ;,|\n") == text.strip():
            continue
        covered = _covered(parts, between, is_choice, options.longest)
        if covered.unknown == 0:
            # Of names the longest count; labels could as well be several.
            return Cut(covered.parts, not options.kind and covered.ways > 1)
        # Names hold spaces: beside one that is unknown, no word of it is a choice.
        has_codes = between != " " or any(part in options.labels for part in parts)
        if best is None and has_codes and _are_apart(covered, between, options):
            best = Cut(covered.parts)
    return best or Cut([text], " " in text.strip())


class _Covered(NamedTuple):
    parts: list[str]
    unknown: int
    ways: int


def _are_apart(covered: _Covered, between: str, options: Options) -> bool:
    """Do spaces separate codes? Words of which some are labels are one name."""
    if between != " ":
        return True
    return not any(" " in part for part in covered.parts) and all(
        part in options.labels or not options.is_known(part) for part in covered.parts
    )


def _covered(
    parts: list[str], between: str, is_choice: Callable[[str], bool], longest: int
) -> _Covered:
    """Join parts to as few pieces as can be, and to as few unknown ones first.

    An unknown piece is one part. `ways` counts all ways to join them to known ones.
    """
    joint = between if between in " \n" else f"{between} "
    end_at = len(parts)
    cost = [(0, 0)] * (end_at + 1)
    ways = [0] * end_at + [1]
    ends = [end_at] * (end_at + 1)
    for start in range(end_at - 1, -1, -1):
        unknown, pieces = cost[start + 1]
        cost[start] = (unknown + 1, pieces + 1)
        ends[start] = start + 1
        for end in range(start + 1, end_at + 1):
            piece = joint.join(parts[start:end])
            if end > start + 1 and len(piece) > longest + 2:
                break
            if not is_choice(piece):
                continue
            ways[start] += ways[end]
            unknown, pieces = cost[end]
            if (found := (unknown, pieces + 1)) < cost[start]:
                cost[start], ends[start] = found, end
    pieces_of, start = [], 0
    while start < end_at:
        pieces_of.append(joint.join(parts[start : ends[start]]))
        start = ends[start]
    return _Covered(pieces_of, cost[0][0], ways[0])


def _parts(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip(" ;,|\n")]


@lru_cache(50_000)
def _plain(text: str) -> str:
    # fold() returns "" for a text of signs, such as '+'.
    return fold(text) or text.strip()
