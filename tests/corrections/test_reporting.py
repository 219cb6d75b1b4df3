"""Reporting an error, from the flag beside a fact to the page that says thank you."""

import re
import uuid
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from corrections.models import ErrorReport, ReportSender
from profiles import editions
from profiles.models import FieldSource, fact_kinds
from profiles.vocabularies import DisputedField
from tests.factories import (
    make_chairing,
    make_draft,
    make_full_draft,
    make_funding_source,
    make_mechanism,
    make_mechanism_link,
    make_membership,
    make_organisation,
    make_partnership,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)
from tests.registry.marked_registry import facts_of
from tests.registry.signing_in import pass_of_time

pytestmark = pytest.mark.django_db

TYPED = {
    "wrong": "Chile is said to be a member.",
    "right": "Chile is an observer since 2001.",
    "evidence": "https://example.org/members",
    "email": "",
    "homepage": "",
}
EMAIL = "zdenka@reader.example"


@pytest.fixture
def seat():
    """A State's place in a mechanism, in a published edition."""
    draft = make_draft(make_mechanism(slug="puebla"), name="Puebla Process")
    fact = make_membership(draft, "CRI")
    publish(draft)
    return fact


def form_of(fact) -> str:
    return f"/report/?mechanism={fact.profile.mechanism.slug}&fact={fact.uid}"


def test_a_report_goes_from_the_flag_beside_a_fact_to_the_staff(client, seat):
    page = client.get("/mechanisms/puebla/").text
    (address,) = re.findall(r'class="report-error" href="([^"]+fact=[^"]+)"', page)

    form = client.get(unescape(address))

    assert "Costa Rica" in form.text or "CRI" in form.text
    assert "Puebla Process" in form.text
    assert form.headers["Cache-Control"] == "private, no-store"
    answer = client.post(unescape(address), TYPED | {"email": EMAIL}, follow=True)
    assert answer.redirect_chain == [("/report/received/", 302)]
    assert "has come in" in answer.text
    report = ErrorReport.objects.get()
    assert report.mechanism == seat.profile.mechanism
    assert report.edition == 1
    assert (report.fact_kind, report.fact_uid) == ("profiles.membership", seat.uid)
    assert (report.wrong, report.right) == (TYPED["wrong"], TYPED["right"])
    assert report.evidence == TYPED["evidence"]
    assert report.outcome == "open"
    assert report.sender.email == EMAIL


def test_without_an_address_nothing_personal_is_kept(client, seat):
    client.post(form_of(seat), TYPED)

    assert ErrorReport.objects.count() == 1
    assert not ReportSender.objects.exists()


def test_every_page_of_a_record_leads_to_the_form_that_names_it(client):
    profile = publish(make_full_draft(name="Rabat Process"))
    state = profile.memberships.first().state
    partner = profile.partnerships.first().organisation
    theme = profile.theme_focuses.first().theme
    for record, key, value in (
        (profile.get_absolute_url(), "mechanism", profile.mechanism),
        (profile.get_edition_url(), "mechanism", profile.mechanism),
        (state.get_absolute_url(), "state", state),
        (partner.get_absolute_url(), "organisation", partner),
        (theme.get_absolute_url(), "theme", theme),
    ):
        ErrorReport.objects.all().delete()
        page = client.get(record).text
        found = re.search(r'class="report-page.*?href="([^"]+)"', page, re.DOTALL)
        assert found, record

        assert client.post(unescape(found[1]), TYPED).status_code == 302, record
        assert getattr(ErrorReport.objects.get(), key) == value


def test_every_public_fact_has_a_flag_that_leads_to_its_form(client):
    profile = publish(make_full_draft())
    page = client.get(profile.get_absolute_url()).text

    # The source of a field stands in its mark: an error in it is told of the page.
    for kind in set(fact_kinds()) - {FieldSource}:
        facts = kind.objects.published().filter(profile=profile)
        assert facts, kind
        for fact in facts:
            address = form_of(fact).replace("&", "&amp;")
            assert f'class="report-error" href="{address}"' in page, kind
            form = client.get(form_of(fact))
            assert form.status_code == 200, kind
            assert f"#{fact.uid}" in form.text


