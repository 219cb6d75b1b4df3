"""A registry full of secrets, each with a mark that no page holds by chance."""

from django.contrib.auth.models import User
from django.db import models
from django.http import QueryDict

from corrections.models import ErrorReport, Outcome
from partnerships.models import Organisation, OrganisationAlias
from profiles import editions, source_files, unsaved
from profiles.models import (
    EditionEvent,
    Fact,
    Mechanism,
    MechanismAlias,
    Profile,
    Region,
    Source,
    SourceFile,
    State,
    StateAlias,
    Theme,
    fact_kinds,
)
from profiles.partial_dates import PartialDateField
from surveys.models import PersonalDetails
from tests.factories import (
    make_draft,
    make_error_report,
    make_full_draft,
    make_mechanism,
    make_mechanism_link,
    make_organisation,
    make_question,
    make_questionnaire,
    make_recommendation,
    make_region,
    make_round,
    make_source,
    make_state,
    make_submission,
    make_theme,
    publish,
)

MARK = "xqzz"
"""In every text that the public must not see. No page holds it by chance: three letters
would be the code of some State."""

SECRET = "xqzzsecret"
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
    if record._meta.model_name == "profile":
        del changed["withdrawal_reason"]  # it is told in public
    if record._meta.model_name == "state":
        # All States of the world have a page: only an alias can be a draft's own.
        changed = {}
    if not changed:
        return
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


def fill_with_secrets() -> list[list[str]]:
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
    editions.withdraw(withdrawn, reason="Wrong.")

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

    discarded = make_full_draft(make_mechanism(slug=f"{MARK}-discarded"))
    mark_edition(discarded)
    editions.discard(discarded)

    # Names that nothing uses, and that of a mechanism which no edition has.
    for unused in (make_state(), make_theme(), make_organisation(), make_source()):
        mark_reference(unused)
    make_mechanism(slug=f"{MARK}-nothing")
    MechanismAlias.objects.create(mechanism=drafts, name=f"{SECRET} alias")
    mark_staff()
    mark_reports(home, drafts)
    mark_unsaved_forms(coming)
    # A private file of a public source, and a public one of a source of a draft.
    words = f"%PDF-1.7 {SECRET}".encode()
    public = Source.objects.get(title="A public source")
    source_files.add(public, f"{SECRET}.pdf", words, by=None)
    of_draft = make_source()
    in_review.sources.add(of_draft)
    kept = source_files.add(of_draft, f"{SECRET}.pdf", words, by=None)
    SourceFile.objects.filter(pk=kept.pk).update(is_public=True)

    slugs = [
        [key for key in model.objects.values_list("slug", flat=True) if MARK in key]
        for model in (Mechanism, Organisation, Region, Source, Theme)
    ]
    states = State.objects.filter(aliases__name__startswith=SECRET).distinct()
    assert all([*slugs, states])
    return [*slugs, [state.iso3 for state in states]]


def mark_staff() -> None:
    """Let a person have done every step so far, and have said something at it."""
    clerk = User.objects.create_user(
        f"{SECRET}-clerk", f"{SECRET}@staff.example", is_staff=True
    )
    User.objects.filter(pk=clerk.pk).update(first_name=SECRET, last_name=SECRET)
    assert EditionEvent.objects.exists()
    EditionEvent.objects.update(by=clerk, note=f"{SECRET} note of a step")


def mark_unsaved_forms(edition: Profile) -> None:
    """Let a person have typed into the forms of an edition and of a public record."""
    clerk = User.objects.get(username=f"{SECRET}-clerk")
    for record in (edition, Source.objects.get(title="A public source")):
        sent = QueryDict(f"copy=a&name_en={SECRET}&title={SECRET}&note={SECRET}")
        unsaved.keep(clerk, type(record), str(record.pk), f"{SECRET}copy", sent)


def mark_reports(*mechanisms: Mechanism) -> None:
    """Let readers have reported errors, one of each mechanism answered and one not.

    Of those that are answered, the words of staff are public: they bear no mark.
    """
    for mechanism in mechanisms:
        for outcome in (Outcome.OPEN, Outcome.ACCEPTED, Outcome.DECLINED):
            report = make_error_report(
                mechanism,
                email=f"{SECRET}-{mechanism.slug}-{outcome}@example.org",
                wrong=f"{SECRET} what is wrong",
                right=f"{SECRET} what is right",
                evidence=f"https://{SECRET}.example/",
                outcome=outcome,
                answered_by=User.objects.get(username=f"{SECRET}-clerk"),
            )
            if outcome == Outcome.OPEN:
                # What staff noted before they answered is theirs.
                ErrorReport.objects.filter(pk=report.pk).update(
                    summary=f"{SECRET} in short", reason=f"{SECRET} reason"
                )


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
