"""The page of a mechanism in each of its editions, and the page of a partner."""

import re
from html import unescape

import pytest
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from profiles import editions, redacting
from profiles.content import content_fields
from profiles.edition_parts import Part, row_of
from profiles.models import fact_kinds
from profiles.vocabularies import Coverage, GovernanceLevel, SectionPart
from tests.factories import (
    make_added_value,
    make_alternative_value,
    make_chairing,
    make_clearance,
    make_contribution,
    make_draft,
    make_field_source,
    make_full_draft,
    make_funding_source,
    make_guiding_document,
    make_mechanism,
    make_mechanism_link,
    make_meeting,
    make_membership,
    make_organ,
    make_organisation,
    make_other_name,
    make_partnership,
    make_profile,
    make_section,
    make_source,
    make_state,
    make_status_period,
    make_theme,
    make_theme_focus,
    publish,
)
from tests.registry.marked_registry import SECRET, facts_of, mark_texts

pytestmark = pytest.mark.django_db


def read(client, address, status=200):
    """The text of a page as readers see it: without tags, spaces drawn together."""
    response = client.get(address)
    assert response.status_code == status, address
    without_tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", without_tags)


def page_of(client, profile):
    return client.get(profile.mechanism.get_absolute_url()).content.decode()


def add_facts(draft, times):
    """Add `times` facts of every kind, each with a source of its own."""
    for part in list(SectionPart)[:times]:
        make_section(draft, part.value, prose="Prose.", source=make_source())
    for n in range(times):
        make_other_name(draft, source=make_source())
        make_membership(draft, source=make_source())
        make_membership(draft, is_current=False, source=make_source())
        make_theme_focus(draft, source=make_source())
        make_guiding_document(draft, source=make_source())
        make_organ(draft, source=make_source())
        make_chairing(draft, source=make_source())
        make_contribution(
            draft,
            level=list(GovernanceLevel)[n % 5].value,
            states=["CRI", "PAN"][: n + 1],
            themes=[make_theme().slug],
            gcm_objectives=[n + 1],
            source=make_source(),
        )
        make_added_value(draft, source=make_source())
        make_meeting(draft, source=make_source())
        make_alternative_value(draft, source=make_source())
        make_clearance(draft, source=make_source())
        make_status_period(draft, source=make_source())
        make_field_source(draft, "type", make_source())
        make_partnership(draft, source=make_source())
        make_funding_source(
            draft, organisation=make_organisation(), source=make_source()
        )
        make_mechanism_link(draft, source=make_source())
        other = make_draft()
        make_mechanism_link(other, draft.mechanism, source=make_source())
        publish(other)
    return draft


# --- The mechanism's page ---


def test_number_of_queries_does_not_grow_with_the_facts_of_a_mechanism(
    client, django_assert_num_queries
):
    queries = (
        2  # the revision, before and after drawing
        + 1  # the edition, with its mechanism
        + 1  # its facts of all kinds, and what lists hold
        + 1  # what was redacted
        + 2  # sources and organisations
        + 2  # mechanisms linked to, and links that other mechanisms record
        + 1  # the assessments that its sources came of
        + 1  # the public files of its sources
    )
    once_a_revision = (
        4  # States, themes, regions and GCM objectives
        + 1  # 'as of', in the footer
    )
    for times in (1, 5):
        draft = make_draft(regions=["africa"], sources=[])
        profile = publish(add_facts(draft, times))
        with django_assert_num_queries(queries + once_a_revision):
            page = page_of(client, profile)
        caches["pages"].clear()
        with django_assert_num_queries(queries):
            assert page_of(client, profile) == page
        assert page.count('<li id="source-') == 19 * times


