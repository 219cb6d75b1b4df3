"""A cache in the memory of a process, bounded by what it holds and not by how many.

Pages differ a hundredfold in size, so a number of them says little about memory.
"""

from collections import Counter, OrderedDict

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

# A key's place in the dictionaries that know its value, its age and its turn.
OVERHEAD = 500

# By the name of the cache: its instances, one for each thread, share what they hold.
_held: Counter[str] = Counter()


class PageMemory(LocMemCache):
    """Django's cache in memory, with the option MAX_BYTES.

    What was not asked for longest makes room. What is larger than the whole is not
    kept.
    """

    _cache: OrderedDict[str, bytes]
    """What is held, the latest asked for first."""

    def __init__(self, name, params):
        super().__init__(name, params)
        self._name = name
        self._max_bytes = params["OPTIONS"]["MAX_BYTES"]

    @property
    def held(self) -> int:
        """The bytes that are held, about."""
        return _held[self._name]

    def clear(self):
        super().clear()
        _held[self._name] = 0

    # These are called under the lock.

    def _set(self, key, value, timeout=DEFAULT_TIMEOUT):
        self._delete(key)
        size = _size(key, value)
        if size > self._max_bytes:
            return
        while self._cache and self.held + size > self._max_bytes:
            self._delete(next(reversed(self._cache)))
        super()._set(key, value, timeout)  # type: ignore[misc]
        _held[self._name] += size

    def _delete(self, key):
        value = self._cache.get(key)
        if value is not None:
            _held[self._name] -= _size(key, value)
        return super()._delete(key)  # type: ignore[misc]

    def _cull(self):
        """Leave the number of entries alone."""


def _size(key: str, value: bytes) -> int:
    return len(key) + len(value) + OVERHEAD
