"""One walk through every public page, with a registry full of marked secrets."""

import html
import re

import pytest
from django.db import models

from partnerships.models import Organisation, OrganisationAlias
from profiles import editions
from profiles.models import (
    Fact,
    Mechanism,
    Profile,
    Region,
    Source,
    State,
    StateAlias,
    Theme,
    fact_kinds,
)
from profiles.partial_dates import PartialDateField
from surveys.models import PersonalDetails, Round
from tests.factories import (
    make_draft,
    make_full_draft,
    make_mechanism,
    make_mechanism_link,
    make_question,
    make_questionnaire,
    make_recommendation,
    make_region,
    make_round,
    make_source,
    make_submission,
    publish,
)
from tests.registry.public_addresses import (
    SAMPLES,
    addresses_of,
    asked_for,
    public_addresses,
    public_names,
)

pytestmark = pytest.mark.django_db

MARK = "xqz"
"""In every text that the public must not see. No page holds it by chance."""

SECRET = "xqzsecret"
"""In every such text that is not part of an address."""


def mark_texts(record: models.Model) -> None:
    """Put the secret and the field's name into every text of a record."""
    changed = {}
    for f in record._meta.concrete_fields:
        text = f"{SECRET} {record._meta.model_name} {f.name} {record.pk}"
        if isinstance(f, PartialDateField) or f.choices or f.unique:
            continue
        if isinstance(f, models.URLField):
            changed[f.name] = f"https://{text.replace(' ', '-').replace('_', '-')}.org/"
        elif isinstance(f, models.TextField) or (
            isinstance(f, models.CharField) and (f.max_length or 0) >= len(SECRET)
        ):
            changed[f.name] = text[: f.max_length]
    if record._meta.model_name == "chairing":
        del changed["holder"]  # a State holds the chair
    if record._meta.model_name == "state":
        del changed["subregion"]  # a name of the UN's, not of the record's
    # Not by save(): it knows no translated fields, and closed editions refuse it.
    type(record)._base_manager.filter(pk=record.pk).update(**changed)


def facts_of(edition: Profile) -> list[Fact]:
    return [
        fact
        for kind in fact_kinds()
        for fact in kind._default_manager.filter(profile=edition)
    ]


def mark_edition(edition: Profile) -> None:
    region = make_region(f"{MARK}-region")
    mark_texts(region)
    edition.regions.set([region])
    mark_texts(edition)
    mark_facts(edition)


def mark_facts(edition: Profile) -> None:
    """Mark an edition's facts and everything that they are the only ones to name."""
    for fact in facts_of(edition):
        mark_texts(fact)
        for f in fact._meta.get_fields():
            if f.name in ("profile", "mechanism") or not f.is_relation or f.one_to_many:
                continue
            value = getattr(fact, f.name)
            named = list(value.all()) if f.many_to_many else [value]
            for record in named:
                mark_reference(record)


def mark_reference(record: models.Model | None) -> None:
    if isinstance(record, State):
        StateAlias.objects.get_or_create(
            state=record, name=f"{SECRET} alias of {record.iso3}"
        )
    if isinstance(record, Organisation):
        OrganisationAlias.objects.get_or_create(
            organisation=record, name=f"{SECRET} alias of {record.pk}"
        )
    if isinstance(record, Organisation | Source | Theme | Region):
        slug = f"{MARK}-{record._meta.model_name}-{record.pk}"
        type(record)._base_manager.filter(pk=record.pk).update(slug=slug)
    if isinstance(record, Organisation | Source | Theme | Region | State):
        mark_texts(record)


@pytest.fixture
def secrets() -> list[list[str]]:
    """Fill a registry with secrets around public profiles.

    Returns by what the secrets stand in addresses, kind by kind.
    """
    publish(make_full_draft(name="Rabat Process"))

    home = make_mechanism(slug="puebla")
    superseded = make_full_draft(home, name="Puebla Process")
    superseded.sources.set([make_source(title="A public source")])
    for fact in facts_of(superseded):
        type(fact)._base_manager.filter(pk=fact.pk).update(is_public=False)
    mark_facts(superseded)
    publish(superseded)
    publish(editions.open_draft(home))

    drafts = make_mechanism(slug=f"{MARK}-draft")
    mark_edition(make_full_draft(drafts))
    in_review = make_full_draft(make_mechanism(slug=f"{MARK}-in-review"))
    mark_edition(in_review)
    editions.submit(in_review)
    withdrawn = publish(make_full_draft(make_mechanism(slug=f"{MARK}-withdrawn")))
    mark_edition(withdrawn)
    editions.withdraw(withdrawn)

    # What the next edition will say in public, and what it links to.
    coming = editions.open_draft(home)
    make_mechanism_link(coming, drafts)
    for fact in facts_of(coming):
        type(fact)._base_manager.filter(pk=fact.pk).update(is_public=True)
    mark_edition(coming)

    make_round_with_secrets(f"{MARK}-round", hidden_questions=True)
    # Of a public round, what respondents wrote and who they are.
    make_round_with_secrets("public-round", drafts, is_public=True, title="Public")

    # A public profile that links to a mechanism that is not public.
    linked = make_draft(name="Bali Process")
    make_mechanism_link(linked, drafts)
    make_mechanism_link(linked, withdrawn.mechanism)
    publish(linked)

    slugs = [
        [key for key in model.objects.values_list("slug", flat=True) if MARK in key]
        for model in (Mechanism, Organisation, Region, Source, Theme)
    ]
    states = State.objects.filter(name_en__startswith=SECRET)
    assert all([*slugs, states])
    return [*slugs, [state.iso3 for state in states]]


