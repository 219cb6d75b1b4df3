"""A kind of fact and a field of the profile are declared once, and found everywhere."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.serving import environment_of


@pytest.mark.django_db
def test_app_with_a_kind_of_fact_and_a_field_needs_no_other_line(tmp_path):
    """Its settings know one app more, so pytest has to begin anew."""
    names = ("pledges", "motto")
    ours = [settings.BASE_DIR / app for app in ("profiles", "surveys", "templates")]
    assert not [
        path
        for folder in [*ours, settings.BASE_DIR / "iscm_registry"]
        for path in folder.rglob("*.[ph]*")
        if path.suffix in (".py", ".html")
        and any(name in path.read_text() for name in names)
    ]

    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-p", "no:xdist", "tests/declaring/adding_a_kind.py"),
        ],
        cwd=settings.BASE_DIR,
        env=environment_of(tmp_path, "tests.declaring.settings"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
