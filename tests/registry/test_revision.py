"""The revision, and a database that was restored from a backup.

A savepoint is the backup: what it gives back is the database as it was, number and
all, while pages, tags and the index are still those of what came after.
"""

import shutil
from pathlib import Path

import pytest
from django.db import transaction

from iscm_registry import revision
from iscm_registry.models import Revision
from iscm_registry.search import index
from profiles.models import Theme
from tests.factories import (
    make_draft,
    make_full_draft,
    make_gcm_objective,
    make_mechanism,
    make_questionnaire,
    make_round,
    make_theme,
    publish,
)
from tests.migrating import migrate

ADDRESSES = ["/", "/mechanisms/", "/mechanisms/retracted/", "/search/?q=process"]


@pytest.mark.django_db
def test_number_and_token_move_together_and_no_token_comes_twice():
    make_full_draft()  # reference records
    seen = [revision.current()]
    for _ in range(5):
        revision.advance()
        seen.append(revision.current())

    numbers, tokens = zip(*(one.split("-") for one in seen), strict=True)
    first = int(numbers[0])
    assert [int(number) for number in numbers] == list(range(first, first + 6))
    assert len(set(tokens)) == 6
    assert all(len(token) == 16 for token in tokens)


@pytest.mark.django_db
def test_questionnaires_of_a_round_move_it_from_either_side():
    questionnaire = make_questionnaire()
    round = make_round(is_public=True)
    for change in (
        lambda: round.questionnaires.add(questionnaire),
        lambda: round.questionnaires.clear(),
        lambda: questionnaire.rounds.add(round),
        lambda: questionnaire.rounds.clear(),
    ):
        before = revision.current()
        change()
        assert revision.current() != before


@pytest.mark.django_db
def test_objectives_of_a_theme_move_it_from_either_side():
    theme, objective = make_theme(), make_gcm_objective()
    for change in (
        lambda: theme.gcm_objectives.add(objective),
        lambda: theme.gcm_objectives.clear(),
        lambda: objective.themes.add(theme),
        lambda: objective.themes.clear(),
    ):
        before = revision.current()
        change()
        assert revision.current() != before


@pytest.mark.attack("What was retracted returns after a restore")
@pytest.mark.django_db
def test_what_was_retracted_does_not_return_with_its_number(client):
    draft = make_draft(make_mechanism(slug="retracted"), name="Retracted Process")
    Theme.objects.create(slug="borders", name_en="Borders")
    backup = transaction.savepoint()
    publish(draft)
    number = Revision.objects.get().number
    tags = {}
    for address in ADDRESSES:
        for _ in ("drawn", "kept"):
            page = client.get(address)
            assert "Retracted" in page.text
        tags[address] = page.headers["ETag"]

    transaction.savepoint_rollback(backup)
    Theme.objects.update_or_create(slug="borders", defaults={"name_en": "Frontiers"})
    while Revision.objects.get().number < number:
        revision.advance()

    assert Revision.objects.get().number == number
    for address, tag in tags.items():
        page = client.get(address, headers={"If-None-Match": tag})
        assert page.status_code == (404 if "retracted/" in address else 200)
        assert "Retracted" not in page.text


@pytest.mark.django_db
def test_database_with_a_lower_number_is_read_and_searched_as_it_is(client, settings):
    publish(make_draft(name="Early Process"))
    backup = transaction.savepoint()
    known = revision.current()
    for name in ("Later Process", "Latest Process"):
        publish(make_draft(name=name))
    assert "Later" in client.get("/search/?q=process").text

    transaction.savepoint_rollback(backup)

    assert revision.current() == known
    for address in ("/search/?q=process", "/mechanisms/"):
        page = client.get(address).text
        assert "Early" in page
        assert "Later" not in page
    assert index.current().revision == known


@pytest.mark.django_db
def test_index_that_was_copied_to_the_name_of_another_revision_is_not_opened(
    settings, monkeypatch
):
    backup = transaction.savepoint()
    publish(make_draft(name="Retracted Process"))
    made = Path(settings.VAR_DIR, "search", index.current().revision)
    transaction.savepoint_rollback(backup)
    revision.advance()
    shutil.copytree(made, made.with_name(revision.current()))
    monkeypatch.setattr(index, "_open", None)

    assert index.current().entries == []


@pytest.mark.django_db(transaction=True)
def test_databases_from_before_tokens_get_one_of_their_own():
    tokens = set()
    try:
        for _ in range(2):
            before = migrate(("iscm_registry", "0002_roles"))
            before.get_model("iscm_registry", "Revision").objects.update_or_create(
                pk=1, defaults={"number": 7}
            )
            migrate(("iscm_registry", "0003_revision_token"))
            number, token = revision.current().split("-")
            assert number == "7"
            tokens.add(token)
    finally:
        migrate()
    assert len(tokens) == 2
