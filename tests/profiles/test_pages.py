"""Pages of States and themes, and the list of a mechanism's editions."""

import re

import pytest

from profiles import editions
from profiles.alphabetical import name_key
from profiles.models import StateAlias
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_gcm_objective,
    make_mechanism,
    make_meeting,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_source,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db


def read(client, address, status=200):
    """The text of a page as readers see it: without tags, spaces drawn together."""
    response = client.get(address)
    assert response.status_code == status, address
    without_tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", without_tags)


# --- States ---


def make_mechanism_of(*states, **fields):
    """Return the published edition of a mechanism in which the States are members."""
    draft = make_draft(**fields)
    for iso3 in states:
        make_membership(draft, iso3)
    return publish(draft)


def test_number_of_queries_does_not_grow_with_the_facts_of_a_state(
    client, django_assert_num_queries
):
    queries = (
        2  # the revision, before and after drawing
        + 1  # the State
        + 1  # its aliases
        + 2  # its seats, and those on the page with mechanisms and sources
        + 2  # the chairs it held: their number, and those on the page
        + 2  # contributions that name it, likewise
        + 2  # meetings held there, likewise
        + 3  # mechanisms, who takes part in which, and States: once a revision
        + 1  # the assessments that its sources came of
        + 1  # the public files of its sources
        + 1  # the latest publication, once a revision
    )
    for times in (1, 30):
        state = make_state()
        for _n in range(times):
            draft = make_draft()
            make_membership(draft, state, source=make_source())
            make_membership(draft, state, is_current=False)
            make_membership(draft)
            make_chairing(draft, state=state)
            make_contribution(draft, states=[state.iso3])
            make_meeting(draft, state=state)
            publish(draft)
        with django_assert_num_queries(queries):
            text = read(client, state.get_absolute_url())
        assert f" {times} mechanism" in text


def test_lists_of_a_state_come_in_pages_that_hold_all_of_them(client):
    state = make_state("CRI")
    for number in range(30):
        draft = make_draft(name=f"Process {number:02}")
        make_membership(draft, state)
        make_contribution(draft, title=f"Law {number:02}", states=["CRI"])
        publish(draft)

    answers = [
        client.get(f"/states/cri/{query}")
        for query in ("", "?mechanisms_page=2", "?contributions_page=2")
    ]

    first, second, laws = [answer.text for answer in answers]
    assert "1–25 of 30" in first
    assert "26–30 of 30" in second
    assert 'href="/states/cri/?mechanisms_page=2#mechanisms"' in first
    assert 'href="/states/cri/#mechanisms"' in second
    assert 'aria-label="Pages of “Where it takes part”"' in first
    seats = [seat for answer in answers[:2] for seat in answer.context["seats"]]
    assert [seat.profile.name for seat in seats] == [
        f"Process {number:02}" for number in range(30)
    ]
    named = [law for answer in answers[::2] for law in answer.context["contributions"]]
    assert [law.title for law in named] == [f"Law {number:02}" for number in range(30)]
    for page in (first, second, laws):
        assert len(re.findall(r"<strong>30</strong>", page)) == 2


@pytest.mark.parametrize("number", ["3", "0", "-1", "1.5", "٢", "x", "9" * 400])
@pytest.mark.parametrize(
    "address", ["/states/cri/", "/themes/health/", "/partners/iom/"]
)
def test_page_of_a_list_that_does_not_exist_is_not_found(client, address, number):
    draft = make_draft()
    make_membership(draft, "CRI")
    make_theme_focus(draft, "health")
    make_partnership(draft, make_organisation(slug="iom"))
    publish(draft)

    answer = client.get(address, {"mechanisms_page": number})

    assert answer.status_code == 404
    assert client.get(address, {"mechanisms_page": ""}).status_code == 200


def test_state_page_tells_seats_chairs_contributions_and_meetings(client):
    draft = make_draft(name="Regional Conference", acronym="RCM")
    make_membership(
        draft,
        "CRI",
        since="1996",
        certainty="inferred",
        note="As a founder.",
        source=make_source(title="The founding text"),
    )
    make_chairing(draft, state=make_state("CRI"), since="2001", until="2002")
    make_contribution(draft, title="A law on trafficking", states=["CRI"], year=2010)
    make_meeting(draft, title="Second meeting", state=make_state("CRI"), date="2003-05")
    publish(draft)

    text = read(client, "/states/cri/")

    for words in (
        "Regional Conference RCM",
        "since 1996",
        "Inferred from the source",
        "As a founder.",
        "The founding text",
        "2001–2002",
        "A law on trafficking",
        "2010",
        "Second meeting",
        "May 2003",
    ):
        assert words in text, words