@pytest.mark.parametrize(
    "field", ["name", "type", "regions", "status", "established", "website", "chair"]
)
def test_a_field_is_reported_by_itself(client, seat, field):
    page = client.get("/mechanisms/puebla/").text
    address = f"/report/?mechanism=puebla&field={field}"
    assert f'href="{address.replace("&", "&amp;")}"' in page

    form = client.get(address)

    assert str(DisputedField(field).label) in form.text
    assert client.post(address, TYPED).status_code == 302
    report = ErrorReport.objects.get()
    assert (report.mechanism.slug, report.field) == ("puebla", field)
    assert report.fact_uid is None


def test_by_keyboard_a_part_is_one_stop_that_leads_to_each_of_its_facts(client):
    profile = publish(make_full_draft())
    page = client.get(profile.get_absolute_url()).text
    flags = re.findall(r'<a class="report-error[^>]*>', page)

    stops = [flag for flag in flags if 'tabindex="-1"' not in flag]
    parts = re.findall(r'<section class="section[^"]*" id="([\w-]+)"', page)
    form = client.get(f"/report/?mechanism={profile.mechanism.slug}").text

    assert len(flags) > 2 * len(stops)
    for part in {*parts} - {"sources", "cite", "at-a-glance"}:
        (flag,) = (one for one in stops if f"#{part}" in one)
        assert "aria-label" in flag
        assert f'<h2 id="{part}"' in form
    for kind in set(fact_kinds()) - {FieldSource}:
        for fact in kind.objects.published().filter(profile=profile):
            assert f'href="{form_of(fact).replace("&", "&amp;")}"' in form, kind
    assert f"?mechanism={profile.mechanism.slug}&amp;field=status" in form


def test_the_facts_to_choose_from_are_the_public_ones(client, seat):
    draft = editions.open_draft(seat.profile.mechanism)
    hidden = make_membership(draft, "PAN", is_public=False)
    publish(draft)
    coming = editions.open_draft(seat.profile.mechanism)
    added = make_membership(coming, "MEX")

    form = client.get("/report/?mechanism=puebla").text

    assert str(seat.uid) in form
    assert str(hidden.uid) not in form
    assert str(added.uid) not in form


def test_choosing_asks_the_database_as_often_however_many_facts_there_are(
    client,
):
    numbers = []
    for further in (0, 3):
        draft = make_full_draft()
        for _n in range(further):
            make_membership(draft, make_state())
            make_partnership(draft, make_organisation(), category="academia")
            make_funding_source(draft)
            make_chairing(draft, state=make_state(), is_current=False)
            make_theme_focus(draft, make_theme())
            other = publish(make_draft())
            make_mechanism_link(draft, other.mechanism)
        publish(draft)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/report/?mechanism={draft.mechanism.slug}")
        numbers.append(len(asked))

    assert numbers[0] == numbers[1]


def test_an_earlier_edition_is_reported_as_a_page(client, seat):
    earlier = seat.profile
    publish(editions.open_draft(earlier.mechanism))
    page = client.get(earlier.get_edition_url()).text

    assert "report-error" not in page
    assert "/report/?mechanism=puebla&amp;edition=1" in page
    assert client.get("/report/?mechanism=puebla&edition=1").status_code == 200
    assert client.get(f"{form_of(seat)}&edition=1").status_code == 404
    assert client.get(form_of(seat)).status_code == 200


