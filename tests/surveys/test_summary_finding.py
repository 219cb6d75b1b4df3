import pytest
from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings

from profiles.models import Theme
from surveys.names import Names
from surveys.summaries.finding import Finder
from surveys.summaries.matching import Mentions
from surveys.summaries.phrases import dates
from surveys.summaries.reading import sheet_of
from tests.factories import (
    make_draft,
    make_organisation,
    make_state,
    make_theme,
    make_theme_focus,
)
from tests.surveys.sheets import (
    HEADINGS,
    SHEET,
    as_text,
    by_kind,
    find,
    make_records,
    open_document_table,
    word_table,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def found():
    """Everything found in the invented sheet, by kind."""
    make_draft(make_records(), acronym_en="LDM")
    return by_kind(as_text())


def test_states_are_found_with_the_role_that_the_words_give_them(found):
    assert [each.fields for each in found["profiles.membership"]] == [
        {"state": "DRL", "role": "member", "since": "2011"},
        {"state": "ERL", "role": "observer"},
        {"state": "FRL", "role": "prospective_observer"},
    ]


def test_states_concerned_stand_with_their_contribution(found):
    laws, training, policy = (each.fields for each in found["profiles.contribution"])
    assert laws["states"] == ["ARL", "BRL", "CRL"]
    assert (laws["level"], laws["kind"]) == ("national", "legislation")
    assert "states" not in training
    assert policy["title"] == "Joint Policy on Lake Passes (JPLP)"
    assert (policy["level"], policy["kind"], policy["year"]) == (
        *("regional", "policy"),
        2009,
    )


def test_organisations_are_found_as_what_the_sheet_files_them(found):
    partners = [each.fields for each in found["partnerships.partnership"]]
    assert [(p["organisation"], p["role"], p["category"]) for p in partners] == [
        ("uos", "formal_association", "regional_union"),
        ("uos", "secretariat", "regional_union"),
        ("ofl", "secretariat", "igo_un"),
        ("nof", "prospective_observer", "civil_society"),
        ("ofl", "partner", "igo_un"),
        ("bos", "partner", "igo_other"),
        ("wof", "partner", "igo_other"),
        ("nof", "partner", "civil_society"),
        ("nof", "partner", "private_sector"),
        ("boatco", "partner", "private_sector"),
        ("lc", "partner", "academia"),
    ]
    arrangements = [p["arrangement"] for p in partners if "arrangement" in p]
    assert arrangements == ["permanent", "technical"]
    assert partners[5]["topic"] == "Loans for boats"
    assert partners[6]["regularity"] == "occasional"


def test_other_mechanisms_are_found_and_the_sheets_own_is_not(found):
    links = [each.fields for each in found["partnerships.mechanismlink"]]
    assert links == [
        {"other": "river-talks", "kind": "cooperation", "topic": "River ports"},
        {"other": "hill-process", "kind": "cooperation"},
    ]


def test_documents_are_found_with_their_date_and_kind(found):
    charter, workplan = (each.fields for each in found["profiles.guidingdocument"])
    assert charter == {
        "kind": "strategy",
        "title": "Charter for a Shared Lake of the Five Shores",
        "adopted": "2003-03",
        "adopted_by": "The Council of Ministers",
    }
    assert workplan == {
        "kind": "workplan",
        "title": "Workplan adopted in May 2016",
        "adopted": "2016-05",
        "monitoring": "It is monitored once a year.",
    }


def test_the_year_the_themes_and_their_change_are_found(found):
    fields = {}
    for each in found["profile"]:
        fields |= each.fields
    assert fields == {
        "established": 1994,
        "thematic_change": "shifted",
        "thematic_change_driver": "Falling water levels",
    }
    assert [
        (each.fields["theme"], each.fields["phase"])
        for each in found["profiles.themefocus"]
    ] == [("borders", "initial"), ("fishing", "current"), ("labour", "current")]


def test_every_finding_has_its_whole_sentence_and_the_words_in_it(found):
    text = " ".join(as_text().decode().replace("*", "").split())
    for each in (each for of_kind in found.values() for each in of_kind):
        assert each.sentence in text
        assert all(words in each.sentence for words in each.words), each.words


def test_the_cover_suggests_nothing(found):
    named = [
        each.fields.get("organisation") for each in found["partnerships.partnership"]
    ]
    assert named.count("bos") == 1


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Members are Arland, Borland and Corland.", "ARL BRL CRL member"),
        ("Its Member States include: Arland and Borland.", "ARL BRL member"),
        ("Observers include Erland.", "ERL observer"),
        ("LDM comprises Arland, Borland as well as Corland.", "ARL BRL CRL member"),
        ("Garland became a member in 2009.", "GRL member"),
        ("Garland was admitted as an observer.", "GRL observer"),
        ("Garland applied for membership.", "GRL prospective_member"),
        ("Garland has asked to become a member.", "GRL prospective_member"),
        ("Garland has observer status.", "GRL observer"),
        ("Garland joined LDM.", "GRL member"),
        ("Arland and Borland wish to become members.", "ARL BRL prospective_member"),
        ("The meeting took place in Garland.", ""),
        ("Garland pays for the meetings, whose members are few.", ""),
        ("LDM has eleven members.", ""),
        ("El miembro más nuevo se reúne en Garland.", ""),
        ("Garland se incorporó como miembro.", "GRL member"),
        ("Garland a rejoint le dialogue comme observateur.", "GRL observer"),
    ],
)
def test_roles_of_states_follow_the_words_around(text, roles):
    make_records()
    *states, role = roles.split() or [""]
    found = find("structure", text).get("profiles.membership", [])
    assert [(f["state"], f["role"]) for f in found] == [(iso3, role) for iso3 in states]


