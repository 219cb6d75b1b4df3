"""Published numbers beside ours: a guard that none changes without its explanation."""

import pytest
from django.core.management import call_command

from answers.figures.declared import FIGURES
from answers.figures.reading import Counts
from answers.figures.reference_points import REFERENCE_POINTS
from profiles.as_at import AsAt
from profiles.models import Source
from tests.registry.registry_folder import WHOLE

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_registry", str(WHOLE), verbosity=0)
        call_command("load_questionnaires", verbosity=0)
        call_command("load_rounds", verbosity=0)
        yield
        call_command("flush", interactive=False, verbosity=0)


def test_our_numbers_are_those_that_the_explanations_speak_of(registry):
    counted = {}
    for point in REFERENCE_POINTS:
        at = AsAt.asked(point.at) if point.at else None
        key = point.figure, point.at
        if key not in counted:
            counted[key] = FIGURES[point.figure].count(Counts(at)).headlines
        assert counted[key][point.headline] == point.ours, (
            f"{point.label}: ours is {counted[key][point.headline]} now. Look why, and "
            "write its `because` in answers/figures/reference_points.py anew."
        )


def test_every_source_is_one_of_the_registry(registry):
    named = {point.source for point in REFERENCE_POINTS if point.source}
    known = set(Source.objects.values_list("slug", flat=True))
    assert named <= known


@pytest.mark.parametrize(
    "point", REFERENCE_POINTS, ids=lambda one: f"{one.figure}-{one.headline}"
)
def test_explanation_names_both_numbers(point):
    published = "".join(c for c in str(point.published) if c.isdigit())
    assert point.source or point.said_by
    if published == str(point.ours):
        assert not point.because, "Nothing differs."
    else:
        assert published in str(point.because)
        assert str(point.ours) in str(point.because)
