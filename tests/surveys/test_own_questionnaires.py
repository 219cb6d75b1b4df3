"""Our own forms, answered in KoboToolbox: what the answers say about the registry.

The mechanism's answers are what OCAM reported in 2019, under the five headings.
"""

import io

import pytest
import xlsxwriter

from profiles.vocabularies import GovernanceLevel
from surveys.mapping import choose, read_mapping
from surveys.mapping.reading import FOLDER
from surveys.models import Questionnaire
from surveys.names import Names
from surveys.normalising.submissions import normalise
from surveys.questionnaires.definitions import LANGUAGES, Definition, other_text
from surveys.readers import read
from surveys.vocabularies import QuestionType
from tests.factories import (
    make_mechanism,
    make_organisation,
    make_profile,
    make_state,
    make_theme,
)
from tests.surveys.loaded_questionnaires import have_questionnaires

pytestmark = pytest.mark.django_db

STATES = {
    "CRI": "Costa Rica",
    "DOM": "Dominican Republic",
    "GTM": "Guatemala",
    "HND": "Honduras",
    "MEX": "Mexico",
    "NIC": "Nicaragua",
    "PAN": "Panama",
    "USA": "United States",
}
ORGANISATIONS = ["sica", "iom", "unhcr", "celac", "cc-sica", "rrocm"]

OCAM = {
    "mechanism": "ocam",
    "office": "SICA secretariat",
    "person_name": "Ana Pérez",
    "person_email": "ana@example.org",
    "may_publish": "yes",
    "founded": "1990",
    "themes_now": "policy-governance-legislation migration-development",
    "themes_change": "shifted",
    "shift_why": "global_initiatives",
    "has_strategy": "yes",
    "strategy_title": "Regulation of the Council of Ministers",
    "strategy_adopted": "2011",
    "strategy_adopted_by": "Most of the member States",
    "has_workplan": "yes",
    "workplan_title": "Workplan 2019",
    "workplan_adopted": "2018-11",
    "workplan_covers": "2019",
    "monitoring": "platform other",
    "monitoring_other": "the SICA platform",
    "contributes_national": "yes",
    "contributes_bilateral": "no",
    "contributes_regional": "yes",
    "contributes_interregional": "do_not_know",
    "organs": "presidency secretariat working_group committee",
    "has_chair": "yes",
    "chair_kind": "rotating",
    "has_association": "yes",
    "association_org": "sica",
    "has_secretariat": "yes",
    "secretariat_org": "sica",
    "secretariat_category": "regional_union",
    "secretariat_arrangement": "permanent",
    "iom_roles": "technical_secretariat meetings funding",
    "funding": "regional_body member_organisation",
    "fund_stability": "unstable",
    "fund_influence": "some",
    "fund_influence_text": "At times the donor decides what matters.",
    "travel": "own",
    "sustain": "A permanent source is needed.",
    "members": "CRI PAN",
    "benefits_states": "shared_understanding networks other",
    "benefits_states_other": "A voice in the world",
    "value_states_text": "Emerging issues are analysed together.",
}
OCAM_ROWS = {
    "contribution": [
        {
            "c_title": "Reform of migration laws",
            "c_level": "national",
            "c_kind": "legislation",
            "c_status": "adopted",
            "c_states": "CRI PAN GTM HND NIC",
        },
        {
            "c_title": "Regional migration policy",
            "c_level": "regional",
            "c_kind": "policy",
            "c_status": "proposed",
            "c_year": "2011",
        },
    ],
    "body": [{"b_kind": "committee", "b_name": "Advisory committee on legislation"}],
    "member_change": [
        {"m_change": "joined_member", "m_state": "DOM", "m_date": "2013"},
        {"m_change": "joined_observer", "m_state": "MEX"},
        {"m_change": "wants_observer", "m_state": "USA"},
        {
            "m_change": "wants_observer",
            "m_org": "rrocm",
            "m_org_category": "civil_society",
        },
    ],
    "partner": [
        {"p_category": "igo_un", "p_org": "unhcr", "p_topic": "Protection of refugees"},
        {"p_category": "igo_other", "p_org": "celac", "p_regularity": "occasional"},
        {"p_category": "civil_society", "p_org": "cc-sica"},
        {"p_category": "private_sector", "p_org": "cc-sica"},
        {"p_category": "iscm", "p_mechanism": "rcm", "p_topic": "Global initiatives"},
    ],
}


