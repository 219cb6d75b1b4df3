"""docs/security-tests.md names each attack that is known and the tests that make it."""

import re

from tests.serving import ROOT

PAGE = ROOT / "docs/security-tests.md"
_ROW = re.compile(r"^\| ([A-Z].+?) \| (\[.+) \|$", re.MULTILINE)
_FILE = re.compile(r"\]\(\.\./(tests/[\w/]+\.py)\)")
_MARK = re.compile(r'^@pytest\.mark\.attack\(\s*"([^"]+)"\s*\)', re.MULTILINE)


def listed() -> set[tuple[str, str]]:
    """Return each attack of the page, with each file that it points to."""
    text = PAGE.read_text(encoding="utf-8")
    return {
        (attack, file)
        for attack, tests in _ROW.findall(text)
        for file in _FILE.findall(tests)
    }


def marked() -> set[tuple[str, str]]:
    """Return each attack that a test is marked with, with the file of the test."""
    return {
        (attack, str(path.relative_to(ROOT)))
        for path in (ROOT / "tests").rglob("test_*.py")
        for attack in _MARK.findall(path.read_text(encoding="utf-8"))
    }


def test_each_attack_has_its_test_and_each_test_its_attack():
    assert listed() == marked()


def test_page_is_read_as_it_is_written():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]

    attacks = [row for row in rows if not row.startswith("| attack")]
    assert len(attacks) == len({attack for attack, _ in listed()}) > 20


def test_mark_says_which_attack(pytestconfig):
    assert any(line.startswith("attack(") for line in pytestconfig.getini("markers"))