def test_number_of_shared_mechanisms_is_that_of_the_list_behind_it(client):
    make_mechanism_of("CRI", "PAN", "MEX")
    make_mechanism_of("CRI", "PAN")
    make_mechanism_of("PAN", "MEX")
    former = make_draft()
    make_membership(former, "CRI")
    make_membership(former, "MEX", is_current=False)
    make_membership(former, "PAN", is_public=False)
    publish(former)

    response = client.get("/states/cri/")

    shared = {s.iso3: number for s, number in response.context["companions"]}
    assert shared == {"PAN": 2, "MEX": 1}
    page = response.content.decode()
    for iso3, number in shared.items():
        link = f"/mechanisms/?state=CRI&amp;state={iso3}"
        assert re.search(rf'href="{re.escape(link)}">\s*{number}<', page)
        listed = client.get(link.replace("&amp;", "&"))
        assert len(listed.context["page_obj"].object_list) == number


def test_number_of_contributions_and_mechanisms_is_that_of_the_lists_behind(client):
    for n in range(3):
        draft = make_draft()
        make_membership(draft, "CRI", role="observer" if n else "member")
        make_contribution(draft, states=["CRI"])
        make_contribution(draft, states=["PAN"])
        publish(draft)

    page = client.get("/states/cri/").content.decode()

    for link in ("/mechanisms/?state=CRI", "/contributions/?state=CRI"):
        assert re.search(rf'href="{re.escape(link)}"><strong>3</strong>', page)
        assert len(client.get(link).context["page_obj"].object_list) == 3


def test_companions_with_equal_numbers_stand_in_the_order_of_names(client):
    for iso3, name in {"HRV": "Croatia", "CIV": "Côte d’Ivoire"}.items():
        make_state(iso3, name_en=name)
    make_mechanism_of("CRI", "HRV", "CIV")

    companions = client.get("/states/cri/").context["companions"]

    assert [s.iso3 for s, _number in companions] == ["CIV", "HRV"]


def test_earlier_roles_stand_apart_from_those_held_now(client):
    draft = make_draft(name="Left Process")
    make_membership(draft, "CRI", is_current=False, until="2004")
    publish(draft)

    text = read(client, "/states/cri/")

    assert "No published profile names it as taking part today." in text
    assert re.search(r"Earlier roles .*Left Process .*until 2004", text)


def test_remark_that_belongs_to_the_name_stands_on_the_page(client):
    make_state("XKX", name_en="Kosovo", note="As in resolution 1244 (1999).")
    make_mechanism_of("XKX")
    StateAlias.objects.create(state=make_state("XKX"), name="Another spelling")

    text = read(client, "/states/xkx/")

    assert "As in resolution 1244 (1999)." in text
    assert "Another spelling" in text


def test_state_that_only_drafts_and_hidden_facts_name_takes_part_in_none(client):
    make_membership(make_draft(), "CRI")
    hidden = make_draft()
    make_membership(hidden, "PAN", is_public=False)
    make_contribution(hidden, states=["PAN"], is_public=False)
    publish(hidden)
    make_state("MEX")

    nobody = read(client, "/states/mex/").replace("MEX", "").replace("mex", "")
    assert "It takes part in none on record." in nobody
    for code in ("CRI", "PAN"):
        make_state(code).aliases.create(name=f"Alias of {code}")
        page = read(client, f"/states/{code.lower()}/")
        assert "Alias" not in page
        assert page.count("<table") == nobody.count("<table") == 0
        assert page.count("<li") == nobody.count("<li")
    for code in ("zzz", "nowhere"):
        read(client, f"/states/{code}/", status=404)


def test_state_named_by_a_contribution_alone_has_a_page(client):
    draft = make_draft()
    make_contribution(draft, title="A visa agreement", states=["CRI"])
    publish(draft)

    assert "A visa agreement" in read(client, "/states/cri/")


def test_code_in_capitals_leads_to_the_one_address(client):
    make_mechanism_of("CRI")

    response = client.get("/states/CRI/")

    assert response.status_code == 301
    assert response["Location"] == "/states/cri/"


# --- Themes ---


def test_number_of_queries_does_not_grow_with_the_mechanisms_on_a_theme(
    client, django_assert_num_queries
):
    queries = (
        2  # the revision, before and after drawing
        + 1  # the theme
        + 1  # the GCM objectives that it suggests
        + 2  # mechanisms that have it in focus, and those on the page
        + 2  # contributions: their number, and those on the page
        + 1  # the assessments that its sources came of
        + 1  # the public files of its sources
        + 1  # the latest publication, once a revision
    )
    for times in (1, 30):
        theme = make_theme()
        theme.gcm_objectives.set(
            [make_gcm_objective(n + 1) for n in range(min(times, 23))]
        )
        for _n in range(times):
            draft = make_draft()
            make_theme_focus(draft, theme, source=make_source())
            make_contribution(draft, themes=[theme.slug], source=make_source())
            publish(draft)
        with django_assert_num_queries(queries):
            text = read(client, theme.get_absolute_url())
        assert f" {times} mechanism" in text


