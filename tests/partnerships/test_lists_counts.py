"""Every count shown equals the list behind its link, whatever is in the registry and
whatever is chosen."""

from datetime import date

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerships.filters import MechanismFilter, PartnerFilter
from partnerships.models import Organisation, Partnership
from profiles.filters.contributions import ContributionFilter
from profiles.filters.states import StateFilter
from profiles.models import Contribution, Membership, Profile, State, ThemeFocus
from tests.factories import (
    make_contribution,
    make_draft,
    make_gcm_objective,
    make_membership,
    make_organisation,
    make_partnership,
    make_region,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

REGIONS = ["africa", "americas", "global"]
STATES = ["CRI", "HND", "NPL"]
SUBREGIONS = {"CRI": "Eastern Africa", "HND": "Eastern Europe", "NPL": ""}
THEMES = ["health", "return"]
ORGANISATIONS = ["sica", "iom"]
TYPES = ["regional", "global"]
STATUSES = ["active", "dormant"]
LEVELS = ["national", "regional"]
COVERAGE = ["reported", "none", "unknown"]
CATEGORIES = ["igo_un", "civil_society"]
ROLES = ["formal_association", "secretariat", "partner"]


def some(values, **limits):
    return st.lists(st.sampled_from(values), unique=True, **limits)


seats = st.dictionaries(
    st.sampled_from(STATES),
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["member", "observer"]),
            "is_current": st.booleans(),
            "is_public": st.booleans(),
        }
    ),
)
contributions = st.lists(
    st.fixed_dictionaries(
        {
            "level": st.sampled_from(LEVELS),
            "status": st.sampled_from(["adopted", "planned"]),
            "kind": st.sampled_from(["policy", "data"]),
            "states": some(STATES),
            "themes": some(THEMES),
            "gcm_objectives": some([5, 10]),
            "is_public": st.booleans(),
            "years": st.sampled_from(
                [(None, None), (2016, None), (2015, 2017), (2017, 2017)]
            ),
        }
    ),
    max_size=2,
)
partnerships = st.lists(
    st.fixed_dictionaries(
        {
            "organisation": st.sampled_from(ORGANISATIONS),
            "category": st.sampled_from(CATEGORIES),
            "role": st.sampled_from(ROLES),
            "is_public": st.booleans(),
        }
    ),
    max_size=3,
)
mechanism = st.fixed_dictionaries(
    {
        "is_published": st.sampled_from([True, True, True, False]),
        "type": st.sampled_from(TYPES),
        "status": st.sampled_from(STATUSES),
        "established": st.sampled_from([None, 1990, 2000]),
        "association_coverage": st.sampled_from(COVERAGE),
        "secretariat_coverage": st.sampled_from(COVERAGE),
        "regions": some(REGIONS),
        "seats": seats,
        "themes": some(THEMES),
        "contributions": contributions,
        "partnerships": partnerships,
    }
)
registries = st.lists(mechanism, min_size=1, max_size=3)

NAMES_EVERYTHING = {
    # What nothing in public names is unknown to the filters, so one mechanism does.
    "is_published": True,
    "type": "regional",
    "status": "active",
    "established": 1990,
    "association_coverage": "none",
    "secretariat_coverage": "unknown",
    "regions": REGIONS,
    "seats": {
        iso3: {"role": "member", "is_current": True, "is_public": True}
        for iso3 in STATES
    },
    "themes": THEMES,
    "contributions": [],
    "partnerships": [],
}

PROFILE_FIELDS = [
    "type",
    "status",
    "established",
    "association_coverage",
    "secretariat_coverage",
    "regions",
]


def make_registry(mechanisms):
    """Make what the strategies above drew; return the profiles with what they say."""
    for slug in REGIONS:
        make_region(slug)
    for iso3 in STATES:
        make_state(iso3, subregion=SUBREGIONS[iso3])
    for slug in THEMES:
        make_theme(slug)
    for number in (5, 10):
        make_gcm_objective(number)
    organisations = {slug: make_organisation(slug=slug) for slug in ORGANISATIONS}
    made = {}
    for said in (NAMES_EVERYTHING, *mechanisms):
        draft = make_draft(**{name: said[name] for name in PROFILE_FIELDS})
        for iso3, seat in said["seats"].items():
            make_membership(draft, iso3, **seat)
        for theme in said["themes"]:
            make_theme_focus(draft, theme)
        for one in said["contributions"]:
            fields = {name: value for name, value in one.items() if name != "years"}
            year, until_year = one["years"]
            make_contribution(draft, year=year, until_year=until_year, **fields)
        for one in said["partnerships"]:
            make_partnership(
                draft, **{**one, "organisation": organisations[one["organisation"]]}
            )
        if said["is_published"]:
            made[publish(draft).pk] = said
    return made


