"""The memory of kept pages, bounded in bytes."""

import os
import random
import threading

import pytest
from django.core.cache import caches

from iscm_registry.page_memory import OVERHEAD, PageMemory

PAGE = b"x" * 1000


@pytest.fixture
def memory(request):
    """Room for ten pages and a bit, under a name of its own."""
    room = 10 * (len(PAGE) + OVERHEAD + 100)
    made = PageMemory(request.node.name, {"OPTIONS": {"MAX_BYTES": room}})
    yield made
    made.clear()


def kept(memory, keys):
    return [key for key in keys if memory.get(key) is not None]


def test_what_was_not_asked_for_longest_makes_room(memory):
    for n in range(10):
        memory.set(f"page-{n}", PAGE)
    assert memory.get("page-0") == PAGE

    memory.set("page-10", PAGE)

    names = [f"page-{n}" for n in range(11)]
    assert kept(memory, names) == [name for name in names if name != "page-1"]


@pytest.mark.attack("Addresses that nobody asked before fill the memory")
def test_many_small_ones_or_few_large_ones(memory):
    for n in range(1000):
        memory.set(f"small-{n}", b"")
    held = [n for n in range(1000) if memory.get(f"small-{n}") is not None]
    assert held == list(range(1000 - len(held), 1000))
    assert 20 < len(held) < 40

    memory.set("large", PAGE * 9)

    assert memory.get("large") == PAGE * 9
    assert memory.held <= memory._max_bytes


@pytest.mark.attack("Addresses that nobody asked before fill the memory")
def test_what_nobody_asked_for_pushes_out_nothing_that_somebody_did(memory):
    asked = [f"asked-{n}" for n in range(5)]
    for key in asked:
        memory.set(key, PAGE)
        assert memory.get(key) == PAGE

    for n in range(100):
        memory.set(f"random-{n}", PAGE)
        assert memory.held <= memory._max_bytes

    assert kept(memory, asked) == asked
    # They have what the others leave.
    assert kept(memory, [f"random-{n}" for n in range(100)]) == [
        f"random-{n}" for n in range(95, 100)
    ]


def test_what_was_asked_for_makes_room_for_new_things_only_up_to_a_part(memory):
    asked = [f"asked-{n}" for n in range(10)]
    for key in asked:
        memory.set(key, PAGE)
        memory.get(key)

    for n in range(100):
        memory.set(f"random-{n}", PAGE)

    assert len(kept(memory, asked)) >= 7


def test_what_is_larger_than_the_whole_is_not_kept_nor_what_it_replaces(memory):
    memory.set("one", PAGE)
    memory.set("other", PAGE)

    memory.set("one", PAGE * 100)

    assert memory.get("one") is None
    assert memory.get("other") == PAGE


def test_bytes_are_counted_back_whatever_happens_to_an_entry(memory):
    for _ in range(20):
        memory.set("page", PAGE)
    once = memory.held
    assert once < 2 * (len(PAGE) + OVERHEAD)
    memory.set("page", PAGE, timeout=-1)
    assert memory.get("page") is None
    memory.set("other", PAGE)
    memory.delete("other")
    memory.delete("other")
    assert memory.held == 0

    memory.set("page", PAGE)
    memory.clear()
    assert memory.held == 0


def test_threads_keep_the_bound_together(memory, request):
    room = memory._max_bytes
    name = request.node.name

    def fill(seed):
        own = PageMemory(name, {"OPTIONS": {"MAX_BYTES": room}})
        chance = random.Random(seed)
        for _ in range(500):
            key = f"page-{chance.randrange(50)}"
            own.get(key)
            own.set(key, os.urandom(chance.randrange(3000)))

    threads = [threading.Thread(target=fill, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 0 < memory.held <= room
    for n in range(50):
        memory.delete(f"page-{n}")
    assert memory.held == 0


@pytest.mark.attack("Addresses that nobody asked before fill the memory")
@pytest.mark.django_db
def test_addresses_that_nobody_asked_before_do_not_grow_a_process(client, settings):
    room = 60_000
    settings.CACHES = {
        **settings.CACHES,
        "pages": {
            "BACKEND": "iscm_registry.page_memory.PageMemory",
            "LOCATION": "random addresses",
            "OPTIONS": {"MAX_BYTES": room},
        },
    }
    most = 0
    for n in range(40):
        assert client.get(f"/search/?q=nonsense{n}").status_code == 200
        assert caches["pages"].held <= room
        most = max(most, caches["pages"].held)
    assert most > room / 2
    caches["pages"].clear()
