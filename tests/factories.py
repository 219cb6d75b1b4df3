"""Makers of valid records. A test names only what it is about."""

import hashlib
from itertools import count

from django.utils import timezone

from corrections.models import ErrorReport, Outcome, ReportSender
from partnerships.models import FundingSource, MechanismLink, Organisation, Partnership
from profiles import editions, proposing
from profiles.models import (
    AddedValue,
    AlternativeValue,
    Chairing,
    Clearance,
    Contribution,
    FieldSource,
    GCMObjective,
    GuidingDocument,
    Mechanism,
    Meeting,
    Membership,
    Organ,
    OtherName,
    Profile,
    Region,
    Section,
    Source,
    State,
    StatusPeriod,
    Theme,
    ThemeFocus,
)
from profiles.vocabularies import GCM_OBJECTIVES, REGIONS, EditionState
from surveys.models import (
    BulkEdit,
    Choice,
    PersonalDetails,
    Question,
    Questionnaire,
    Recommendation,
    Round,
    SavedMapping,
    Submission,
    Suggestion,
    SummarySheet,
    SurveyImport,
    UploadedFile,
)

_number = count(1)


def make_region(slug="africa"):
    return Region.objects.get_or_create(
        slug=slug, defaults={"name_en": str(REGIONS.get(slug, slug))}
    )[0]


def make_state(iso3=None, **fields):
    """Return the State `iso3`, made if needed; without a code, a new one."""
    if iso3 is None:
        n = next(_number) % 676
        iso3 = f"X{chr(65 + n // 26)}{chr(65 + n % 26)}"
    fields.setdefault("iso2", _free_iso2(iso3))
    fields.setdefault("name_en", f"State {iso3}")
    return State.objects.get_or_create(iso3=iso3, defaults=fields)[0]


def _free_iso2(iso3):
    taken = set(State.objects.values_list("iso2", flat=True))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    own = [iso3[:2], *(a + b for a in letters for b in letters)]
    return next(code for code in own if code not in taken)


def make_theme(slug=None, **fields):
    n = next(_number)
    fields.setdefault("name_en", f"Theme {slug or n}")
    return Theme.objects.get_or_create(slug=slug or f"theme-{n}", defaults=fields)[0]


def make_gcm_objective(number=1):
    return GCMObjective.objects.get_or_create(
        number=number, defaults={"label_en": str(GCM_OBJECTIVES[number])}
    )[0]


def make_source(**fields):
    n = next(_number)
    fields.setdefault("slug", f"source-{n}")
    fields.setdefault("title", f"Source {n}")
    fields.setdefault("publisher", "International Organization for Migration")
    return Source.objects.create(**fields)


def make_default_source():
    """Return the source that profiles have when a test does not care."""
    return Source.objects.get_or_create(
        slug="default-source",
        defaults={
            "title": "Default source",
            "publisher": "International Organization for Migration",
        },
    )[0]


def make_organisation(**fields):
    n = next(_number)
    fields.setdefault("slug", f"organisation-{n}")
    fields.setdefault("name_en", f"Organisation {n}")
    return Organisation.objects.create(**fields)


def make_mechanism(**fields):
    fields.setdefault("slug", f"mechanism-{next(_number)}")
    return Mechanism.objects.create(**fields)


def make_draft(mechanism=None, *, regions=(), sources=None, **fields):
    """Return a draft that holds no facts, with one source unless `sources` says."""
    mechanism = mechanism or make_mechanism()
    fields.setdefault("name", f"Mechanism {next(_number)}")
    fields.setdefault("type", "regional")
    fields.setdefault("status", "active")
    draft = editions.open_empty_draft(mechanism, **fields)
    draft.regions.set([make_region(slug) for slug in regions])
    draft.sources.set([make_default_source()] if sources is None else sources)
    return draft


def publish(draft: Profile) -> Profile:
    """Take a draft through review to the public and return it."""
    editions.submit(draft)
    editions.publish(draft)
    return draft