def test_a_state_that_left_is_no_member_any_more():
    make_records()
    (seat,) = find("structure", "Garland left LDM in 2012.")["profiles.membership"]
    assert seat == {"state": "GRL", "role": "member", "is_current": False}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The secretariat is hosted by UOS.", ("uos", "secretariat", "hosted")),
        ("UOS provides the secretariat.", ("uos", "secretariat", "")),
        ("OFL acts as secretariat ad interim.", ("ofl", "secretariat", "ad_interim")),
        ("LDM is part of the framework of UOS.", ("uos", "formal_association", "")),
        ("OFL pays for the meetings.", None),
        ("The secretariat of OFL is large.", None),
    ],
)
def test_secretariats_and_associations_follow_the_words_around(text, expected):
    make_records()
    found = find("structure", text).get("partnerships.partnership", [])
    got = [(f["organisation"], f["role"], f.get("arrangement", "")) for f in found]
    assert got == ([expected] if expected else [])


def test_a_mechanism_of_which_another_is_the_successor_is_linked_so():
    make_records()
    found = find("evolution", "LDM replaced River Talks.")
    (link,) = found["partnerships.mechanismlink"]
    assert link == {"other": "river-talks", "kind": "succession"}


def test_a_state_in_the_chair_is_suggested():
    make_records()
    found = find("structure", "LDM is chaired by Arland. Borland pays.")
    assert [f["state"] for f in found["profiles.chairing"]] == ["ARL"]
    found = find("structure", "The chair of UOS rotates and is held by Borland.")
    assert [f["state"] for f in found["profiles.chairing"]] == ["BRL"]


def test_those_of_an_organisation_are_not_the_organisation():
    make_records()
    found = find("partnerships", "LDM works with UOS agencies and WOF Member States.")
    assert found == {}


ODD_WORDS = ['"“”()/–.:;,', "Policy", "2009", "(UOS)", "99999", "s's"]
WORDS = sorted({*SHEET.split(), *ODD_WORDS})


