"""`load_registry`: what it writes, what it refuses, and that it says where."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from iscm_registry import revision
from iscm_registry.registry_files.tables import FACTS, TABLES
from partnerships.models import Organisation
from profiles import editions, redacting
from profiles.comparison import compare
from profiles.edition_parts import Part
from profiles.models import (
    Contribution,
    Mechanism,
    Membership,
    Profile,
    Source,
    State,
    fact_kinds,
)
from tests.factories import (
    make_contribution,
    make_membership,
    make_profile,
    make_source,
    make_state,
)
from tests.registry.registry_folder import (
    PART,
    change,
    copy_part,
    line_of,
    read,
    write,
)


@pytest.fixture(scope="session")
def part(tmp_path_factory):
    return copy_part(tmp_path_factory.mktemp("part"))


@pytest.fixture
def folder(part, tmp_path):
    for file in part.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def load(folder, **options):
    out = StringIO()
    call_command("load_registry", str(folder), stdout=out, **options)
    return out.getvalue()


def problems_of(folder):
    """Return the lines that a refused load writes; nothing may be written."""
    before = everything()
    err = StringIO()
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("load_registry", str(folder), stdout=StringIO(), stderr=err)
    assert everything() == before
    return err.getvalue().splitlines()


def refused(folder, **options):
    """Load and say whether that was refused; any other failure comes through."""
    try:
        load(folder, **options)
    except CommandError:
        return True
    return False


def everything():
    models = [Mechanism, Profile, *fact_kinds(), *{t.model for t in TABLES}]
    counts = {model.__name__: model._default_manager.count() for model in models}
    return counts | {"revision": revision.current()}


@pytest.mark.django_db
def test_first_load_publishes_one_edition_of_each_mechanism(folder):
    before = revision.current()

    answer = load(folder)

    assert [
        (p.mechanism.slug, p.edition, p.state)
        for p in Profile.objects.select_related("mechanism").order_by("pk")
    ] == [(slug, 1, "published") for slug in PART]
    for table in FACTS:
        assert table.model._default_manager.published().count() == len(
            [r for r in read(folder, table.file) if r["is_public"] == "yes"]
        )
    assert revision.current() != before
    assert f"memberships.csv: {len(read(folder, 'memberships.csv'))} added" in answer
    assert answer.endswith("The registry is loaded.\n")


@pytest.mark.django_db
def test_second_load_finds_nothing_to_change(folder):
    load(folder)
    before = everything()

    answer = load(folder)

    assert answer.endswith("Nothing to change.\n")
    assert everything() == before


@pytest.mark.django_db
def test_trial_says_what_would_change_and_writes_nothing(folder):
    before = everything()

    answer = load(folder, dry_run=True)

    assert "riam: new, with 30 facts" in answer
    assert answer.endswith("This was a trial: nothing was written.\n")
    assert everything() == before


@pytest.mark.django_db
def test_changed_line_makes_a_new_edition_of_its_mechanism_only(folder):
    load(folder)
    uid = Contribution.objects.get(title="Second RCM-SACM plenary").uid
    change(
        folder,
        "contributions.csv",
        {"title": "Second RCM-SACM plenary"},
        summary="Corrected.",
        states="CRI|PAN",
    )

    answer = load(folder)

    assert "~ contribution: Second RCM-SACM plenary (summary_en, states)" in answer
    changed = Contribution.objects.published().get(uid=uid)
    assert changed.summary == "Corrected."
    assert {state.iso3 for state in changed.states.all()} == {"CRI", "PAN"}
    states = {p.mechanism.slug: [] for p in Profile.objects.select_related("mechanism")}
    for edition in Profile.objects.select_related("mechanism").order_by("edition"):
        states[edition.mechanism.slug].append(edition.state)
    assert states == {
        "ocam": ["published"],
        "rcm": ["superseded", "published"],
        "sacm": ["published"],
        "riam": ["published"],
    }
    (old, new) = Profile.objects.filter(mechanism__slug="rcm").order_by("edition")
    comparison = compare(old, new)
    assert not comparison.added
    assert not comparison.removed
    assert [c.new.uid for c in comparison.changed] == [uid]


@pytest.mark.django_db
def test_changed_identity_makes_a_new_edition(folder):
    load(folder)
    change(
        folder,
        "profiles.csv",
        {"mechanism": "riam"},
        status="dormant",
        regions="americas",
    )

    answer = load(folder)

    assert "~ profile: riam (regions, status)" in answer
    riam = Profile.objects.published().get(mechanism__slug="riam")
    assert (riam.edition, riam.status) == (2, "dormant")
    assert [region.slug for region in riam.regions.all()] == ["americas"]


@pytest.mark.django_db
def test_lines_that_come_and_go_are_added_and_removed(folder):
    load(folder)
    rows = read(folder, "organs.csv")
    (gone,) = [row for row in rows if row["name"] == "Technical Secretary"]
    rows.remove(gone)
    rows.append(gone | {"name": "Secretariat of the network"})
    write(folder, "organs.csv", rows)

    answer = load(folder)

    assert "+ organ: Secretariat of the network" in answer
    assert "- organ: Technical Secretary" in answer
    riam = Profile.objects.published().get(mechanism__slug="riam")
    names = {organ.name for organ in riam.organs.all()}
    assert "Secretariat of the network" in names
    assert "Technical Secretary" not in names


@pytest.mark.django_db
def test_what_staff_entered_for_themselves_outlives_a_load(folder, tmp_path):
    """The files are public, so they never name it."""
    load(folder)
    rcm = Mechanism.objects.get(slug="rcm")
    draft = editions.open_draft(rcm)
    private = make_contribution(
        draft,
        title="Told in confidence",
        is_public=False,
        states=["CRI"],
    )
    editions.submit(draft)
    editions.publish(draft)

    load(folder)
    change(folder, "profiles.csv", {"mechanism": "rcm"}, status="dormant")
    answer = load(folder)

    assert "Told in confidence" not in answer
    now = Profile.objects.published().get(mechanism=rcm)
    assert (now.edition, now.status) == (3, "dormant")
    kept = now.contributions.get(uid=private.uid)
    assert (kept.title, kept.is_public) == ("Told in confidence", False)
    assert kept.states.count() == 1
    assert now.contributions.public().count() == len(
        [r for r in read(folder, "contributions.csv") if r["mechanism"] == "rcm"]
    )
    call_command("dump_registry", str(tmp_path / "dump.json"), stdout=StringIO())
    assert "Told in confidence" not in (tmp_path / "dump.json").read_text("utf-8")


@pytest.mark.django_db
def test_same_line_gets_the_same_identifier_in_every_database(folder):
    load(folder)

    member = Membership.objects.get(
        profile__mechanism__slug="ocam", state__iso3="CRI", role="member"
    )

    assert str(member.uid) == "8ba572fc-3ed4-5667-b738-875a21c0863e"


@pytest.mark.django_db
def test_changed_reference_record_needs_no_edition_but_moves_the_revision(folder):
    load(folder)
    before = revision.current()
    change(folder, "sources.csv", {"slug": "iom-rcm"}, title="Corrected title")
    change(folder, "themes.csv", {"slug": "remittances"}, gcm_objectives="19|20")

    load(folder)

    assert Source.objects.get(slug="iom-rcm").title == "Corrected title"
    assert Profile.objects.count() == len(PART)
    assert revision.current() != before
    assert load(folder).endswith("Nothing to change.\n")


@pytest.mark.django_db
def test_records_and_mechanisms_that_no_file_names_are_left_alone(folder):
    make_source(slug="our-own")
    theirs = make_profile(name="Of staff")

    answer = load(folder)

    assert "is not in the file and is kept." in answer
    theirs.refresh_from_db()
    assert theirs.state == "published"
    assert Source.objects.filter(slug="our-own").exists()
    assert load(folder).endswith("Nothing to change.\n")


@pytest.mark.django_db
def test_facts_of_a_mechanism_that_no_file_names_are_no_difference(folder):
    load(folder)
    draft = editions.open_empty_draft(
        Mechanism.objects.create(slug="of-staff"), name="Of staff", type="regional"
    )
    make_membership(draft, State.objects.get(iso3="CRI"), source=Source.objects.first())
    editions.submit(draft)
    editions.publish(draft)

    assert load(folder).endswith("Nothing to change.\n")


@pytest.mark.django_db
def test_order_that_staff_gave_to_facts_is_kept(folder):
    load(folder)
    ocam = Mechanism.objects.get(slug="ocam")
    draft = editions.open_draft(ocam)
    draft.organs.filter(name="Working or expert groups").update(position=7)
    editions.submit(draft)
    editions.publish(draft)
    change(folder, "profiles.csv", {"mechanism": "ocam"}, as_of="2022-07")

    load(folder)

    latest = ocam.editions.published().get()
    assert latest.as_of == "2022-07"
    assert latest.organs.get(name="Working or expert groups").position == 7


@pytest.mark.django_db
def test_mechanism_with_an_open_edition_is_refused_before_anything_is_written(folder):
    load(folder)
    editions.open_draft(Mechanism.objects.get(slug="sacm"))
    change(folder, "profiles.csv", {"mechanism": "riam"}, as_of="2022-02")
    line = change(folder, "profiles.csv", {"mechanism": "sacm"}, as_of="2022-02")

    (problem,) = problems_of(folder)

    assert problem == (
        f"profiles.csv, line {line}, column mechanism: “sacm” has edition 2 open "
        "(Draft). Publish or discard it, then load again."
    )


@pytest.mark.django_db
def test_open_edition_of_a_mechanism_that_stays_the_same_does_not_matter(folder):
    load(folder)
    editions.open_draft(Mechanism.objects.get(slug="sacm"))

    assert load(folder).endswith("Nothing to change.\n")


@pytest.mark.django_db
def test_value_that_a_record_of_no_file_holds_is_told(folder):
    make_state("ZZZ", iso2="CR", name_en="Elsewhere", m49="188")
    rows = read(folder, "states.csv")
    (index,) = [i for i, row in enumerate(rows) if row["iso3"] == "CRI"]
    line = line_of(folder, "states.csv", index)

    assert problems_of(folder) == [
        f"states.csv, line {line}, column {column}: “{value}” belongs to "
        "“Elsewhere”, which the database holds and the file does not."
        for column, value in (("iso2", "CR"), ("m49", "188"))
    ]


@pytest.mark.django_db
def test_refusal_of_the_database_is_told_and_nothing_is_written(folder):
    load(folder)
    change(folder, "states.csv", {"iso3": "CRI"}, iso2="PA")
    change(folder, "states.csv", {"iso3": "PAN"}, iso2="CR")

    (problem,) = problems_of(folder)

    assert problem.startswith(f"{folder}: The database refuses the records: ")


WRONG_CELLS = [
    ("memberships.csv", {"state": "XYZ"}, "state", "“XYZ” is no State of states.csv"),
    ("memberships.csv", {"role": "boss"}, "role", "“boss” is none of: member, obs"),
    ("memberships.csv", {"since": "2011-13"}, "since", "is not a date of the form"),
    ("memberships.csv", {"since": "last year"}, "since", "is not a date of the form"),
    ("memberships.csv", {"is_current": "1"}, "is_current", "neither “yes” nor “no”"),
    ("memberships.csv", {"state": ""}, "state", "is empty and must not be"),
    ("memberships.csv", {"mechanism": "atlantis"}, "mechanism", "no mechanism of prof"),
    ("memberships.csv", {"certainty": ""}, "certainty", "is empty and must not be"),
    ("memberships.csv", {"source": "hearsay"}, "source", "no source of sources.csv"),
    ("memberships.csv", {"note": "a\x00b"}, "note", "control character (U+0000)"),
    ("memberships.csv", {"until": "2011"}, "", "A role held today has no end."),
    (
        "memberships.csv",
        {"until": "2011", "since": "2012", "is_current": "no"},
        "",
        "It ends before it starts.",
    ),
    ("contributions.csv", {"year": "MMXI"}, "year", "“MMXI” is no whole number"),
    ("contributions.csv", {"year": "٢٠١١"}, "year", "is no whole number"),
    ("contributions.csv", {"year": "1066"}, "year", "greater than or equal to 1900"),
    ("contributions.csv", {"year": "2011", "until_year": "2010"}, "", "ends before"),
    ("contributions.csv", {"states": "CRI|XYZ"}, "states", "“XYZ” is no State"),
    ("contributions.csv", {"states": "CRI|CRI"}, "states", "names “CRI” twice"),
    ("contributions.csv", {"states": "CRI|"}, "states", "A part of the list is empty"),
    ("contributions.csv", {"title": "t" * 251}, "title", "at most 250 characters"),
    ("contributions.csv", {"gcm_objectives": "24"}, "gcm_objectives", "“24” is no GCM"),
    ("sources.csv", {"url": "javascript:alert(1)"}, "url", "http:// or https://"),
    ("sources.csv", {"slug": "no slug"}, "slug", "valid “slug”"),
    ("states.csv", {"m49": "1"}, "m49", "Three digits."),
    ("states.csv", {"name_en": ""}, "name_en", "is empty and must not be"),
    ("gcm_objectives.csv", {"number": "24"}, "", "The Global Compact has 23 objec"),
    ("profiles.csv", {"established": "3000"}, "established", "less than or equal to"),
    ("profiles.csv", {"name_en": ""}, "name_en", "is empty and must not be"),
    ("chairings.csv", {"state": "CRI", "holder": "The moon"}, "", "Name a State or an"),
    ("partnerships.csv", {"role": "partner", "arrangement": "technical"}, "", "Only a"),
    ("mechanism_links.csv", {"mechanism": "rcm", "other": "rcm"}, "", "linked to itse"),
    ("sections.csv", {"coverage": "none", "prose_en": "Text"}, "", "A section with a"),
    ("organisations.csv", {"website": "ftp://e.org"}, "website", "http:// or https://"),
    ("profiles.csv", {"website": "data:text/html,x"}, "website", "http:// or https://"),
    ("guiding_documents.csv", {"url": "//e.org/"}, "url", "http:// or https://"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "cells", "column", "message"),
    WRONG_CELLS,
    ids=[f"{f}-{'-'.join(c)}-{i}" for i, (f, c, *_) in enumerate(WRONG_CELLS)],
)
def test_wrong_cell_is_told_by_file_line_and_column(
    folder, file, cells, column, message
):
    rows = read(folder, file)
    rows[-1].update(cells)
    write(folder, file, rows)
    line = line_of(folder, file, len(rows) - 1)
    place = f"{file}, line {line}"
    place += f", column {column}: " if column else ": "

    problems = problems_of(folder)

    assert any(p.startswith(place) and message in p for p in problems), problems


@pytest.mark.django_db
def test_state_with_two_current_roles_is_refused(folder):
    rows = read(folder, "memberships.csv")
    rows.append(rows[-1] | {"role": "partner"})
    write(folder, "memberships.csv", rows)

    (problem,) = problems_of(folder)

    assert problem.startswith(f"memberships.csv, line {len(rows) + 1}: Line ")
    assert "This State already holds a role in this mechanism." in problem


@pytest.mark.django_db
def test_state_that_left_and_came_back_is_accepted(folder):
    rows = read(folder, "memberships.csv")
    rows.append(rows[-1] | {"is_current": "no", "since": "2001", "until": "2004"})
    write(folder, "memberships.csv", rows)

    load(folder)

    assert Membership.objects.filter(until="2004").count() == 1


@pytest.mark.django_db
def test_line_that_stands_twice_is_refused(folder):
    rows = read(folder, "organs.csv")
    rows.append(rows[0])
    write(folder, "organs.csv", rows)

    (problem,) = problems_of(folder)

    assert problem == (
        f"organs.csv, line {len(rows) + 1}: Line 2 has the same mechanism, name."
    )


@pytest.mark.django_db
def test_all_problems_of_all_files_are_told_at_once(folder):
    change(folder, "profiles.csv", {"mechanism": "riam"}, type="huge", as_of="soon")
    change(folder, "organs.csv", {"name": "Technical Secretary"}, kind="")
    (folder / "meetings.csv").unlink()

    problems = problems_of(folder)

    assert len(problems) == 4
    assert {p.split(",")[0].split(":")[0] for p in problems} == {
        "profiles.csv",
        "organs.csv",
        "meetings.csv",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "organs.csv: The file is missing."),
        (b"", "organs.csv: The file is empty. Its first line names the columns: mech"),
        (
            b"mechanism,kind,name,source,certainty,note\n",
            "organs.csv, line 1: Columns are missing: is_public. Expected are: mech",
        ),
        (
            b"mechanism,kind,name,source,certainty,is_public,note,colour\n",
            "organs.csv, line 1: Columns are not known: colour.",
        ),
        (
            b"mechanism,kind,name,source,certainty,is_public,note,note\n",
            "organs.csv, line 1: Columns stand twice: note.",
        ),
        (
            b"mechanism,kind,name,source,certainty,is_public,note\nriam,other,x\n",
            "organs.csv, line 2: The line has 3 cells, the first line 7.",
        ),
        (
            "mechanism,kind,name,source,certainty,is_public,note\n"
            "riam,other,Comité,,stated,yes,\n".encode("latin-1"),
            "organs.csv, line 2: The file is not UTF-8 text.",
        ),
        (
            b'mechanism,kind,name,source,certainty,is_public,note\nriam,"other',
            "organs.csv, line 2: The line is not proper CSV",
        ),
    ],
)
def test_file_that_cannot_be_read_is_told(folder, content, message):
    file = folder / "organs.csv"
    file.unlink() if content is None else file.write_bytes(content)

    (problem,) = problems_of(folder)

    assert problem.startswith(message)


@pytest.mark.django_db
def test_reference_file_that_cannot_be_read_does_not_put_the_blame_on_others(folder):
    (folder / "states.csv").unlink()

    assert problems_of(folder) == ["states.csv: The file is missing."]


@pytest.mark.django_db
def test_file_that_nobody_expects_is_told(folder):
    (folder / "membership.csv").write_text("x\n")

    (problem,) = problems_of(folder)

    assert problem.startswith("membership.csv: No file of this name is expected.")


@pytest.mark.django_db
def test_folder_that_does_not_exist_is_told(tmp_path):
    (problem,) = problems_of(tmp_path / "nowhere")

    assert problem.endswith("nowhere: There is no such folder.")


@pytest.mark.django_db
def test_file_of_a_spreadsheet_is_read(folder):
    file = folder / "organs.csv"
    text = file.read_text(encoding="utf-8").replace("\n", "\r\n")
    file.write_text(text + "\r\n", encoding="utf-8-sig", newline="")

    assert f"organs.csv: {len(read(folder, 'organs.csv'))} added" in load(folder)


CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "XYZ", "|", "a|b", "-1", "2011-02-30", "9" * 30, "yes", "CRI", "ocam"]
    ),
    st.text(alphabet='",\n\r|\x00\ufeff\u2028٣', max_size=6),
    st.just("x" * 600),
)


@pytest.mark.no_cover
@pytest.mark.django_db
@settings(
    max_examples=20,
)
@given(data=st.data())
def test_damaged_cells_are_loaded_whole_or_refused_whole(folder, part, data):
    table = data.draw(st.sampled_from(TABLES))
    rows = read(part, table.file)
    index = data.draw(st.integers(0, len(rows) - 1)) if rows else None
    if index is None:
        return
    column = data.draw(st.sampled_from(list(rows[index])))
    rows[index][column] = data.draw(CELLS)
    write(folder, table.file, rows)
    before = everything()

    if refused(folder):
        assert everything() == before
    else:
        assert load(folder).endswith("Nothing to change.\n")
    (folder / table.file).write_bytes((part / table.file).read_bytes())


@pytest.mark.no_cover
@pytest.mark.django_db
@settings(
    max_examples=20,
)
@given(data=st.data())
def test_damaged_bytes_never_end_in_a_traceback(folder, part, data):
    table = data.draw(st.sampled_from(TABLES))
    content = (part / table.file).read_bytes()
    at = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 20))
    damage = data.draw(st.binary(max_size=8))
    (folder / table.file).write_bytes(content[:at] + damage + content[at + cut :])

    refused(folder, dry_run=True)

    assert not Organisation.objects.exists()
    (folder / table.file).write_bytes(content)


@pytest.mark.django_db
def test_load_does_not_bring_back_what_was_redacted(folder):
    load(folder)
    edition = Profile.objects.published().exclude(objective_en="").first()
    part = Part("profiles.profile", "", "objective")
    redacting.redact(edition, part, reason="It was false.")

    (problem,) = problems_of(folder)

    assert "says again what was redacted" in problem
    assert "It was false." in problem
