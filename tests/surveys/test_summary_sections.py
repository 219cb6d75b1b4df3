"""What a name stands for by the section and the list it stands in, in words that no
rule knows, and what takes that away."""

import pytest

from surveys.names import Names
from surveys.summaries.finding import Finder
from surveys.summaries.phrases.clauses import says_none
from surveys.summaries.reading import sheet_of
from tests.factories import make_draft, make_theme
from tests.surveys.sheets import by_kind, find, make_records, word_table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def records():
    make_draft(make_records())


@pytest.mark.parametrize(
    ("text", "seats"),
    [
        (
            "Arland and Borland follow the talks as observers.",
            "ARL observer BRL observer",
        ),
        ("Among its participants we count Arland.", ""),
        ("Arland was added to the membership in 2012.", "ARL member"),
        ("Arland has attended from the outset.", "ARL member"),
        ("Interested: Arland (observer)", "ARL prospective_observer"),
        ("Arland is said to be contemplating membership.", "ARL prospective_member"),
        ("Arland has put out feelers about joining.", "ARL prospective_member"),
        ("Arland attends meetings but is not a member.", ""),
        ("Arland attended once as a guest.", ""),
        ("Arland has declined an invitation to join.", ""),
        ("Arland joined, but Borland preferred not to join.", "ARL member"),
        ("Arland hosted a meeting of the members.", ""),
        (
            "Members: Arland, Borland. Former members: Corland.",
            "ARL member BRL member CRL former",
        ),
        ("Arland joined in May 2012.", "ARL member"),
        (
            "L'Arland et le Borland siègent comme observateurs.",
            "ARL observer BRL observer",
        ),
        ("Arland s'est retiré.", "ARL former"),
        ("Arland a refusé d'adhérer.", ""),
        ("Arland ha pedido ser admitido como observador.", "ARL prospective_observer"),
    ],
)
def test_nearest_words_give_the_role_and_others_take_it_away(text, seats):
    found = find("structure", text).get("profiles.membership", [])

    said = [
        f"{seat['state']} {seat['role'] if seat.get('is_current', True) else 'former'}"
        for seat in found
    ]
    assert " ".join(said) == seats


@pytest.mark.parametrize(
    ("text", "chairs"),
    [
        (
            "Arland handed over the Chair to Borland in 2018; Corland presided before.",
            {"ARL": False, "BRL": True, "CRL": False},
        ),
        (
            "La présidence incombait à l'Arland ; elle est passée au Borland en 2019.",
            {"ARL": False, "BRL": True},
        ),
        ("Arland was at the helm earlier.", {"ARL": False}),
        ("Arland would like to chair the Dialogue.", {}),
    ],
)
def test_chairs_are_told_by_the_nearest_words_too(text, chairs):
    found = find("structure", text).get("profiles.chairing", [])

    assert {chair["state"]: chair["is_current"] for chair in found} == chairs


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("Talks soon turned to how posts at the border work.", {"borders"}),
        ("It took care of the right to fish.", {"fishing"}),
        ("Today: work that is seasonal; posts on borders", {"labour", "borders"}),
        ("Border posts have never been on the agenda.", set()),
        ("It has never dealt with border posts.", set()),
        ("In contrast to others, little attention is paid to border posts.", set()),
        ("Its members pay for their own border posts.", set()),
        ("The agenda grew because of the crisis at the border posts.", set()),
        ("The Hill Process works on hills.", set()),
    ],
)
def test_every_theme_of_the_section_was_worked_on_unless_denied(text, themes):
    make_theme("hills", name_en="Hill process")

    found = find("evolution", text).get("profiles.themefocus", [])

    assert {focus["theme"] for focus in found} == themes


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (
            "Strategy: Lake Policy Framework (adopted July 2012)",
            {"Lake Policy Framework": "2012-07"},
        ),
        (
            "The Ridge Declaration followed in November 2014.",
            {"Ridge Declaration": "2014-11"},
        ),
        (
            "It follows its operational conclusions of 2015.",
            {"Operational conclusions of 2015": "2015"},
        ),
        ("It has no Lake Charter.", {}),
        ("It grew thanks to the negotiations of the Global Compact.", {}),
    ],
)
def test_titles_are_documents_without_a_word_on_their_adoption(text, titles):
    found = find("evolution", text).get("profiles.guidingdocument", [])

    assert {each["title"]: each.get("adopted") for each in found} == titles


