"""Which records of a list have which values: an integer for each value, in which each
record has a bit.

Lists are filtered and options counted with these bits alone (`&`, `|`,
`int.bit_count()`), so a count cannot differ from the list behind its link.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from profiles.remembered import remembered

T = TypeVar("T")


class ListIndex:
    """The records of a list without filters, and what its facets say of them.

    A facet is read when it is first asked for, and what was read stays as it is:
    another revision or day has another index (see `index_at`).
    """

    def __init__(self, records: QuerySet, key_searched: str):
        """Read the records; `key_searched` holds what the site's search calls them."""
        self._records = records
        found = list(records.order_by("pk").values_list("pk", key_searched))
        self._keys = [key for key, _called in found]
        self._places = {key: place for place, key in enumerate(self._keys)}
        self._called = {
            str(called): place for place, (_key, called) in enumerate(found)
        }
        self._read: dict[Any, Any] = {}
        self.every = (1 << len(found)) - 1

    def held(self, name: str, facet: Any) -> dict[str, int]:
        """Return the values that records have, each with the bits of those."""
        return self.once(name, lambda: self._by_value(facet.holders(self._records)))

    def listed(self, name: str, facet: Any) -> list[Any]:
        """Return the same values as a page lists them, in the present language."""
        return self.once(
            (name, get_language()), lambda: facet.listed(self.held(name, facet))
        )

    def ordered(self, sort: str, by: Callable[[], Iterable[Any]]) -> Sequence[int]:
        """Return the keys of all records in an order of the list, for readers of the
        present language; `by` says what that is."""
        return self.once(
            ("order", sort, get_language()),
            lambda: array(
                "q", self._records.order_by(*by(), "pk").values_list("pk", flat=True)
            ),
        )

    @property
    def records(self) -> dict[int, Any]:
        """The records by their keys. For lists that cannot grow: all are kept."""
        return self.once("records", self._kept_records)

    def _kept_records(self) -> dict[int, Any]:
        records = self._records.in_bulk()
        for record in records.values():
            record.drawn = {}  # see templatetags/drawn_once.py
        return records

    def of_keys(self, keys: Iterable[int]) -> int:
        """Return the bits of the records with these keys."""
        return self._bits(map(self._places.get, keys))

    def keys_called(self, called: Iterable[str]) -> list[int]:
        """Return the keys of what the site's search calls so, in the same order."""
        places = map(self._called.get, called)
        return [self._keys[place] for place in places if place is not None]

    def of_called(self, called: Iterable[str]) -> int:
        """Return the bits of what the site's search calls so."""
        return self._bits(map(self._called.get, called))

    def keys(self, bits: int) -> list[int]:
        """Return the keys of the records that have a bit."""
        keys: list[int] = []
        # The record with the lowest place first, as in the list of keys.
        written = bin(bits)[:1:-1]
        place = written.find("1")
        while place >= 0:
            keys.append(self._keys[place])
            place = written.find("1", place + 1)
        return keys

    def once(self, what: Any, read: Callable[[], T]) -> T:
        """Return what belongs to the records as they were read, reading it once."""
        if what not in self._read:
            self._read.setdefault(what, read())
        return self._read[what]

    def _by_value(self, holders: Iterable[tuple[str, int]]) -> dict[str, int]:
        places: dict[str, list[int | None]] = defaultdict(list)
        for value, key in holders:
            places[value].append(self._places.get(key))
        held = {value: self._bits(found) for value, found in places.items()}
        # Values of drafts alone are not among those that readers may know of.
        return {value: bits for value, bits in held.items() if bits}

    def _bits(self, places: Iterable[int | None]) -> int:
        octets = bytearray(len(self._keys) // 8 + 1)
        for place in places:
            if place is not None:
                octets[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(octets, "little")


def index_at(revision: str | None, records: QuerySet, key_searched: str) -> ListIndex:
    """Return the index of a list at a revision, which this process makes once."""
    # A day changes how old information is.
    made_at = revision and (revision, timezone.localdate())
    what = ListIndex, records.model
    return remembered(what, made_at, lambda: ListIndex(records, key_searched))