def in_state(state):
    """Return an edition that steps took to a state."""
    edition = make_draft()
    if state != EditionState.DRAFT:
        editions.submit(edition)
    if state not in {EditionState.DRAFT, EditionState.IN_REVIEW}:
        editions.publish(edition)
    if state == EditionState.SUPERSEDED:
        publish(editions.open_draft(edition.mechanism))
    if state == EditionState.WITHDRAWN:
        editions.withdraw(edition, reason="Wrong.")
    edition.refresh_from_db()
    assert edition.state == state
    return edition


def make_profile(mechanism=None, **fields):
    """Return a published edition that holds no facts."""
    return publish(make_draft(mechanism, **fields))


def _make_fact(model, profile, **fields):
    fields.setdefault("certainty", "stated")
    return model.objects.create(profile=profile, **fields)


def make_section(profile, part="evolution", **fields):
    fields.setdefault("coverage", "reported")
    return _make_fact(Section, profile, part=part, **fields)


def make_other_name(profile, name=None, **fields):
    return _make_fact(
        OtherName, profile, name=name or f"Other name {next(_number)}", **fields
    )


def make_membership(profile, state=None, **fields):
    """`state` is a State or the alpha-3 code of one."""
    if not isinstance(state, State):
        state = make_state(state)
    return _make_fact(Membership, profile, state=state, **fields)


def make_status_period(profile, **fields):
    fields.setdefault("status", "active")
    return _make_fact(StatusPeriod, profile, **fields)


def make_theme_focus(profile, theme=None, **fields):
    if not isinstance(theme, Theme):
        theme = make_theme(theme)
    return _make_fact(ThemeFocus, profile, theme=theme, **fields)


def make_guiding_document(profile, **fields):
    fields.setdefault("kind", "strategy")
    fields.setdefault("title", f"Strategy {next(_number)}")
    return _make_fact(GuidingDocument, profile, **fields)


def make_organ(profile, **fields):
    fields.setdefault("kind", "working_group")
    fields.setdefault("name", f"Working group {next(_number)}")
    return _make_fact(Organ, profile, **fields)


def make_chairing(profile, **fields):
    if "state" not in fields and "holder" not in fields:
        fields["state"] = make_state()
    return _make_fact(Chairing, profile, **fields)


def make_contribution(profile, *, states=(), themes=(), gcm_objectives=(), **fields):
    """States by alpha-3 code, themes by slug, GCM objectives by number."""
    fields.setdefault("level", "regional")
    fields.setdefault("kind", "policy")
    fields.setdefault("status", "adopted")
    fields.setdefault("terms_certainty", "stated")
    fields.setdefault("title", f"Contribution {next(_number)}")
    contribution = _make_fact(Contribution, profile, **fields)
    contribution.states.set([make_state(iso3) for iso3 in states])
    contribution.themes.set([make_theme(slug) for slug in themes])
    contribution.gcm_objectives.set([make_gcm_objective(n) for n in gcm_objectives])
    return contribution


def make_added_value(profile, **fields):
    fields.setdefault("beneficiary", "state")
    fields.setdefault("benefit", "networks")
    return _make_fact(AddedValue, profile, **fields)


def make_meeting(profile, **fields):
    fields.setdefault("title", f"Meeting {next(_number)}")
    return _make_fact(Meeting, profile, **fields)


def make_alternative_value(profile, **fields):
    fields.setdefault("field", "established")
    fields.setdefault("value", "1991")
    return _make_fact(AlternativeValue, profile, **fields)


def make_field_source(profile, field="type", source=None, **fields):
    return _make_fact(
        FieldSource, profile, field=field, source=source or make_source(), **fields
    )


def make_clearance(profile, **fields):
    fields.setdefault("confirmed_by", "SICA secretariat")
    fields.setdefault("on", "2019-05-03")
    return _make_fact(Clearance, profile, **fields)


def make_partnership(profile, organisation=None, **fields):
    fields.setdefault("category", "igo_un")
    return _make_fact(
        Partnership, profile, organisation=organisation or make_organisation(), **fields
    )


def make_funding_source(profile, **fields):
    fields.setdefault("kind", "donor")
    return _make_fact(FundingSource, profile, **fields)


