"""No request of any kind breaks the registry: not by address, header, charset or body.

Requests go through the real WSGI application, so that what Django's test client would
put right arrives as it was sent. In the tests the same some hundred requests are sent
each time. To send other ones, and as many as wanted:

    FUZZED_REQUESTS=10000 python -m pytest tests/registry/test_fuzzing.py -k any_request
"""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from iscm_registry.roles import ROLES
from tests.registry.all_addresses import filled, parts_of, patterns, plausible
from tests.registry.fuzzed_requests import (
    CSRF,
    TEXTS,
    answer_to,
    assert_tells_no_secret,
    bounded,
    on_the_line,
    requests,
    sent_by,
)
from tests.registry.marked_registry import fill_with_secrets
from tests.registry.sent_requests import Request, cookies_of

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


LOG_EXPORT = "auditlog/logentry/export/"
ANONYMOUS = "anonymous"
SUPERUSER = "superuser"
PEOPLE = (ANONYMOUS, *ROLES, SUPERUSER)


@pytest.fixture
def registry():
    fill_with_secrets()


@pytest.fixture
def people(registry):
    """Return the cookies of everybody, by role."""
    cookies = {ANONYMOUS: ""}
    for role in PEOPLE[1:]:
        user = User.objects.create_user(role.replace(" ", "-"), is_staff=True)
        if role == SUPERUSER:
            User.objects.filter(pk=user.pk).update(is_superuser=True)
        else:
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        cookies[role] = f"{cookies_of(client)}; csrftoken={CSRF}"
    return cookies


@pytest.fixture
def filled_in(people):
    """Return for each address what its parts may plausibly be."""
    return {
        pattern: [plausible(pattern, part) for part in parts_of(pattern)]
        for pattern in patterns()
    }


@pytest.mark.attack("A charset breaks an address")
def test_any_request_gets_an_answer_with_all_headers(people, filled_in):
    statuses = {}

    @bounded(300)
    @given(request=requests(filled_in), person=st.sampled_from(PEOPLE))
    def one_after_another(request, person):
        answer = answer_to(sent_by(request, people[person]))
        if person == ANONYMOUS:
            assert_tells_no_secret(answer)
        kind = f"{answer.status // 100}xx"
        statuses[kind] = statuses.get(kind, 0) + 1

    one_after_another()
    assert statuses["2xx"] > 20, "most requests should lead somewhere"


@pytest.mark.attack("A form of the desk breaks it")
@pytest.mark.parametrize(
    "query", ["pk__regex=(", "pk__iregex=(x*)*y", "user__password__startswith=p", "x=1"]
)
@pytest.mark.parametrize(
    "address",
    ["profiles/source/", "profiles/source/export/", "auditlog/logentry/export/"],
)
def test_list_that_is_asked_for_nonsense_refuses(admin_client, address, query):
    cookies = {"Cookie": cookies_of(admin_client)}
    answer = answer_to(Request(f"/admin/{address}", query=query, headers=cookies))

    # Django's own list sends away with what it has no lookup for.
    is_sent_away = address == "profiles/source/" and not query.startswith("pk")
    assert answer.status == (302 if is_sent_away else 400)


@pytest.mark.attack("A form of the desk breaks it")
def test_nonsense_in_a_select_is_told_at_every_form(admin_client):
    forms = {
        model: own.autocomplete_fields
        for model, own in admin.site._registry.items()
        if own.autocomplete_fields
    }
    assert len(forms) > 5
    for model, fields in forms.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        answer = admin_client.post(address, dict.fromkeys(fields, "a~99"))
        assert answer.status_code == 200, address
        assert set(fields) & set(answer.context["adminform"].form.errors), address


@pytest.mark.attack("A form of the desk breaks it")
def test_any_text_in_any_form_gets_an_answer_with_all_headers(people, filled_in):
    """Forms as pages show them, filled in with what nobody expects."""
    sent = []

    @bounded(120)
    @given(data=st.data())
    def fill_in(data):
        pattern = data.draw(st.sampled_from(sorted(filled_in)), label="pattern")
        values = [data.draw(st.sampled_from(good)) for good in filled_in[pattern]]
        person = data.draw(st.sampled_from([*PEOPLE, SUPERUSER]), label="person")
        asked = sent_by(Request(filled(pattern, values)), people[person])
        shown = answer_to(asked)
        if shown.status != 200 or b"<form" not in shown.body:
            return
        form = data.draw(st.sampled_from(html.fromstring(shown.body).forms))
        if action := urlsplit(form.action or "").path:
            asked = replace(asked, path=action)
        fields = dict(form.form_values())
        names = sorted({*fields, *filter(None, form.inputs.keys())})
        if not names:
            return
        wild = st.dictionaries(st.sampled_from(names), TEXTS, max_size=6)
        fields |= data.draw(wild, label="wild")
        written = on_the_line(list(fields.items()))
        if form.method == "GET":
            request = replace(asked, query=written)
        else:
            body = {"Content-Type": "application/x-www-form-urlencoded"}
            headers = {**asked.headers, **body}
            request = replace(
                asked, method="POST", headers=headers, body=written.encode()
            )
        sent.append(answer_to(request).status)

    fill_in()
    assert len(sent) > 20, "most pages for staff have a form"