@pytest.fixture
def registry():
    have_questionnaires()
    for slug in ("ocam", "rcm"):
        make_profile(
            make_mechanism(slug=slug), name=f"The {slug}", acronym=slug.upper()
        )
    for iso3, name in STATES.items():
        make_state(iso3, name_en=name)
    for slug in ORGANISATIONS:
        make_organisation(slug=slug, name_en=slug.upper(), acronym=slug.upper())
    for slug in ("policy-governance-legislation", "migration-development", "security"):
        make_theme(slug, name_en=slug.replace("-", " "))


def kobo_export(kind, answers, rows, *, language=""):
    """Return an XLSX as KoboToolbox exports our form; with labels, in a language."""
    definition = Definition.stored(kind, 1)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        main = {**answers, "form_kind": kind, "form_version": "1"}
        columns = columns_of(definition, "", language)
        if language:
            main = labelled(definition, main, language)
        columns |= {"form_kind": "form_kind", "form_version": "form_version"}
        tail = {"_id": "7", "_uuid": "u-7", "_submission_time": "2019-04-01T10:00:00"}
        write(workbook, "main", columns, [main], [{**tail, "_index": "1"}])
        for repeat, entries in rows.items():
            columns = columns_of(definition, repeat, language)
            if language:
                entries = [labelled(definition, entry, language) for entry in entries]
            parent = {"_parent_table_name": "main", "_parent_index": "1"}
            tails = [{"_index": str(n), **parent} for n, _ in enumerate(entries, 1)]
            write(workbook, repeat, columns, entries, tails)
    return content.getvalue()


def columns_of(definition, repeat, language):
    """Return the headers of a table by code: paths, or texts in a language."""
    columns = {}
    for code, question in definition.answer_codes.items():
        if question.repeat != repeat or question.type == QuestionType.REPEAT:
            continue
        is_other = code != question.code
        columns[code] = definition.path_of(question) + ("_other" if is_other else "")
        if language and is_other:
            columns[code] = other_text(question, language)
        elif language:
            columns[code] = getattr(question, f"text_{language}")
    return columns


def labelled(definition, answers, language):
    """Return answers to questions of one choice as labels, as a label export has."""
    found = dict(answers)
    for code, answer in answers.items():
        question = definition.by_code.get(code)
        if question and question.type == QuestionType.ONE and question.choice_list:
            labels = {c.code: c for c in definition.choices_of(question)}
            found[code] = getattr(labels[answer], f"label_{language}")
    return found


def write(workbook, name, columns, rows, tails):
    sheet = workbook.add_worksheet(name)
    sheet.write_row(0, 0, [*columns.values(), *tails[0]])
    for number, (row, tail) in enumerate(zip(rows, tails, strict=True), 1):
        cells = [row.get(code, "") for code in columns]
        sheet.write_row(number, 0, [*cells, *tail.values()])


def normalised(content, kind="mechanism"):
    export = read(content, "export.xlsx")
    mapping = choose(export)
    assert mapping.name == f"{kind}-1"
    questionnaire = Questionnaire.objects.get(kind=kind)
    return normalise(export, mapping, questionnaire, Names({}))


def facts(normalised, target):
    """Return what is stated of a kind of fact, without what is always the same."""
    return [s.values for s in normalised.statements if s.target == target]


def has(found, **values):
    return any(fact.items() >= values.items() for fact in found)


@pytest.fixture
def ocam(registry):
    return normalised(kobo_export("mechanism", OCAM, OCAM_ROWS))


def test_nothing_of_our_own_form_is_left_unread(ocam):
    assert [p for p in ocam.problems if p.severity in ("error", "question")] == []
    assert [p.text for p in ocam.problems if p.severity == "warning"] == []
    (submitted,) = ocam.submissions
    assert submitted.subject == "ocam"
    assert {s.mechanism for s in ocam.statements} == {"ocam"}


def test_who_filled_it_in_stays_apart(ocam):
    (submitted,) = ocam.submissions

    assert (submitted.person_name, submitted.person_email) == (
        OCAM["person_name"],
        OCAM["person_email"],
    )
    assert "Ana" not in str(submitted.row) + str(submitted.answers)
    assert "Ana" not in str(ocam.statements) + str(ocam.problems)


