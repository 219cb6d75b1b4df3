"""Who says what the fields of a profile say: entered, shown, kept and counted."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from lxml import html

from profiles import editions, redacting, sourcing
from profiles.comparison import compare
from profiles.edition_parts import Part
from profiles.models import FieldSource, Organ
from profiles.sourcing import StatedField, stated_fields, unsourced_fields
from tests.factories import (
    make_contribution,
    make_draft,
    make_field_source,
    make_meeting,
    make_membership,
    make_section,
    make_source,
    make_status_period,
    publish,
)
from tests.profiles.staff_forms import change_url, entered, errors_of

pytestmark = pytest.mark.django_db


# --- The facts ---------------------------------------------------------------------


def test_source_of_a_field_goes_on_into_the_next_edition(client):
    draft = make_draft()
    named = make_field_source(draft, "type", certainty="dated", note="Of 2019.")
    publish(draft)

    new = editions.open_draft(draft.mechanism)

    [kept] = new.field_sources.all()
    assert (kept.uid, kept.field, kept.source, kept.certainty, kept.note) == (
        named.uid,
        "type",
        named.source,
        "dated",
        "Of 2019.",
    )
    assert not compare(draft, new)
    kept.profile = new
    kept.delete()
    [change] = compare(draft, new).removed
    assert str(change.fact) == f"Type: {named.source}"


def test_only_a_field_of_the_profile_has_a_source_and_never_none():
    draft = make_draft()

    for fields in ({"source": None, "field": "type"}, {"field": "members"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FieldSource.objects.create(
                profile=draft, certainty="stated", **{"source": make_source()} | fields
            )


def test_no_fact_is_certain_by_itself():
    draft = make_draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        Organ.objects.create(profile=draft, kind="committee", name="Committee")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_contribution(draft, terms_certainty="")


# --- What names a source, and what has to -------------------------------------------


def test_fields_state_what_they_say_once_and_in_each_language():
    draft = make_draft(
        name="Conference",
        name_es="Conferencia",
        established=1996,
        chair_kind="rotating",
        chair_statement="Peru",
        secretariat_coverage="reported",
        association_coverage="none",
        regions=["africa"],
    )

    assert stated_fields(draft) == [
        StatedField("name", "en"),
        StatedField("name", "es"),
        StatedField("type"),
        StatedField("regions"),
        StatedField("status"),
        StatedField("established"),
        StatedField("association"),
        StatedField("chair"),
    ]


def test_source_for_one_language_supports_no_other():
    draft = make_draft(name="Conference", name_es="Conferencia", status="unknown")
    make_field_source(draft, "type")
    spanish = make_field_source(draft, "name", language="es")

    assert unsourced_fields(draft, draft.field_sources.all()) == [
        StatedField("name", "en")
    ]
    FieldSource.objects.filter(pk=spanish.pk).update(language="")
    assert unsourced_fields(draft, draft.field_sources.all()) == []


def test_public_statements_are_counted_by_kind():
    draft = make_draft(name="Conference", status="active")
    make_field_source(draft, "type")
    make_field_source(draft, "name", is_public=False)
    make_membership(draft, source=make_source())
    make_membership(draft)
    make_membership(draft, is_public=False)
    make_section(draft, part="evolution", prose="Text.")
    make_section(draft, part="structure")
    make_section(draft, part="partnerships", coverage="none", source=make_source())
    publish(draft)
    make_meeting(make_draft())

    counts = {kind: (c.stated, c.named) for kind, c in sourcing.in_public().items()}

    assert counts == {
        "fields": (3, 1),
        "profiles.membership": (2, 1),
        "profiles.section": (2, 1),
    }
    assert sourcing.total(sourcing.in_public().values()).missing == 4


def test_counting_takes_the_same_number_of_queries_for_many_profiles():
    counts = []
    for _ in range(2):
        for _ in range(3):
            draft = make_draft(regions=["africa"])
            make_field_source(draft, "type")
            make_status_period(draft)
            publish(draft)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sourcing.in_public()
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- The page -----------------------------------------------------------------------


def page_of(client, edition):
    return html.fromstring(client.get(edition.get_absolute_url()).content.decode())


def beside(page, term):
    """Return the titles of the sources whose numbers stand beside a term."""
    [place] = page.xpath(f"//dt[normalize-space()='{term}']/following-sibling::dd")
    cards = place.xpath(".//sup//button/@popovertarget")
    found = [page.get_element_by_id(card).xpath(".//cite")[0] for card in cards]
    return [cite.text_content() for cite in found]


def test_each_field_shows_its_own_sources_beside_it(client):
    draft = make_draft(
        name="Conference",
        name_fr="Conférence",
        established=1996,
        iom_role="Secretariat",
        meeting_pattern="Yearly",
        association_coverage="none",
        secretariat_statement="IOM runs it",
        chair_statement="Peru chairs it",
        website="https://example.org/",
        objective="Talks.",
        thematic_change="widened",
        regions=["africa"],
    )
    terms = {
        "type": "Type",
        "regions": "Regions",
        "status": "Status",
        "established": "Established",
        "website": "Official site",
        "secretariat": "Secretariat",
        "chair": "Chair",
        "iom_role": "Functions of IOM",
        "meetings": "Pattern of meetings",
        "themes": "Change of themes",
    }
    for field in (*terms, "association", "objective"):
        make_field_source(draft, field, make_source(title=f"Says {field}"))
    for language in ("en", "fr"):
        source = make_source(title=f"Says it in {language}")
        make_field_source(draft, "name", source, language=language)
    publish(draft)

    page = page_of(client, draft)

    assert {field: beside(page, term) for field, term in terms.items()} == {
        field: [f"Says {field}"] for field in terms
    }
    assert beside(page, "Names") == ["Says it in en", "Says it in fr"]
    assert page.xpath("//p[@class='lede']//button")
    assert "Every fact on this page names its source." not in page.text_content()


def test_source_of_what_was_removed_is_not_shown(client):
    draft = make_draft(established=1996)
    make_field_source(draft, "established", make_source(title="Says 1996"))
    publish(draft)
    part = Part("profiles.profile", "", "established")

    redacting.redact(draft, part, reason="It was wrong.")

    assert "Says 1996" not in page_of(client, draft).text_content()


def test_numbers_rise_in_the_order_of_the_page(client):
    draft = make_draft(objective="Talks.", established=1996, sources=[make_source()])
    for field in ("established", "objective", "type", "name"):
        make_field_source(draft, field)
    make_membership(draft, source=make_source())
    make_contribution(draft, source=make_source())
    make_meeting(draft, source=make_source())
    publish(draft)

    page = page_of(client, draft)

    numbers = [int(text) for text in page.xpath("//sup//button/text()")]
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8]
    listed = page.xpath("//ol[@class='source-list']/li/@value")
    assert [int(value) for value in listed] == numbers


def test_page_says_how_many_of_its_facts_name_a_source(client):
    draft = make_draft(status="unknown", sources=[])
    make_membership(draft)
    make_field_source(draft, "type")
    make_field_source(draft, "name")
    publish(draft)

    [told] = page_of(client, draft).xpath("//section[@id='sources']/p")
    assert "2 of 3 facts" in told.text_content()

    new = editions.open_draft(draft.mechanism)
    new.memberships.update(source=make_source())
    publish(new)
    [told] = page_of(client, new).xpath("//section[@id='sources']/p")
    assert told.text_content().strip() == "Every fact names its source."


def test_home_claims_sources_for_every_fact_only_where_it_is_true(client):
    draft = make_draft(status="unknown")
    make_field_source(draft, "type")
    publish(draft)
    for address in ("/", "/about/"):
        page = client.get(address).content.decode()
        assert "1 of 2 facts" in page
        assert "Every fact names its source" not in page

    new = editions.open_draft(draft.mechanism)
    make_field_source(new, "name")
    publish(new)
    for address in ("/", "/about/"):
        page = client.get(address).content.decode()
        assert "Every fact names its source" in page


def test_source_says_when_and_in_which_language(client):
    draft = make_draft(status="unknown", sources=[])
    dated = make_source(
        title="Proceso",
        language="es",
        published="2019-04",
        seen="2026-11-28",
        archived="https://archive.example.org/1",
    )
    make_field_source(draft, "type", dated)
    make_field_source(draft, "name", make_source(title="No date"))
    publish(draft)

    page = page_of(client, draft)

    # The name stands before the type.
    plain, spanish = page.xpath("//ol[@class='source-list']/li")
    [cite] = spanish.xpath("./cite")
    assert cite.get("lang") == "es"
    text = " ".join(spanish.text_content().split())
    assert "(April 2019; looked at 28 November 2026)" in text
    assert spanish.xpath("./a[@href='https://archive.example.org/1']")
    assert "(undated)" in " ".join(plain.text_content().split())
    assert not plain.xpath("./cite/@lang")


def test_reading_of_kind_and_status_is_told_from_what_a_source_states(client):
    draft = make_draft()
    make_contribution(draft, title="Read", terms_certainty="inferred")
    make_contribution(draft, title="Said", terms_certainty="stated")
    publish(draft)

    page = page_of(client, draft)

    told = {
        entry.xpath("./th/text()")[0].strip(): "Inferred" in entry.text_content()
        for entry in page.xpath("//div[@id='contributions']//tbody/tr")
    }
    assert told == {"Read": True, "Said": False}


# --- The form -----------------------------------------------------------------------


def sources_row(data, field, at=0):
    """Return the prefix of a row in which a source of a field is entered."""
    rows = [
        name.removesuffix("-field")
        for name, value in data.items()
        if name.startswith("field_sources-") and value == field
    ]
    return rows[at]


def test_source_is_entered_beside_its_field_and_is_that_field_s(admin_client):
    draft = make_draft()
    standing = make_field_source(draft, "type")
    page = admin_client.get(change_url(draft))
    data = entered(page)
    form = html.fromstring(page.content)
    [identity] = form.xpath('//section[@id="part-identity"]')
    assert len(identity.xpath('.//details[@id="sources-type"]//li')) == 2
    [structure] = form.xpath('//section[@id="part-structure"]')
    assert structure.xpath('.//details[@id="sources-iom_role"]//select')
    source = make_source()
    row = sources_row(data, "iom_role")
    data |= {f"{row}-source": source.pk, f"{row}-certainty": "dated"}

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    added = draft.field_sources.exclude(pk=standing.pk).get()
    assert (added.field, added.source, added.certainty) == ("iom_role", source, "dated")


def test_source_of_a_field_without_its_certainty_is_asked_for_in_its_part(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    data[f"{sources_row(data, 'iom_role')}-source"] = make_source().pk

    answer = admin_client.post(change_url(draft), data)

    assert errors_of(answer) == "This field is required."
    wrong = {part["name"] for part in answer.context["parts"] if part["errors"]}
    assert wrong == {"structure"}
    assert 'id="sources-iom_role" open' in answer.content.decode()


def test_published_edition_shows_the_sources_of_fields_and_no_empty_rows(admin_client):
    draft = make_draft()
    make_field_source(draft, "type", make_source(title="The very page"))
    publish(draft)

    page = admin_client.get(change_url(draft)).content.decode()

    assert "The very page" in page
    assert 'id="sources-type"' in page
    assert 'id="sources-iom_role"' not in page
