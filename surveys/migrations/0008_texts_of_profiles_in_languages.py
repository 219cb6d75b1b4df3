"""What was kept of profiles says in which language their texts are, as profiles do.

Texts that a respondent wrote are in the language of the submission, those of a summary
sheet in the sheet's, all others in English, as the migration of facts has it.
"""

from collections import defaultdict
from importlib import import_module

from django.db import migrations, models

from surveys.normalising.languages import code_of

of_facts = import_module("surveys.migrations.0006_texts_in_languages")
of_texts = import_module("profiles.migrations.0018_texts_of_profiles_in_languages")
TEXTS = of_texts.TEXTS

PROFILE = "profile"
"""The profile as statements and suggestions name it; redactions use its label."""


def in_their_languages(apps, schema_editor):
    """Texts that were kept without a language get the one that they were written in."""
    # By mechanism: the language of a field's text that is not English.
    languages = defaultdict(dict)
    imported = apps.get_model("surveys", "ImportedChange").objects
    changes = imported.filter(target=PROFILE, mechanism__isnull=False)
    _read_submissions(apps, changes, languages)
    _move_suggestions(apps, languages)

    def renamed(mechanism, values):
        return of_facts._renamed(TEXTS, languages[mechanism], values)

    for change in changes.iterator():
        if change.field in TEXTS:
            said = {change.field: change.after.get(change.field)}
            [change.field] = renamed(change.mechanism_id, said)
        change.before = renamed(change.mechanism_id, change.before)
        change.after = renamed(change.mechanism_id, change.after)
        change.save(update_fields=["before", "after", "field"])
    submitted = apps.get_model("profiles", "SubmittedContent").objects
    for kept in submitted.select_related("event__profile").iterator():
        of_mechanism = kept.event.profile.mechanism_id
        own = kept.content["profile"]
        kept.content["profile"] = renamed(of_mechanism, own)
        kept.save(update_fields=["content"])
    redactions = apps.get_model("profiles", "Redaction").objects
    for redaction in redactions.filter(target="profiles.profile", field__in=TEXTS):
        redaction.kept |= renamed(redaction.profile.mechanism_id, redaction.kept)
        redaction.save(update_fields=["kept"])
    _move(apps.get_model("profiles", "Profile")._base_manager, languages)
    revision = apps.get_model("iscm_registry", "Revision")
    token = revision._meta.get_field("token").get_default()
    revision.objects.update(number=models.F("number") + 1, token=token)


def _read_submissions(apps, changes, languages):
    submissions = apps.get_model("surveys", "Submission").objects
    told = submissions.exclude(language="").only("language", "answers").order_by("pk")
    for submission in told.iterator():
        code = code_of(submission.language)
        if code in ("", "en"):
            continue
        answers = {*of_facts._words(submission.answers)}
        for change in changes.filter(submission=submission.pk):
            languages[change.mechanism_id] |= {
                (name, change.after[name]): code
                for name in TEXTS & change.after.keys()
                if change.after[name] in answers
            }


def _move_suggestions(apps, languages):
    sections = apps.get_model("profiles", "Section").objects
    suggestions = apps.get_model("surveys", "Suggestion").objects
    of_profiles = suggestions.filter(kind=PROFILE).select_related("sheet__profile")
    for suggestion in of_profiles.iterator():
        known = languages[suggestion.sheet.profile.mechanism_id]
        code = of_facts._language_of(sections, suggestion)
        fields = suggestion.fields
        said = {(name, fields[name]): code for name in TEXTS & fields.keys()}
        suggestion.fields = of_facts._renamed(TEXTS, said, fields)
        if "_before" in fields:
            # What is taken back leaves its own column empty, whatever its language.
            written = [f"{name}_{of_name}" for (name, _text), of_name in said.items()]
            stood = {n: v for n, v in fields["_before"].items() if v or n not in TEXTS}
            suggestion.fields["_before"] = {
                **dict.fromkeys(written),
                **of_facts._renamed(TEXTS, known, stood),
            }
        suggestion.save(update_fields=["fields"])
        if code != "en":
            known |= said


def _move(profiles, languages):
    """Move texts in all editions that still have them as they were written."""
    for mechanism, texts in languages.items():
        for (name, said), code in texts.items():
            english, own = f"{name}_en", f"{name}_{code}"
            kept = {"mechanism": mechanism, english: said, f"{own}__isnull": True}
            profiles.filter(**kept).update(**{english: None, own: said})


class Migration(migrations.Migration):

    dependencies = [
        ("iscm_registry", "0003_revision_token"),
        ("profiles", "0018_texts_of_profiles_in_languages"),
        ("surveys", "0007_same_answers_and_parts_of_previews"),
    ]

    operations = [migrations.RunPython(in_their_languages, migrations.RunPython.noop)]