@hypothesis_settings(
    max_examples=60,
)
@given(strategies.lists(strategies.sampled_from(WORDS), max_size=60))
def test_whatever_is_written_findings_stand_in_it(finder, words):
    text = " ".join(words)
    content = "\n\n".join(f"{heading} {text}" for heading in HEADINGS.values())
    sheet = sheet_of(content.encode())
    prose = " ".join(sheet.texts("regional").values())
    for each in finder.find(sheet, "regional"):
        assert each.sentence in prose
        assert all(words in each.sentence for words in each.words)


@pytest.fixture
def finder():
    make_records()
    return Finder(Names(), "lake-dialogue")


def test_a_list_that_lost_its_lines_suggests_nothing(finder):
    content = f"3. Salient structures\n\n{'Arland joined and ' * 300}."
    assert finder.find(sheet_of(content.encode()), "regional") == []


# --- Lists, tables, wishes and denials ---------------------------------------


def test_items_of_a_list_tell_chair_secretariat_members_and_observers():
    make_draft(make_records())
    found = find(
        "structure",
        "- Chair: Arland since 2017\n- Secretariat: OFL\n"
        "- Members: Arland, Borland,\n  Corland and Dorland\n- Observers: Erland\n",
    )

    assert found["profiles.chairing"] == [
        {"state": "ARL", "is_current": True, "since": "2017"}
    ]
    [secretariat] = found["partnerships.partnership"]
    assert (secretariat["organisation"], secretariat["role"]) == ("ofl", "secretariat")
    roles = [(m["state"], m["role"]) for m in found["profiles.membership"]]
    members = [(state, "member") for state in ("ARL", "BRL", "CRL", "DRL")]
    assert roles == [*members, ("ERL", "observer")]


@pytest.mark.parametrize(
    ("text", "chairs"),
    [
        ("Arland has chaired LDM since 2019.", [("ARL", True, "2019")]),
        ("Arland chaired LDM in 2012.", [("ARL", False, "2012")]),
        (
            "Two countries, Arland and Borland, co-chair LDM.",
            [("ARL", True, None), ("BRL", True, None)],
        ),
        ("The current chair is Arland.", [("ARL", True, None)]),
        ("The presidency was handed over to Arland.", [("ARL", True, None)]),
        ("La présidence est assurée par Arland.", [("ARL", True, None)]),
        ("Arland is the chair-in-office.", [("ARL", True, None)]),
        ("Arland has never chaired LDM.", []),
        ("Arland did not chair LDM.", []),
        ("Arland is a member of the steering group.", []),
    ],
)
def test_chairs_are_told_by_their_verbs(text, chairs):
    make_draft(make_records())
    found = find("structure", text).get("profiles.chairing", [])

    assert [(c["state"], c["is_current"], c.get("since")) for c in found] == chairs


@pytest.mark.parametrize(
    ("text", "chairs"),
    [
        (
            "Former chairs: Arland (2013-2015), Borland (2016-17) and Corland.",
            [
                ("ARL", False, "2013", "2015"),
                ("BRL", False, "2016", "2017"),
                ("CRL", False, None, None),
            ],
        ),
        (
            "Chair: Arland (2013-2015), Borland (2016-2017).",
            [("ARL", False, "2013", "2015"), ("BRL", True, "2016", "2017")],
        ),
        (
            "The Chair had been held by Arland from 1993 to 2005.",
            [("ARL", False, "1993", "2005")],
        ),
        ("The chair was held by Arland.", [("ARL", False, None, None)]),
        ("The chair was taken over by Arland.", [("ARL", True, None, None)]),
        (
            "Arland held the chair between 2010 and 2012, Borland from 2013 to 2015.",
            [("ARL", False, "2010", "2012"), ("BRL", False, "2013", "2015")],
        ),
        (
            "Arland took over the chair from Borland in 2019.",
            [("ARL", True, None, None), ("BRL", False, None, "2019")],
        ),
        ("Arland a assuré la présidence en 2018.", [("ARL", False, "2018", None)]),
        (
            (
                "La présidence tourne : Arland l'exerce depuis 2019, après Borland "
                "(2018) et Corland (2017)."
            ),
            [
                ("ARL", True, "2019", None),
                ("BRL", False, "2018", None),
                ("CRL", False, "2017", None),
            ],
        ),
        (
            "La présidence est confiée à Arland ; auparavant, elle allait à Borland.",
            [("ARL", True, None, None), ("BRL", False, None, None)],
        ),
        (
            "Arland ejerció la presidencia hasta 2016.",
            [("ARL", False, None, "2016")],
        ),
    ],
)
def test_former_chairs_are_not_current_and_have_their_years(text, chairs):
    make_draft(make_records())
    found = find("structure", text).get("profiles.chairing", [])

    said = [
        (c["state"], c["is_current"], c.get("since"), c.get("until")) for c in found
    ]
    assert said == chairs


