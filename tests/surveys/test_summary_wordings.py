"""Facts of sheets in other wordings: questions with their answers, sentences that go
back to the one before, French and Spanish prose."""

import pytest

from profiles.models import ThemeAlias
from surveys.names import Names
from surveys.summaries.finding import Finder
from surveys.summaries.phrases import dates
from surveys.summaries.phrases.clauses import says_none
from surveys.summaries.reading import sheet_of
from tests.factories import make_draft, make_organisation, make_state, make_theme
from tests.surveys.sheets import find, make_records, word_table

pytestmark = pytest.mark.django_db

ASKED = """Name of the mechanism: Lake Dialogue (LDM)

1. Evolution of programming and thematic focus

When was the mechanism created? In 2004, by the ministers.

What were the first themes? Border posts.

Which themes are dealt with today? Fishing rights.

Has the focus changed? Yes, it has become broader.

What were the reasons for the change? The drought of 2012.

3. Salient structures

Who chairs the mechanism? Arland (2019).

Who chaired it before? Borland (2018) and Corland (2017).

Who are the observers?

Erland.

Which States have left? Dorland, in 2006.

Which bodies exist? A committee of lake guards and national focal points.

Who pays? The member States, through yearly contributions.

When were the last meetings? Pierville, 12 May 2018; Mooring, 4-5 October 2017.
"""


@pytest.fixture
def asked():
    make_draft(make_records())
    found = Finder(Names(), "lake-dialogue").find(sheet_of(ASKED.encode()), "regional")
    return [(each.kind.split(".")[-1], each.fields) for each in found]


def of(kind, asked):
    return [fields for each, fields in asked if each == kind]


def test_question_is_the_label_of_its_answer_on_the_evolution(asked):
    profile = {name: value for f in of("profile", asked) for name, value in f.items()}

    assert profile == {
        "established": 2004,
        "thematic_change": "widened",
        "thematic_change_driver": "The drought of 2012",
    }
    assert {f["theme"]: f["phase"] for f in of("themefocus", asked)} == {
        "borders": "initial",
        "fishing": "current",
    }


def test_question_is_the_label_of_its_answer_on_structures(asked):
    assert {f["state"]: f["is_current"] for f in of("chairing", asked)} == {
        "ARL": True,
        "BRL": False,
        "CRL": False,
    }
    assert {f["state"]: f["role"] for f in of("membership", asked)} == {
        "DRL": "member",
        "ERL": "observer",
    }
    assert [f["name"] for f in of("organ", asked)] == [
        "Committee of lake guards",
        "National focal points",
    ]
    assert [f["kind"] for f in of("fundingsource", asked)] == ["member_contributions"]
    assert [(f["date"], f["city"]) for f in of("meeting", asked)] == [
        ("2018-05-12", "Pierville"),
        ("2017-10-04", "Mooring"),
    ]


