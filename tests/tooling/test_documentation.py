"""What the documentation points to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PICTURES = sorted((ROOT / "docs/screenshots").rglob("*.png"))
# What a clone has to carry for pictures.
MOST_BYTES = 3_000_000


def targets(page: Path) -> list[str]:
    """Return the files of this project that a page links to or shows."""
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    return [
        target.partition("#")[0]
        for target in found
        if not re.match(r"[a-z]+:", target) and not target.startswith("#")
    ]


@pytest.mark.parametrize(
    "document", PAGES, ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_link_leads_to_a_file(document: Path):
    missing = [t for t in targets(document) if not (document.parent / t).exists()]

    assert missing == []


def test_every_picture_is_shown_on_a_page():
    shown = {(page.parent / t).resolve() for page in PAGES for t in targets(page)}

    assert set(PICTURES) <= shown


def test_pictures_stay_light():
    assert sum(path.stat().st_size for path in PICTURES) < MOST_BYTES