def test_number_of_queries_does_not_grow_with_what_was_redacted(client):
    asked = []
    for times in (1, 20):
        draft = make_draft()
        meetings = [make_meeting(draft) for _ in range(times + 1)]
        profile = publish(draft)
        for meeting in meetings[:times]:
            part = Part("profiles.meeting", str(meeting.uid))
            redacting.redact(profile, part, reason="It was false.")
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, profile)
        assert page.count("It was false.") == times
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_every_public_fact_has_an_address_of_its_own(client):
    profile = publish(add_facts(make_draft(), 2))

    page = page_of(client, profile)

    for related in (
        "sections",
        "other_names",
        "memberships",
        "theme_focuses",
        "guiding_documents",
        "organs",
        "chairings",
        "contributions",
        "added_values",
        "meetings",
        "alternative_values",
        "clearances",
        "status_periods",
        "partnerships",
        "funding_sources",
        "mechanism_links",
    ):
        for fact in getattr(profile, related).all():
            assert page.count(f'id="{fact.uid}"') == 1, related


def test_no_id_stands_twice(client):
    draft = add_facts(make_draft(), 3)
    make_theme_focus(draft, phase="throughout")
    make_theme_focus(draft, phase="initial")
    sica = make_organisation()
    make_partnership(draft, sica, role="secretariat", arrangement="permanent")
    make_partnership(draft, sica, role="formal_association")
    make_partnership(draft, sica, role="observer")

    ids = re.findall(r'\sid="([^"]+)"', page_of(client, publish(draft)))

    assert sorted(ids) == sorted(set(ids))


def test_facts_that_are_not_public_never_appear(client):
    draft = make_draft()
    words = {
        "sections": make_section(draft, prose="Hidden words 1.", is_public=False).prose,
        "names": make_other_name(draft, "Hidden words 2", is_public=False).name,
        "documents": make_guiding_document(
            draft, title="Hidden words 3", is_public=False
        ).title,
        "organs": make_organ(draft, name="Hidden words 4", is_public=False).name,
        "chairs": make_chairing(draft, holder="Hidden words 5", is_public=False).holder,
        "contributions": make_contribution(
            draft, title="Hidden words 6", is_public=False
        ).title,
        "values": make_added_value(
            draft, summary="Hidden words 7", is_public=False
        ).summary,
        "meetings": make_meeting(draft, title="Hidden words 8", is_public=False).title,
        "alternatives": make_alternative_value(
            draft, value="Hidden words 9", is_public=False
        ).value,
        "partnerships": make_partnership(
            draft, topic="Hidden words 10", is_public=False
        ).topic,
        "funding": make_funding_source(
            draft, statement="Hidden words 11", is_public=False
        ).statement,
        "links": make_mechanism_link(
            draft, topic="Hidden words 12", is_public=False
        ).topic,
        "themes": make_theme_focus(
            draft, label="Hidden words 13", is_public=False
        ).label,
        "members": make_membership(draft, note="Hidden words 14", is_public=False).note,
        "sources": make_source(title="Hidden words 15").title,
    }
    make_membership(draft, source=make_source(title="Hidden words 15"), is_public=False)
    shown = make_meeting(draft, title="A meeting that is public")

    text = read(client, publish(draft).mechanism.get_absolute_url())

    assert shown.title in text
    assert len(words) == 15
    assert "Hidden words" not in text


def test_source_of_a_fact_is_numbered_in_reading_order_and_listed_once(client):
    draft = make_draft(sources=[])
    first, second = make_source(title="Read first"), make_source(title="Read second")
    make_membership(draft, "CRI", source=first)
    make_meeting(draft, source=second)
    make_meeting(draft, source=first)

    page = page_of(client, publish(draft))

    numbers = re.findall(r'<sup[^>]*><button[^>]*"source-card-(\d+)"', page)
    assert numbers == ["1", "2", "1"]
    listed = re.findall(r'<li id="source-(\d+)" value="\d+">.*?</li>', page, re.S)
    assert listed == ["1", "2"]
    assert page.index("Read first") < page.index("Read second")


