"""A cache in the memory of a process, bounded by what it holds and not by how many.

Pages differ a hundredfold in size, so a number of them says little about memory.
"""

import pickle
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

# A key's place in the dictionaries, and the objects around what is held.
OVERHEAD = 500

NEW = 0.25
"""The part of the room in which what was asked for once makes room for its like."""


@dataclass(frozen=True)
class _Held:
    value: Any
    size: int
    expires: float | None


@dataclass
class _Memory:
    """What is held under one name, for all threads; the latest asked for comes last."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    new: OrderedDict[str, _Held] = field(default_factory=OrderedDict)
    asked_again: OrderedDict[str, _Held] = field(default_factory=OrderedDict)
    held: int = 0
    held_new: int = 0


_memories: dict[str, _Memory] = {}


class PageMemory(BaseCache):
    """Holds up to MAX_BYTES, an option, of values that nobody changes.

    What was not asked for longest makes room. What was put here and never asked for, as
    random addresses are, has a quarter of the room and what the rest leaves: it pushes
    out nothing that was asked for again. What is larger than the whole is not kept.
    """

    def __init__(self, name: str, params: dict[str, Any]):
        super().__init__(params)
        self._max_bytes: int = params["OPTIONS"]["MAX_BYTES"]
        self._memory = _memories.setdefault(name, _Memory())

    @property
    def held(self) -> int:
        """The bytes that are held, about."""
        return self._memory.held

    def get(self, key, default=None, version=None):
        with self._memory.lock:
            found = self._asked(self.make_key(key, version))
        return default if found is None else found.value

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_key(key, version)
        size = len(key) + len(pickle.dumps(value)) + OVERHEAD
        held = _Held(value, size, self.get_backend_timeout(timeout))
        with self._memory.lock:
            was_asked_again = key in self._memory.asked_again
            self._drop(key)
            if size <= self._max_bytes:
                self._put(key, held, asked_again=was_asked_again)
                self._make_room()

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_key(key, version)
        with self._memory.lock:
            if (found := self._asked(key)) is None:
                return False
            expires = self.get_backend_timeout(timeout)
            self._memory.asked_again[key] = replace(found, expires=expires)
            return True

    def delete(self, key, version=None):
        with self._memory.lock:
            return self._drop(self.make_key(key, version)) is not None

    def clear(self):
        with self._memory.lock:
            self._memory.new.clear()
            self._memory.asked_again.clear()
            self._memory.held = self._memory.held_new = 0

    # These are called under the lock.

    def _asked(self, key: str) -> _Held | None:
        found = self._drop(key)
        if found is None or (found.expires is not None and found.expires < time.time()):
            return None
        self._put(key, found, asked_again=True)
        return found

    def _put(self, key: str, held: _Held, *, asked_again: bool) -> None:
        memory = self._memory
        (memory.asked_again if asked_again else memory.new)[key] = held
        memory.held += held.size
        memory.held_new += 0 if asked_again else held.size

    def _drop(self, key: str) -> _Held | None:
        memory = self._memory
        if (found := memory.asked_again.pop(key, None)) is not None:
            memory.held -= found.size
        elif (found := memory.new.pop(key, None)) is not None:
            memory.held -= found.size
            memory.held_new -= found.size
        return found

    def _make_room(self) -> None:
        """Drop what makes room, but never what was put here last."""
        memory = self._memory
        while memory.held > self._max_bytes:
            has_its_part = memory.held_new > NEW * self._max_bytes
            from_new = (has_its_part and len(memory.new) > 1) or not memory.asked_again
            self._drop(next(iter(memory.new if from_new else memory.asked_again)))
