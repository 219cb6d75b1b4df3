"""What a database of an earlier release holds is there after its migration."""

import uuid

import pytest
from django.utils import timezone

from iscm_registry import revision
from partnerships.models import FundingSource
from profiles.models import Contribution, Profile, Redaction, SubmittedContent
from surveys.models import ImportedChange, Suggestion, UploadedFile
from tests.migrating import migrate

TITLE = "Formation des agents aux frontières"
SUMMARY = "Les membres ont formé leurs agents."
LABEL = "Training"
ALWAYS = "Reported by the mechanism"
COVERS = "Frais du secrétariat"
PATTERN = "Une fois par an, au printemps."
LANGUAGES = ("en", "fr", "es", "ar")


@pytest.fixture
def earlier():
    """Return the apps of the database before texts had languages, to make rows with."""
    before = migrate(
        ("partnerships", "0005_words_of_staff"),
        ("profiles", "0015_files_of_sources"),
        ("surveys", "0003_long_imports"),
    )
    yield before
    # A migration that failed is tried again without rows.
    for name in ("suggestion", "importedchange", "submission", "surveyimport"):
        before.get_model("surveys", name).objects.all().delete()
    before.get_model("profiles", "profile").objects.all().delete()
    migrate()


@pytest.mark.no_cover
@pytest.mark.django_db(transaction=True)
def test_texts_are_kept_in_the_language_that_they_were_written_in(earlier):
    def make(label, /, **fields):
        return earlier.get_model(label).objects.create(**fields)

    revision.advance()
    known = revision.current()
    mechanism = make("profiles.Mechanism", slug="rcm")
    published, draft = (
        make(
            "profiles.Profile",
            mechanism=mechanism,
            edition=number,
            state=state,
            type="regional",
            status="active",
            name="RCM",
            name_en="RCM",
            meeting_pattern=PATTERN,
            note="Gaps.",
            published_at=timezone.now() if state == "published" else None,
        )
        for number, state in ((1, "published"), (2, "draft"))
    )
    round_ = make("surveys.Round", slug="2019", year=2019, title="2019")
    survey_import = make(
        "surveys.SurveyImport", round=round_, file_name="a", sha256="a", size=1
    )
    make("surveys.UploadedFile", survey_import=survey_import, content=b"a")
    submission = make(
        "surveys.Submission",
        round=round_,
        questionnaire=make("surveys.Questionnaire", kind="mechanism", title="Q"),
        kind="mechanism",
        mechanism=mechanism,
        tool="kobo",
        submission_id="1",
        content_hash="a",
        language="Français (fr)",
        answers={
            "trainings": [{"what": TITLE, "more": SUMMARY}],
            "covers": COVERS,
            "meetings": PATTERN,
        },
        survey_import=survey_import,
    )

    def imported(target, uid, before=None, **after):
        make(
            "surveys.ImportedChange",
            survey_import=survey_import,
            submission=submission,
            mechanism=mechanism,
            profile=draft,
            target=target,
            uid=uid,
            field=next(iter(after)) if len(after) == 1 else "",
            action="change" if before else "add",
            before=before or {},
            after=after,
        )

    answered, labelled, money = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    terms = {
        "level": "regional",
        "kind": "capacity",
        "status": "adopted",
        "certainty": "stated",
        "terms_certainty": "stated",
    }
    imported("profiles.contribution", answered, title=TITLE, note=ALWAYS)
    imported("profiles.contribution", answered, {"title": "Old"}, title=TITLE)
    imported("profiles.contribution", answered, summary=SUMMARY)
    imported("profiles.contribution", labelled, title=LABEL)
    imported("partnerships.fundingsource", money, covers=COVERS)
    imported("profiles.profile", None, {"note": "Old"}, note="Gaps.")
    imported("profiles.profile", None, meeting_pattern=PATTERN)
    said = {"meeting_pattern": PATTERN, "note": "Gaps.", "established": 1996}
    make(
        "profiles.SubmittedContent",
        event=make("profiles.EditionEvent", profile=draft, action="submit"),
        content={"profile": said, "facts": {}},
    )
    make(
        "profiles.Redaction",
        profile=published,
        target="profiles.profile",
        field="note",
        place="conflicts",
        kept={"note": "Wrong."},
        reason="Wrong.",
    )
    for edition, summary in ((published, SUMMARY), (draft, "Edited since.")):
        said = {"title": TITLE, "summary": summary, "note": ALWAYS}
        make("profiles.Contribution", profile=edition, uid=answered, **said, **terms)
        make(
            "profiles.Contribution",
            profile=edition,
            uid=labelled,
            title=LABEL,
            note="Private",
            is_public=False,
            **terms,
        )
        make(
            "partnerships.FundingSource",
            profile=edition,
            uid=money,
            kind="other",
            covers=COVERS,
            statement="They pay.",
            certainty="stated",
        )
    source = make("profiles.Source", slug="sheet", title="Sheet")
    make(
        "profiles.Section",
        profile=draft,
        part="evolution",
        coverage="reported",
        prose="Fondée en 1996.",
        prose_fr="Fondée en 1996.",
        source=source,
        certainty="stated",
    )
    make(
        "surveys.Suggestion",
        sheet=make("surveys.SummarySheet", profile=draft, file_name="a", sha256="a"),
        part="evolution",
        kind="profiles.contribution",
        label="Atelier",
        fields={"title": "Atelier", "year": 2019, "_source": "sheet"},
        sentence="Un atelier.",
    )

    migrate()

    def texts(model, *names, **of):
        columns = [f"{name}_{code}" for name in names for code in LANGUAGES]
        edition = "edition" if model is Profile else "profile__edition"
        rows = model.objects.filter(**of).order_by(edition).values(*columns)
        return [{name: text for name, text in row.items() if text} for row in rows]

    in_french = {"title_fr": TITLE, "note_en": ALWAYS}
    assert texts(Contribution, "title", "summary", "note", uid=answered) == [
        {**in_french, "summary_fr": SUMMARY},
        {**in_french, "summary_en": "Edited since."},
    ]
    private = Contribution.objects.filter(uid=labelled, is_public=False)
    assert private.count() == 2
    assert (
        texts(Contribution, "title", "note", uid=labelled)
        == [{"title_en": LABEL, "note_en": "Private"}] * 2
    )
    assert (
        texts(FundingSource, "covers", "statement", uid=money)
        == [{"covers_fr": COVERS, "statement_en": "They pay."}] * 2
    )
    assert (
        texts(Profile, "meeting_pattern", "note")
        == [{"meeting_pattern_fr": PATTERN, "note_en": "Gaps."}] * 2
    )
    assert SubmittedContent.objects.get().content["profile"] == {
        "meeting_pattern_fr": PATTERN,
        "note_en": "Gaps.",
        "established": 1996,
    }
    assert Redaction.objects.get().kept == {"note": "Wrong.", "note_en": "Wrong."}
    changes = ImportedChange.objects.order_by("pk")
    assert [*changes.values_list("field", "before", "after")] == [
        ("", {}, in_french),
        ("title_fr", {"title_en": "Old"}, {"title_fr": TITLE}),
        ("summary_fr", {}, {"summary_fr": SUMMARY}),
        ("title_en", {}, {"title_en": LABEL}),
        ("covers_fr", {}, {"covers_fr": COVERS}),
        ("note_en", {"note_en": "Old"}, {"note_en": "Gaps."}),
        ("meeting_pattern_fr", {}, {"meeting_pattern_fr": PATTERN}),
    ]
    suggested = Suggestion.objects.get().fields
    assert suggested == {"title_fr": "Atelier", "year": 2019, "_source": "sheet"}
    assert UploadedFile.objects.get().submissions == {}
    assert revision.current() != known