@pytest.mark.parametrize(
    ("certainty", "words"),
    [
        ("inferred", "Inferred from the source"),
        ("dated", "Dated: true when the source was written"),
        ("disputed", "Disputed between sources"),
    ],
)
def test_certainty_other_than_stated_is_said_in_words(client, certainty, words):
    draft = make_draft()
    make_membership(draft, "CRI", certainty=certainty, note="A remark on it.")
    make_membership(draft, "PAN")

    text = read(client, publish(draft).mechanism.get_absolute_url())

    assert text.count(words) == 1
    assert text.count("A remark on it.") == 1
    assert "Stated by the source" not in text


def test_established_year_stands_beside_what_other_sources_say(client):
    draft = make_draft(established=1993)
    make_alternative_value(draft, value="1991", attribution="IOM's matrix of 2017")

    text = read(client, publish(draft).mechanism.get_absolute_url())

    assert re.search(r"Established 1993 1991, according to IOM&#x27;s matrix", text)


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (Coverage.NONE, "None: the source says that there is none."),
        (Coverage.NOT_REPORTED, "Not reported: the question was asked"),
        (Coverage.NOT_ASKED, "Not asked: no survey has put this question"),
        (Coverage.UNKNOWN, "Unknown: the sources that were read say nothing"),
    ],
)
def test_what_is_not_there_is_said_by_its_coverage(client, coverage, words):
    draft = make_draft()
    make_section(draft, "contribution_global", coverage=coverage)

    page = page_of(client, publish(draft))

    levels = page[page.index('id="contribution"') : page.index('id="structure"')]
    told = re.search(r"<dt>Contribution at global level</dt>.*?</dd>", levels, re.S)
    assert told is not None
    assert words in told[0]


def test_secretariat_and_association_say_whether_there_is_none_or_nothing_is_known(
    client,
):
    none = make_profile(association_coverage="none", secretariat_coverage="none")
    unknown = make_profile()

    without = page_of(client, none)
    unclear = page_of(client, unknown)

    told = "None: the source says that there is none."
    assert without.count(told) == 4  # the association and the secretariat stand twice
    assert told not in unclear


def test_succession_is_worded_from_both_sides(client):
    old, new = make_profile(name="Old Process"), make_draft(name="New Process")
    make_mechanism_link(new, old.mechanism, kind="succession")
    publish(new)

    assert "Succeeds Old Process" in read(client, new.mechanism.get_absolute_url())
    assert "Succeeded by New Process" in read(client, old.mechanism.get_absolute_url())


def test_cooperation_that_both_record_is_shown_once(client):
    one, two = make_draft(name="Process One"), make_draft(name="Process Two")
    make_mechanism_link(one, two.mechanism, topic="Borders")
    make_mechanism_link(two, one.mechanism, topic="Borders")
    publish(one)
    publish(two)

    text = read(client, one.mechanism.get_absolute_url())

    assert text.count("Cooperates with Process Two") == 1


def test_link_to_a_mechanism_without_public_edition_is_hidden(client):
    secret = make_draft(name="Hidden Process")
    draft = make_draft()
    make_mechanism_link(draft, secret.mechanism, topic="Hidden topic")
    make_mechanism_link(secret, draft.mechanism, topic="Hidden topic")

    text = read(client, publish(draft).mechanism.get_absolute_url())

    assert "Hidden" not in text
    assert secret.mechanism.slug not in page_of(client, draft)


def test_figures_count_what_the_page_lists(client):
    draft = make_draft()
    for _n in range(3):
        make_membership(draft)
    make_membership(draft, role="observer")
    make_membership(draft, is_current=False)
    organisation = make_organisation()
    make_partnership(draft, organisation, category="civil_society")
    make_partnership(draft, organisation, category="private_sector")
    make_contribution(draft)

    text = read(client, publish(draft).mechanism.get_absolute_url())

    assert (
        "3 members 1 observer 1 partner organisation 1 contribution 0 meetings" in text
    )


def test_former_members_stand_apart(client):
    draft = make_draft()
    make_membership(draft, "CRI")
    make_membership(draft, "PAN", is_current=False, until="2010")

    page = page_of(client, publish(draft))

    former = page[page.index('id="former-seats"') : page.index('id="evolution"')]
    assert "State PAN" in former
    assert "until 2010" in former
    assert "State CRI" not in former