def test_what_a_mechanism_has_of_a_theme_stands_in_the_order_of_its_form(client):
    theme = make_theme("health")
    draft = make_draft()
    for position in (3, 1, 2):
        make_theme_focus(draft, theme, label=f"Words {position}", position=position)
    publish(draft)

    text = read(client, "/themes/health/")

    assert re.findall("Words .", text) == ["Words 1", "Words 2", "Words 3"]


def test_theme_page_keeps_the_words_of_each_source(client):
    theme = make_theme("counter-trafficking")
    theme.gcm_objectives.add(make_gcm_objective(10))
    draft = make_draft(name="Puebla Process")
    make_theme_focus(draft, theme, label="Trafficking in women", phase="initial")
    make_theme_focus(draft, theme, label="Trata de personas")
    make_contribution(draft, title="A protocol", themes=["counter-trafficking"])
    publish(draft)
    hidden = make_draft(name="Hidden Process")
    make_theme_focus(hidden, theme, is_public=False)
    publish(hidden)

    text = read(client, "/themes/counter-trafficking/")

    for words in (
        "10 Eradicate trafficking",
        "Puebla Process",
        "Trafficking in women",
        "At the start",
        "Trata de personas",
        "A protocol",
        " 1 mechanism ",
    ):
        assert words in text, words
    assert "Hidden Process" not in text


def test_mechanism_stands_once_on_a_theme_page_with_all_its_labels(client):
    for name in ("Almaty Process", "Puebla Process"):
        draft = make_draft(name=name)
        for label in ("Trafficking in women", "Trata de personas", "Trafficking"):
            make_theme_focus(draft, "counter-trafficking", label=label)
        publish(draft)

    page = client.get("/themes/counter-trafficking/").content.decode()

    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    assert [row.count("<q>") for row in rows] == [3, 3]
    listed = client.get("/mechanisms/?theme=counter-trafficking").context["total"]
    assert len(rows) == listed


def test_numbers_of_a_theme_are_those_of_the_lists_behind_them(client):
    for phase in ("current", "initial"):
        draft = make_draft()
        make_theme_focus(draft, "borders", phase=phase)
        make_contribution(draft, themes=["borders"])
        publish(draft)
    make_profile()

    page = client.get("/themes/borders/").content.decode()

    for link in ("/mechanisms/?theme=borders", "/contributions/?theme=borders"):
        number = re.search(rf'href="{re.escape(link)}"><strong>(\d+)</strong>', page)
        assert number is not None
        listed = client.get(link).context["page_obj"].object_list
        assert len(listed) == int(number[1]) > 0


def test_theme_that_no_published_fact_names_is_not_found(client):
    make_theme_focus(make_draft(), "borders")
    make_theme("unused")

    for slug in ("borders", "unused", "unknown"):
        read(client, f"/themes/{slug}/", status=404)


# --- The list of editions ---


def test_editions_are_listed_with_their_dates_the_latest_first(
    client, django_assert_num_queries
):
    queries = (
        2  # the revision, before and after drawing
        + 1  # the editions, with their mechanism
        + 1  # 'as of', in the footer
    )
    first = make_profile(name="First name", as_of="2019-04")
    second = editions.open_draft(first.mechanism)
    second.name_en = "Second name"
    second.save()
    publish(second)
    editions.open_draft(first.mechanism)

    with django_assert_num_queries(queries):
        text = read(client, f"{first.mechanism.get_absolute_url()}editions/")

    assert re.search(r"Edition 2 Published .*Edition 1 Superseded .*April 2019", text)
    assert "First name" in text
    assert "Edition 3" not in text
    assert "Draft" not in text


def test_withdrawn_edition_is_named_in_the_list_but_not_what_it_said(client):
    first = make_profile(name="First name")
    second = editions.open_draft(first.mechanism)
    second.name_en = "Wrong name"
    second.save()
    publish(second)
    editions.withdraw(second, reason="Wrong.")

    text = read(client, f"{first.mechanism.get_absolute_url()}editions/")

    assert "Edition 2 Withdrawn" in text
    assert "Wrong name" not in text
    assert second.get_edition_url() not in text


def test_editions_of_a_withdrawn_mechanism_are_gone_and_of_a_draft_unknown(client):
    gone, draft, empty = make_profile(), make_draft(), make_mechanism()
    editions.withdraw(gone, reason="Wrong.")

    read(client, f"{gone.mechanism.get_absolute_url()}editions/", status=410)
    read(client, f"{draft.mechanism.get_absolute_url()}editions/", status=404)
    read(client, f"{empty.get_absolute_url()}editions/", status=404)


# --- Order of names ---


def test_accents_and_capitals_do_not_matter_to_the_order_of_names():
    names = ["Zambia", "Åland Islands", "eSwatini", "Côte d’Ivoire", "Croatia"]

    assert sorted(names, key=name_key) == [
        "Åland Islands",
        "Côte d’Ivoire",
        "Croatia",
        "eSwatini",
        "Zambia",
    ]
