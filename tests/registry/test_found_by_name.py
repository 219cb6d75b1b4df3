"""Addresses that name a record or a value as people call it."""

from urllib.parse import quote

import pytest
from django.db import connection

from profiles import editions
from tests import factories as make
from tests.registry.nasty_requests import NASTY

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry():
    make.make_gcm_objective(10)
    costa_rica = make.make_state(
        "CRI", iso2="CR", name_en="Costa Rica", name_ar="كوستاريكا"
    )
    ivory_coast = make.make_state("CIV", iso2="CI", name_en="Côte d’Ivoire")
    make.make_state("KOR", iso2="KR", name_en="Republic of Korea")
    make.make_state("PRK", iso2="KP", name_en="Democratic People’s Republic of Korea")
    unhcr = make.make_organisation(
        slug="unhcr", name_en="High Commissioner for Refugees", acronym="UNHCR"
    )
    rcm = make.make_draft(
        make.make_mechanism(slug="rcm"),
        name="Regional Conference on Migration",
        acronym="RCM",
        acronym_es="CRM",
        regions=["americas"],
    )
    make.make_other_name(rcm, "Puebla Process")
    make.make_membership(rcm, costa_rica)
    make.make_membership(rcm, ivory_coast)
    make.make_partnership(rcm, unhcr, role="secretariat")
    make.make_theme_focus(
        rcm, make.make_theme("counter-trafficking", name_en="Counter-trafficking")
    )
    make.make_contribution(rcm, title="Accord", year=2016)
    make.publish(rcm)
    make.make_profile(
        make.make_mechanism(slug="5-5"), name="Forum of the West", acronym="5+5"
    )
    for slug in ("one", "two"):
        make.make_profile(
            make.make_mechanism(slug=slug), name=f"Dialogue {slug}", acronym="DIA"
        )


NAMES = [
    ("/mechanisms/RCM/", "/mechanisms/rcm/"),
    ("/mechanisms/Rcm/", "/mechanisms/rcm/"),
    ("/mechanisms/ rcm /", "/mechanisms/rcm/"),
    ("/mechanisms/R.C.M./", "/mechanisms/rcm/"),
    ("/mechanisms/ＲＣＭ/", "/mechanisms/rcm/"),
    ("/mechanisms/CRM/", "/mechanisms/rcm/"),
    ("/mechanisms/puebla-process/", "/mechanisms/rcm/"),
    ("/mechanisms/Puebla Process/", "/mechanisms/rcm/"),
    ("/mechanisms/PUEBLA_PROCESS/", "/mechanisms/rcm/"),
    ("/mechanisms/5+5/", "/mechanisms/5-5/"),
    ("/mechanisms/RCM/editions/", "/mechanisms/rcm/editions/"),
    ("/mechanisms/RCM/editions/1/", "/mechanisms/rcm/editions/1/"),
    ("/partners/UNHCR/", "/partners/unhcr/"),
    ("/partners/HCR/", "/partners/unhcr/"),
    ("/states/costa-rica/", "/states/cri/"),
    ("/states/Costa Rica/", "/states/cri/"),
    ("/states/كوستاريكا/", "/states/cri/"),
    ("/states/CR/", "/states/cri/"),
    ("/states/CRI/", "/states/cri/"),
    ("/states/Cri/", "/states/cri/"),
    ("/states/cote-d-ivoire/", "/states/civ/"),
    ("/states/Co\u0302te d'Ivoire/", "/states/civ/"),
    ("/states/ivory-coast/", "/states/civ/"),
    ("/themes/human-trafficking/", "/themes/counter-trafficking/"),
    ("/themes/TIP/", "/themes/counter-trafficking/"),
]

NEARLY = [
    ("/en/", "/"),
    ("/en/states/cri/", "/states/cri/"),
    ("/EN/States/cri/", "/states/cri/"),
    ("/States/cri/", "/states/cri/"),
    ("/STATES/cri", "/states/cri/"),
    ("/state/cri/", "/states/cri/"),
    ("/theme/counter-trafficking", "/themes/counter-trafficking/"),
    ("/states//cri/", "/states/cri/"),
    ("/Mechanisms/?region=africa", "/mechanisms/?region=africa"),
]


@pytest.mark.parametrize(("asked", "page"), NEARLY)
def test_an_address_that_is_nearly_one_leads_to_it(client, registry, asked, page):
    answer = client.get(asked)

    assert (answer.status_code, answer.headers["Location"]) == (301, page)


def test_an_address_nearly_that_of_a_list_and_of_another_name_leads_to_the_page(
    client, registry
):
    answer = client.get("/State/costa%20rica", follow=True)

    assert answer.redirect_chain[-1] == ("/states/cri/", 301)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        *("/nothing/", "/Admin/", "/en/admin/", "/Accounts/login/", "/en/nothing/"),
        *("/fr/states/cri/", "/states/cri/nothing/", "/index.html"),
        *("/en//evil.example/", "/%2f%2fevil.example/", "/states%00/"),
    ],
)
def test_what_is_nearly_nothing_public_is_not_found(client, registry, asked):
    assert client.get(asked).status_code == 404