def test_members_stand_in_the_order_of_their_names_whatever_the_accents(client):
    draft = make_draft()
    for iso3, name in (
        ("HRV", "Croatia"),
        ("CIV", "Côte d’Ivoire"),
        ("DNK", "Denmark"),
    ):
        make_membership(draft, make_state(iso3, name_en=name))

    text = read(client, publish(draft).mechanism.get_absolute_url())

    assert re.search(r"Côte d’Ivoire .*Croatia .*Denmark", text)


def test_themes_then_and_now_are_shown_only_when_the_start_is_known(client):
    known, unknown = make_draft(), make_draft()
    make_theme_focus(known, phase="initial", label="Trafficking in women")
    make_theme_focus(known, phase="current")
    make_theme_focus(unknown, phase="current")

    assert "Themes then" in read(client, publish(known).mechanism.get_absolute_url())
    text = read(client, publish(unknown).mechanism.get_absolute_url())
    assert "Themes then" not in text
    assert "What was in focus at the start is unknown." in text


def test_views_of_members_on_funding_are_attributed(client):
    draft = make_draft()
    make_funding_source(
        draft, statement="the donor decides.", attributed_to="Member States"
    )

    text = read(client, publish(draft).mechanism.get_absolute_url())

    assert "Member States report: the donor decides." in text


def test_names_in_other_languages_carry_their_language(client):
    profile = make_profile(name_fr="Processus", name_ar="عملية")

    page = page_of(client, profile)

    assert '<span lang="fr" dir="ltr">Processus</span>' in page
    assert '<span lang="ar" dir="rtl">عملية</span>' in page


def test_page_can_be_cited_by_edition_and_address(client):
    profile = make_profile(name="Colombo Process", as_of="2019-04")

    text = read(client, profile.mechanism.get_absolute_url())

    assert "“Colombo Process.” ISCM Registry, edition 1. Published" in text
    assert "Information as of April 2019." in text
    assert f"http://testserver{profile.get_edition_url()}" in text


def test_text_of_editors_is_escaped(client):
    draft = make_draft(note="<script>alert(1)</script>")
    make_section(draft, prose="<b>bold</b>\n\nSecond paragraph.", note="<i>x</i>")
    make_membership(draft, note="<i>slanted</i>")

    page = page_of(client, publish(draft))

    assert "<script>alert" not in page
    assert escape("<b>bold</b>") in page
    assert "<i>" not in page
    assert "<p>Second paragraph." in page


# --- Editions ---


def test_superseded_edition_stays_readable_and_points_to_the_newer_one(client):
    old = make_profile(name="Old name")
    new = editions.open_draft(old.mechanism)
    new.name_en = "New name"
    new.save()
    publish(new)

    text = read(client, old.get_edition_url())

    assert "Old name" in text
    assert "This is edition 1. What it says has changed since" in text
    assert f'href="{new.mechanism.get_absolute_url()}"' in str(
        client.get(old.get_edition_url()).content
    )


def test_banner_does_not_warn_of_a_newer_edition_that_says_the_same(client):
    old = publish(make_full_draft())
    publish(editions.open_draft(old.mechanism))

    text = read(client, old.get_edition_url())

    assert "has changed since" not in text
    assert "Edition 2 says the same" in text


def test_banner_knows_nothing_of_changes_to_facts_that_are_not_public(client):
    old = make_profile()
    new = editions.open_draft(old.mechanism)
    make_meeting(new, is_public=False)
    publish(new)

    assert "has changed since" not in read(client, old.get_edition_url())


def test_edition_in_force_has_no_banner_at_its_own_address(client):
    profile = make_profile()

    text = read(client, profile.get_edition_url())

    assert "This is edition" not in text
    assert f'rel="canonical" href="http://testserver{profile.get_edition_url()}"' in (
        client.get(profile.get_edition_url()).content.decode()
    )