def test_who_shares_the_chair_is_a_co_chair():
    make_draft(make_records())

    found = find("structure", "Arland has the chair; Borland acts as Co-Chair.")

    assert found["profiles.chairing"][-1]["role"] == "co_chair"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Arland would like to join as an observer.", "prospective_observer"),
        ("Arland wants to become a member.", "prospective_member"),
        ("Arland has applied for membership.", "prospective_member"),
        ("Arland is not a member.", None),
        ("Arland was never an observer.", None),
        ("Arland has not yet become a member.", None),
        ("Arland ceased to be a member in 2014.", "member"),
        ("LDM welcomed Arland as a new member.", "member"),
        ("Observer status was granted to Arland.", "observer"),
        ("Participating States are Arland and Borland.", "member"),
    ],
)
def test_wish_and_denial_are_no_membership(text, role):
    make_draft(make_records())
    found = find("structure", text).get("profiles.membership", [])

    of_arland = [m["role"] for m in found if m["state"] == "ARL"]
    assert of_arland == ([role] if role else [])
    if "ceased" in text:
        assert found[0]["is_current"] is False


@pytest.mark.parametrize(
    "text",
    [
        "LDM has no partnership with OFL.",
        "It never worked with OFL, nor with the Hill Process.",
        "No cooperation exists with BOS or with River Talks.",
        "Within the OFL family it works on lakes.",
    ],
)
def test_denied_partner_is_none(text):
    make_draft(make_records())

    found = find("partnerships", text)

    assert "partnerships.partnership" not in found
    assert "partnerships.mechanismlink" not in found


def test_contribution_is_one_without_year_or_state_and_a_denial_is_none():
    make_draft(make_records())
    found = find(
        "national",
        "LDM helped to draft a law on seasonal work. It has not led to a treaty. "
        "A data system is planned. A policy has not yet been approved.",
    )

    contributions = found["profiles.contribution"]
    assert [(c["kind"], c["status"]) for c in contributions] == [
        ("legislation", "adopted"),
        ("system", "planned"),
        ("policy", "not_approved"),
    ]


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        (
            (
                "In the early years its work centred on border posts and on seasonal "
                "work; over time, fishing rights came to the fore."
            ),
            {"borders": "initial", "labour": "initial", "fishing": "current"},
        ),
        (
            (
                "While it began with night fishing and border posts, its agenda now "
                "reaches to seasonal work."
            ),
            {"fishing": "initial", "borders": "initial", "labour": "current"},
        ),
    ],
)
def test_themes_are_found_by_other_names_and_without_the_word_theme(text, phases):
    make_draft(make_records())
    Theme.objects.get(slug="fishing").aliases.create(name="Night fishing")

    found = find("evolution", text)

    focuses = found["profiles.themefocus"]
    assert {f["theme"]: f["phase"] for f in focuses} == phases


