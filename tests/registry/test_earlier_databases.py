"""What a database of an earlier release holds is there after its migration."""

import hashlib
import uuid

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from iscm_registry import revision
from partnerships.models import FundingSource
from profiles.admin.three_ways import Shown
from profiles.models import (
    Contribution,
    Profile,
    Redaction,
    SubmittedContent,
    UnsavedForm,
)
from surveys.models import ImportedChange, Suggestion, UploadedFile
from surveys.summaries import deciding, drafting
from surveys.summaries.reading import sheet_of
from tests.migrating import migrate
from tests.profiles.staff_forms import change_url, entered

TITLE = "Formation des agents aux frontières"
SUMMARY = "Les membres ont formé leurs agents."
LABEL = "Training"
ALWAYS = "Reported by the mechanism"
COVERS = "Frais du secrétariat"
PATTERN = "Une fois par an, au printemps."
DRIVER = "La crise"
SHEET = """Nom du mécanisme : Dialogue du lac (RCM)

Évolution des programmes et des priorités thématiques

À l'origine de cette évolution se trouve la sécheresse. Les États et les villes ont
travaillé avec les experts dans le bassin.
"""
TYPED_INTO = ("chair_statement", "meeting_pattern", "note", "iom_role")
LANGUAGES = ("en", "fr", "es", "ar")


@pytest.fixture
def earlier():
    """Return the apps of the database before texts had languages, to make rows with."""
    before = migrate(
        ("partnerships", "0005_words_of_staff"),
        ("profiles", "0016_text_that_is_not_saved"),
        ("surveys", "0003_long_imports"),
    )
    yield before
    # A migration that failed is tried again without rows.
    for name in ("suggestion", "importedchange", "submission", "surveyimport"):
        before.get_model("surveys", name).objects.all().delete()
    for name in ("unsavedform", "profile"):
        before.get_model("profiles", name).objects.all().delete()
    migrate()


def keep_form(make, kind, draft, **typed):
    """Keep a form of the draft that showed what stands there."""
    fields = {name: digest_of(getattr(draft, name)) for name in typed}
    shown = Shown(fields, {}).signed(draft)
    make(
        "profiles.UnsavedForm",
        user=make("auth.User", username="ana", is_staff=True, is_superuser=True),
        kind=kind,
        record=str(draft.pk),
        copy="a1b2",
        entered={name: [text] for name, text in typed.items()}
        | {"_shown": [shown], "_conflict": ["note", "iom_role"]}
        | {"_keep-iom_role": ["theirs"]},
        kept_at=timezone.now(),
    )


def digest_of(text):
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def suggest(make, sheet, state="open", before=None, **fields):
    if before is not None:
        fields["_before"] = before
    make(
        "surveys.Suggestion",
        sheet=sheet,
        part="evolution",
        kind="profile",
        label="What drove the change",
        fields={**fields, "_source": "sheet"},
        sentence="Une phrase.",
        state=state,
        decided_at=None if state == "open" else timezone.now(),
    )


def offered(name):
    """Return what a new sheet would suggest for a field of the profile."""
    found = drafting.prepare(sheet_of(SHEET.encode()), "b", "b", mechanism="rcm")
    return [each.fields[name] for each in found.suggestions if name in each.fields]


@pytest.mark.no_cover
@pytest.mark.django_db(transaction=True)
def test_texts_are_kept_in_the_language_that_they_were_written_in(earlier, client):
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
            chair_statement="By turns.",
            iom_role="Observer.",
            thematic_change_driver=DRIVER if state == "draft" else "",
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
    imported("profile", None, {"note": "Old"}, note="Gaps.")
    imported("profile", None, meeting_pattern=PATTERN)
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
    sheet = make("surveys.SummarySheet", profile=draft, file_name="a", sha256="a")
    make(
        "surveys.Suggestion",
        sheet=sheet,
        part="evolution",
        kind="profiles.contribution",
        label="Atelier",
        fields={"title": "Atelier", "year": 2019, "_source": "sheet"},
        sentence="Un atelier.",
    )
    suggest(make, sheet, "rejected", thematic_change_driver="La sécheresse")
    suggest(make, sheet, thematic_change_driver="Les ministres")
    stood = {"thematic_change_driver": ""}
    suggest(make, sheet, "accepted", before=stood, thematic_change_driver=DRIVER)
    stood = {"established": None}
    suggest(make, sheet, "accepted", before=stood, established=1996)
    kinds = earlier.get_model("contenttypes.ContentType").objects
    kind, _is_new = kinds.get_or_create(app_label="profiles", model="profile")
    keep_form(
        make,
        kind,
        draft,
        chair_statement="By turns, each year.",
        meeting_pattern=PATTERN,
        note="Mine.",
        iom_role="My words.",
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
    suggested = Suggestion.objects.order_by("pk")
    sheet = {"_source": "sheet"}
    driver = "thematic_change_driver_fr"
    assert [each.fields for each in suggested] == [
        {"title_fr": "Atelier", "year": 2019, **sheet},
        {driver: "La sécheresse", **sheet},
        {driver: "Les ministres", **sheet},
        {driver: DRIVER, "_before": {driver: None}, **sheet},
        {"established": 1996, "_before": {"established": None}, **sheet},
    ]
    assert texts(Profile, "thematic_change_driver") == [{}, {driver: DRIVER}]
    assert UploadedFile.objects.get().submissions == {}
    assert revision.current() != known

    # What was typed and not saved comes back, and what was not chosen is asked.
    assert UnsavedForm.objects.get().entered["chair_statement_en"] == [
        "By turns, each year."
    ]
    client.force_login(User.objects.get())
    page = client.post(change_url(Profile.objects.get(edition=2)), {"_take": "a1b2"})
    form = entered(page)
    assert form["chair_statement_en"] == "By turns, each year."
    assert form["meeting_pattern_fr"] == PATTERN
    assert "meeting_pattern_en" not in form
    assert form["iom_role_en"] == "Observer."
    asked = {one.name for one in page.context["conflicts"]}
    assert {name for name in asked if name.startswith(TYPED_INTO)} == {"note_en"}

    # A decision on an earlier sheet can be taken back, and a rejected text stays so.
    deciding.undo(suggested.get(fields__thematic_change_driver_fr=DRIVER))
    assert texts(Profile, "thematic_change_driver") == [{}, {}]
    assert not offered(driver)
    suggested.filter(state="rejected").delete()
    assert offered(driver) == ["La sécheresse"]