def make_mechanism_link(profile, other=None, **fields):
    return _make_fact(
        MechanismLink, profile, other=other or make_profile().mechanism, **fields
    )


def make_full_draft(mechanism=None, **fields):
    """Return a draft that holds one fact of every kind."""
    draft = make_draft(mechanism, regions=["africa"], **fields)
    source = make_source()
    draft.sources.set([source])
    make_section(draft, prose="Prose of the section.", source=source)
    make_other_name(draft, source=source)
    make_membership(draft, source=source)
    make_theme_focus(draft, source=source)
    make_guiding_document(draft, source=source)
    make_organ(draft, source=source)
    make_chairing(draft, source=source)
    make_contribution(
        draft,
        states=[make_state().iso3],
        themes=[make_theme().slug],
        gcm_objectives=[1],
        source=source,
    )
    make_added_value(draft, source=source)
    make_meeting(draft, source=source)
    make_alternative_value(draft, source=source)
    make_field_source(draft, source=source)
    make_clearance(draft, source=source)
    make_status_period(draft, source=source)
    make_partnership(draft, source=source)
    make_funding_source(draft, source=source)
    make_mechanism_link(draft, source=source)
    return draft


def make_questionnaire(kind="mechanism", version=None, **fields):
    """Return a questionnaire that asks nothing; a new version unless one is named."""
    if version is None:
        of_kind = Questionnaire.objects.filter(kind=kind)
        version = max(of_kind.values_list("version", flat=True), default=0) + 1
    fields.setdefault("title_en", f"Questionnaire {kind} {version}")
    return Questionnaire.objects.create(kind=kind, version=version, **fields)


def make_question(questionnaire=None, code=None, *, choices=(), **fields):
    """Return a question, asked after those there are.

    `choices` makes its list of choices, if the questionnaire has none of its name:
    codes, or a dict of codes and English labels. Its type is then one choice.
    """
    n = next(_number)
    code = code or f"question_{n}"
    questionnaire = questionnaire or make_questionnaire()
    if choices:
        fields.setdefault("choice_list", code)
        make_choices(questionnaire, fields["choice_list"], choices)
    has_choices = fields.get("choice_list") or fields.get("registry_list")
    fields.setdefault("type", "one" if has_choices else "text")
    fields.setdefault("text_en", f"Text of {code}")
    fields.setdefault("position", questionnaire.questions.count() + 1)
    return Question.objects.create(questionnaire=questionnaire, code=code, **fields)


def make_choices(questionnaire, choice_list, choices):
    """Make choices that the list lacks: codes, or a dict of codes and labels."""
    labels = (
        choices if isinstance(choices, dict) else {c: f"Choice {c}" for c in choices}
    )
    for position, (code, label) in enumerate(labels.items(), 1):
        Choice.objects.get_or_create(
            questionnaire=questionnaire,
            choice_list=choice_list,
            code=code,
            defaults={"label_en": label, "position": position},
        )


def make_round(slug=None, *, questionnaires=(), **fields):
    n = next(_number)
    fields.setdefault("year", 2019)
    fields.setdefault("title", f"Round {n}")
    made = Round.objects.create(slug=slug or f"round-{n}", **fields)
    made.questionnaires.set(questionnaires)
    return made


def make_recommendation(round, **fields):
    fields.setdefault("number", next(_number))
    fields.setdefault("text", f"Recommendation {fields['number']}")
    return Recommendation.objects.create(round=round, **fields)


def make_survey_import(round=None, **fields):
    """Return an import that waits; with state="applied", one that is applied."""
    fields.setdefault("file_name", f"export-{next(_number)}.xlsx")
    fields.setdefault("sha256", f"{next(_number):064x}")
    fields.setdefault("size", 1000)
    fields.setdefault("tool", "plain")
    if fields.get("state", "prepared") != "prepared":
        fields.setdefault("applied_at", timezone.now())
    return SurveyImport.objects.create(round=round or make_round(), **fields)


def make_bulk_edit(**fields):
    fields.setdefault("about", f"Source {next(_number)}")
    return BulkEdit.objects.create(**{"kind": "source"} | fields)


