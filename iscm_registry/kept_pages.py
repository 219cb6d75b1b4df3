"""How a kept page is written for a cache that lives outside of the process.

Never by pickle, which runs what it reads: a page stands there as text and bytes, under
a mark that only the registry can make. What bears no such mark, because it was damaged
or somebody else wrote it, is no page.
"""

import hashlib
import json
from functools import cache
from typing import TypeAlias

from django.utils.crypto import constant_time_compare, salted_hmac

from iscm_registry.outages import Outage

KeptPage: TypeAlias = tuple[bytes, dict[str, str]]

MARK = 32
HEADERS_LENGTH = 4

damage = Outage("A page in the cache is not as the registry put it there (%s).")


class DamagedPage(ValueError):
    pass


class PageSerializer:
    """What Django's RedisCache writes and reads values with."""

    def dumps(self, page: KeptPage) -> bytes:
        body, headers = page
        head = json.dumps(headers).encode()
        packed = len(head).to_bytes(HEADERS_LENGTH, "big") + head + body
        return _mark(packed) + packed

    def loads(self, stored: bytes) -> KeptPage | None:
        """Return the page; None, as if there were none, for what is none."""
        mark, packed = stored[:MARK], stored[MARK:]
        if not constant_time_compare(mark, _mark(packed)):
            damage.failed(DamagedPage(f"{len(stored)} bytes"))
            return None
        end = HEADERS_LENGTH + int.from_bytes(packed[:HEADERS_LENGTH], "big")
        return packed[end:], json.loads(packed[HEADERS_LENGTH:end])


def _mark(packed: bytes) -> bytes:
    return hashlib.blake2b(packed, key=_key(), digest_size=MARK).digest()


@cache
def _key() -> bytes:
    return salted_hmac(__name__, "mark", algorithm="sha256").digest()