@pytest.mark.parametrize(
    ("text", "change", "driver"),
    [
        (
            "The agenda was broadened at the request of the ministers.",
            "widened",
            "The ministers",
        ),
        ("What drove this was a growing concern.", None, "A growing concern"),
        ("The agenda was not widened.", None, None),
    ],
)
def test_change_of_themes_and_its_driver_are_found(text, change, driver):
    make_draft(make_records())

    fields = {}
    for each in find("evolution", text).get("profile", []):
        fields |= each

    assert fields.get("thematic_change") == change
    assert fields.get("thematic_change_driver") == driver


def test_title_of_a_document_with_its_year_is_a_document():
    make_draft(make_records())

    [document] = find(
        "evolution",
        "The Regional Action Plan on Lakes, endorsed by ministers in 2015, is a guide.",
    )["profiles.guidingdocument"]

    assert document["title"] == "Regional Action Plan on Lakes"
    assert (document["kind"], document["adopted"]) == ("workplan", "2015")


@pytest.mark.parametrize(
    ("text", "document"),
    [
        (
            (
                "LDM rests on the Lake Declaration on a Partnership for Work, which "
                "ministers adopted in April 2013."
            ),
            ("other", "Lake Declaration on a Partnership for Work", "2013-04"),
        ),
        (
            "The Call for Action was endorsed in Arland in February 2019.",
            ("other", "Call for Action", "2019-02"),
        ),
        (
            "The Lake Declaration (June 2013) serves as the founding text.",
            ("founding", "Lake Declaration", "2013-06"),
        ),
        (
            (
                "LDM s'appuie sur l'Approche commune sur le travail, adoptée par les "
                "chefs d'État en janvier 2008."
            ),
            ("other", "Approche commune sur le travail", "2008-01"),
        ),
        (
            "Un plan de travail a été validé en août 2016.",
            ("workplan", "Plan de travail validé en août 2016", "2016-08"),
        ),
        (
            "The 2018-2019 Workplan was approved by the Council in May 2018.",
            ("workplan", "2018-2019 Workplan", "2018-05"),
        ),
        (
            "In 2014 ministers signed the Lake Charter.",
            ("founding", "Lake Charter", ""),
        ),
        ("The Lake Charter was not adopted in 2014.", None),
        ("A strategy is expected to be adopted in 2031.", None),
        ("No workplan was adopted in 2014.", None),
    ],
)
def test_adopted_document_has_its_title_kind_and_date(text, document):
    make_draft(make_records())

    found = find("evolution", text).get("profiles.guidingdocument", [])

    said = [(d["kind"], d["title"], d.get("adopted", "")) for d in found]
    assert said == ([document] if document else [])


LEVELS = """Name of the mechanism: Lake Dialogue (LDM)

2. Contribution to migration governance

At the national level, Arland drew on LDM when drafting its policy on work. At the \
global level, Borland signed a treaty in 2015.

Au niveau régional, des lignes directrices ont été approuvées en 2017.
"""