def make_submission(round=None, questionnaire=None, respondent=None, **fields):
    """Return a complete, current submission in `round`.

    `respondent` is a Mechanism, State or Organisation, which gives its kind; without
    one, or with the text that stood there, nobody was matched and it is of the
    questionnaire's kind.
    """
    if isinstance(respondent, str):
        fields["respondent"], respondent = respondent, None
    questionnaire = questionnaire or make_questionnaire(_kind_of(respondent))
    round = round or make_round()
    round.questionnaires.add(questionnaire)
    if respondent is not None:
        fields[_kind_of(respondent)] = respondent
    fields.setdefault("kind", questionnaire.kind)
    fields.setdefault("submission_id", f"submission-{next(_number)}")
    fields.setdefault("respondent", f"Respondent {next(_number)}")
    fields.setdefault("tool", "plain")
    fields.setdefault("content_hash", f"{next(_number):064x}")
    if "survey_import" not in fields:
        imports = SurveyImport.objects.filter(round=round, state="applied")
        fields["survey_import"] = imports.first() or make_survey_import(
            round, state="applied"
        )
    return Submission.objects.create(round=round, questionnaire=questionnaire, **fields)


def _kind_of(respondent):
    kinds = {State: "state", Organisation: "organisation"}
    return kinds.get(type(respondent), "mechanism")


def make_personal_details(submission=None, **fields):
    """Return who filled `submission` in: a person with a name and an address."""
    n = next(_number)
    fields.setdefault("name", f"Person Number {n}")
    fields.setdefault("email", f"person-{n}@example.org")
    return PersonalDetails.objects.create(
        submission=submission or make_submission(), **fields
    )


def make_waiting_import(content=None, round=None, **fields):
    """Return an import with its file; without `content`, one that nobody can read."""
    content = content or b"no survey export"
    fields.setdefault("size", len(content))
    fields.setdefault("sha256", hashlib.sha256(content).hexdigest())
    waiting = make_survey_import(round, **fields)
    UploadedFile.objects.create(survey_import=waiting, content=content)
    return waiting


def make_saved_mapping(**fields):
    """Return a finished mapping of one heading, for no file that there is."""
    fields.setdefault("name", f"mapping-{next(_number)}")
    fields.setdefault("headings", f"{next(_number):064x}")
    fields.setdefault("is_finished", True)
    fields.setdefault(
        "text",
        'schema = 1\nquestionnaire = "mechanism-1"\nrespondent = "mechanism"\n'
        '[columns]\nmechanism = ["Who?"]\n',
    )
    return SavedMapping.objects.create(**fields)


def make_suggestion(profile, **fields):
    """Return an undecided suggestion of a sheet; a field, if nothing is said."""
    fields.setdefault("part", "evolution")
    fields.setdefault("kind", "profile")
    fields.setdefault("fields", {"established": 1990})
    fields.setdefault("label", "Established: 1990")
    fields.setdefault("sentence", "It began in 1990.")
    if "sheet" not in fields:
        fields["sheet"] = SummarySheet.objects.create(
            profile=profile,
            file_name="sheet.docx",
            sha256=f"{next(_number):064x}",
        )
    return Suggestion.objects.create(**fields)


def make_error_report(mechanism=None, *, email="", **fields):
    """Make a report about a mechanism, without one about the registry as a whole."""
    said = {"wrong": "It is so.", "right": "It is not.", "evidence": "The statutes."}
    if fields.get("outcome", Outcome.OPEN) != Outcome.OPEN:
        said |= {"summary": "An error.", "reason": "So the statutes say."}
        said["answered_at"] = timezone.now()
    report = ErrorReport.objects.create(mechanism=mechanism, **said | fields)
    if email:
        ReportSender.objects.create(report=report, email=email)
    return report


def make_proposal(record, *, by=None, name="Elsewhere"):
    """Propose another English name for a record."""
    record.name_en = name
    change = proposing.change_of(record, ["name_en"], {})
    record.refresh_from_db()
    return proposing.propose([change], by=by)
