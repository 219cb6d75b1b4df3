"""What an edition lacks before the public should read it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles import editions
from profiles.readiness import readiness
from profiles.sourcing import stated_fields
from profiles.vocabularies import SectionPart
from tests.factories import (
    make_chairing,
    make_clearance,
    make_contribution,
    make_draft,
    make_field_source,
    make_full_draft,
    make_mechanism,
    make_mechanism_link,
    make_membership,
    make_section,
    make_source,
    make_status_period,
    publish,
)

pytestmark = pytest.mark.django_db


def complete(**fields):
    """Return a draft of which nothing is missing."""
    fields = {"as_of": "2024", "regions": ["africa"]} | fields
    draft = make_draft(**fields)
    source = make_source()
    make_membership(draft, source=source)
    for part in SectionPart.values:
        make_section(draft, part=part, coverage="none", source=source)
    for field in {stated.field for stated in stated_fields(draft)}:
        make_field_source(draft, field, source)
    return draft


def texts(findings):
    return [str(finding.text) for finding in findings]


def warnings_of(edition):
    return texts(readiness(edition).warnings)


def test_complete_edition_has_nothing_missing():
    found = readiness(complete())

    assert found.is_ready
    assert texts(found.blockers) == []
    assert texts(found.warnings) == []


def test_source_of_the_profile_or_of_one_fact_is_enough():
    nothing = make_draft(sources=[])
    of_a_fact = make_draft(sources=[])
    make_membership(of_a_fact, source=make_source())

    [finding] = readiness(nothing).blockers
    assert "No source is named" in str(finding.text)
    assert finding.anchor == "part-sources"
    assert readiness(of_a_fact).is_ready
    assert readiness(make_draft()).is_ready


def test_edition_without_a_name_in_any_language_is_blocked():
    nameless = make_draft(name="")
    assert texts(readiness(nameless).blockers) == ["The mechanism has no name."]

    nameless.name_fr = "Conférence"
    nameless.save()
    assert readiness(nameless).is_ready


def test_missing_date_regions_and_members_are_warned_of():
    found = warnings_of(complete(as_of="", regions=[]))
    assert found == [
        "It does not say as of when the information is true.",
        "No region is named.",
    ]

    draft = complete()
    draft.memberships.update(role="observer")
    [finding] = readiness(draft).warnings
    assert (str(finding.text), finding.part) == ("No State is a member.", "members")


def test_status_that_does_not_hold_today_is_warned_of():
    draft = complete(status="active")
    draft.status_periods.all().delete()
    make_status_period(draft, status="active", since="2004", until="2016")
    make_status_period(draft, status="dormant", since="2016")

    assert "The status is “Active”; the statuses in time say “Dormant”." in (
        warnings_of(draft)
    )

    draft.status_periods.filter(status="dormant").delete()
    assert "The status is “Active”; the statuses in time say “Unknown”." in (
        warnings_of(draft)
    )

    draft.status_periods.update(until="")
    assert not [text for text in warnings_of(draft) if "The status is" in text]


def test_latest_chair_with_a_later_term_on_record_is_warned_of():
    draft = complete()
    draft.chairings.all().delete()
    later = make_chairing(draft, since="2025", source=make_source())
    make_chairing(draft, since="2023", is_current=True, source=make_source())
    told = "The latest known chair is not the newest: a later term is on record."

    assert told in warnings_of(draft)

    later.is_current = True
    later.save()
    assert told not in warnings_of(draft)


def test_each_part_without_a_coverage_status_is_named():
    draft = complete()
    draft.sections.filter(part="structure").update(coverage="unknown")
    draft.sections.filter(part="contribution_global").delete()

    found = readiness(draft).warnings

    assert {(str(f.text), f.anchor) for f in found} == {
        ("“Salient structures” has no coverage status.", "part-structure"),
        (
            "“Contribution at global level” has no coverage status.",
            "part-contribution",
        ),
    }


def test_part_that_is_called_empty_names_the_source_that_calls_it_so():
    draft = complete()
    draft.sections.filter(part="structure").update(source=None)
    draft.sections.filter(part="evolution").update(coverage="not_asked", source=None)

    assert warnings_of(draft) == ["Without a source: sections (1)."]


def test_reported_part_says_what_in_a_text_or_in_facts_with_their_own_sources():
    draft = complete()
    empty = draft.sections.filter(part="contribution_global")
    empty.update(coverage="reported", source=None)
    assert warnings_of(draft) == [
        (
            "“Contribution at global level” is “reported”, and neither a text nor a "
            "fact says what."
        )
    ]

    make_contribution(draft, level="global", source=make_source())
    assert warnings_of(draft) == []

    empty.update(prose_fr="Texte")
    assert warnings_of(draft) == ["Without a source: sections (1)."]


def test_each_field_without_a_source_is_named_where_it_is_entered():
    draft = complete(established=1996, name_fr="Conférence", iom_role="Secretariat")
    assert warnings_of(draft) == []

    draft.field_sources.exclude(field="regions").delete()
    make_field_source(draft, "name", language="fr")

    found = {str(f.text): f.part for f in readiness(draft).warnings}
    assert found == {
        "Without a source: Name (English), Type, Status, Established.": "identity",
        "Without a source: Functions of IOM (English).": "structure",
    }


def test_status_rests_on_the_sources_of_its_periods():
    draft = complete()
    draft.field_sources.filter(field="status").delete()
    assert warnings_of(draft) == ["Without a source: Status."]

    period = make_status_period(draft, status="active", since="1996")
    assert warnings_of(draft) == ["Without a source: statuses in time (1)."]

    period.source = make_source()
    period.save()
    assert warnings_of(draft) == []


def test_what_says_nothing_needs_no_source():
    draft = complete()
    draft.status, draft.association_coverage = "unknown", "reported"
    draft.chair_coverage = "not_asked"
    draft.field_sources.filter(field="status").delete()
    draft.save()
    assert warnings_of(draft) == []

    draft.association_coverage = "none"
    draft.save()
    assert warnings_of(draft) == ["Without a source: Formal association."]


def test_facts_without_a_source_are_counted_by_kind():
    draft = complete()
    make_membership(draft)
    make_membership(draft)
    make_contribution(draft)

    found = {str(f.text): f.part for f in readiness(draft).warnings}

    assert found == {
        "Without a source: memberships (2).": "members",
        "Without a source: contributions (1).": "contribution",
    }


def test_text_that_lacks_a_language_which_others_have_is_named():
    draft = complete()
    draft.sections.filter(part="structure").update(
        coverage="reported", prose_en="Text", prose_fr="Texte"
    )
    draft.sections.filter(part="evolution").update(coverage="reported", prose_en="Text")

    assert warnings_of(draft) == [
        (
            "Not in French, unlike other texts: Evolution of programming and thematic "
            "focus."
        )
    ]


def test_what_changed_after_it_was_confirmed_is_named():
    draft = complete(objective="Old")
    make_clearance(draft, part="structure", source=make_source())
    make_clearance(draft, part="evolution", source=make_source())
    publish(draft)
    new = editions.open_draft(draft.mechanism)
    assert warnings_of(new) == []

    new.sections.filter(part="structure").update(prose_en="Another text")

    assert warnings_of(new) == [
        (
            "“Salient structures” has changed since SICA secretariat confirmed it "
            "(2019-05-03)."
        )
    ]


def test_confirmation_of_the_whole_is_outdated_by_any_change():
    draft = complete(objective="Old")
    make_clearance(draft, source=make_source())
    publish(draft)
    new = editions.open_draft(draft.mechanism)
    new.objective_en = "New"
    new.save()

    assert warnings_of(new) == [
        "The profile has changed since SICA secretariat confirmed it (2019-05-03)."
    ]


def test_new_confirmation_covers_what_changed_with_it():
    draft = publish(complete(objective="Old"))
    new = editions.open_draft(draft.mechanism)
    new.objective_en = "New"
    new.save()
    make_clearance(new, source=make_source())

    assert warnings_of(new) == []


def test_superseded_mechanism_names_its_successor_on_either_side():
    draft = complete(status="superseded")
    assert warnings_of(draft) == [
        "It is superseded, and no mechanism is linked as its successor."
    ]

    successor = make_draft()
    make_mechanism_link(successor, draft.mechanism, kind="succession")

    assert warnings_of(draft) == []
    own = complete(status="superseded")
    make_mechanism_link(own, make_mechanism(), kind="succession", source=make_source())
    assert warnings_of(own) == []


def test_number_of_queries_does_not_grow_with_facts():
    counts = []
    for facts in (1, 10):
        draft = make_full_draft()
        for _ in range(facts):
            make_contribution(draft, states=["CRI"], themes=["rights"])
            make_clearance(draft)
        publish(draft)
        new = editions.open_draft(draft.mechanism)
        with CaptureQueriesContext(connection) as queries:
            readiness(new)
        counts.append(len(queries))

    assert counts[0] == counts[1]
