import io

import pytest
from django.core.management import CommandError, call_command

from partnerships.models import Organisation
from profiles import editions
from profiles.models import (
    AlternativeValue,
    EditionEvent,
    Membership,
    Profile,
    Section,
    Source,
)
from profiles.vocabularies import Coverage, SectionPart
from surveys.models import Suggestion, SummarySheet
from surveys.problems import Code
from surveys.summaries import deciding
from surveys.summaries.drafting import NotWritable, fingerprint, prepare, write
from surveys.summaries.parts import PartAction
from surveys.summaries.reading import read_sheet, sheet_of
from surveys.vocabularies import SuggestionState
from tests.factories import (
    make_contribution,
    make_draft,
    make_membership,
    make_partnership,
    make_profile,
    make_section,
    make_source,
    publish,
)
from tests.surveys.sheets import SHEET, as_text, as_word, make_records

pytestmark = pytest.mark.django_db


def prepared(content=None, **chosen):
    content = as_text() if content is None else content
    return prepare(read_sheet(content), "sheet.txt", fingerprint(content), **chosen)


def actions(preparation):
    return {plan.part: plan.action for plan in preparation.parts}


def prose(edition, part):
    return Section.objects.get(profile=edition, part=part).prose


def everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Profile, Section, Membership, Suggestion, SummarySheet, Source)
    ]


def test_a_mechanism_without_an_edition_gets_a_draft_of_the_sheet():
    mechanism = make_records()
    sheet = write(prepared(type="interregional"))
    draft = mechanism.editions.get()
    assert (draft.state, draft.name, draft.acronym, draft.type) == (
        *("draft", "Lake Dialogue on Mobility"),
        *("LDM", "interregional"),
    )
    coverage = dict(draft.sections.values_list("part", "coverage"))
    assert coverage == {
        "evolution": "reported",
        "contribution_national": "reported",
        "contribution_interregional": "reported",
        "contribution_global": "not_reported",
        "structure": "reported",
        "partnerships": "reported",
        "added_value_states": "reported",
        "added_value_organisations": "not_reported",
    }
    assert prose(draft, SectionPart.STATES).startswith("Member States value the calm.")
    source = Source.objects.get(slug="summary-of-findings-lake-dialogue-2017")
    assert set(draft.sections.values_list("source", flat=True)) == {source.pk}
    assert sheet.suggestions.open().count() == 27
    assert not draft.memberships.exists()


def test_preparing_writes_nothing():
    make_records()
    before = everything()
    assert not prepared().is_empty
    assert everything() == before


def test_a_published_edition_gets_a_draft_and_stays_as_it_is():
    mechanism = make_records()
    published = publish(make_draft(mechanism, name="Lake Dialogue"))
    write(prepared())
    draft = mechanism.editions.open().get()
    assert (draft.edition, draft.name) == (2, "Lake Dialogue")
    assert draft.sections.count() == 8
    assert not published.sections.exists()


def test_an_open_draft_is_used_and_its_version_moves():
    draft = make_draft(make_records())
    write(prepared())
    draft.refresh_from_db()
    assert draft.version > 0
    assert draft.mechanism.editions.count() == 1
    assert draft.sections.count() == 8


def test_an_edition_in_review_is_not_touched():
    draft = make_draft(make_records())
    editions.submit(draft)
    preparation = prepared()
    assert [p.code for p in preparation.problems] == [Code.OPEN_EDITION_IN_REVIEW]
    with pytest.raises(NotWritable, match="in review"):
        write(preparation)
    assert not SummarySheet.objects.exists()


def test_text_that_stands_there_is_kept_and_the_sheets_is_suggested():
    draft = make_draft(make_records())
    make_section(draft, "structure", prose="Ours.", source=make_source())
    make_section(draft, "contribution_global", coverage="none")
    make_section(draft, "added_value_organisations", coverage="not_reported")
    make_section(draft, "partnerships", coverage="not_asked")
    make_section(draft, "evolution")
    preparation = prepared()
    planned = actions(preparation)
    assert planned[SectionPart.STRUCTURE] == PartAction.CONFLICT
    assert planned[SectionPart.PARTNERSHIPS] == PartAction.CONFLICT
    assert planned[SectionPart.GLOBAL] == PartAction.KEPT
    assert planned[SectionPart.ORGANISATIONS] == PartAction.SAME
    assert planned[SectionPart.EVOLUTION] == PartAction.WRITE
    write(preparation)
    assert prose(draft, "structure") == "Ours."
    assert prose(draft, "evolution").startswith("Since it was set up")
    asked = Suggestion.objects.open().filter(kind="profiles.section")
    assert {row.part for row in asked} == {"structure", "partnerships"}

    offered = asked.get(part="structure")
    deciding.accept(offered)
    assert prose(draft, "structure").startswith("LDM has a Chair")
    deciding.undo(offered)
    section = Section.objects.get(profile=draft, part="structure")
    assert (section.prose, section.source.slug[:7]) == ("Ours.", "source-")


