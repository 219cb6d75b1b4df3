"""What one process publishes, the others show; what one has drawn, others may use."""

import http.client
import pickle
from urllib.parse import urlsplit

import pytest
import redis
from django.core.cache import caches

from iscm_registry import revision
from tests.factories import make_profile
from tests.serving import (
    environment_of,
    gunicorn,
    redis_server,
    run_python,
    sqlite_in,
)

PAGE = "/mechanisms/"

PUBLISH = """
from tests.factories import make_profile
make_profile(name="Puebla Process")
"""


def ask(server: str, method="GET", path=PAGE, **headers):
    """Ask as plainly as can be, so that what the server sends is what is seen."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)
    # By one name, as behind one proxy: pages name the host that was asked.
    headers["Host"] = "testserver"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body.decode()


@pytest.mark.django_db(transaction=True)
def test_publish_in_one_process_shows_at_the_next_request_to_another(tmp_path, migrate):
    environment = environment_of(tmp_path)
    migrate(environment)

    with gunicorn(environment) as one, gunicorn(environment) as other:
        tags = set()
        for server in (one, other, other):
            response, body = ask(server)
            assert response.status == 200
            assert "Puebla Process" not in body
            tags.add(response.headers["ETag"])
        (tag,) = tags
        assert ask(other, If_None_Match=tag)[0].status == 304

        run_python(environment, PUBLISH)

        for server in (one, other):
            response, body = ask(server, If_None_Match=tag)
            assert response.status == 200
            assert "Puebla Process" in body
            tags.add(response.headers["ETag"])
        assert len(tags) == 2

        head, nothing = ask(one, "HEAD")
        assert (head.status, nothing) == (200, "")
        assert int(head.headers["Content-Length"]) == len(body.encode())


@pytest.fixture(params=["files", "redis"])
def shared_cache(request, settings, tmp_path):
    """A cache that lives outside the process, as CACHE_URL makes it."""
    if request.param == "files":
        backend, location = "filebased.FileBasedCache", str(tmp_path / "cache")
        settings.CACHES = {
            **settings.CACHES,
            "pages": {
                "BACKEND": f"django.core.cache.backends.{backend}",
                "LOCATION": location,
            },
        }
        yield
        return
    with redis_server(tmp_path) as address:
        settings.CACHES = {
            **settings.CACHES,
            "pages": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": address,
                "OPTIONS": {
                    "serializer": "iscm_registry.kept_pages.PageSerializer",
                },
            },
        }
        yield


@pytest.mark.django_db
def test_page_drawn_by_one_process_serves_another(
    shared_cache, client, django_assert_num_queries
):
    make_profile(name="Puebla Process")
    accepts = {"Accept-Encoding": "br"}
    first = client.get(PAGE, headers=accepts)
    caches["pages"].close()

    with django_assert_num_queries(1):  # the revision
        second = client.get(PAGE, headers=accepts)

    assert second.content == first.content
    assert second.headers == first.headers

    revision.advance()
    assert client.get(PAGE, headers=accepts).headers["ETag"] != first.headers["ETag"]


class Runs:
    """What a pickle of somebody else may do to the process that reads it."""

    def __reduce__(self):
        return SystemExit, ()


SPOILT = {
    "one letter": lambda one, other: one[:-1] + bytes([one[-1] ^ 1]),
    "the mark": lambda one, other: bytes([one[0] ^ 1]) + one[1:],
    "cut off": lambda one, other: one[: len(one) // 2],
    "empty": lambda one, other: b"",
    "a number": lambda one, other: b"1",
    "a pickle": lambda one, other: pickle.dumps((b"<p>Mine</p>", {})),
    "a pickle that acts": lambda one, other: pickle.dumps(Runs()),
    "another page": lambda one, other: other,
}


@pytest.mark.attack("Somebody writes to Redis")
def test_what_was_spoilt_in_the_shared_cache_is_not_shown(tmp_path, migrate):
    folder = tmp_path / "own"
    folder.mkdir()
    with redis_server(tmp_path) as address, redis.Redis.from_url(address) as store:
        environment = environment_of(folder, **sqlite_in(folder), CACHE_URL=address)
        migrate(environment)
        with gunicorn(environment) as server:
            good = {path: ask(server, path=path)[1] for path in (PAGE, "/about/")}
            kept = {key: store.get(key) for key in sorted(store.keys())}
            # Both pages, in Brotli and as asked for.
            assert len(kept) >= 2
            for what, spoil in SPOILT.items():
                others = list(kept.values())
                for (key, value), other in zip(
                    kept.items(), others[1:] + others[:1], strict=True
                ):
                    store.set(key, spoil(value, other))
                for path, page in good.items():
                    assert ask(server, path=path)[1] == page, what


def test_address_of_a_cache_that_cannot_be_is_refused(tmp_path):
    environment = environment_of(
        tmp_path, **sqlite_in(tmp_path), CACHE_URL="redis:6379"
    )

    with pytest.raises(AssertionError, match="CACHE_URL must begin with redis://"):
        run_python(environment, "")