def make_round_with_secrets(slug, mechanism=None, *, hidden_questions=False, **fields):
    """Make a round in which six States gave secret answers.

    With `hidden_questions`, what was asked and recommended is secret, too.
    """
    made = make_round(slug, note=SECRET, **fields)
    questionnaire = make_questionnaire("state")
    asked = f"{SECRET} question" if hidden_questions else "What do you say?"
    make_question(questionnaire, "words", type="text", text_en=asked)
    make_question(questionnaire, "chosen", choices=["a", "b"], allows_other=True)
    make_question(questionnaire, "where", registry_list="mechanism", type="several")
    advice = make_recommendation(made, mechanism=mechanism)
    if hidden_questions:
        for record in (made, questionnaire, advice):
            mark_texts(record)
    slugs = list(Mechanism.objects.values_list("slug", flat=True))
    for number in range(6):
        submission = make_submission(
            made,
            questionnaire,
            respondent=f"{SECRET} respondent {number}",
            submission_id=f"{SECRET}-{number}",
            row={"Words": SECRET},
            answers={
                "words": f"{SECRET} words",
                "chosen": f"{SECRET} choice",
                "where": [one for one in slugs if MARK in one],
            },
            unanswered={"reason": SECRET},
        )
        PersonalDetails.objects.create(
            submission=submission, name=SECRET, email=f"{SECRET}@example.org"
        )
    return made


def page(client, address, query=None) -> str:
    response = client.get(address, query)
    assert response.status_code in (200, 301, 302, 400, 404, 410), address
    text = f"{response.headers}\n{response.text}"
    return html.unescape(text)


def found(text: str) -> list[str]:
    return re.findall(rf".{{0,60}}{MARK}.{{0,60}}", text, re.IGNORECASE)


def test_no_page_shows_what_is_not_public(client, secrets):
    leaks = {}
    for address in public_addresses():
        # A page may name its own address, which is the reader's own question.
        if leak := found(page(client, address).replace(address, "")):
            leaks[address] = leak

    assert not leaks


def test_no_question_brings_out_what_is_not_public(client, secrets):
    leaks = {}
    for name in lists():
        (address,) = addresses_of(name)
        asked = asked_for(page(client, address))
        for key in asked:
            for values in [["xqz"], ["alias of"]] if key == "q" else secrets:
                text = page(client, address, {key: values})
                if SECRET in text:
                    leaks[name, key, *values] = found(text)

    assert not leaks


@pytest.mark.parametrize("name", ["search", "search-suggest", "mechanism-list"])
def test_search_for_a_secret_is_like_search_for_nonsense(client, secrets, name):
    """Not even that something was found, or how a word is meant, may be told."""
    (address,) = addresses_of(name)

    asked = page(client, address, {"q": SECRET}).replace(SECRET, "…")
    nonsense = page(client, address, {"q": "vvvnonsen"}).replace("vvvnonsen", "…")

    without_tags = [re.sub(r"[0-9a-f]{32}", "", text) for text in (asked, nonsense)]
    assert without_tags[0] == without_tags[1]


def test_the_walk_would_notice(client, secrets):
    """Once published, all of it is found: the walk looks where it should."""
    coming = Mechanism.objects.get(slug="puebla").editions.open().get()
    publish(coming)
    made = Round.objects.get(slug=f"{MARK}-round")
    made.is_public = True
    made.save()

    pages = {
        name: [page(client, address, {"q": SECRET}) for address in addresses_of(name)]
        for name in public_names()
    }

    silent = {name for name, texts in pages.items() if not any(map(found, texts))}
    assert silent <= {"about", "home"}
    everything = "".join(text for texts in pages.values() for text in texts)
    for kind in fact_kinds():
        assert f"{SECRET} {kind._meta.model_name} " in everything, kind


def test_address_without_a_sample_is_noticed(settings, monkeypatch):
    monkeypatch.delitem(SAMPLES, "theme-detail")

    with pytest.raises(AssertionError, match="add a sample"):
        public_addresses()


def lists() -> list[str]:
    return [name for name, has_parts in public_names().items() if not has_parts]
