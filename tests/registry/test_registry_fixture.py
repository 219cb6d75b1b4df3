"""`loaddata` alone gives the same registry as the files."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from iscm_registry import revision
from profiles.models import Profile
from tests.registry.registry_folder import WHOLE


@pytest.mark.no_cover
@pytest.mark.django_db
def test_fixture_alone_gives_the_registry_of_the_files():
    before = revision.current()

    call_command(
        "loaddata", str(settings.BASE_DIR / "fixtures" / "registry.json"), verbosity=0
    )

    assert Profile.objects.published().count() == 46
    assert revision.current() != before
    out = StringIO()
    call_command("load_registry", str(WHOLE), stdout=out)
    assert out.getvalue().endswith("Nothing to change.\n")
    assert "is kept" not in out.getvalue()