def test_a_form_sent_to_what_is_nearly_an_address_is_not_led_elsewhere(client):
    assert client.post("/States/").status_code == 404


@pytest.mark.no_cover
@pytest.mark.parametrize(("asked", "page"), NAMES)
def test_other_names_lead_to_the_page_by_one_permanent_redirect(
    client, registry, asked, page
):
    answer = client.get(quote(asked), follow=True)

    assert answer.redirect_chain == [(page, 301)]
    assert answer.status_code == 200


def test_name_leads_to_the_page_in_its_language(client, registry, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]

    assert client.get("/fr/states/CR/").headers["Location"] == "/fr/states/cri/"


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("/states/korea/", ["/states/kor/", "/states/prk/"]),
        ("/mechanisms/DIA/", ["/mechanisms/one/", "/mechanisms/two/"]),
        ("/mechanisms/dialogue/", ["/mechanisms/one/", "/mechanisms/two/"]),
    ],
)
def test_name_of_several_is_not_guessed(client, registry, asked, offered):
    answer = client.get(asked)

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "private, no-store"
    for address in offered:
        assert f'href="{address}"' in answer.text
    assert answer.text.count('href="/states/') <= 2 + len(offered)


def test_names_of_what_is_not_public_lead_nowhere(client, registry):
    draft = make.make_draft(
        make.make_mechanism(slug="hidden"), name="Zanzibar Process", acronym="ZAN"
    )
    organisation = make.make_organisation(slug="quiet", acronym="QUI")
    make.make_partnership(draft, organisation)
    state = make.make_state("CRI")
    make.make_membership(make.make_draft(), make.make_state("AAA", name_en="Aland"))
    make.make_state("AAA").aliases.create(name="Secretia")
    rcm = make.make_mechanism(slug="later")
    published = make.make_profile(rcm, name="Alpha")
    private = editions.open_draft(rcm)
    make.make_other_name(private, "Quixotic Process", is_public=False)
    make.publish(private)
    assert published.pk
    assert state.pk

    for asked in ("mechanisms/ZAN", "mechanisms/zanzibar-process", "partners/QUI"):
        answer = client.get(f"/{asked}/")
        assert answer.status_code == 404, asked
        assert "What may be meant" not in answer.text
    assert client.get("/states/secretia/").status_code == 404
    assert client.get("/mechanisms/quixotic-process/").status_code == 404
    assert client.get("/mechanisms/?state=secretia").status_code == 400


@pytest.mark.parametrize("list_", ["mechanisms", "states", "partners", "themes"])
def test_no_text_in_an_address_makes_a_page_fail(client, registry, list_):
    for text in NASTY:
        if "/" not in text and text.strip(". "):
            answer = client.get(f"/{list_}/{quote(text[:2000])}/")
            assert answer.status_code in (301, 404), text[:20]


VALUES = [
    ("/mechanisms/?state=cri,ivory coast", "/mechanisms/?state=CRI&state=CIV"),
    ("/mechanisms/?status=Active, closed", "/mechanisms/?status=active&status=ended"),
    ("/mechanisms/?state=cri", "/mechanisms/?state=CRI"),
    ("/mechanisms/?state=CR", "/mechanisms/?state=CRI"),
    ("/mechanisms/?state= CRI", "/mechanisms/?state=CRI"),
    ("/mechanisms/?state=ivory coast", "/mechanisms/?state=CIV"),
    (
        "/mechanisms/?q=x&state=costa rica&state=CIV",
        "/mechanisms/?q=x&state=CRI&state=CIV",
    ),
    ("/mechanisms/?state=cri&state=CRI", "/mechanisms/?state=CRI"),
    ("/mechanisms/?region=Americas", "/mechanisms/?region=americas"),
    (
        "/mechanisms/?region=the Americas&status=ACTIVE",
        "/mechanisms/?region=americas&status=active",
    ),
    ("/mechanisms/?theme=TIP", "/mechanisms/?theme=counter-trafficking"),
    ("/mechanisms/?secretariat=UNHCR", "/mechanisms/?secretariat=unhcr"),
    ("/mechanisms/?secretariat=Not reported", "/mechanisms/?secretariat=not_reported"),
    ("/mechanisms/?objective=GCM 10", "/mechanisms/?objective=10"),
    ("/mechanisms/?partner=NGO", "/mechanisms/?partner=civil_society"),
    ("/mechanisms/?type=RCP", "/mechanisms/?type=regional"),
    ("/contributions/?mechanism=RCM", "/contributions/?mechanism=rcm"),
    ("/contributions/?year= 2016", "/contributions/?year=2016"),
    ("/states/?own_region=Africa", "/states/?own_region=africa"),
    ("/partners/?category=Civil society", "/partners/?category=civil_society"),
]