def test_level_at_the_head_of_a_sentence_decides_those_after_it():
    make_draft(make_records())

    contributions = by_kind(LEVELS.encode())["profiles.contribution"]

    assert [
        (c.fields["level"], c.fields["status"], c.fields.get("states"))
        for c in contributions
    ] == [
        ("national", "in_progress", ["ARL"]),
        ("global", "adopted", ["BRL"]),
        ("regional", "adopted", None),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("Guidelines on work were drawn up.", "other", "adopted"),
        ("Des lignes directrices ont été approuvées.", "other", "adopted"),
        ("Guidelines were drawn up, but were not approved.", "other", "not_approved"),
        ("Members agreed on a common policy.", "policy", "adopted"),
        ("Two centres for migrants opened in 2016.", "other", "adopted"),
        ("Un système de données est prévu.", "system", "planned"),
        ("Una ley está en preparación.", "legislation", "in_progress"),
        ("Arland is currently rewriting its law.", "legislation", "in_progress"),
        ("Members turned down a law on work.", "legislation", "not_approved"),
        ("A network of police officers is being prepared.", "other", "in_progress"),
        ("A law enforcement network was launched.", "other", "adopted"),
        ("The meetings help everyone to understand each other.", None, None),
    ],
)
def test_contribution_is_told_by_its_result_and_its_verb(text, kind, status):
    make_draft(make_records())

    found = find("national", text).get("profiles.contribution", [])

    assert [(c["kind"], c["status"]) for c in found] == (
        [(kind, status)] if kind else []
    )


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            "Arland sits in as an observer; so do Borland and Corland.",
            [("ARL", "observer"), ("BRL", "observer"), ("CRL", "observer")],
        ),
        ("Arland no longer takes part.", [("ARL", "member", False)]),
        ("Arland ne participe plus aux réunions.", [("ARL", "member", False)]),
        ("Arland participe aux réunions à titre d'observateur.", [("ARL", "observer")]),
        ("Arland joined in 2014 as a full member.", [("ARL", "member", "2014")]),
        ("Arland came on board in 2010.", [("ARL", "member", "2010")]),
        ("Arland has taken part since 2010.", [("ARL", "member", "2010")]),
        ("Arland n'en fait plus partie.", [("ARL", "member", False)]),
        (
            "Sont membres du Dialogue : l'Arland et le Borland.",
            [("ARL", "member"), ("BRL", "member")],
        ),
        (
            "Members: Arland (2001), Borland (2004) and Corland.",
            [("ARL", "member", "2001"), ("BRL", "member", "2004"), ("CRL", "member")],
        ),
        (
            "Among the newer members are Arland and Borland, which joined in 2010.",
            [("ARL", "member", "2010"), ("BRL", "member", "2010")],
        ),
    ],
)
def test_members_keep_their_years_and_share_a_role(text, roles):
    make_draft(make_records())

    found = find("structure", text).get("profiles.membership", [])

    assert [tuple(seat.values()) for seat in found] == roles


@pytest.mark.parametrize(
    ("text", "organisations"),
    [
        ("Secretariat functions have been entrusted to OFL.", "ofl secretariat"),
        ("OFL has been the secretariat since 1994.", "ofl secretariat"),
        (
            "Secretariat: Provided jointly by OFL and UOS",
            "ofl secretariat uos secretariat",
        ),
        ("Le secrétariat est confié à OFL.", "ofl secretariat"),
        ("La secretaría está a cargo de OFL.", "ofl secretariat"),
        ("OFL runs the secretariat.", "ofl secretariat"),
        ("LDM est formellement rattaché à UOS.", "uos formal_association"),
        ("Association with a regional body: UOS", "uos formal_association"),
        ("LDM is not formally associated with UOS.", ""),
        ("The secretariat has not been entrusted to OFL.", ""),
    ],
)
def test_secretariats_and_associations_are_told_in_prose(text, organisations):
    make_draft(make_records())

    found = find("structure", text).get("partnerships.partnership", [])

    said = " ".join(f"{each['organisation']} {each['role']}" for each in found)
    assert said == organisations


def test_partner_to_come_is_planned_and_others_of_the_sentence_are_not():
    make_draft(make_records())

    found = find(
        "partnerships",
        "LDM works with WOF; cooperation with OFL is foreseen. Une collaboration avec "
        "BOS est envisagée.",
    )["partnerships.partnership"]

    said = [(p["organisation"], p.get("regularity")) for p in found]
    assert said == [("wof", None), ("ofl", "planned"), ("bos", "planned")]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("LDM has existed since 1994.", 1994),
        ("LDM a vu le jour en 1994.", 1994),
        ("El diálogo existe desde 1994.", 1994),
        ("A bank has existed since 1994.", None),
    ],
)
def test_year_of_the_beginning_is_told_in_other_words(text, year):
    make_draft(make_records())

    fields = find("evolution", text).get("profile", [])

    assert fields == ([{"established": year}] if year else [])


