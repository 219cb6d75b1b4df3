"""ODK Central: CSV files, alone or in its archive."""

import io
import zipfile

import pytest

from surveys.problems import Code
from surveys.readers.tables import Role, Tool
from tests.surveys.export_files import odk_csv, odk_repeat_csv, submission_uuid
from tests.surveys.readers.in_this_process import read

COLUMNS = ["id-mech", "s1-themes", "s1-themes/labour", "s1-themes/data"]
ROWS = [["ocam", "labour data", 1, 1], ["rcm", "data", 0, 1]]
REPEAT = odk_repeat_csv("contrib", ["title"], [(2, ["Law"]), (1, ["Plan"])])


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.csv", data)
        archive.writestr("media/photo.jpg", b"\xff\xd8\xff")
    return content.getvalue()


def test_groups_and_choices_are_as_in_other_tools():
    export = read(odk_csv(COLUMNS, ROWS), "form.csv")
    assert (export.tool, export.splits_at) == (Tool.ODK, " ")
    by_header = {column.header: column for column in export.main.columns}
    assert by_header["id-mech"].question == "id/mech"
    split = by_header["s1-themes/labour"]
    assert (split.question, split.option) == ("s1/themes", "labour")


def test_the_key_and_the_time_with_its_zone_are_found():
    response = read(odk_csv(COLUMNS, ROWS), "form.csv").responses[0]
    assert response.key == submission_uuid(1)
    assert response.time_zone == "Z"
    assert response.submitted.utcoffset().total_seconds() == 0


def test_who_sent_it_is_personal():
    export = read(odk_csv(COLUMNS, ROWS), "form.csv")
    personal = {column.header for column in export.main.with_role(Role.PERSONAL)}
    assert personal == {"SubmitterID", "SubmitterName", "DeviceID"}


def test_the_archive_brings_repeated_groups_along():
    files = {"form": odk_csv(COLUMNS, ROWS), "form-contrib": REPEAT}
    export = read(zipped(**files), "form.zip")
    assert [table.name for table in export.tables] == ["", "contrib"]
    found = [r.repeats["contrib"][0].cells[0] for r in export.responses]
    assert found == ["Plan", "Law"]
    assert export.problems == []


def test_a_repeated_group_alone_says_what_is_missing():
    export = read(REPEAT, "form-contrib.csv")
    assert [p.code for p in export.problems] == [Code.MISSING_COLUMN]
    assert [r.key for r in export.responses] == [submission_uuid(2), submission_uuid(1)]


def test_rejected_submissions_are_told():
    content = odk_csv(["id-mech", "x"], [["ocam", 1]])
    rejected = content.replace(b",0,0,,,device-1", b",0,0,,rejected,device-1")
    assert [r.is_rejected for r in read(content, "f").responses] == [False]
    assert [r.is_rejected for r in read(rejected, "f").responses] == [True]


@pytest.mark.parametrize("review", [b"hasIssues", b"abgelehnt"])
def test_a_review_that_approves_nothing_is_asked_about(review):
    content = odk_csv(["id-mech", "x"], [["ocam", 1]])
    reviewed = content.replace(b",0,0,,,device-1", b",0,0,,%b,device-1" % review)
    export = read(reviewed, "f")
    assert [r.is_finished for r in export.responses] == [False]
    assert Code.UNKNOWN_MARK in [problem.code for problem in export.problems]


def test_what_could_not_be_decrypted_is_no_finished_submission():
    content = odk_csv(["id-mech", "x"], [["ocam", 1]])
    locked = content.replace(b",0,0,,,device-1", b",0,0,notDecrypted,,device-1")
    assert [r.is_finished for r in read(content, "f").responses] == [True]
    assert [r.is_finished for r in read(locked, "f").responses] == [False]


def test_a_row_that_lacks_its_last_cells_is_read_and_reported():
    content = odk_csv(["id-mech", "x"], [["ocam", 1]]).replace(b",0,1\n", b"\n")
    export = read(content, "form.csv")
    assert [p.code for p in export.problems] == [Code.RAGGED_ROW]
    assert len(export.responses) == 1