def test_the_same_text_is_no_conflict():
    draft = make_draft(make_records())
    text = read_sheet(as_text()).texts("regional")[SectionPart.STATES]
    make_section(draft, "added_value_states", prose=text.replace(" ", "\n"))
    assert actions(prepared())[SectionPart.STATES] == PartAction.SAME


def test_the_same_file_again_changes_nothing():
    mechanism = make_records()
    write(prepared())
    for row in Suggestion.objects.open()[:4]:
        deciding.reject(row)
    before = everything()
    again = prepared()
    assert again.already
    assert write(again) is None
    publish(mechanism.editions.get())
    assert write(prepared()) is None
    assert everything()[1:] == before[1:]


def test_a_corrected_sheet_suggests_only_what_is_new():
    make_records()
    write(prepared())
    content = SHEET.replace("Erland joined", "Garland joined").encode()
    sheet = write(prepared(content))
    found = {row.label for row in sheet.suggestions.open()}
    assert found == {
        "Garland: Observer",
        "Text of “Salient structures”",
    }


def test_what_was_rejected_is_not_suggested_in_a_later_edition():
    mechanism = make_records()
    sheet = write(prepared())
    deciding.reject(sheet.suggestions.get(label="Erland: Observer"))
    publish(sheet.profile)
    editions.open_draft(mechanism)
    content = SHEET.replace("Dorland joined", "Garland joined").encode()
    labels = [found.label for found in prepared(content).suggestions]
    assert "Garland: Member" in labels
    assert "Erland: Observer" not in labels


def test_short_names_without_a_record_are_told():
    make_records()
    content = SHEET.replace("With WOF,", "With WOOF (a dog) and the NGOs,").encode()
    problems = [str(problem.text) for problem in prepared(content).problems]
    assert "The registry has no record of: WOOF." in problems


def test_what_the_edition_says_is_not_suggested_again():
    draft = make_draft(make_records(), established=1994)
    make_membership(draft, "ERL", role="observer")
    make_membership(draft, "FRL", role="member")
    make_contribution(draft, level="national", states=["ARL", "BRL", "CRL", "GRL"])
    make_contribution(draft, title="Policy on lake passes", year=2009)
    make_contribution(
        draft,
        level="national",
        title="It also trained the officers who issue Lake (LP) passes",
    )
    uos = prepared().suggestions
    names = [found.label for found in uos]
    assert "Erland: Observer" not in names
    assert "Republic of Farland: Interested in becoming an observer" in names
    assert not any(found.kind == "profiles.contribution" for found in uos)
    assert "Established: 1994" not in names


def test_another_year_is_offered_as_an_alternative():
    draft = make_draft(make_records(), established=1993)
    write(prepared())
    row = Suggestion.objects.get(kind="profiles.alternativevalue")
    deciding.accept(row)
    other = AlternativeValue.objects.get(profile=draft)
    assert (other.field, other.value) == ("established", "1994")
    assert other.source.published == "2017"


def test_a_partner_under_another_category_is_suggested():
    draft = make_draft(make_records())
    nof = Organisation.objects.get(slug="nof")
    make_partnership(draft, nof, category="civil_society")
    partners = [f.fields for f in prepared().suggestions if "organisation" in f.fields]
    of_nof = [
        (fields["role"], fields["category"])
        for fields in partners
        if fields["organisation"] == "nof"
    ]
    assert of_nof == [
        ("prospective_observer", "civil_society"),
        ("partner", "private_sector"),
    ]


