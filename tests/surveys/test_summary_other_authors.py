"""Facts of sheets as other authors write them: tables drawn in plain text, chairs by
the way, lists with strangers in them, and what only seems to be a fact."""

import pytest

from profiles.vocabularies import SectionPart
from surveys.names import Names
from surveys.statements import PROFILE
from surveys.summaries import found as kinds
from surveys.summaries.finding import Finder
from surveys.summaries.reading import sheet_of
from tests.factories import make_draft, make_theme
from tests.surveys.sheets import find, make_records

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def records():
    return make_draft(make_records())


def states(found):
    return {
        (each["state"], each["role"], each.get("is_current", True))
        for each in found.get(kinds.MEMBERSHIP, [])
    }


def chairs(found):
    return {
        (each["state"], each["is_current"], each.get("since", ""))
        for each in found.get(kinds.CHAIRING, [])
    }


def values(found, kind, name):
    return [each[name] for each in found.get(kind, [])]


@pytest.mark.parametrize(
    "table",
    [
        (
            "| Structure | Details |\n|---|:---:|\n"
            "| Members | Arland, Borland |\n| Observers | Corland |"
        ),
        "Place | Details\n--- | ---\nMembers | Arland, Borland\nObservers | Corland",
        "Structure\tDetails\nMembers\tArland, Borland\nObservers\tCorland",
    ],
    ids=["drawn", "without edges", "tabs"],
)
def test_reads_the_rows_of_a_table_in_plain_text_one_by_one(table):
    assert states(find("structure", table)) == {
        ("ARL", "member", True),
        ("BRL", "member", True),
        ("CRL", "observer", True),
    }


def test_reads_no_table_where_one_line_has_a_stroke():
    found = find("structure", "Members | observers: see below.\n\nMembers: Arland.")
    assert states(found) == {("ARL", "member", True)}


def test_reads_levels_of_a_table_in_plain_text():
    sheet = sheet_of(
        b"Name of the mechanism: Lake Dialogue (LDM)\n\n"
        b"2. Contribution to migration governance at national, regional and global"
        b" levels\n\n| Level | Example |\n|---|---|\n"
        b"| National | Arland passed a law on boats in 2015 |\n"
        b"| Regional | N/A |\n"
    )
    texts = sheet.texts("regional")
    assert texts == {
        SectionPart.NATIONAL: "Arland passed a law on boats in 2015.",
        SectionPart.REGIONAL: "N/A.",
    }
    assert sheet.unanswered() == [SectionPart.GLOBAL]


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("2. Contribution to migration governance at national and global levels", "x"),
        (
            "5. Added value of membership for States and Organisations",
            "For States it is a neutral venue; for organisations, a way into capitals.",
        ),
    ],
    ids=["levels", "organisations"],
)
def test_takes_a_text_without_a_head_for_no_silence(heading, text):
    said = text if text != "x" else "Arland passed a law after a visit of peers."
    sheet = sheet_of(f"Name of the mechanism: LDM\n\n{heading}\n\n{said}".encode())
    assert sheet.unanswered() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "The Chair is held for one year by the host of the annual meeting, "
                "currently Arland. It was preceded by Borland and, prior to "
                "that, Corland."
            ),
            {("ARL", True, ""), ("BRL", False, ""), ("CRL", False, "")},
        ),
        (
            (
                "Presidency 2019: Arland. Before Arland, Borland was in charge "
                "(2018), and "
                "Corland (2017)."
            ),
            {("ARL", True, ""), ("BRL", False, "2018"), ("CRL", False, "2017")},
        ),
        ("Chair: Arland. Vice-chair: Borland.", {("ARL", True, "")}),
        ("Deputy chair: Borland.", set()),
        ("The incoming chair is Borland.", set()),
        ("Chair: Arland (vice-chair: Borland).", {("ARL", True, "")}),
        ("Arland is chair and Borland vice-chair.", {("ARL", True, "")}),
        ("Arland is in charge of the newsletter.", set()),
        ("The chair rotates and is not, at present, Arland.", set()),
    ],
)
def test_finds_chairs_named_by_the_way_and_no_deputies(text, expected):
    found = find("structure", text)
    if "Presidency 2019" in text:  # the year of a label is no year of a term
        found[kinds.CHAIRING][0].pop("since", None)
    assert chairs(found) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Observers: Arland, ZKQR, Borland.",
            {("ARL", "observer", True), ("BRL", "observer", True)},
        ),
        (
            "Candidates: Arland (membership); Borland (observer status).",
            {
                ("ARL", "prospective_member", True),
                ("BRL", "prospective_observer", True),
            },
        ),
        (
            "Arland has been a member since 1999 on account of Borland and Corland.",
            {("ARL", "member", True)},
        ),
        ("Arland's observership lapsed in 2014.", {("ARL", "observer", False)}),
    ],
)
def test_finds_states_within_lists_of_others_and_under_labels(text, expected):
    assert states(find("structure", text)) == expected