THEMES_IN_LINES = """Themes at the beginning:

- Border posts

Themes at present:

- Fishing rights
- Seasonal work

Every State that comes to the meetings pays for its own boats and for its own fishing \
rights, border posts or not.
"""


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        (
            THEMES_IN_LINES,
            {"borders": "initial", "fishing": "current", "labour": "current"},
        ),
        ("Its talks revolved around border posts.", {"borders": "initial"}),
        ("At that time the themes were border posts.", {"borders": "initial"}),
        (
            "Dans les premières années, les échanges portaient sur les border posts.",
            {"borders": "initial"},
        ),
        (
            "Border posts and fishing rights were added later.",
            {"borders": "current", "fishing": "current"},
        ),
        (
            "Aujourd'hui, border posts et le retour occupent une place centrale.",
            {"borders": "current", "return": "current"},
        ),
        (
            "The themes are border posts. The agenda covered fishing rights.",
            {"borders": "current", "fishing": "past"},
        ),
    ],
)
def test_phase_of_a_theme_needs_a_sign(text, phases):
    make_draft(make_records())
    make_theme("return", name_en="Retour")

    found = find("evolution", text)["profiles.themefocus"]

    assert {f["theme"]: f["phase"] for f in found} == phases


@pytest.mark.parametrize(
    ("text", "change", "driver"),
    [
        (
            "Its scope has grown as a consequence of the drought.",
            "widened",
            "The drought",
        ),
        ("The focus moved away from border posts towards work.", "shifted", None),
        (
            "The focus moved towards work; the drought in Arland was the main reason.",
            "shifted",
            "The drought in Arland",
        ),
        (
            "L'éventail des thèmes s'est élargi sous l'effet de la crise.",
            "widened",
            "La crise",
        ),
        ("El temario se amplió debido a la sequía.", "widened", "La sequía"),
        ("Its broader agenda is explained by the drought.", "widened", "The drought"),
    ],
)
def test_change_and_driver_are_told_in_other_words(text, change, driver):
    make_draft(make_records())

    fields = {}
    for each in find("evolution", text).get("profile", []):
        fields |= each

    assert fields.get("thematic_change") == change
    assert fields.get("thematic_change_driver") == driver


UNKNOWN_BODIES = """Name of the mechanism: Lake Dialogue (LDM)

4. Partnership models

Civil society:

- Helpers of Arland: boats for all
- Network of Fishers

The University of Ravenhurst carried out a study.

Private sector: none.
"""


def test_bodies_without_a_record_are_named_as_unknown(finder):
    unknown = finder.unknown(sheet_of(UNKNOWN_BODIES.encode()), "regional")

    assert unknown == ["Helpers of Arland", "University of Ravenhurst"]


def test_acronym_may_stand_in_capitals():
    make_organisation(slug="lakepol", name_en="Lake Police", acronym_en="Lakepol")

    assert mentioned("Trained by LAKEPOL.") == ["lakepol"]
    assert mentioned("A lakepol and a LakePol.") == []


WORD_TABLES = [
    (
        [["Members", "Observers"], ["Arland, Borland", "Erland"]],
        {"ARL": "member", "BRL": "member", "ERL": "observer"},
    ),
    (
        [["Members", "Observers"], ["Arland", "Erland"], ["Borland", ""]],
        {"ARL": "member", "BRL": "member", "ERL": "observer"},
    ),
    (
        [["Members:", "Arland\nBorland"], ["Observers:", "Erland"]],
        {"ARL": "member", "BRL": "member", "ERL": "observer"},
    ),
    (
        [["Country", "Status"], ["Arland", "Member"], ["Erland", "Observer"]],
        {"ARL": "member", "ERL": "observer"},
    ),
    ([["Year", "Place"], ["2001", "Arland"]], {}),
]


