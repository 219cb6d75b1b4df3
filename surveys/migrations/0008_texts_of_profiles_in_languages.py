"""What was kept of profiles says in which language their texts are, as profiles do.

Texts that a respondent wrote are in the language of the submission, all others in
English, as the migration of facts has it.
"""

from collections import defaultdict
from importlib import import_module

from django.db import migrations, models

from surveys.normalising.languages import code_of

of_facts = import_module("surveys.migrations.0006_texts_in_languages")

PROFILE = "profiles.profile"
TEXTS = {
    "thematic_change_driver",
    "secretariat_statement",
    "chair_statement",
    "meeting_pattern",
    "iom_role",
    "note",
}


def in_their_languages(apps, schema_editor):
    """Texts that were kept without a language get the one that they were written in."""
    # By mechanism: the language of a field's text that is not English.
    languages = defaultdict(dict)
    imported = apps.get_model("surveys", "ImportedChange").objects
    changes = imported.filter(target=PROFILE, mechanism__isnull=False)
    for change in changes.exclude(submission=None).select_related("submission"):
        code = code_of(change.submission.language)
        if code in ("", "en"):
            continue
        answers = {*of_facts._words(change.submission.answers)}
        languages[change.mechanism_id] |= {
            (name, change.after[name]): code
            for name in TEXTS & change.after.keys()
            if change.after[name] in answers
        }

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
    for kept in submitted.select_related("event__profile"):
        of_mechanism = kept.event.profile.mechanism_id
        own = kept.content["profile"]
        kept.content["profile"] = renamed(of_mechanism, own)
        kept.save(update_fields=["content"])
    redactions = apps.get_model("profiles", "Redaction").objects
    for redaction in redactions.filter(target=PROFILE, field__in=TEXTS):
        redaction.kept |= renamed(redaction.profile.mechanism_id, redaction.kept)
        redaction.save(update_fields=["kept"])
    suggestions = apps.get_model("surveys", "Suggestion").objects
    for suggestion in suggestions.filter(kind=PROFILE).select_related("sheet__profile"):
        of_mechanism = suggestion.sheet.profile.mechanism_id
        suggestion.fields = renamed(of_mechanism, suggestion.fields)
        suggestion.save(update_fields=["fields"])
    _move(apps.get_model("profiles", "Profile")._base_manager, languages)
    revision = apps.get_model("iscm_registry", "Revision")
    token = revision._meta.get_field("token").get_default()
    revision.objects.update(number=models.F("number") + 1, token=token)


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