def test_a_source_that_the_edition_has_of_this_sheet_is_used():
    draft = make_draft(make_records())
    source = make_source(title="Summary of Findings: LDM", published="2017")
    make_section(draft, "evolution", source=source)
    assert prepared().source == source.slug
    later = prepared(SHEET.replace("In 2017", "In 2024").encode())
    assert later.source == "summary-of-findings-lake-dialogue-2024"


def test_a_name_that_is_not_exact_is_asked():
    make_records()
    preparation = prepared(SHEET.replace("Dialogue on Mob", "Dialog on Mob").encode())
    (problem,) = preparation.problems
    assert (problem.code, problem.kind) == (Code.UNCERTAIN_NAME, "mechanism")
    assert problem.candidates[0][0] == "lake-dialogue"
    with pytest.raises(NotWritable):
        write(preparation)
    assert prepared(mechanism="lake-dialogue").can_be_written


@pytest.mark.parametrize(
    ("old", "new", "chosen"),
    [
        ("Lake Dialogue on Mobility (LDM)", "Something Else (SE)", ""),
        ("Name of", "Place of", ""),
        ("", "", "nothing-of-the-kind"),
    ],
)
def test_an_unknown_mechanism_is_not_guessed(old, new, chosen):
    make_records()
    preparation = prepared(SHEET.replace(old, new).encode(), mechanism=chosen)
    assert preparation.mechanism is None
    assert not preparation.can_be_written
    assert preparation.problems


def test_an_edition_that_changed_since_the_preview_is_looked_at_again():
    draft = make_draft(make_records())
    preparation = prepared()
    Profile.objects.filter(pk=draft.pk).update(version=7)
    with pytest.raises(editions.ChangedMeanwhile):
        write(preparation)
    assert not SummarySheet.objects.exists()


def test_a_failure_on_the_way_leaves_everything_as_it_was(monkeypatch):
    make_records()
    before = everything()

    def fail(*args, **kwargs):
        raise RuntimeError

    preparation = prepared()
    monkeypatch.setattr(Suggestion, "save", fail)
    with pytest.raises(RuntimeError):
        write(preparation)
    assert everything() == before


# --- Decisions ---------------------------------------------------------------


@pytest.fixture
def sheet():
    make_records()
    return write(prepared())


def test_every_suggestion_can_be_accepted_and_taken_back(sheet):
    before = everything()[1:3]
    rows = list(sheet.suggestions.open())
    for row in rows:
        made = deciding.accept(row)
        if row.kind != "profile":
            assert made.uid == row.uid
            assert made.source.slug == "summary-of-findings-lake-dialogue-2017"
    draft = sheet.profile
    draft.refresh_from_db()
    assert sheet.suggestions.open().count() == 0
    assert draft.established == 1994
    assert (draft.association_coverage, draft.secretariat_coverage) == (
        *("reported", "reported"),
    )
    assert draft.memberships.count() == 3
    assert draft.partnerships.count() == 11
    laws = draft.contributions.get(level="national", kind="legislation")
    assert set(laws.states.all()) == set(
        type(draft.memberships.first().state).objects.filter(
            iso3__in=["ARL", "BRL", "CRL"]
        )
    )
    for row in reversed(rows):
        deciding.undo(row)
    draft.refresh_from_db()
    assert draft.established is None
    assert draft.secretariat_coverage == Coverage.UNKNOWN
    assert everything()[1:3] == before
    assert not draft.partnerships.exists()
    assert sheet.suggestions.open().count() == len(rows)


def test_who_decided_is_kept(sheet, django_user_model):
    user = django_user_model.objects.create_user("ana")
    accepted, rejected = sheet.suggestions.open()[:2]
    deciding.accept(accepted, by=user)
    deciding.reject(rejected, by=user)
    for row, state in ((accepted, "accepted"), (rejected, "rejected")):
        row.refresh_from_db()
        assert (row.state, row.decided_by) == (state, user)
        assert row.decided_at


def test_nothing_is_decided_twice(sheet):
    row = sheet.suggestions.open()[0]
    deciding.reject(row)
    for decide in (deciding.accept, deciding.reject):
        with pytest.raises(deciding.AlreadyDecided, match="Rejected"):
            decide(row)
    deciding.undo(row)
    with pytest.raises(deciding.NotDecided):
        deciding.undo(row)


