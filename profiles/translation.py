"""Which fields are kept in several languages (English, French, Spanish, Arabic).

A kind of fact says in its class body which of its texts are.
"""

from django.conf import settings
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import TranslationOptions, register, translator

from profiles.content import languages_of_texts
from profiles.models import GCMObjective, Profile, Region, State, Theme, fact_kinds


@register(Region)
@register(State)
@register(Theme)
class NameTranslation(TranslationOptions):
    fields = ["name"]


@register(GCMObjective)
class GCMObjectiveTranslation(TranslationOptions):
    fields = ["label"]


@register(Profile)
class ProfileTranslation(TranslationOptions):
    fields = [
        "name",
        "acronym",
        "objective",
        "thematic_change_driver",
        "secretariat_statement",
        "chair_statement",
        "meeting_pattern",
        "iom_role",
        "note",
    ]


def in_one_language(model: str, name: str) -> CheckConstraint:
    """Return the rule that a text is there, whichever its language."""
    condition = Q()
    for code in settings.MODELTRANSLATION_LANGUAGES:
        # A language without a text is NULL, or "" where a form left it empty.
        column = f"{name}_{code}"
        condition |= Q(**{f"{column}__isnull": False, f"{column}__gt": ""})
    return CheckConstraint(
        condition=condition,
        name=f"{model}_{name}_in_one_language",
        violation_error_message=_("Say what it is called, in one language at least."),
    )


def nothing() -> None:
    """Return what a language holds in which nobody has written yet."""
    return None


for kind in fact_kinds():
    translator.register(kind, fields=[*kind.translated, "note"])
    for languages in languages_of_texts(kind).values():
        for column in languages:
            # modeltranslation would activate each language to find this out, for each
            # fact that an import makes: it takes four times as long as all else.
            kind._meta.get_field(column).get_default = nothing  # type: ignore[union-attr,method-assign]
    kind._meta.constraints = [
        *kind._meta.constraints,
        *(
            in_one_language(str(kind._meta.model_name), name)
            for name in kind.translated
            if not kind._meta.get_field(name).blank  # type: ignore[union-attr]
        ),
    ]