def test_drafts_and_editions_in_review_are_not_found(client):
    draft = make_draft()
    addresses = [draft.mechanism.get_absolute_url(), draft.get_edition_url()]

    for address in addresses:
        read(client, address, status=404)
    editions.submit(draft)
    for address in addresses:
        read(client, address, status=404)


def test_draft_beside_a_published_edition_is_not_found(client):
    profile = make_profile()
    draft = editions.open_draft(profile.mechanism)

    read(client, draft.get_edition_url(), status=404)


def test_withdrawn_mechanism_is_gone_and_its_earlier_edition_offered(client):
    old = make_profile(name="Kept name")
    new = publish(editions.open_draft(old.mechanism))
    editions.withdraw(new, reason="Wrong.")

    text = read(client, old.mechanism.get_absolute_url(), status=410)

    assert "What stood here was withdrawn" in text
    assert "Edition 1, published" in text
    read(client, new.get_edition_url(), status=410)
    assert "no edition is in force now" in read(client, old.get_edition_url())


def test_mechanism_published_anew_after_a_withdrawal_is_there_again(client):
    gone = make_profile(name="Process")
    editions.withdraw(gone, reason="Wrong.")
    again = make_profile(gone.mechanism, name="Process again")

    assert "Process again" in read(client, again.mechanism.get_absolute_url())
    read(client, gone.get_edition_url(), status=410)


@pytest.mark.parametrize("number", ["0", "2", "9" * 30])
def test_edition_that_never_was_is_not_found(client, number):
    profile = make_profile()

    read(client, f"{profile.mechanism.get_absolute_url()}editions/{number}/", 404)


def test_unknown_mechanism_is_not_found(client):
    make_mechanism(slug="known")

    read(client, "/mechanisms/known/", status=404)
    read(client, "/mechanisms/unknown/", status=404)


def test_superseded_edition_does_not_show_what_others_say_of_it_today(client):
    old = make_profile()
    publish(editions.open_draft(old.mechanism))
    later = make_draft(name="Later Process")
    make_mechanism_link(later, old.mechanism)
    publish(later)

    assert "Later Process" in read(client, old.mechanism.get_absolute_url())
    assert "Later Process" not in read(client, old.get_edition_url())


# --- Partners ---


def test_number_of_queries_does_not_grow_with_the_mechanisms_of_a_partner(
    client, django_assert_num_queries
):
    queries = (
        2  # the revision, before and after drawing
        + 1  # the organisation, with its source and the number of mechanisms
        + 1  # its aliases
        + 2  # its partnerships, and those on the page with mechanisms and sources
        + 2  # the whole that it is part of, and its own parts
        + 1  # the assessments that its sources came of
        + 2  # the funding that it provides
        + 1  # the public files of its sources
        + 1  # the latest publication, once a revision
    )
    for times in (1, 5):
        organisation = make_organisation()
        for _n in range(times):
            draft = make_draft()
            make_partnership(draft, organisation, source=make_source())
            make_funding_source(draft, organisation=organisation)
            publish(draft)
        with django_assert_num_queries(queries):
            text = read(client, organisation.get_absolute_url())
        assert f"Works with {times} mechanism" in text


def test_partner_page_says_as_what_an_organisation_works_with_each_mechanism(client):
    sica = make_organisation(
        name_en="System for Integration",
        acronym_en="SICA",
        type="regional_union",
        iati_type="40",
    )
    draft = make_draft(name="Commission", acronym="OCAM")
    make_partnership(
        draft,
        sica,
        category="regional_union",
        role="secretariat",
        arrangement="permanent",
        topic="All of it",
        regularity="institutional",
        since="1999",
    )
    publish(draft)

    text = read(client, sica.get_absolute_url())

    for words in (
        "System for Integration SICA",
        "40 Multilateral",
        "Works with 1 mechanism",
        "Commission OCAM",
        "Permanent secretariat",
        "Regional political and economic union",
        "All of it",
        "Institutional",
        "since 1999",
    ):
        assert words in text


