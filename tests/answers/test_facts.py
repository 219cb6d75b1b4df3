"""Each fact has one address for good, whatever became of it."""

import re
import uuid

import pytest
from django.utils.timezone import localdate

from profiles import editions, redacting
from profiles.edition_parts import Part
from profiles.models import Contribution, fact_kinds
from tests import factories as make

pytestmark = pytest.mark.django_db


def address(fact) -> str:
    return f"/facts/{fact.uid}/"


def page(client, fact) -> str:
    answer = client.get(address(fact))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def next_edition(edition, *, without=()):
    """Publish another edition, without the facts that stand in `without`."""
    draft = editions.open_draft(edition.mechanism)
    for fact in without:
        type(fact).objects.get(profile=draft, uid=fact.uid).delete()
    return make.publish(draft)


def test_fact_of_any_kind_leads_to_its_place_on_the_page_of_the_mechanism(client):
    edition = make.publish(make.make_full_draft(name="Rabat Process"))
    mechanism = client.get(edition.get_absolute_url()).text

    for kind in fact_kinds():
        fact = kind.objects.get(profile=edition)
        text = page(client, fact)
        place = re.search(rf'"{edition.get_absolute_url()}#([^"]+)"', text)
        assert place, kind
        assert f'id="{place[1]}"' in mechanism, kind
        assert place[1] == str(fact.uid) or kind.__name__ == "FieldSource"
        assert fact.source.title in text
        assert "Rabat Process" in text
        assert "Edition 1, published" in text


def test_page_says_what_the_fact_says_by_whom_and_how_firmly(client):
    draft = make.make_draft(name="Rabat Process")
    source = make.make_source(title="Conclusions of 2006")
    state = make.make_state("CIV", name_en="Côte d’Ivoire")
    seat = make.make_membership(
        draft, state, since="2006-07", source=source, certainty="inferred", note="So."
    )
    make.publish(draft)

    text = page(client, seat)

    assert '<a href="/states/civ/">Côte d’Ivoire</a>' in text
    for said in ("July 2006", "Conclusions of 2006", "So."):
        assert said in text
    assert f"<dd>{seat.get_certainty_display()}</dd>" in text
    assert f"http://testserver{address(seat)}" in text
    assert f'href="/report/?mechanism={draft.mechanism.slug}&amp;fact={seat.uid}"'


def test_identifier_is_the_same_in_every_edition_and_shown_as_the_one_in_force(client):
    draft = make.make_draft()
    seat = make.make_membership(draft)
    first = make.publish(draft)
    second = next_edition(first)

    text = page(client, seat)

    assert f'"{second.get_absolute_url()}#{seat.uid}"' in text
    assert "Edition 2, published" in text
    assert "was the last to say this" not in text


def test_fact_that_went_is_shown_where_it_last_stood(client):
    draft = make.make_draft()
    seat = make.make_membership(draft)
    first = make.publish(draft)
    second = next_edition(first)
    third = next_edition(second, without=[seat])

    text = page(client, seat)

    assert "Edition 2 was the last to say this" in text
    assert f'<a href="{third.get_absolute_url()}">Edition 3</a>' in text
    second.refresh_from_db()
    assert f'"{second.get_edition_url()}#{seat.uid}"' in text

    editions.withdraw(third, reason="Wrong.")
    assert "No edition is in force now." in page(client, seat)


def test_withdrawn_fact_is_gone_and_says_when_and_why(client):
    draft = make.make_draft()
    seat = make.make_membership(draft)
    edition = make.publish(draft)
    editions.withdraw(edition, reason="The list was forged.")

    answer = client.get(address(seat))

    assert answer.status_code == 410
    assert "The list was forged." in answer.text
    edition.refresh_from_db()
    assert f'datetime="{localdate(edition.withdrawn_at)}"' in answer.text
    assert seat.state.name not in answer.text


def test_redacted_fact_is_gone_says_when_and_why_and_can_come_back(client):
    draft = make.make_draft()
    seat = make.make_membership(draft)
    edition = make.publish(draft)
    part = Part("profiles.membership", str(seat.uid))
    (redaction,) = redacting.redact(edition, part, reason="A court said so.")

    answer = client.get(address(seat))

    assert answer.status_code == 410
    assert "A court said so." in answer.text
    assert f'datetime="{localdate(redaction.at)}"' in answer.text
    assert f'href="{edition.get_absolute_url()}"' in answer.text
    assert seat.state.name not in answer.text

    redacting.lift(redaction)
    assert seat.state.name in page(client, seat)