@pytest.mark.parametrize("decide", [deciding.accept, deciding.reject, deciding.undo])
def test_a_closed_edition_is_not_decided_about(sheet, decide):
    row = sheet.suggestions.open().first()
    written = sheet.suggestions.exclude(state=SuggestionState.OPEN).first()
    publish(sheet.profile)
    before = everything()
    with pytest.raises(deciding.EditionNotOpen):
        decide(written if decide is deciding.undo else row)
    assert everything() == before


def test_a_fact_that_somebody_edited_is_not_taken_back(sheet):
    row = sheet.suggestions.get(label="Erland: Observer")
    seat = deciding.accept(row)
    seat.note = "Since the spring."
    seat.save()
    with pytest.raises(deciding.EditedSince):
        deciding.undo(row)
    assert Membership.objects.filter(pk=seat.pk).exists()
    seat.delete()
    deciding.undo(row)
    assert row.state == SuggestionState.OPEN


def test_a_fact_that_the_draft_excludes_is_refused_with_its_reason(sheet):
    make_membership(sheet.profile, "ERL")
    row = sheet.suggestions.get(label="Erland: Observer")
    with pytest.raises(deciding.CannotBeMade, match="already holds a role"):
        deciding.accept(row)
    row.refresh_from_db()
    assert row.state == SuggestionState.OPEN


def test_text_that_was_written_can_be_taken_back(sheet):
    row = sheet.suggestions.get(kind="profiles.section", part="structure")
    deciding.undo(row)
    assert not sheet.profile.sections.filter(part="structure").exists()
    deciding.accept(row)
    assert prose(sheet.profile, "structure").startswith("LDM has a Chair")


# --- The command -------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sheet.docx"
    path.write_bytes(as_word())
    return path


def run(*arguments):
    said, complained = io.StringIO(), io.StringIO()
    call_command("import_summary", *arguments, stdout=said, stderr=complained)
    return said.getvalue() + complained.getvalue()


@pytest.mark.parametrize(
    ("text", "coverage"),
    [
        ("None was reported.", "none"),
        ("No contribution has been identified so far.", "none"),
        ("Aucune contribution n’est signalée.", "none"),
        ("None of the laws was changed without a debate of the ministers.", "reported"),
    ],
)
def test_text_that_only_says_none_is_coverage_none(text, coverage):
    mechanism = make_records()
    content = (
        "Name of the mechanism: Lake Dialogue (LDM)\n\n"
        "2. Contribution to migration governance\n\n"
        f"Global level: {text}\n\n3. Salient structures\n\nIt has a council.\n"
    )
    sheet = sheet_of(content.encode())

    write(prepare(sheet, "s.txt", "0" * 64, mechanism=mechanism.slug))

    section = Section.objects.get(part=SectionPart.GLOBAL)
    assert section.coverage == coverage
    assert (section.prose == "") == (coverage == "none")


def test_the_command_tells_what_it_found_and_writes_it(file):
    mechanism = make_records()
    said = run(file)
    assert "Contribution at global level: Marked as not reported" in said
    assert "27 suggestions" in said
    assert "Erland: Observer\n    “Also, Erland joined" in said
    assert mechanism.editions.get().sections.count() == 8
    assert EditionEvent.objects.filter(profile__mechanism=mechanism).count() == 1
    assert "nothing to do" in run(file)


def test_the_command_can_only_look(file):
    mechanism = make_records()
    assert "nothing was written" in run(file, "--dry-run")
    assert not mechanism.editions.exists()


def test_the_command_names_file_and_line_of_what_is_wrong(tmp_path):
    make_records()
    path = tmp_path / "broken.txt"
    path.write_text("nothing of the kind")
    with pytest.raises(CommandError, match=r"broken\.txt: None of the five headings"):
        run(path)
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "none.txt")
    path.write_text("\n\n2. Contribution to migration governance\n\nA law.\n")
    with pytest.raises(CommandError):
        run(path)
    assert "broken.txt:3: This text stands under no level" in run(
        *(path, "--mechanism", "lake-dialogue")
    )


def test_the_command_lists_the_mechanisms_to_choose_from(tmp_path, capsys):
    make_records()
    path = tmp_path / "sheet.txt"
    path.write_text(SHEET.replace("Dialogue on", "Dialog on"))
    with pytest.raises(CommandError, match="Nothing was written"):
        run(path)
    make_profile()
    assert "27 suggestions" in run(path, "--mechanism", "lake-dialogue")