def test_organs_meetings_and_who_pays_are_found_and_none_is_none():
    found = find(
        "structure",
        "A steering committee prepares the talks. There are no working groups. "
        "The last meeting was held in Ravenhurst in November 2018; the next one will "
        "be held in May 2019. The talks are financed by UOS; OFL does not fund them.",
    )

    assert [organ["name"] for organ in found["profiles.organ"]] == [
        "Steering committee"
    ]
    [meeting] = found["profiles.meeting"]
    assert (meeting["date"], meeting["city"]) == ("2018-11", "Ravenhurst")
    assert [f["organisation"] for f in found["partnerships.fundingsource"]] == ["uos"]


def test_lines_without_colon_stand_over_the_lines_after_them():
    content = (
        "Name of the mechanism: Lake Dialogue (LDM)\n\n"
        "2. Contribution to migration governance\n\n"
        "National\n- Arland: law on work, 2017\n\n4. Partnership models\n\n"
        "UN\n- OFL\n\nCivil society\n- Helpers (boats)\n- NOF\n"
    )
    found = by_kind(content.encode())

    [law] = found["profiles.contribution"]
    assert (law.fields["level"], law.fields["states"]) == ("national", ["ARL"])
    partners = [each.fields for each in found["partnerships.partnership"]]
    assert [(p["organisation"], p["category"]) for p in partners] == [
        ("ofl", "igo_un"),
        ("nof", "civil_society"),
    ]
    unknown = Finder(Names(), "lake-dialogue").unknown(
        sheet_of(content.encode()), "regional"
    )
    assert unknown == ["Helpers"]


def test_table_of_partners_is_read_without_labels_that_are_known():
    content = word_table(
        ["Name of the mechanism: Lake Dialogue (LDM)", "4. Partnership models"],
        [
            ["Kind of partner", "Who", "On what"],
            ["Civil society", "NOF; Friends of Boats", "boats"],
            ["Universities", "Lake College", "research"],
            ["Private sector", "None", ""],
        ],
    )

    found = [each.fields for each in by_kind(content)["partnerships.partnership"]]

    assert [(p["organisation"], p["category"]) for p in found] == [
        ("nof", "civil_society"),
        ("lc", "academia"),
    ]


@pytest.mark.parametrize(
    ("text", "is_none"),
    [
        ("Respondents did not report any contribution at the global level.", True),
        ("At the global level, respondents gave no example.", True),
        ("Not applicable.", True),
        ("Néant", True),
        ("No law was passed before Law No. 82 of 2016 in Arland.", False),
        ("Respondents reported three laws.", False),
    ],
)
def test_part_that_says_there_is_nothing_is_none(text, is_none):
    assert says_none(text) is is_none


def test_number_of_a_law_is_no_denial():
    [law] = find("national", "Arland enacted Law No. 82 in 2016.")[
        "profiles.contribution"
    ]

    assert law["states"] == ["ARL"]


@pytest.mark.parametrize(
    ("text", "seats"),
    [
        (
            "Offices join. Those of Arland, Borland, Corland, both Dorland and Erland.",
            "ARL BRL CRL DRL ERL",
        ),
        (
            "Arland, Borland, Corland, Dorland, Erland and Garland: so far the list.",
            "ARL BRL CRL DRL ERL GRL",
        ),
        ("Members: Arland and Borland; later Corland (2009)", "ARL BRL CRL"),
        ("Arland, Borland, Corland and Dorland answered the questionnaire.", ""),
        ("Arland, Borland, Corland and Dorland host the meetings in turn.", ""),
        ("The talks were not joined by Arland, Borland, Corland and Dorland.", ""),
    ],
)
def test_many_states_together_are_the_members(text, seats):
    found = find("structure", text).get("profiles.membership", [])

    assert " ".join(seat["state"] for seat in found) == seats
    assert {seat["role"] for seat in found} <= {"member"}