LISTS = {
    MechanismFilter: (
        lambda: Profile.objects.published().with_member_count(),
        {
            "region": REGIONS,
            "type": TYPES,
            "status": STATUSES,
            "state": STATES,
            "theme": THEMES,
            "partner": CATEGORIES,
            "level": LEVELS,
            "objective": ["5", "10"],
            "association": ["none", "unknown", "not_asked"],
            "secretariat": ["none", "unknown"],
            "established_min": ["1995"],
        },
    ),
    ContributionFilter: (
        lambda: Contribution.objects.published(),
        {
            "level": LEVELS,
            "kind": ["policy", "data"],
            "status": ["adopted", "planned"],
            "state": STATES,
            "theme": THEMES,
            "year": ["2015", "2016", "unknown", "1999"],
            "objective": ["5", "10"],
        },
    ),
    StateFilter: (
        lambda: State.objects.taking_part().with_mechanism_count().with_own_region(),
        {
            "kind": ["state"],
            "own_region": ["africa", "europe"],
            "role": ["member", "observer"],
            "region": REGIONS,
        },
    ),
    PartnerFilter: (
        lambda: Organisation.objects.engaged().with_mechanism_count(),
        {"category": CATEGORIES, "role": ROLES, "type": ["other", "academia"]},
    ),
}


def chosen_from(values):
    return st.fixed_dictionaries(
        {}, optional={name: some(v, max_size=2) for name, v in values.items()}
    )


def asked(filterset_class, parameters):
    queryset, _values = LISTS[filterset_class]
    data = QueryDict(mutable=True)
    for name, values in parameters.items():
        data.setlist(name, values)
    return filterset_class(data, queryset=queryset())


def followed(filterset_class, url):
    queryset, _values = LISTS[filterset_class]
    filterset = filterset_class(QueryDict(url.partition("?")[2]), queryset=queryset())
    assert filterset.is_valid(), (url, filterset.errors)
    return filterset.qs.count()


# One registry is made for each example, which takes longer than a usual example.
patient = settings(
    max_examples=20,
)


@pytest.mark.parametrize("filterset_class", LISTS)
def test_every_count_equals_the_number_of_results_behind_its_link(filterset_class):
    _queryset, known = LISTS[filterset_class]

    @patient
    @given(mechanisms=registries, parameters=chosen_from(known))
    def counts_are_right(mechanisms, parameters):
        with transaction.atomic():
            make_registry(mechanisms)
            filterset = asked(filterset_class, parameters)
            assert filterset.is_valid()
            question = filterset.question("/list/")

            for facet in filterset.facets(question):
                for option in facet.options:
                    assert followed(filterset_class, option.url) == option.count, (
                        facet.name,
                        option,
                    )
            transaction.set_rollback(True)

    counts_are_right()


@pytest.mark.parametrize("filterset_class", LISTS)
def test_what_is_chosen_stays_in_sight_and_what_is_left_out_gives_nothing(
    filterset_class,
):
    _queryset, known = LISTS[filterset_class]

    @patient
    @given(mechanisms=registries, parameters=chosen_from(known))
    def options_are_complete(mechanisms, parameters):
        with transaction.atomic():
            make_registry(mechanisms)
            filterset = asked(filterset_class, parameters)
            assert filterset.is_valid()
            question = filterset.question("/list/")

            for facet in filterset.facets(question):
                listed = {option.value for option in facet.options}
                chosen = set(parameters.get(facet.name, []))
                assert chosen <= listed
                assert chosen == {o.value for o in facet.options if o.selected}
                for hidden in set(known.get(facet.name, [])) - listed:
                    kept = chosen if facet.combine == "all" else []
                    url = question.having(facet.name, *kept, hidden).url
                    assert followed(filterset_class, url) == 0
            transaction.set_rollback(True)

    options_are_complete()


def public(facts):
    return [fact for fact in facts if fact["is_public"]]


# What each filter of the list of mechanisms means, said once more in plain Python.
MEANINGS = {
    "region": lambda said, values: set(values) & set(said["regions"]),
    "type": lambda said, values: said["type"] in values,
    "status": lambda said, values: said["status"] in values,
    "state": lambda said, values: (
        set(values)
        <= {
            iso3
            for iso3, seat in said["seats"].items()
            if seat["is_public"] and seat["is_current"]
        }
    ),
    "theme": lambda said, values: set(values) & set(said["themes"]),
    "partner": lambda said, values: (
        set(values) & {one["category"] for one in public(said["partnerships"])}
    ),
    "level": lambda said, values: (
        set(values) & {one["level"] for one in public(said["contributions"])}
    ),
    "objective": lambda said, values: (
        set(values)
        & {
            str(number)
            for one in public(said["contributions"])
            for number in one["gcm_objectives"]
        }
    ),
    "association": lambda said, values: said["association_coverage"] in values,
    "secretariat": lambda said, values: said["secretariat_coverage"] in values,
    "established_min": lambda said, values: (
        said["established"] and said["established"] >= int(values[-1])
    ),
}


def test_filters_keep_exactly_the_mechanisms_that_have_what_is_asked():
    @patient
    @given(mechanisms=registries, parameters=chosen_from(LISTS[MechanismFilter][1]))
    def results_are_right(mechanisms, parameters):
        with transaction.atomic():
            made = make_registry(mechanisms)

            found = asked(MechanismFilter, parameters).qs

            assert set(found.values_list("pk", flat=True)) == {
                pk
                for pk, said in made.items()
                if all(
                    MEANINGS[name](said, values)
                    for name, values in parameters.items()
                    if values
                )
            }
            transaction.set_rollback(True)

    results_are_right()


