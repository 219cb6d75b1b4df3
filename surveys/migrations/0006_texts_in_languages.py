"""What was kept of facts says in which language their texts are, as the facts do."""

from django.db import migrations

LANGUAGES = ("en", "fr", "es", "ar")


def in_english(apps, schema_editor):
    """Texts that were kept without a language were written in English."""
    texts = {
        model._meta.label_lower: _texts_of(model)
        for app in ("profiles", "partnerships")
        for model in apps.get_app_config(app).get_models()
    }

    def renamed(target, values):
        """Return the values of a fact, each text under the column of its language."""
        of_fact = texts.get(target, ())
        return {
            f"{n}_en" if n in of_fact and f"{n}_en" not in values else n: v
            for n, v in values.items()
        }

    for submitted in apps.get_model("profiles", "SubmittedContent").objects.all():
        facts = submitted.content["facts"]
        for target, by_uid in facts.items():
            facts[target] = {uid: renamed(target, v) for uid, v in by_uid.items()}
        submitted.save(update_fields=["content"])
    of_facts = apps.get_model("profiles", "Redaction").objects.exclude(uid=None)
    for redaction in of_facts:
        # Whole facts are kept as Django writes them: the plain column stays there.
        if redaction.field:
            redaction.kept |= renamed(redaction.target, redaction.kept)
        else:
            for record in redaction.kept:
                record["fields"] |= renamed(redaction.target, record["fields"])
        redaction.save(update_fields=["kept"])
    changes = apps.get_model("surveys", "ImportedChange").objects
    for change in changes.filter(target__in=texts).exclude(uid=None).iterator():
        change.before = renamed(change.target, change.before)
        change.after = renamed(change.target, change.after)
        if change.field in texts[change.target]:
            change.field += "_en"
        change.save(update_fields=["before", "after", "field"])
    for suggestion in apps.get_model("surveys", "Suggestion").objects.all():
        suggestion.fields = renamed(suggestion.kind, suggestion.fields)
        suggestion.save(update_fields=["fields"])


def _texts_of(model):
    names = {f.name for f in model._meta.get_fields()}
    return {n for n in names if names.issuperset(f"{n}_{code}" for code in LANGUAGES)}


class Migration(migrations.Migration):

    dependencies = [
        ("partnerships", "0006_texts_in_languages"),
        ("profiles", "0017_texts_in_languages"),
        ("surveys", "0005_saved_mappings"),
    ]

    operations = [migrations.RunPython(in_english, migrations.RunPython.noop)]