@pytest.mark.parametrize(
    ("text", "chairs"),
    [
        (
            "Arland is in the chair since 2018. It took over from Borland (2017).",
            {"ARL": True, "BRL": False},
        ),
        (
            "L'Arland assure la présidence. Il a succédé au Borland (2018).",
            {"ARL": True, "BRL": False},
        ),
        (
            "L'Arland préside le Dialogue. Le Borland l'avait précédé en 2017.",
            {"ARL": True, "BRL": False},
        ),
        (
            "La presidencia la ejerce en 2019 Arland. Antes la tuvo Borland (2018).",
            {"ARL": True, "BRL": False},
        ),
        ("Preside el Foro Arland. En 2018 lo presidió Borland.", {"ARL": 1, "BRL": 0}),
        ("Previous chairs: Arland (2018), Borland (2017).", {"ARL": 0, "BRL": 0}),
        (
            "The year 2018 saw Arland and Borland as chairs.",
            {"ARL": 0, "BRL": 0},
        ),
        ("The Chair rotates. After Arland, Borland joined the talks.", {}),
    ],
)
def test_chair_is_told_over_two_sentences(text, chairs):
    make_draft(make_records())

    found = find("structure", text).get("profiles.chairing", [])

    assert {f["state"]: f["is_current"] for f in found} == chairs


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            "Arland may apply for membership, and Borland for observer status.",
            {"ARL": "prospective_member", "BRL": "prospective_observer"},
        ),
        ("Arland abandoned the Dialogue in 2005.", {"ARL": "former"}),
        (
            "Arland and Borland are observers; Corland no longer is.",
            {"ARL": "observer", "BRL": "observer", "CRL": "former"},
        ),
        ("It is paid by contributions of the member States and a gift of Arland.", {}),
        ("El Foro vive de cuotas de los Estados miembros y de aportes de Arland.", {}),
    ],
)
def test_role_of_a_state_that_shares_a_verb(text, roles):
    make_draft(make_records())

    found = find("structure", text).get("profiles.membership", [])

    assert {
        f["state"]: f["role"] if f.get("is_current", True) else "former" for f in found
    } == roles


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("What lay behind the shift? Members point to the drought.", "The drought"),
        ("What lay behind the shift? Nobody knows.", None),
        ("Members trace this back to the drought.", "The drought"),
        ("Le champ s'est élargi. Ils l'expliquent par la crise.", "La crise"),
        (
            "À l'origine de cette évolution se trouve la crise.",
            "La crise",
        ),
        ("This enlargement owes much to the drought.", "The drought"),
        ("Entre los motivos del cambio se mencionan la sequía.", "La sequía"),
    ],
)
def test_driver_is_told_by_an_answer_or_a_reason(text, driver):
    make_draft(make_records())

    fields = {}
    for each in find("evolution", text).get("profile", []):
        fields |= each

    assert fields.get("thematic_change_driver") == driver


def test_spanish_words_of_working_are_no_theme():
    make_draft(make_records())
    workers = make_theme("workers", name_en="Workers")
    ThemeAlias.objects.create(theme=workers, name="Trabajadores")

    text = (
        "En un primer momento se trabajó con los Estados miembros sobre border posts. "
        "El trabajo de los grupos se rige por el plan de trabajo de 2019."
    )
    found = find("evolution", text)["profiles.themefocus"]

    assert {f["theme"]: f["phase"] for f in found} == {"borders": "initial"}
    named = find("evolution", "Hoy trata de los trabajadores y de sus familias.")
    assert [f["theme"] for f in named["profiles.themefocus"]] == ["workers"]


def test_theme_that_nobody_asked_for_is_none():
    make_draft(make_records())

    assert not find("evolution", "Nobody asked for border posts to be dealt with.")


@pytest.mark.parametrize(
    "text",
    [
        "No contribution was made at this level.",
        "The LDM took no part in the talks and has no contribution to report.",
        "Le Dialogue n'a pas contribué à ce niveau.",
        "No se han hecho aportes a este nivel.",
    ],
)
def test_level_without_a_contribution_says_none(text):
    assert says_none(text)


@pytest.mark.parametrize(
    "text",
    [
        "Arland has no law, but it contributed a draft at this level.",
        "The draft law was not adopted.",
        "Arland did not wait: it made a contribution.",
    ],
)
def test_other_denials_do_not_say_none(text):
    assert not says_none(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("from 9 to 11 July 2018", "2018-07-09"),
        ("du 4 au 6 février 2019", "2019-02-04"),
        ("del 13 al 14 de junio de 2018", "2018-06-13"),
        ("30 June to 2 July 2018", "2018-06-30"),
        ("July 9–11, 2018", "2018-07-09"),
        ("July 9, 2018", "2018-07-09"),
        ("in July 2018", "2018-07"),
        ("the Plan 2016–2020 of 2015", "2015"),
    ],
)
def test_date_of_several_days_is_the_first(text, date):
    assert dates.exact(text) == date