# --- What is not public ---------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.attack("A draft or a private fact is read outside")
def test_what_is_not_public_can_neither_be_named_nor_confirmed(client):
    home = make_mechanism(slug="puebla")
    public = make_full_draft(home, name="Puebla Process")
    hidden = make_membership(public, "PAN", is_public=False)
    drafts = make_mechanism(slug="hidden")
    draft = make_full_draft(drafts)
    to_a_draft = make_mechanism_link(public, drafts)
    publish(public)
    coming = editions.open_draft(home)
    added = make_membership(coming, "MEX")
    partner = make_partnership(draft).organisation
    withdrawn = publish(make_full_draft(make_mechanism(slug="withdrawn")))
    editions.withdraw(withdrawn, reason="Wrong.")
    known = [*facts_of(draft), *facts_of(withdrawn)]
    unknown = client.get(f"/report/?mechanism=puebla&fact={uuid.uuid4()}")

    addresses = [
        form_of(hidden),
        form_of(to_a_draft),
        f"/report/?mechanism=puebla&fact={added.uid}",
        "/report/?mechanism=puebla&edition=2",
        "/report/?mechanism=hidden",
        "/report/?mechanism=hidden&edition=1",
        "/report/?mechanism=withdrawn",
        "/report/?mechanism=withdrawn&edition=1",
        "/report/?state=MEX",
        f"/report/?partner={partner.slug}",
        "/report/?theme=nothing",
        *(f"/report/?mechanism=puebla&fact={fact.uid}" for fact in known),
        *(form_of(fact) for fact in known),
    ]

    assert unknown.status_code == 404
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 404, address
        without = re.sub(r'"[^"]*"', "", answer.text)
        assert without == re.sub(r'"[^"]*"', "", unknown.text), address
        # Its words are kept, and go to what can be read.
        again = client.post(address, TYPED)
        assert again.status_code == 409
        assert TYPED["wrong"] in again.text
    assert not ErrorReport.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("mechanism=puebla&state=CRI", 404),
        ("fact=1", 404),
        ("edition=1", 404),
        ("mechanism=puebla&fact=x", 404),
        ("mechanism=puebla&edition=x", 404),
        ("mechanism=puebla&edition=99999999999999999999", 404),
        ("mechanism=%00", 404),
        ("state=%00", 404),
        ("mechanism=", 404),
        ("mechanism=puebla&field=status", 200),
        ("mechanism=puebla&field=x", 404),
        ("mechanism=puebla&field=members", 404),
        ("mechanism=puebla&field=", 404),
        ("mechanism=puebla&field=status&edition=1", 404),
        ("state=CRI&field=name", 404),
        ("field=status", 404),
        ("page=2", 400),
        ("mechanism=puebla&mechanism=puebla", 400),
        ("state=cri", 200),
        ("", 200),
    ],
)
def test_what_an_address_may_name(client, seat, query, status):
    assert client.get(f"/report/?{query}").status_code == status


def test_what_was_taken_back_meanwhile_is_told_and_nothing_typed_is_lost(client, seat):
    without = editions.open_draft(seat.profile.mechanism)
    without.memberships.all().delete()
    publish(without)

    answer = client.post(form_of(seat), TYPED)

    assert answer.status_code == 409
    for typed in filter(None, TYPED.values()):
        assert typed in answer.text
    (address,) = re.findall(r'method="post" action="([^"]+)"', answer.text)
    assert client.post(unescape(address), TYPED).status_code == 302
    report = ErrorReport.objects.get()
    assert report.mechanism == seat.profile.mechanism
    assert report.fact_uid is None


# --- What is typed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("wrong", " ", "Say what is wrong."),
        ("right", "", "Say what is right, as far as you know."),
        ("evidence", "", "Name a source: the address of a page, or a title."),
        ("evidence", "me", "This is too short to find the source by."),
        ("evidence", "https://", "This address of the web is not whole."),
        ("evidence", "http://user@host.org/", "This address of the web is not whole."),
        ("email", "zdenka", "This is not a whole e-mail address"),
        ("wrong", "x" * 2001, "at most 2000 characters"),
        ("right", "x" * 2001, "at most 2000 characters"),
        ("evidence", "x" * 501, "at most 500 characters"),
        ("wrong", "a\0b", "Null characters are not allowed"),
    ],
)
def test_an_error_names_its_field_and_keeps_all_that_was_typed(
    client, seat, field, value, said
):
    typed = TYPED | {"email": EMAIL, field: value}

    answer = client.post(form_of(seat), typed)

    assert answer.status_code == 200
    assert said in answer.context["form"].errors[field][0]
    assert f'<a href="#id_{field}">' in answer.text
    assert f'id="id_{field}_error"' in answer.text
    for name, text in typed.items():
        assert answer.context["form"][name].value() == text
    assert not ErrorReport.objects.exists()


def test_texts_of_full_length_with_lines_are_taken(client, seat):
    text = "\r\n".join(["x"] * 1000)  # 1,999 letters to a browser

    client.post(form_of(seat), TYPED | {"wrong": text})

    assert len(ErrorReport.objects.get().wrong) == 1999


# --- Robots, forged forms and floods --------------------------------------------------