def test_an_association_is_found_by_its_organisation_or_by_why_there_is_none():
    sica = make_organisation(slug="sica")
    associated = make_draft(association_coverage="reported")
    make_partnership(associated, sica, role="formal_association")
    hidden = make_draft(association_coverage="reported")
    make_partnership(hidden, sica, role="formal_association", is_public=False)
    secretariat_only = make_draft(association_coverage="none")
    make_partnership(secretariat_only, sica, role="secretariat")
    for draft in (associated, hidden, secretariat_only):
        publish(draft)

    def found(*values):
        return set(asked(MechanismFilter, {"association": values}).qs)

    assert found("sica") == {associated}
    assert found("none") == {secretariat_only}
    assert found("sica", "none") == {associated, secretariat_only}


IN_THE_DATABASE = {
    MechanismFilter: {
        "region": "regions__slug",
        "type": "type",
        "status": "status",
        "state": lambda: Membership.objects.published().counted(),
        "theme": lambda: ThemeFocus.objects.published(),
        "partner": lambda: Partnership.objects.published(),
        "level": lambda: Contribution.objects.published(),
        "objective": lambda: Contribution.objects.published(),
        "association": "association_coverage",
        "secretariat": "secretariat_coverage",
    },
    ContributionFilter: {
        "level": "level",
        "kind": "kind",
        "status": "status",
        "state": "states__iso3",
        "theme": "themes__slug",
        "objective": "gcm_objectives__number",
    },
    StateFilter: {
        "kind": "kind",
        "own_region": "own_region",
        "role": lambda: Membership.objects.published().counted(),
        "region": lambda: Membership.objects.published().counted(),
    },
    PartnerFilter: {
        "category": lambda: Partnership.objects.published(),
        "role": lambda: Partnership.objects.published(),
        "type": "type",
    },
}
"""Where a facet's values stand: at a path from the record, or in rows that name it."""

IN_ROWS = {
    "state": ("state__iso3", "profile"),
    "theme": ("theme__slug", "profile"),
    "partner": ("category", "profile"),
    "level": ("level", "profile"),
    "objective": ("gcm_objectives__number", "profile"),
    "category": ("category", "organisation"),
    "role": ("role", None),
    "region": ("profile__regions__slug", "state"),
}


def answered_by_the_database(filterset_class, name, value):
    where = IN_THE_DATABASE[filterset_class][name]
    queryset, _values = LISTS[filterset_class]
    if isinstance(where, str):
        found = queryset().filter(**{where: value})
    else:
        path, key = IN_ROWS[name]
        key = (
            key
            or {StateFilter: "state", PartnerFilter: "organisation"}[filterset_class]
        )
        rows = where().filter(**{path: value})
        found = queryset().filter(pk__in=rows.values(key))
    return set(found.values_list("pk", flat=True))


@pytest.mark.parametrize("filterset_class", LISTS)
def test_bits_of_a_question_are_what_the_database_answers(filterset_class):
    queryset, known = LISTS[filterset_class]
    asked_of_both = {
        name: values
        for name, values in known.items()
        if name in IN_THE_DATABASE[filterset_class]
    }

    @patient
    @given(mechanisms=registries, parameters=chosen_from(asked_of_both))
    def bits_are_right(mechanisms, parameters):
        with transaction.atomic():
            make_registry(mechanisms)
            filterset = asked(filterset_class, parameters)
            assert filterset.is_valid()

            expected = set(queryset().values_list("pk", flat=True))
            for name, values in parameters.items():
                answers = [
                    answered_by_the_database(filterset_class, name, value)
                    for value in values
                ]
                if answers:
                    all_of_them = filterset.filters[name].combine == "all"
                    combine = set.intersection if all_of_them else set.union
                    expected &= combine(*answers)

            bits = filterset.bits(filterset.form.cleaned_data)
            assert set(filterset.index.keys(bits)) == expected
            assert filterset.number == len(expected)
            transaction.set_rollback(True)

    bits_are_right()


def test_index_is_made_once_a_revision_and_day(monkeypatch, django_assert_num_queries):
    publish(make_draft(regions=[make_region("africa").slug]))

    def facets(revision):
        queryset = Profile.objects.published().with_member_count()
        filterset = MechanismFilter(QueryDict(), queryset=queryset, revision=revision)
        assert filterset.is_valid()
        return filterset.facets(filterset.question("/list/"))

    first = facets("1-a")
    with django_assert_num_queries(0):
        assert facets("1-a") == first
    publish(make_draft(regions=["africa"]))

    counts = [
        {one.name: [o.count for o in one.options] for one in facets(revision)}["region"]
        for revision in ("1-a", "2-b")
    ]

    assert counts == [[1], [2]]
    monkeypatch.setattr(
        "profiles.list_index.timezone.localdate", lambda: date(2100, 1, 1)
    )
    (age,) = [one for one in facets("2-b") if one.name == "age"]
    assert all(option.value != "recent" for option in age.options)