def test_workplan_of_one_year_keeps_its_year():
    make_draft(make_records())

    found = find("evolution", "A workplan for 2019 was adopted in November 2018.")

    (document,) = found["profiles.guidingdocument"]
    assert (document["title"], document["adopted"]) == ("Workplan for 2019", "2018-11")


def test_level_may_end_with_a_full_stop():
    text = (
        "Name of the mechanism: Lake Dialogue (LDM)\n\n2. Contribution to migration "
        "governance\n\n(a) National level. Arland wrote laws.\n\nGlobal level – None."
    )

    texts = sheet_of(text.encode()).texts("regional")

    assert texts == {
        "contribution_national": "Arland wrote laws.",
        "contribution_global": "None.",
    }


def test_name_stands_after_what_the_sheet_is():
    sheet = sheet_of(
        b"Summary of findings: Lake Dialogue (LDM)\n\n3. Salient structures\n\nNone."
    )

    assert (sheet.name, sheet.acronym) == ("Lake Dialogue", "LDM")


def test_kind_in_a_label_is_no_partner():
    make_draft(make_records())
    make_organisation(slug="un", name_en="United Nations", acronym_en="UN")

    found = find("partnerships", "IGO (UN): OFL (nets)\n\nIGO (other): BOS")

    partners = found["partnerships.partnership"]
    assert [f["organisation"] for f in partners] == ["ofl", "bos"]


def test_acronym_in_brackets_stands_for_the_name_before_it():
    make_draft(make_records())

    found = find(
        "structure",
        "The permanent secretariat is provided by the Union for Shores (UOS).",
    )

    (secretariat,) = found["partnerships.partnership"]
    assert secretariat["organisation"] == "uos"
    assert secretariat["role"] == "secretariat"


def test_how_each_secretariat_serves_stands_in_brackets():
    make_draft(make_records())

    found = find("structure", "Secretariat: UOS (permanent); OFL (technical).")

    partners = found["partnerships.partnership"]
    assert {f["organisation"]: f["arrangement"] for f in partners} == {
        "uos": "permanent",
        "ofl": "technical",
    }


def test_name_of_two_states_is_told_apart_beside_the_other():
    make_draft(make_records())
    make_state("COD", name_en="Democratic Republic of the Congo")
    make_state("COG", name_en="Congo")

    beside = find(
        "structure", "Members: Congo, Democratic Republic of the Congo, Arland."
    )
    alone = find("structure", "Members: Arland, Congo.")

    def members(found):
        return [f["state"] for f in found["profiles.membership"]]

    assert members(beside) == ["COG", "COD", "ARL"]
    assert members(alone) == ["ARL"]


@pytest.mark.parametrize(
    "text",
    [
        "Ties with the Hill Process were cut in 2011.",
        "Le Dialogue a des liens avec le RT, mais pas avec le Hill Process.",
    ],
)
def test_link_that_was_cut_is_none(text):
    make_draft(make_records())

    links = find("partnerships", text).get("partnerships.mechanismlink", [])

    assert "hill-process" not in [f["other"] for f in links]


def test_accession_to_a_union_makes_it_no_member():
    make_draft(make_records())

    assert not find("evolution", "It grew with the prospect of UOS accession.")


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        (
            "La Croix-Rouge arlandaise participe aux réunions.",
            ["Croix-Rouge arlandaise"],
        ),
        (
            "L'Université Jean V mène des recherches pour le Dialogue.",
            ["Université Jean V"],
        ),
        ("OFL (Border Management and Nets); BOS.", []),
    ],
)
def test_unknown_body_ends_before_what_it_does(text, unknown):
    make_records()
    content = f"Name of the mechanism: LDM\n\n4. Partnership models\n\n{text}"

    finder = Finder(Names(), "lake-dialogue")

    assert finder.unknown(sheet_of(content.encode()), "regional") == unknown