def test_evolution_of_programming_and_thematic_focus(ocam):
    profile = facts(ocam, "profile")
    assert has(profile, established=1990)
    assert has(profile, thematic_change="shifted")
    assert has(profile, thematic_change_driver_en="Global initiatives on migration")
    themes = facts(ocam, "profiles.themefocus")
    assert has(themes, theme="migration-development", phase="current")
    documents = facts(ocam, "profiles.guidingdocument")
    assert has(
        documents, kind="strategy", title_en=OCAM["strategy_title"], adopted="2011"
    )
    assert has(
        documents,
        kind="workplan",
        adopted="2018-11",
        covers="2019",
        monitoring_en="Through an online platform; the SICA platform",
    )


def test_contribution_at_each_level(ocam):
    sections = {f["part"]: f["coverage"] for f in facts(ocam, "profiles.section")}
    assert sections["contribution_national"] == "reported"
    assert sections["contribution_bilateral"] == "none"
    assert sections["contribution_interregional"] == "not_reported"
    assert sections["contribution_global"] == "not_reported"
    contributions = facts(ocam, "profiles.contribution")
    assert {c["level"] for c in contributions} <= {*GovernanceLevel.values}
    assert has(contributions, level="regional", status="proposed", year=2011)
    (national,) = [c for c in contributions if c["level"] == "national"]
    assert set(national["states"]) == {"CRI", "PAN", "GTM", "HND", "NIC"}


def test_salient_structures(ocam):
    profile = facts(ocam, "profile")
    assert has(profile, chair_coverage="reported")
    assert has(profile, secretariat_coverage="reported")
    assert has(profile, chair_kind="rotating")
    organs = facts(ocam, "profiles.organ")
    assert {o["kind"] for o in organs} == {"presidency", "secretariat", "committee"}
    assert has(organs, name_en="Advisory committee on legislation")
    links = facts(ocam, "partnerships.partnership")
    assert has(links, organisation="sica", role="formal_association")
    assert has(links, organisation="sica", role="secretariat", arrangement="permanent")
    assert has(links, organisation="iom", role="secretariat", arrangement="technical")
    assert has(links, organisation="rrocm", role="prospective_observer")
    memberships = facts(ocam, "profiles.membership")
    assert has(memberships, state="CRI", role="member")
    assert has(memberships, state="DOM", role="member", since="2013")
    assert has(memberships, state="MEX", role="observer")
    assert has(memberships, state="USA", role="prospective_observer")


def test_what_is_said_of_money_is_for_staff(ocam):
    funding = facts(ocam, "partnerships.fundingsource")

    assert has(funding, kind="regional_body", stability="unstable")
    assert has(funding, kind="member_organisation", stability="unstable")
    assert has(funding, kind="own_costs", covers_en="Travel to meetings")
    assert has(funding, kind="need", statement_en=OCAM["sustain"])
    assert has(funding, statement_en=OCAM["fund_influence_text"])
    assert all(fact["is_public"] is False for fact in funding)


def test_partnership_models(ocam):
    links = facts(ocam, "partnerships.partnership")
    assert has(links, organisation="unhcr", topic_en="Protection of refugees")
    assert has(links, organisation="celac", regularity="occasional")
    assert has(links, organisation="cc-sica", category="civil_society")
    assert has(links, organisation="cc-sica", category="private_sector")
    (link,) = facts(ocam, "partnerships.mechanismlink")
    assert (link["other"], link["topic_en"]) == ("rcm", "Global initiatives")


def test_added_value_of_membership(ocam):
    values = facts(ocam, "profiles.addedvalue")

    assert has(values, beneficiary="state", benefit="shared_understanding")
    assert has(values, beneficiary="state", benefit="networks")
    assert has(values, benefit="other", summary_en="A voice in the world")
    assert len(values) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_with_labels_says_the_same_in_each_language(registry, language):
    answers = {k: v for k, v in OCAM.items() if k not in ("monitoring", "shift_why")}
    codes = normalised(kobo_export("mechanism", answers, OCAM_ROWS))
    content = kobo_export("mechanism", answers, OCAM_ROWS, language=language)

    labels = normalised(content)

    assert labels.submissions[0].answers == codes.submissions[0].answers
    assert "A voice in the world" in str(facts(labels, "profiles.addedvalue"))


def test_what_the_registry_lacks_is_asked_by_its_name_and_not_as_other(registry):
    answers = {**OCAM, "association_org": "other", "association_org_other": "Mercosur"}

    said = normalised(kobo_export("mechanism", answers, {}))

    questions = [p.value for p in said.problems if p.severity == "question"]
    assert questions == ["Mercosur"]