def test_a_robot_is_thanked_and_nothing_is_kept(client, seat):
    answer = client.post(form_of(seat), TYPED | {"homepage": "https://spam.example"})

    assert (answer.status_code, answer.url) == (302, "/report/received/")
    assert not ErrorReport.objects.exists()


def test_people_do_not_meet_the_field_for_robots(client, seat):
    text = client.get(form_of(seat)).text

    (field,) = re.findall(r'<input[^>]*name="homepage"[^>]*>', text)
    assert 'tabindex="-1"' in field
    assert 'autocomplete="off"' in field


def test_a_form_without_its_token_comes_back_with_its_words(seat):
    strict = Client(enforce_csrf_checks=True)
    own = {"Origin": "http://testserver"}

    answer = strict.post(form_of(seat), TYPED | {"email": EMAIL}, headers=own)

    assert answer.status_code == 403
    assert "did not bring the cookie" in answer.text
    assert TYPED["wrong"] in answer.text
    assert EMAIL in answer.text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.text)[1]
    sent = TYPED | {"csrfmiddlewaretoken": token}
    assert strict.post(form_of(seat), sent, headers=own).status_code == 302
    assert ErrorReport.objects.count() == 1


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_form_of_another_site_is_not_shown_again(seat, origin):
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(form_of(seat), TYPED, headers={"Origin": origin})

    assert answer.status_code == 403
    assert TYPED["wrong"] not in answer.text
    assert not ErrorReport.objects.exists()


@pytest.mark.attack("Strangers fill the inbox with reports of errors")
def test_a_network_that_reports_too_often_waits_and_keeps_its_words(
    client, seat, monkeypatch, caplog
):
    for n in range(5):
        assert client.post(form_of(seat), TYPED | {"right": f"{n}"}).status_code == 302

    answer = client.post(form_of(seat), TYPED | {"email": EMAIL})

    assert answer.status_code == 429
    assert "too many came in" in answer.text
    assert TYPED["right"] in answer.text
    assert EMAIL in answer.text
    assert ErrorReport.objects.count() == 5
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(form_of(seat), TYPED).status_code == 302
    assert "127.0.0.1" not in caplog.text
    assert EMAIL not in caplog.text

    pass_of_time(monkeypatch, 3601)
    assert client.post(form_of(seat), TYPED).status_code == 302


@pytest.mark.attack("Strangers fill the inbox with reports of errors")
def test_all_networks_together_have_a_limit(seat, settings):
    limits = settings.ACCOUNT_RATE_LIMITS
    settings.ACCOUNT_RATE_LIMITS = limits | {"report_error": "5/h/ip,2/d/key"}
    statuses = [
        Client(REMOTE_ADDR=f"203.0.113.{n}").post(form_of(seat), TYPED).status_code
        for n in range(3)
    ]

    assert statuses == [302, 302, 429]


def test_mistakes_do_not_use_up_the_tries(client, seat):
    for _ in range(8):
        client.post(form_of(seat), TYPED | {"evidence": ""})

    assert client.post(form_of(seat), TYPED).status_code == 302


@pytest.mark.attack("Strangers fill the inbox with reports of errors")
def test_robots_use_up_their_tries(client, seat):
    for _ in range(5):
        client.post(form_of(seat), TYPED | {"homepage": "x"})

    assert client.post(form_of(seat), TYPED).status_code == 429


# --- Pages ----------------------------------------------------------------------------


def test_the_form_asks_the_database_as_often_however_much_there_is(
    client, django_assert_max_num_queries
):
    profile = publish(make_full_draft())
    link = profile.mechanism_links.get()
    publish(make_full_draft(link.other))
    for _n in range(3):
        publish(make_full_draft())
        # One for each kind of fact until it is found, the record of the last, and the
        # footer's date.
        with django_assert_max_num_queries(len(fact_kinds()) + 6):
            assert client.get(form_of(link)).status_code == 200


def test_public_pages_stay_without_cookies(client, seat):
    for address in ("/mechanisms/puebla/", "/corrections/", "/contact/"):
        answer = client.get(address)
        assert not answer.cookies
        assert "csrf" not in answer.text
        assert answer.headers["ETag"]
    assert "csrftoken" in client.get(reverse("report")).cookies
