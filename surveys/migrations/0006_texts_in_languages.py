"""What was kept of facts says in which language their texts are, as the facts do.

Texts that a respondent wrote are in the language of the submission, those of a summary
sheet in the sheet's. All others are in English, also the words of a mapping.
"""

from collections import defaultdict

from django.db import migrations, models

from surveys.normalising.languages import code_of

LANGUAGES = ("en", "fr", "es", "ar")


def in_their_languages(apps, schema_editor):
    """Texts that were kept without a language get the one that they were written in."""
    texts = {
        model._meta.label_lower: _texts_of(model)
        for app in ("profiles", "partnerships")
        for model in apps.get_app_config(app).get_models()
    }
    # By kind and uid of a fact: the language of a field's text that is not English.
    languages = defaultdict(dict)
    _read_submissions(apps, texts, languages)
    _move_suggestions(apps, texts, languages)

    def renamed(target, uid, values):
        return _renamed(texts.get(target, ()), languages[target, str(uid)], values)

    for submitted in apps.get_model("profiles", "SubmittedContent").objects.all():
        facts = submitted.content["facts"]
        for target, by_uid in facts.items():
            facts[target] = {uid: renamed(target, uid, v) for uid, v in by_uid.items()}
        submitted.save(update_fields=["content"])
    of_facts = apps.get_model("profiles", "Redaction").objects.exclude(uid=None)
    for redaction in of_facts:
        target, uid = redaction.target, redaction.uid
        # Whole facts are kept as Django writes them: the plain column stays there.
        if redaction.field:
            redaction.kept |= renamed(target, uid, redaction.kept)
        else:
            for record in redaction.kept:
                record["fields"] |= renamed(target, uid, record["fields"])
        redaction.save(update_fields=["kept"])
    changes = apps.get_model("surveys", "ImportedChange").objects
    for change in changes.filter(target__in=texts).exclude(uid=None).iterator():
        if change.field in texts[change.target]:
            said = {change.field: change.after.get(change.field)}
            [change.field] = renamed(change.target, change.uid, said)
        change.before = renamed(change.target, change.uid, change.before)
        change.after = renamed(change.target, change.uid, change.after)
        change.save(update_fields=["before", "after", "field"])
    _move_facts(apps, texts, languages)
    revision = apps.get_model("iscm_registry", "Revision")
    token = revision._meta.get_field("token").get_default()
    revision.objects.update(number=models.F("number") + 1, token=token)


def _texts_of(model):
    names = {f.name for f in model._meta.get_fields()}
    return {n for n in names if names.issuperset(f"{n}_{code}" for code in LANGUAGES)}


def _renamed(texts, languages, values):
    """Return the values of a fact, each text under the column of its language."""
    return {
        f"{n}_{languages.get((n, v), 'en')}"
        if n in texts and f"{n}_en" not in values
        else n: v
        for n, v in values.items()
    }


def _read_submissions(apps, texts, languages):
    changes = apps.get_model("surveys", "ImportedChange").objects
    submissions = apps.get_model("surveys", "Submission").objects
    told = submissions.exclude(language="").only("language", "answers").order_by("pk")
    for submission in told.iterator():
        code = code_of(submission.language)
        if code in ("", "en"):
            continue
        answers = {*_words(submission.answers)}
        made = changes.filter(submission=submission.pk, target__in=texts)
        for change in made.exclude(uid=None):
            languages[change.target, str(change.uid)] |= {
                (name, change.after[name]): code
                for name in texts[change.target] & change.after.keys()
                # Labels of choices and the words of a mapping are no answers.
                if change.after[name] in answers
            }


def _words(answer):
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, list | dict):
        for one in answer.values() if isinstance(answer, dict) else answer:
            yield from _words(one)


def _move_suggestions(apps, texts, languages):
    sections = apps.get_model("profiles", "Section").objects
    suggestions = apps.get_model("surveys", "Suggestion").objects
    for suggestion in suggestions.select_related("sheet"):
        code = _language_of(sections, suggestion)
        of_fact = texts.get(suggestion.kind, set())
        said = {(n, suggestion.fields[n]): code for n in of_fact & {*suggestion.fields}}
        if code != "en":
            languages[suggestion.kind, str(suggestion.uid)] |= said
        suggestion.fields = _renamed(of_fact, said, suggestion.fields)
        suggestion.save(update_fields=["fields"])


def _language_of(sections, suggestion):
    """Return the language of the sheet that a suggestion is from.

    No sheet keeps it: the sections that were read from the sheet show one.
    """
    prose = sections.filter(
        profile=suggestion.sheet.profile_id,
        source__slug=suggestion.fields.get("_source", ""),
    ).values_list(*(f"prose_{code}" for code in LANGUAGES))
    written = [
        code
        for code, of_code in zip(LANGUAGES, zip(*prose, strict=True), strict=False)
        if any(of_code)
    ]
    return written[0] if len(written) == 1 else "en"


def _move_facts(apps, texts, languages):
    """Move texts in all editions that still have them as they were written."""
    for target in sorted({target for target, _uid in languages} & {*texts}):
        for fact in apps.get_model(target)._base_manager.iterator():
            for (name, said), code in languages.get((target, str(fact.uid)), {}).items():
                english, own = f"{name}_en", f"{name}_{code}"
                if getattr(fact, english) == said and getattr(fact, own) is None:
                    setattr(fact, english, None)
                    setattr(fact, own, said)
                    fact.save(update_fields=[english, own])


class Migration(migrations.Migration):

    dependencies = [
        ("iscm_registry", "0003_revision_token"),
        ("partnerships", "0006_texts_in_languages"),
        ("profiles", "0017_texts_in_languages"),
        ("surveys", "0005_saved_mappings"),
    ]

    operations = [migrations.RunPython(in_their_languages, migrations.RunPython.noop)]