@pytest.mark.no_cover
@pytest.mark.parametrize(("asked", "page"), VALUES)
def test_values_by_other_names_lead_to_the_one_address(client, registry, asked, page):
    path, _, query = asked.partition("?")

    answer = client.get(f"{path}?{quote(query, safe='=&')}", follow=True)

    assert [(url.replace("%20", "+"), s) for url, s in answer.redirect_chain] == [
        (page, 301)
    ]
    assert answer.status_code == 200
    again = client.get(f"{path}?{quote(query, safe='=&')}")
    assert again.headers["Location"] == page, "asked twice, it means the same"


def test_value_of_several_is_an_error_that_offers_them(client, registry):
    answer = client.get("/mechanisms/?state=korea&region=Americas", follow=True)

    assert answer.redirect_chain == [("/mechanisms/?state=korea&region=americas", 301)]
    assert answer.status_code == 400
    assert "“korea” is neither a code" in answer.text
    for code in ("KOR", "PRK"):
        assert f'href="?region=americas&amp;state={code}"' in answer.text


def test_value_that_nobody_knows_is_an_error(client, registry):
    for query in (
        "state=atlantis",
        "region=atlantis",
        "state=%00",
        "objective=-1",
        "year=20160",
    ):
        address = "contributions" if "year" in query else "mechanisms"
        assert client.get(f"/{address}/?{query}").status_code == 400, query


def test_known_values_cost_no_more_than_before(
    client, registry, django_assert_max_num_queries
):
    client.get("/mechanisms/?region=americas")
    with django_assert_max_num_queries(1):
        client.get("/mechanisms/?region=americas")
    assert connection.queries_limit


# --- States without a role ----------------------------------------------------


def test_state_without_a_role_has_a_page_that_says_so(client, registry):
    page = client.get("/states/kor/")

    assert page.status_code == 200
    assert "It takes part in none on record." in page.text
    assert client.get("/mechanisms/?state=KOR").status_code == 200
    assert "It takes part in none on record" not in client.get("/states/cri/").text


def test_state_without_a_role_is_found_wherever_a_state_is_looked_for(client, registry):
    assert "Republic of Korea" in client.get("/search/?q=KOR").text
    listed = client.get("/states/").text
    assert 'href="/states/kor/"' in listed
    assert "2 States and territories" in listed

    asked = client.get("/states/?q=Republic+of+Korea").text
    assert 'href="/states/kor/"' in asked
    assert 'href="/states/prk/"' in asked
    assert "Take part in none today" not in client.get("/states/?q=costa").text
    assert "Take part in none today" not in client.get("/states/?kind=state").text


def test_states_are_filtered_by_their_own_region_beside_that_of_the_mechanism(client):
    draft = make.make_draft(regions=["europe-central-asia"])
    kenya = make.make_state("KEN", name_en="Kenya", subregion="Eastern Africa")
    spain = make.make_state("ESP", name_en="Spain", subregion="Southern Europe")
    for state in (kenya, spain):
        make.make_membership(draft, state)
    make.publish(draft)

    own = client.get("/states/?own_region=africa").text
    assert "1 State or territory" in own
    assert 'href="/states/ken/"' in own
    assert 'href="/states/esp/"' not in own
    assert "Region of the State (UN M49)" in own
    assert "Region of the mechanism" in own
    assert (
        "2 States and territories"
        in client.get("/states/?region=europe-central-asia").text
    )


def test_every_subregion_on_record_lies_in_one_region():
    import csv

    from profiles.vocabularies import M49Region
    from tests.serving import ROOT

    regions = [name for region in M49Region for name in region.subregions]
    with (ROOT / "fixtures" / "registry" / "states.csv").open() as file:
        named = {row["subregion"] for row in csv.DictReader(file)} - {""}

    assert len(regions) == len(set(regions))
    assert named - {"Antarctica"} <= set(regions)


# --- Boxes of facets ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("ivory", "state", ["CIV"]),
        ("CR", "state", ["CRI"]),
        ("puebla", "mechanism", ["rcm"]),
        ("TIP", "theme", ["counter-trafficking"]),
        ("HCR", "organisation", ["unhcr"]),
        ("zzz", "state", []),
        ("", "state", []),
    ],
)
def test_box_of_a_facet_finds_by_any_name(client, registry, text, kind, found):
    answer = client.get("/search/options/", {"q": text, "kind": kind})

    assert answer.json() == {"keys": found}
    assert answer.headers["ETag"]


@pytest.mark.parametrize(
    "asked", [{"kind": "meeting"}, {"kind": "state", "q": "a" * 501}]
)
def test_box_asks_for_a_kind_that_has_names(client, asked):
    assert client.get("/search/options/", asked).status_code == 400