def test_finds_organisations_that_close_a_list_of_members():
    found = find(
        "structure",
        "It comprises 9 members; these include Arland, Borland, Corland and Dorland, "
        "together with OFL and UOS.",
    )
    roles = {(each["organisation"], each["role"]) for each in found[kinds.PARTNERSHIP]}
    assert roles == {("ofl", "member"), ("uos", "member")}
    assert len(states(found)) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "Bodies: - Steering Committee (created 2007) - Senior "
                "Officials' Meetings "
                "- Network of focal points."
            ),
            [
                "Steering Committee",
                "Senior Officials' Meetings",
                "Network of focal points",
            ],
        ),
        (
            "Technical working groups on boat building and on fish convene yearly.",
            [
                "Technical working group on boat building",
                "Technical working group on fish",
            ],
        ),
        (
            "Working groups on visas, return and data report to it.",
            [
                "Working group on visas",
                "Working group on return",
                "Working group on data",
            ],
        ),
        (
            "A working group on boat building exists.",
            ["Working group on boat building"],
        ),
        ("An Ad Hoc Group meets at the level of senior officials.", ["Ad Hoc Group"]),
        ("A working group on boats was never set up.", []),
    ],
)
def test_names_organs_by_their_subjects(text, expected):
    assert values(find("structure", text), kinds.ORGAN, "name") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Last SOM: Pierville, 17 October 2019.", ["2019-10-17"]),
        ("Last ministerial: Pierville, 2 May 2018.", ["2018-05-02"]),
        ("Next ministerial: Pierville, 2 May 2028.", []),
    ],
)
def test_finds_meetings_called_by_who_meets(text, expected):
    assert values(find("structure", text), kinds.MEETING, "date") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "Two factors account for this evolution: the growth of tourism and the "
                "adoption of the Shore Declaration in 2018."
            ),
            "The growth of tourism and the adoption of the Shore Declaration in 2018",
        ),
        ("What made the difference: the flood of 2015.", "The flood of 2015"),
        ("Two meetings were held: one in May and one in June.", None),
    ],
)
def test_finds_drivers_that_a_colon_announces(text, expected):
    found = [
        each["thematic_change_driver"]
        for each in find("evolution", text).get(PROFILE, [])
        if "thematic_change_driver" in each
    ]
    assert found == ([expected] if expected else [])
    assert kinds.DOCUMENT not in find("evolution", text)


def test_takes_a_theme_added_as_a_pillar_for_a_wider_agenda():
    found = find(
        "evolution", "From 2014 on fishing rights were added as a fourth pillar."
    )
    assert {"thematic_change": "widened"} in found[PROFILE]


def test_reads_a_theme_joined_to_its_cause():
    make_theme("floods", name_en="Flood displacement")
    found = find("evolution", "Flood-related displacement is a priority today.")
    assert values(found, kinds.FOCUS, "theme") == ["floods"]


@pytest.mark.parametrize(
    "text",
    [
        "It is hoped that Arland will follow.",
        "Arland could adopt a law on boats in 2020.",
        "Arland should adopt a law on boats.",
        "Arland would welcome a law on boats.",
        "Arland, by contrast, attributed its law of 2015 to bilateral aid.",
        "Several members credited LDM with changes at home.",
    ],
)
def test_takes_no_wish_and_nobody_elses_work_for_a_contribution(text):
    assert kinds.CONTRIBUTION not in find("national", text)


@pytest.mark.parametrize(
    "text",
    [
        "Arland passed a law that could help others.",
        "Technical meetings on civil registration.",
        "A review of the response to the flood was carried out.",
    ],
)
def test_takes_what_was_done_for_a_contribution(text):
    assert len(find("national", text)[kinds.CONTRIBUTION]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "LDM ought to know the OFL better.",
        "LDM should approach the OFL.",
        "LDM would like to work with the OFL.",
        "UN side: Arland.",
    ],
)
def test_takes_no_wish_for_a_partner(text):
    assert kinds.PARTNERSHIP not in find("partnerships", text)


def test_names_no_stranger_by_a_part_of_a_record_or_by_initials_spelled_out():
    sheet = sheet_of(
        b"Name of the mechanism: Lake Dialogue (LDM)\n\n"
        b"1. Evolution of programming and thematic focus\n\n"
        b"The Joint Shore Action Plan was adopted in 2015.\n\n"
        b"4. Partnership models\n\n"
        b"It works with UOS (DG FISH) and with ZKQR on the monitoring of the JSAP."
    )
    assert Finder(Names(), "lake-dialogue").unknown(sheet, "regional") == ["ZKQR"]


def test_reads_a_constitution_as_a_founding_document():
    found = find("evolution", "The Constitution of the LDM governs membership.")
    assert values(found, kinds.DOCUMENT, "kind") == ["founding"]
