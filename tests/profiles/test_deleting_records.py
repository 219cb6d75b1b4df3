"""A shared record goes only when nothing names it, whatever relation does."""

import pytest
from django.apps import apps
from django.db import models
from django.db.models import ProtectedError

from profiles.models import Fact, Mechanism
from profiles.models.base import ReferenceRecord
from profiles.uses import references
from tests.factories import make_draft, make_gcm_objective, make_region, make_theme
from tests.profiles.staff_forms import change_url

SHARED = [
    model
    for model in apps.get_models()
    if issubclass(model, ReferenceRecord | Mechanism)
]
OF_SHARED = [(model, one) for model in SHARED for one in references(model)]

LEFT_EMPTY = {"corrections.errorreport"}
"""What may lose its record: a report goes on to say in words what it is about."""


def test_there_are_relations_to_walk():
    assert len(OF_SHARED) > 40


@pytest.mark.parametrize(
    ("model", "reference"),
    OF_SHARED,
    ids=[f"{m.__name__}-{r.label}-{r.key.name}" for m, r in OF_SHARED],
)
def test_relation_keeps_its_record_or_is_a_part_of_it(model, reference):
    if reference.is_list or reference.is_a_part:
        return
    rule = reference.key.remote_field.on_delete
    allowed = models.SET_NULL if reference.label in LEFT_EMPTY else models.PROTECT
    assert rule is allowed, f"{reference.label}.{reference.key.name}"


@pytest.mark.parametrize(
    ("model", "reference"),
    [pair for pair in OF_SHARED if pair[1].is_list],
    ids=[f"{m.__name__}-{r.label}" for m, r in OF_SHARED if r.is_list],
)
@pytest.mark.django_db
def test_record_stays_while_a_list_has_it(model, reference):
    if reference.said_by is model:
        pytest.skip("the list is the record's own, and goes with it")
    record = _made(model)
    owner = _made(reference.said_by)
    field = next(
        f
        for f in reference.said_by._meta.many_to_many
        if f.related_model is model and f.remote_field.through is reference.model
    )
    getattr(owner, field.name).add(record)

    with pytest.raises(ProtectedError):
        record.delete()
    with pytest.raises(ProtectedError):
        model._default_manager.filter(pk=record.pk).delete()

    getattr(owner, field.name).remove(record)
    record.delete()


def _made(model):
    """Return a record of a model with what it cannot be without."""
    from tests import factories

    make = getattr(factories, f"make_{_snake(model.__name__)}")
    return make(make_draft()) if issubclass(model, Fact) else make()


def _snake(name):
    words = name.replace("GCM", "Gcm")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in words).lstrip("_")


@pytest.mark.django_db
def test_staff_are_told_which_editions_keep_a_record(admin_client):
    draft, region = make_draft(), make_region()
    objective, theme = make_gcm_objective(), make_theme()
    draft.regions.add(region)
    theme.gcm_objectives.add(objective)

    for record, owner in ((region, draft), (objective, theme)):
        url = change_url(record).replace("/change/", "/delete/")
        page = admin_client.get(url).content.decode()
        assert str(owner) in page
        assert 'type="submit"' not in page.partition('id="content"')[2]
        admin_client.post(url, {"post": "yes"})
        record.refresh_from_db()