def test_a_name_written_beside_the_choices_can_be_one_of_the_registry(registry):
    answers = {**OCAM, "association_org": "other", "association_org_other": "Mercosur"}
    make_organisation(slug="mercosur", name_en="Mercosur")

    said = normalised(kobo_export("mechanism", answers, {}))

    assert has(
        facts(said, "partnerships.partnership"),
        organisation="mercosur",
        role="formal_association",
    )


def test_an_option_that_says_nothing_is_no_answer_and_no_question(registry):
    text = (FOLDER / "mechanism-1.toml").read_text("utf-8")
    options = '[options.themes_now]\nold = ""\n[options.travel]\nown = ""\n[[rule]]'
    mapping = read_mapping(text.replace("[[rule]]", options, 1), "mine")
    answers = {**OCAM, "themes_now": "old security", "travel": "own"}
    export = read(kobo_export("mechanism", answers, {}), "export.xlsx")

    said = normalise(
        export, mapping, Questionnaire.objects.get(kind="mechanism"), Names({})
    )

    (submitted,) = said.submissions
    assert submitted.answers["themes_now"] == ["security"]
    assert "travel" not in submitted.answers
    assert [p for p in said.problems if p.severity == "question"] == []


def test_a_state_speaks_of_every_mechanism_it_names(registry):
    answers = {"state": "CRI", "authority": "Migration office", "may_publish": "yes"}
    rows = [
        {
            "e_mechanism": "ocam",
            "e_role": "member",
            "e_since": "1990",
            "e_change_title": "Law on migration",
            "e_change_kind": "legislation",
            "e_change_status": "adopted",
            "e_benefits": "networks",
            "e_influence": "strong",
            "e_influence_text": "Donors choose the themes.",
        },
        {"e_mechanism": "rcm", "e_role": "former"},
    ]

    said = normalised(kobo_export("state", answers, {"engagement": rows}), "state")

    by_mechanism = {
        slug: [s for s in said.statements if s.mechanism == slug]
        for slug in ("ocam", "rcm")
    }
    ocam = {s.target: s.values for s in by_mechanism["ocam"]}
    assert ocam["profiles.membership"]["state"] == "CRI"
    assert ocam["profiles.membership"]["role"] == "member"
    assert ocam["profiles.contribution"]["states"] == ["CRI"]
    assert ocam["profiles.addedvalue"]["benefit"] == "networks"
    assert ocam["partnerships.fundingsource"]["is_public"] is False
    (former,) = by_mechanism["rcm"]
    assert former.values["role"] == "member"
    assert former.values["is_current"] is False


def test_an_organisation_says_what_it_is_to_a_mechanism(registry):
    answers = {"organisation": "iom", "office": "Regional office", "may_publish": "yes"}
    row = {
        "e_mechanism": "ocam",
        "e_role": "secretariat",
        "e_category": "igo_un",
        "e_arrangement": "technical",
        "e_funding": "igo",
        "e_funding_text": "Meetings",
        "e_benefits": "coordination",
    }

    content = kobo_export("organisation", answers, {"engagement": [row]}, language="en")
    said = normalised(content, "organisation")

    (link,) = facts(said, "partnerships.partnership")
    assert (link["organisation"], link["role"]) == ("iom", "secretariat")
    assert link["arrangement"] == "technical"
    (funding,) = facts(said, "partnerships.fundingsource")
    assert (funding["organisation"], funding["covers_en"]) == ("iom", "Meetings")
    (value,) = facts(said, "profiles.addedvalue")
    assert value["beneficiary"] == "organisation"


def test_a_fact_is_stated_while_the_language_of_a_text_in_it_is_asked(registry):
    answers = {"organisation": "iom", "office": "Regional office", "may_publish": "yes"}
    row = {"e_mechanism": "ocam", "e_funding": "igo", "e_funding_text": "Meetings"}

    content = kobo_export("organisation", answers, {"engagement": [row]})
    said = normalised(content, "organisation")

    (funding,) = facts(said, "partnerships.fundingsource")
    assert funding == {"is_public": False, "organisation": "iom", "kind": "igo"}
    (asked,) = [p for p in said.problems if p.severity == "question"]
    assert (asked.kind, asked.value) == ("language", "engagement/e_funding_text")
