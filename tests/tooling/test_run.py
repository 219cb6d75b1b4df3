"""The last lines of `make test` tell the truth."""

import pytest

from tests.run import Part, closing_lines
from tests.serving import environment_of


def closing(parts, covered=97.0, *, whole=True, require_all=False):
    return closing_lines(parts, covered, 95, whole=whole, require_all=require_all)


def all_parts(**changes):
    return [
        Part("SQLite", passed=10, skipped=1),
        Part("PostgreSQL", passed=11),
        Part("Browser", **{"passed": 3} | changes),
    ]


def test_last_line_counts_all_parts():
    lines, status = closing(all_parts(failed=2, status=1))

    assert lines[-1] == "24 passed, 2 failed, 1 skipped"
    assert status == 1


def test_everything_passed():
    lines, status = closing(all_parts())

    assert lines[-1] == "24 passed, 0 failed, 1 skipped"
    assert status == 0


def test_part_that_did_not_run_says_what_would_enable_it():
    lines, status = closing(all_parts(not_run="apt install chromium"))

    assert "Browser     not run  apt install chromium" in lines
    assert status == 0


def test_part_that_did_not_run_fails_when_all_are_required():
    _, status = closing(all_parts(not_run="apt install chromium"), require_all=True)

    assert status == 1


def test_part_that_broke_before_it_counted_is_a_failure():
    lines, status = closing(all_parts(passed=0, status=3))

    assert any("pytest ended with status 3" in line for line in lines)
    assert status == 1


def test_report_that_was_never_written_is_a_failure(tmp_path):
    part = Part("SQLite")
    part.read(tmp_path / "missing.xml")

    assert part.outcome == "failed"


@pytest.mark.parametrize(
    ("covered", "whole", "status"), [(94.99, True, 1), (95.0, True, 0), (10, False, 0)]
)
def test_coverage_counts_when_all_tests_ran(covered, whole, status):
    assert closing(all_parts(), covered, whole=whole)[1] == status


def test_counts_are_read_from_the_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/>'
        "</testsuites>"
    )
    part = Part("SQLite")
    part.read(report)

    assert (part.passed, part.failed, part.skipped) == (3, 3, 3)
    assert part.outcome == "failed"


def test_what_does_not_ask_for_the_database_gives_it_to_no_process(tmp_path):
    """It runs on SQLite only."""
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        environment_of(tmp_path)
