"""The numbered list of sources at the end of a page."""

from collections.abc import Iterator

from profiles.models import Source


class References:
    """Numbers sources in the order in which a page names them.

    A template asks for a number where a fact is shown, and lists the sources
    after the last fact: the numbers then rise in reading order.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._sources: list[Source] = []

    def number(self, source: Source) -> int:
        """Return the number of `source` on this page, the next one if it is new."""
        number = self._numbers.get(source.pk)
        if number is None:
            self._sources.append(source)
            number = self._numbers[source.pk] = len(self._sources)
        return number

    def __iter__(self) -> Iterator[tuple[int, Source]]:
        return iter(enumerate(self._sources, start=1))

    def __len__(self) -> int:
        return len(self._sources)
