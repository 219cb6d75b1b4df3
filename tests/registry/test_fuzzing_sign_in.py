"""Any request to what only some registries offer: letters with a link to a new
password, and the sign-in of an organisation.

What goes on there is real: a link that a letter would hold, and an attempt to sign in
that waits for what its provider, a process of its own, says of somebody.
"""

import json
from dataclasses import replace
from importlib import reload
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.urls import clear_url_caches
from hypothesis import given
from hypothesis import strategies as st

from iscm_registry import urls
from iscm_registry.sign_in import urls as sign_in_urls
from tests.oidc.served import (
    CALLBACK,
    CLIENT,
    SIGN_IN,
    prepare_provider,
    served_provider,
)
from tests.registry.all_addresses import filled, parts_of, patterns
from tests.registry.fuzzed_requests import (
    CSRF,
    TEXTS,
    WRONG_PARTS,
    answer_to,
    bounded,
    on_the_line,
    requests,
    sent_by,
)
from tests.registry.sent_requests import Request, send

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    folder = tmp_path_factory.mktemp("provider")
    (folder / "people.json").write_text(json.dumps({}))
    prepare_provider(folder)
    with served_provider(folder) as address:
        yield address


@pytest.fixture
def offered(settings, provider):
    """Offer letters and a provider; give the patterns that come with them."""
    everywhere = set(patterns())
    settings.EMAIL_HOST = "mail.example.org"
    settings.PUBLIC_ADDRESS = "https://registry.example.org"
    settings.OIDC_SERVER_URL = f"{provider}/o"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "organisation",
                    "name": "the organisation",
                    "client_id": CLIENT["OIDC_CLIENT_ID"],
                    "secret": CLIENT["OIDC_CLIENT_SECRET"],
                    "settings": {"server_url": settings.OIDC_SERVER_URL},
                }
            ],
        }
    }
    _read_addresses_anew()
    yield sorted(set(patterns()) - everywhere)
    settings.EMAIL_HOST = settings.OIDC_SERVER_URL = ""
    _read_addresses_anew()
    assert set(patterns()) == everywhere


def _read_addresses_anew() -> None:
    reload(sign_in_urls)
    reload(urls)
    clear_url_caches()


def a_link_of_a_letter() -> tuple[str, str]:
    user = User.objects.create_user("forgetful", "forgetful@example.org", is_staff=True)
    return user_pk_to_url_str(user), default_token_generator.make_token(user)


def an_attempt_to_sign_in() -> tuple[str, str]:
    """Go to the provider; return the cookie, and what its answer must be named by."""
    answer = send(Request(SIGN_IN))
    assert answer.status == 302, answer.text
    to_provider = parse_qs(urlsplit(answer.header("Location")).query)
    return answer.header("Set-Cookie").partition(";")[0], to_provider["state"][0]


@pytest.mark.attack("A charset breaks an address")
def test_any_request_to_letters_and_organisation_gets_an_answer(offered, provider):
    assert CALLBACK.replace("organisation", "<slug:provider_id>") in offered
    assert any("/reset/" in pattern for pattern in offered)
    user, key = a_link_of_a_letter()
    cookie, state = an_attempt_to_sign_in()
    # The link leads on to the form, and the session remembers its key.
    link = Request(f"/accounts/reset/{user}-{key}/", headers={"Cookie": cookie})
    assert send(link).status == 302
    good = {
        "provider_id": ["organisation"],
        "uidb36": [user],
        "key": [key, "set-password"],
    }
    filled_in = {
        pattern: [good[part] for part in parts_of(pattern)] for pattern in offered
    }
    words = st.one_of(st.sampled_from([state, state[:-1], "access_denied"]), TEXTS)
    said = st.dictionaries(
        st.sampled_from(
            [
                *("state", "code", "error", "error_description", "scope", "iss"),
                *("next", "process", "auth_params", "email", "password1", "password2"),
            ]
        ),
        words,
        max_size=5,
    )
    statuses = set()
    # What comes back from the provider is looked at, and leads no further.
    back = Request(
        CALLBACK, query=f"code=x&state={state[:-1]}", headers={"Cookie": cookie}
    )
    assert answer_to(back).status == 401

    @bounded(250)
    @given(data=st.data())
    def one_after_another(data):
        request = data.draw(requests(filled_in), label="request")
        if data.draw(st.booleans(), label="goes on"):
            pattern = data.draw(st.sampled_from(offered))
            values = [
                data.draw(st.sampled_from([*values * 8, *WRONG_PARTS]))
                for values in filled_in[pattern]
            ]
            path = filled(pattern, values).encode("utf-8").decode("latin-1")
            request = Request(path, request.method, headers=request.headers)
            if data.draw(st.booleans(), label="writes"):
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                body = on_the_line(list(data.draw(said).items())).encode()
                request = replace(request, method="POST", headers=form, body=body)
            else:
                answer = {"code": "x", "state": state} | data.draw(said)
                request = replace(request, query=on_the_line(list(answer.items())))
        answer = answer_to(sent_by(request, f"{cookie}; csrftoken={CSRF}"))
        assert key not in answer.text
        statuses.add(answer.status)

    one_after_another()
    assert {200, 302} <= statuses
