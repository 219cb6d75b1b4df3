"""The rules that the database and the models hold, whoever writes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import override

from partnerships.models import MechanismLink
from profiles.content import fields_said
from profiles.models import (
    AlternativeValue,
    Chairing,
    Fact,
    Meeting,
    Membership,
    Profile,
    Section,
    State,
    fact_kinds,
)
from profiles.vocabularies import (
    GCM_OBJECTIVES,
    IATIOrganisationType,
    SectionHeading,
    SectionPart,
)
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_full_draft,
    make_mechanism_link,
    make_membership,
    make_organisation,
    make_partnership,
    make_section,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db


def refused_by_the_database(record):
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (Meeting, "identified_by", ()),
        (Meeting, "identified_by", ("name",)),
        (Meeting, "form_lines", [("title", "place")]),
        (Meeting, "dated_by", "day"),
        (Meeting, "unsearched", ("towns",)),
        (Meeting, "found_as", "contribution"),
        (Membership, "found_as", "seat"),
        (Membership, "subject", "country"),
        (MechanismLink, "page_template", Fact.page_template),
        (Profile, "form_lines", {"identity": [("name", "aim")]}),
        (Profile, "disputed_as", {"founded": "established"}),
        (Profile, "unsearched", ("title",)),
    ],
)
def test_class_body_that_is_wrong_is_told(monkeypatch, model, name, value):
    assert not model.check()

    monkeypatch.setattr(model, name, value)

    assert [error.obj for error in model.check()] == [model]


@pytest.mark.parametrize("kind", fact_kinds(), ids=lambda kind: kind.__name__)
def test_form_asks_for_every_field_of_a_fact(kind):
    """A field that the lines of the form forget could never be entered."""
    lines = [(line,) if isinstance(line, str) else line for line in kind.form_lines]
    asked = [name for line in lines for name in line]

    assert sorted(asked or fields_said(kind)) == sorted(fields_said(kind))


def test_every_kind_of_fact_of_every_app_is_known():
    names = {kind.__name__ for kind in fact_kinds()}

    assert names == {
        "Section",
        "OtherName",
        "Membership",
        "ThemeFocus",
        "GuidingDocument",
        "Organ",
        "Chairing",
        "Contribution",
        "AddedValue",
        "Meeting",
        "AlternativeValue",
        "FieldSource",
        "Clearance",
        "StatusPeriod",
        "Partnership",
        "FundingSource",
        "MechanismLink",
    }


FIELDS_WITH_CHOICES = [
    pytest.param(model, field, id=f"{model.__name__}.{field.attname}")
    for model in [Profile, State, *fact_kinds()]
    for field in model._meta.concrete_fields
    if field.choices
]


@pytest.mark.no_cover
@pytest.mark.parametrize(("model", "field"), FIELDS_WITH_CHOICES)
def test_the_database_refuses_a_term_that_no_list_has(model, field):
    make_full_draft()
    record = model.objects.order_by("pk").first()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=record.pk).update(**{field.attname: "atlantis"})


def test_a_state_holds_one_role_at_a_time():
    draft = make_draft()
    member = make_membership(draft, "CRI")
    second = Membership(profile=draft, state=member.state, role="observer")

    with pytest.raises(ValidationError, match="already holds a role"):
        second.full_clean()
    refused_by_the_database(second)


def test_a_state_that_left_can_come_back():
    draft = make_draft()
    make_membership(draft, "CRI", is_current=False, until="2010")

    again = make_membership(draft, "CRI", since="2015")

    assert list(draft.memberships.held()) == [again]


def test_a_role_held_today_has_no_end():
    membership = Membership(profile=make_draft(), state=make_state(), until="2019")

    with pytest.raises(ValidationError, match="has no end"):
        membership.full_clean()
    refused_by_the_database(membership)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("", ""),
        ("2010", ""),
        ("", "2010"),
        ("2010", "2010"),
        ("2010-06", "2010"),
        ("2010", "2010-06"),
        ("2010-06-13", "2010-06"),
        ("2009-12-31", "2010"),
    ],
)
def test_a_period_is_compared_only_as_far_as_both_dates_go(since, until):
    membership = make_membership(
        make_draft(), since=since, until=until, is_current=False
    )

    membership.full_clean()


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2011", "2010"),
        ("2011", "2010-12-31"),
        ("2010-07", "2010-06"),
        ("2010-06-14", "2010-06-13"),
    ],
)
def test_a_period_ends_after_it_starts(since, until):
    membership = Membership(
        profile=make_draft(),
        state=make_state(),
        since=since,
        until=until,
        is_current=False,
    )

    with pytest.raises(ValidationError, match="ends before it starts"):
        membership.full_clean()
    refused_by_the_database(membership)


def test_a_contribution_ends_after_it_starts():
    contribution = make_contribution(make_draft(), year=2015)
    contribution.until_year = 2014

    with pytest.raises(ValidationError, match="ends before it starts"):
        contribution.full_clean()
    refused_by_the_database(contribution)


@pytest.mark.parametrize("holder", [{"state": None, "holder": ""}, "both"])
def test_a_chair_is_a_state_or_another_holder(holder):
    if holder == "both":
        holder = {"state": make_state(), "holder": "League of Arab States"}
    chairing = Chairing(profile=make_draft(), **holder)

    with pytest.raises(ValidationError, match="not both"):
        chairing.full_clean()
    refused_by_the_database(chairing)


def test_a_chair_that_is_no_state_is_shown_by_its_name():
    chairing = make_chairing(make_draft(), holder="League of Arab States")

    assert str(chairing) == "League of Arab States"


def test_a_part_of_the_profile_has_one_section():
    draft = make_draft()
    make_section(draft, part="structure")

    refused_by_the_database(Section(profile=draft, part="structure"))


def test_a_section_with_text_is_reported():
    section = Section(
        profile=make_draft(),
        part="structure",
        coverage="not_reported",
        prose="There is a chair.",
    )

    with pytest.raises(ValidationError, match="'reported'"):
        section.full_clean()


def test_a_theme_stands_once_under_a_label():
    draft = make_draft()
    focus = make_theme_focus(draft, label="Labour")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_theme_focus(draft, focus.theme, label="Labour")
    make_theme_focus(draft, focus.theme, label="Labour mobility")


def test_a_mechanism_is_not_linked_to_itself():
    draft = make_draft()
    link = MechanismLink(profile=draft, other=draft.mechanism)

    with pytest.raises(ValidationError, match="cannot be linked to itself"):
        link.full_clean()
    refused_by_the_database(link)


def test_a_link_to_a_mechanism_that_is_not_public_is_not_public():
    here, there = make_draft(), make_draft()
    make_mechanism_link(here, there.mechanism)
    publish(here)
    assert not MechanismLink.objects.published().exists()

    publish(there)
    assert MechanismLink.objects.published().count() == 1


def test_only_a_secretariat_has_an_arrangement():
    partnership = make_partnership(make_draft(), role="partner")
    partnership.arrangement = "technical"

    with pytest.raises(ValidationError, match="Only a secretariat"):
        partnership.full_clean()
    refused_by_the_database(partnership)


def test_an_organisation_can_be_filed_under_two_categories():
    draft = make_draft()
    consultative_committee = make_organisation()

    for category in ("civil_society", "private_sector"):
        make_partnership(draft, consultative_committee, category=category)

    assert draft.partnerships.count() == 2


@pytest.mark.parametrize("kind", fact_kinds(), ids=lambda kind: kind.__name__)
def test_a_uid_stands_once_in_an_edition(kind):
    fact = kind.objects.get(profile=make_full_draft())
    fact.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        fact.save(force_insert=True)


@pytest.mark.parametrize("kind", fact_kinds(), ids=lambda kind: kind.__name__)
def test_facts_are_public_when_they_and_their_edition_are(kind):
    draft = make_full_draft()
    assert not kind.objects.published().exists()
    kind.objects.filter(profile=draft).update(is_public=False)
    publish(draft)
    assert not kind.objects.published().exists()

    kind.objects.filter(profile=draft).update(is_public=True)

    assert kind.objects.published().get().profile == draft


def test_states_take_part_through_current_seats_in_published_editions():
    draft = make_draft()
    make_membership(draft, "CRI")
    make_membership(draft, "PAN", is_current=False)
    assert not State.objects.taking_part().exists()

    publish(draft)

    assert [state.iso3 for state in State.objects.taking_part()] == ["CRI"]


@pytest.mark.parametrize("iso3", ["cri", "CR", "CRIX", "CR1", "CRI\n"])
def test_a_state_is_known_by_three_capital_letters(iso3):
    state = State(iso3=iso3, iso2="CR", name="Costa Rica")

    with pytest.raises(ValidationError) as refused:
        state.full_clean()
    assert "iso3" in refused.value.message_dict


def test_m49_codes_keep_their_leading_zeros_and_stand_once():
    make_state("AFG", iso2="AF", m49="004")

    assert State.objects.get(iso3="AFG").m49 == "004"
    with pytest.raises(IntegrityError), transaction.atomic():
        make_state("ALB", iso2="AL", m49="004")
    make_state("XKX", iso2="XK")
    make_state("XXX", iso2="XX")


def test_names_fall_back_to_english_where_a_language_has_none():
    theme = make_theme(name_en="Border management", name_fr="Gestion des frontières")

    with override("fr"):
        assert theme.name == "Gestion des frontières"
    with override("es"):
        assert theme.name == "Border management"


def test_every_part_of_a_profile_stands_under_one_of_the_five_headings():
    assert [part.heading for part in SectionPart] == [
        SectionHeading.EVOLUTION,
        *[SectionHeading.CONTRIBUTION] * 5,
        SectionHeading.STRUCTURE,
        SectionHeading.PARTNERSHIPS,
        *[SectionHeading.ADDED_VALUE] * 2,
    ]


def test_code_lists_are_complete():
    assert list(GCM_OBJECTIVES) == list(range(1, 24))
    assert len(IATIOrganisationType) == 16


def test_every_field_says_what_it_is_in_words_that_can_be_translated():
    for model in [Profile, State, AlternativeValue, *fact_kinds()]:
        for field in model._meta.get_fields():
            if isinstance(field, models.Field) and field.name != "id":
                assert not isinstance(field.verbose_name, str) or "[" in str(
                    field.verbose_name
                ), f"{model.__name__}.{field.name}"