@pytest.mark.parametrize(("rows", "roles"), WORD_TABLES)
@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_table_of_members_is_read_in_each_of_its_shapes(rows, roles, kind):
    make_draft(make_records())
    content = {"docx": word_table, "odt": open_document_table}[kind](
        [
            "Name of the mechanism: Lake Dialogue (LDM)",
            HEADINGS["structure"],
            "It has a council.",
        ],
        rows,
    )

    found = by_kind(content).get("profiles.membership", [])

    assert {each.fields["state"]: each.fields["role"] for each in found} == roles


# --- The matcher -------------------------------------------------------------


def mentioned(text, *kinds):
    kinds = kinds or ("state", "organisation", "mechanism")
    return [mention.key for mention in Mentions(Names()).find(text, kinds)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Chad met Jordan.", ["TCD", "JOR"]),
        ("chad met jordan.", []),
        ("Chadwick and Jordanstown.", []),
        ("In CHAD.", ["TCD"]),
        ("Guinea-Bissau is not Guinea.", ["GNB", "GIN"]),
        ("Equatorial Guinea", ["GNQ"]),
        ("the UAE and uae", ["ARE"]),
        ("It is in IN.", []),
        ("Chad's lakes and Jordan’s", ["TCD", "JOR"]),
        ("Bosnia and Herzegovina", ["BIH"]),
        ("la Côte d'Ivoire; l'Union of Lakes", ["CIV", "uol"]),
        ("Union of Lakes (UOL) and UOL", ["uol", "uol"]),
        ("Union, of Lakes", []),
        ("uol UoL UOL", ["uol"]),
        ("CLL/UOL", ["cll"]),
        ("Twins", []),
        ("Congo", []),
        ("Democratic Republic of the Congo", ["COD"]),
        ("TW", []),
    ],
)
def test_names_are_matched_as_whole_words_and_with_their_capitals(text, keys):
    for iso3, name in {
        "TCD": "Chad",
        "JOR": "Jordan",
        "GIN": "Guinea",
        "GNB": "Guinea-Bissau",
        "GNQ": "Equatorial Guinea",
        "BIH": "Bosnia and Herzegovina",
        "CIV": "Côte d’Ivoire",
        "IND": "India",
        "COG": "Congo",
        "COD": "Democratic Republic of the Congo",
    }.items():
        make_state(iso3, name_en=name)
    make_state("ARE", name_en="Emirates").aliases.create(name="UAE")
    make_organisation(slug="uol", name_en="Union of Lakes", acronym_en="UOL")
    make_organisation(slug="cll", name_en="College", acronym_en="CLL")
    make_organisation(slug="t1", name_en="Twins", acronym_en="TW")
    make_organisation(slug="t2", name_en="Twins", acronym_en="TW")
    assert mentioned(text) == keys


def test_names_are_laid_so_that_they_cover_most_of_the_text():
    make_theme("rights", name_en="Human rights and migration").aliases.create(
        name="Human rights"
    )
    make_theme("development", name_en="Migration and development")
    text = "human rights and migration and development"
    assert mentioned(text, "theme") == ["rights", "development"]
    assert mentioned("human rights and migration", "theme") == ["rights"]
    make_theme_focus(make_draft(), make_theme("work"), label="Work and migration")
    text = "at work and migration and development"
    assert mentioned(text, "theme") == ["development"]
    assert mentioned("at work and migration", "theme") == ["work"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("adopted in 2018", "2018"),
        ("adopted on 5 November 2018", "2018-11-05"),
        ("adoptado en noviembre de 2018", "2018-11"),
        ("adopté le 1er mars 2018", "2018-03-01"),
        ("in 2018", ""),
    ],
)
def test_dates_are_as_exact_as_the_text(text, date):
    assert dates.adopted(text)[0] == date


def test_parts_without_names_suggest_nothing():
    make_records()
    assert find("partnerships", "Nobody is named here at all.") == {}