def test_lines_of_a_cell_are_names_of_their_own():
    make_records()
    rows = [
        ["Type of partner", "Partner", "Subject"],
        ["UN", "OFL\nUOS", "Asylum\nTrafficking"],
    ]
    content = word_table(["Name of the mechanism: LDM", "4. Partnership models"], rows)
    finder = Finder(Names(), "lake-dialogue")

    found = finder.find(sheet_of(content), "regional")

    assert [f.fields["organisation"] for f in found] == ["ofl", "uos"]
    assert finder.unknown(sheet_of(content), "regional") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Each country pays its own travel to the meetings.", ["own_costs"]),
        ("Venue costs are borne by the host country.", ["other"]),
        (
            "Los países cubren sus gastos de viaje; el país anfitrión asume el resto.",
            ["own_costs", "other"],
        ),
        ("Les délégations prennent en charge leurs frais de voyage.", ["own_costs"]),
        ("Les frais sont à la charge du pays hôte.", ["other"]),
        ("Members contribute 100 shells a year.", ["member_contributions"]),
        ("Travel is not paid by the delegations. Members do not pay a fee.", []),
        ("OFL works on recruitment fees.", []),
    ],
)
def test_those_who_pay_without_a_name_are_found(text, kinds):
    make_draft(make_records())

    found = find("structure", text).get("partnerships.fundingsource", [])

    assert [f["kind"] for f in found] == kinds


def test_second_meeting_of_a_sentence_is_found():
    make_draft(make_records())

    text = (
        "They last met in Mooring on 3 and 4 May 2018, and before that in Pierville in "
        "June 2017."
    )
    found = find("structure", text)["profiles.meeting"]

    assert [(f["city"], f["date"]) for f in found] == [
        ("Mooring", "2018-05-03"),
        ("Pierville", "2017-06"),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A Senior Officials Committee prepares it.", ["Senior Officials Committee"]),
        ("Tiene un comité ejecutivo.", ["Comité ejecutivo"]),
        ("Elle a une assemblée annuelle.", ["Assemblée annuelle"]),
    ],
)
def test_organ_has_its_whole_name(text, names):
    make_draft(make_records())

    assert [f["name"] for f in find("structure", text)["profiles.organ"]] == names


@pytest.mark.parametrize(
    "text",
    ["La Conferencia vio la luz en 2001.", "C'est en 2001 que la Conférence se forma."],
)
def test_year_of_beginning_in_other_words(text):
    make_draft(make_records())

    assert find("evolution", text)["profile"] == [{"established": 2001}]


def test_former_chairs_of_several_terms_are_all_former():
    make_draft(make_records())

    text = "Former co-chairs: Arland and Borland (2014–2015); Corland (2016–2017)."
    found = find("structure", text)["profiles.chairing"]

    assert [(f["state"], f["is_current"]) for f in found] == [
        ("ARL", False),
        ("BRL", False),
        ("CRL", False),
    ]


def test_names_in_capitals_are_known_and_a_list_goes_on_after_brackets():
    make_draft(make_records())
    make_state("IRL", name_en="Isles (Republic of)")
    text = "Observers: ERLAND, ISLES (REPUBLIC OF), UOS, OFL."
    content = f"Name of the mechanism: LDM\n\n3. Salient structures\n\n{text}"

    found = find("structure", text)

    assert [f["state"] for f in found["profiles.membership"]] == ["ERL", "IRL"]
    roles = [(f["organisation"], f["role"]) for f in found["partnerships.partnership"]]
    assert roles == [("uos", "observer"), ("ofl", "observer")]
    finder = Finder(Names(), "lake-dialogue")
    assert finder.unknown(sheet_of(content.encode()), "regional") == []


def test_union_that_gives_members_something_is_no_member():
    make_draft(make_records())

    assert not find("evolution", "It shows the visas granted by the UOS to members.")


def test_article_in_a_list_is_part_of_the_name():
    make_records()
    text = "Civil society: La Barca International; OFL."
    content = f"Name of the mechanism: LDM\n\n4. Partnership models\n\n{text}"
    finder = Finder(Names(), "lake-dialogue")

    assert finder.unknown(sheet_of(content.encode()), "regional") == [
        "La Barca International"
    ]