def test_redaction_of_the_edition_in_force_holds_where_an_earlier_one_was_left(client):
    draft = make.make_draft()
    seat = make.make_membership(draft)
    second = next_edition(make.publish(draft))
    part = Part("profiles.membership", str(seat.uid))
    redacting.redact(second, part, reason="A court said so.")

    assert client.get(address(seat)).status_code == 410


def test_fact_without_a_redacted_field_says_that_it_was_removed(client):
    draft = make.make_draft()
    seat = make.make_membership(draft, note="Words of a person.")
    edition = make.publish(draft)
    part = Part("profiles.membership", str(seat.uid), "note")
    redacting.redact(edition, part, reason="Personal.")

    text = page(client, seat)

    assert "Words of a person." not in text
    assert "Personal." in text


def test_private_draft_and_unknown_facts_are_not_found_alike(client):
    draft = make.make_draft()
    private = make.make_membership(draft, is_public=False)
    hidden = make.make_membership(draft, is_public=False)
    edition = make.publish(draft)
    part = Part("profiles.membership", str(hidden.uid))
    redacting.redact(edition, part, reason="Private as well.")
    coming = make.make_membership(editions.open_draft(edition.mechanism))
    of_draft = make.make_membership(make.make_draft())
    gone = make.make_draft()
    of_withdrawn = make.make_membership(gone, is_public=False)
    editions.withdraw(make.publish(gone), reason="Wrong.")

    def told(uid) -> tuple:
        answer = client.get(f"/facts/{uid}/")
        headers = {k: v for k, v in answer.headers.items() if k != "Content-Length"}
        return answer.status_code, headers, answer.text.replace(str(uid), "…")

    unknown = told(uuid.uuid4())
    assert unknown[0] == 404
    for fact in (private, hidden, coming, of_draft, of_withdrawn):
        assert told(fact.uid) == unknown


def test_link_to_a_mechanism_that_is_no_longer_public_is_not_told(client):
    other = make.make_profile(name="Almaty Process")
    draft = make.make_draft()
    link = make.make_mechanism_link(draft, other.mechanism)
    make.publish(draft)
    assert "Almaty Process" in page(client, link)

    editions.withdraw(other, reason="Wrong.")

    assert client.get(address(link)).status_code == 404


@pytest.mark.parametrize("spelled", [str.upper, "{{{}}}".format, "urn:uuid:{}".format])
def test_identifier_in_another_spelling_leads_to_the_one_address(client, spelled):
    seat = make.make_membership(make.make_draft())

    answer = client.get(f"/facts/{spelled(str(seat.uid))}/")

    assert (answer.status_code, answer.headers["Location"]) == (301, address(seat))


@pytest.mark.parametrize("text", ["1", "x" * 36, "é", "%00", "0" * 33])
def test_what_is_no_identifier_is_not_found(client, text):
    assert client.get(f"/facts/{text}/").status_code == 404


def test_fact_costs_the_same_however_many_editions_had_it(
    client, django_assert_num_queries
):
    draft = make.make_draft()
    fact = make.make_contribution(draft, states=["CIV"])
    edition = make.publish(draft)
    with django_assert_num_queries(9):
        client.get(address(fact))

    for _ in range(3):
        draft = editions.open_draft(edition.mechanism)
        Contribution.objects.get(profile=draft, uid=fact.uid).states.add(
            make.make_state()
        )
        for _ in range(5):
            make.make_contribution(draft, states=["CIV"])
        edition = make.publish(draft)

    with django_assert_num_queries(9):
        client.get(address(fact))


def test_form_for_an_error_leads_to_the_permanent_address(client):
    draft = make.make_draft()
    seat = make.make_membership(draft)
    make.publish(draft)

    asked = f"/report/?mechanism={draft.mechanism.slug}&fact={seat.uid}"

    assert f'href="{address(seat)}"' in client.get(asked).text