def test_body_under_several_names_says_what_it_is_part_of_and_counts_its_parts(client):
    union, nobody = (
        make_organisation(name_en="Union"),
        make_organisation(name_en="Nobody"),
    )
    commission = make_organisation(name_en="Commission", part_of=union)
    make_organisation(name_en="Idle office", part_of=union)
    for bodies in ((union,), (commission,), (union, commission)):
        draft = make_draft()
        for body in bodies:
            make_partnership(draft, body)
        publish(draft)
    lone = make_draft()
    make_partnership(
        lone, make_organisation(name_en="Lone", slug="lone", part_of=nobody)
    )
    publish(lone)

    of_union = read(client, union.get_absolute_url())
    assert "Works with 2 mechanisms" in of_union
    assert "with them 3 mechanisms Commission : 2 mechanisms" in of_union
    assert "Idle office" not in of_union
    assert "Part of Union" in read(client, commission.get_absolute_url())
    assert "with its parts 3" in read(client, "/partners/")
    assert "Nobody" not in read(client, "/partners/lone/")


@pytest.mark.parametrize("whole", ["part", "itself"])
def test_part_of_a_part_is_refused(whole):
    union = make_organisation()
    commission = make_organisation(part_of=union)
    wholes = {"part": commission, "itself": union}
    third = make_organisation() if whole == "part" else union
    third.part_of = wholes[whole]

    with pytest.raises(ValidationError):
        third.full_clean()


def test_partner_page_leaves_out_what_is_not_public(client):
    organisation = make_organisation()
    shown, hidden = make_draft(name="Shown Process"), make_draft(name="Hidden Process")
    make_partnership(shown, organisation)
    make_partnership(hidden, organisation, is_public=False)
    make_funding_source(
        shown, organisation=organisation, covers="Hidden money", is_public=False
    )
    publish(shown)
    publish(hidden)
    make_partnership(make_draft(name="Hidden draft"), organisation)

    text = read(client, organisation.get_absolute_url())

    assert "Shown Process" in text
    assert "Hidden" not in text


def test_organisation_that_no_published_partnership_names_is_not_found(client):
    in_draft, hidden = make_organisation(), make_organisation()
    make_partnership(make_draft(), in_draft)
    draft = make_draft()
    make_partnership(draft, hidden, is_public=False)
    publish(draft)

    read(client, in_draft.get_absolute_url(), status=404)
    read(client, hidden.get_absolute_url(), status=404)
    read(client, "/partners/nobody/", status=404)


def test_page_shows_every_text_of_the_profile_and_of_every_kind_of_fact(client):
    """A field that the template of its part forgets is missing in silence."""
    edition = publish(make_full_draft())
    assert {type(fact) for fact in facts_of(edition)} == {*fact_kinds()}
    for record in (edition, *facts_of(edition)):
        mark_texts(record)

    page = unescape(client.get(edition.get_absolute_url()).content.decode())

    missing = [
        f"{record._meta.model_name}.{f.name}"
        for record in (edition, *facts_of(edition))
        for f in content_fields(type(record))
        if isinstance(text := row_of(record).values_list(f.name).get()[0], str)
        and SECRET in text
        and text not in page
        # Other languages stand on the pages in these languages.
        and not f.name.endswith(("_fr", "_es", "_ar"))
    ]
    assert missing == []


def test_what_is_said_alike_of_several_states_is_said_once(client):
    draft = make_draft()
    source = make_source(title="The list of 2002")
    for iso3 in ("CRI", "PAN", "MEX", "BLZ"):
        note = "Took part in the conference."
        make_membership(draft, iso3, certainty="dated", note=note, source=source)
    make_membership(draft, "FRA", certainty="dated", note="Left since.", source=source)

    page = page_of(client, publish(draft))
    members = page[page.index('id="role-member"') :].partition("</section>")[0]

    assert members.count("Took part in the conference.") == 1
    assert "4 States and territories" in members
    assert members.count("Left since.") == 1
    for iso3 in ("cri", "pan", "mex", "blz", "fra"):
        assert members.count(f'href="/states/{iso3}/"') == 1