def test_one_state_a_line_is_what_the_line_above_says():
    text = (
        "Member Countries:\n\nArland\n\nBorland\n\n"
        "Observers:\n\nCorland\n\nVenues of meetings:\n\nDorland"
    )

    found = find("structure", text)["profiles.membership"]

    said = [(seat["state"], seat["role"]) for seat in found]
    assert said == [("ARL", "member"), ("BRL", "member"), ("CRL", "observer")]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            "Arland left in 2012, though it is thinking of returning.",
            [("member", False), ("prospective_member", True)],
        ),
        ("Arland left in 2012 for good.", [("member", False)]),
        (
            "Arland has sounded out the Chair about membership.",
            [("prospective_member", True)],
        ),
    ],
)
def test_wishes_of_states_outside_are_found(text, roles):
    found = find("structure", text)["profiles.membership"]

    said = [(seat["role"], seat.get("is_current", True)) for seat in found]
    assert said == roles


@pytest.mark.parametrize(
    ("text", "organs"),
    [
        ("A steering committee was proposed and rejected.", []),
        ("The idea of a steering committee came up once.", []),
        ("There is a Steering Committee.", ["Steering Committee"]),
        (
            "The Law and Order Working Group on Safe Passage meets often.",
            ["Law and Order Working Group on Safe Passage"],
        ),
        ("Organs:\n\nTechnical Round\n\nTroika: rejected", ["Technical Round"]),
    ],
)
def test_organs_have_their_whole_name_and_have_to_exist(text, organs):
    found = find("structure", text).get("profiles.organ", [])

    assert [organ["name"] for organ in found] == organs


@pytest.mark.parametrize(
    ("text", "meetings"),
    [
        ("3rd meeting: 4 May 2016 (Arlville, Arland)", [("2016-05-04", "Arlville")]),
        ("3rd meeting: to be held in May 2030 (Arlville)", []),
        (
            "They met in Arlville in May 2016 and met in Borburg in June 2017.",
            [("2016-05", "Arlville"), ("2017-06", "Borburg")],
        ),
        ("It opened an office in Arlville in May 2016.", []),
    ],
)
def test_meetings_are_found_in_rows_and_by_month_and_place(text, meetings):
    found = find("structure", text).get("profiles.meeting", [])

    assert [(each["date"], each.get("city", "")) for each in found] == meetings


@pytest.mark.parametrize(
    ("text", "payers"),
    [
        ("Funding: The Fund (FUND) of Corland; Borland. Arland declined.", 2),
        ("Costs are borne, as everybody knows, by Arland.", 1),
        ("The budget rests on membership dues and grants from Arland.", 2),
        ("Membership fees have been ruled out.", 0),
    ],
)
def test_who_pays_is_found_under_a_label_and_from_afar(text, payers):
    assert len(find("structure", text).get("partnerships.fundingsource", [])) == payers


@pytest.mark.parametrize(
    ("text", "is_link"),
    [
        ("It trades notes with the Hill Process.", True),
        ("Unlike the Hill Process, it has an office.", False),
        ("It has nothing to do with the Hill Process.", False),
        ("The Hill Process is better known.", False),
        ("Hill Process: no contact so far", False),
        ("The Hill Process is cited as an inspiration.", False),
    ],
)
def test_comparison_with_another_mechanism_is_no_link(text, is_link):
    assert bool(find("partnerships", text).get("partnerships.mechanismlink")) is is_link


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("The Process traces its origins to 1997.", 1997),
        ("It grew out of a seminar that neighbours called in Arlville in 1997.", 1997),
        ("Ministers came in 1997 and the Process saw the light of day.", 1997),
    ],
)
def test_beginning_is_found_by_what_the_mechanism_came_from(text, year):
    (found,) = find("evolution", text)["profile"]

    assert found == {"established": year}


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("Drivers: a flood; a war", "A flood; a war"),
        ("Asked what lay behind this, they pointed to the flood.", "The flood"),
        ("Respondents explain it by the flood of 2011.", "The flood of 2011"),
    ],
)
def test_driver_is_what_answers_name_behind_a_change(text, driver):
    (found,) = find("evolution", text)["profile"]

    assert found == {"thematic_change_driver": driver}


def test_chair_passes_from_one_state_to_another():
    found = find("structure", "The chair passed from Arland to Borland in 2019.")

    said = {chair["state"]: chair["is_current"] for chair in found["profiles.chairing"]}
    assert said == {"ARL": False, "BRL": True}


def test_chair_stands_after_a_remark_under_its_label():
    found = find("structure", "Chair: rotates every year: Arland (since 2018)")

    (chair,) = found["profiles.chairing"]
    assert (chair["state"], chair["since"], chair["is_current"]) == (
        "ARL",
        "2018",
        True,
    )
