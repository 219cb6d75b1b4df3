"""Questionnaires: the questions to each kind of respondent, in numbered versions."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.vocabularies import SectionHeading, only_listed
from surveys.vocabularies import QuestionType, RegistryList, RespondentKind

CODE = RegexValidator(
    r"\A[a-z][a-z0-9_]*\Z",
    _("Small letters, digits and underscores, beginning with a letter."),
)


class QuestionnaireInUse(ValidationError):
    """Raised on a change to questions that submissions have answered."""

    def __init__(self):
        super().__init__(
            _(
                "This version of the questionnaire has answers and cannot be "
                "changed. Make a new version."
            ),
            code="questionnaire_in_use",
        )


class Questionnaire(models.Model):
    """One version of the questions for one kind of respondent.

    Once a submission answers a version, its questions and choices are closed:
    `save` and `delete` of them raise QuestionnaireInUse.
    """

    kind = models.CharField(_("respondents"), max_length=15, choices=RespondentKind)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=250)

    class Meta:
        ordering = ["kind", "version"]
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        constraints = [
            only_listed("kind", RespondentKind),
            models.UniqueConstraint(
                fields=["kind", "version"], name="questionnaire_version_once_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="questionnaire_counts_from_one"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.version}"

    @property
    def code(self) -> str:
        """The name of this version in files, such as `mechanism-1`."""
        return f"{self.kind}-{self.version}"

    @property
    def is_answered(self) -> bool:
        return self.submissions.exists()

    @transaction.atomic
    def new_version(self) -> "Questionnaire":
        """Copy the questionnaire with its questions and choices as the next version.

        Rounds that used the old version go on using it.
        """
        # Read row by row: an aggregate would lock nothing, and two copies collide.
        of_kind = Questionnaire.objects.select_for_update().filter(kind=self.kind)
        latest = max(of_kind.values_list("version", flat=True))
        copied = _copy(self, version=latest + 1)
        copied.save()
        for part in (Question, Choice):
            part.objects.bulk_create(
                _copy(one, questionnaire=copied)
                for one in part.objects.filter(questionnaire=self)
            )
        return copied


def _copy(record, **changed):
    """Return an unsaved copy, with the texts of every language."""
    copied = type(record)()
    for field in record._meta.concrete_fields:
        if not field.primary_key:
            setattr(copied, field.attname, record.__dict__[field.attname])
    for name, value in changed.items():
        setattr(copied, name, value)
    return copied


class OfQuestionnaire(models.Model):
    """A part of a questionnaire, which cannot be changed once that has answers."""

    questionnaire: models.ForeignKey

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self._require_unanswered()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        self._require_unanswered()
        return super().delete(*args, **kwargs)

    def _require_unanswered(self):
        if self.questionnaire.is_answered:
            raise QuestionnaireInUse


class Question(OfQuestionnaire):
    """One question. `code` is its name in forms, exports and mappings.

    Questions of a repeated group name the group in `repeat`. Choices come either
    from `choice_list`, which belongs to the questionnaire, or from the registry.
    """

    questionnaire = models.ForeignKey(
        Questionnaire,
        models.CASCADE,
        related_name="questions",
        verbose_name=_("questionnaire"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    section = models.CharField(
        _("section"),
        max_length=15,
        blank=True,
        choices=SectionHeading,
        help_text=_("Empty for who answers, and other questions before the five."),
    )
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    repeat = models.CharField(
        _("in the repeated group"), max_length=40, blank=True, validators=[CODE]
    )
    type = models.CharField(_("type of answer"), max_length=10, choices=QuestionType)
    text = models.TextField(_("question"))
    hint = models.TextField(_("hint"), blank=True)
    choice_list = models.CharField(
        _("choices"), max_length=40, blank=True, validators=[CODE]
    )
    registry_list = models.CharField(
        _("choices from the registry"),
        max_length=15,
        blank=True,
        choices=RegistryList,
    )
    allows_other = models.BooleanField(
        _("allows another answer"),
        default=False,
        help_text=_("The respondent can write what the choices lack."),
    )
    is_required = models.BooleanField(_("required"), default=False)
    is_personal = models.BooleanField(
        _("personal"),
        default=False,
        help_text=_("The answer is kept apart, and only administrators see it."),
    )
    relevant = models.CharField(
        _("asked if"),
        max_length=250,
        blank=True,
        help_text=_("A condition as XLSForm writes it. Empty: always."),
    )

    class Meta:
        ordering = ["questionnaire", "position", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            only_listed("section", SectionHeading, blank=True),
            only_listed("type", QuestionType),
            only_listed("registry_list", RegistryList, blank=True),
            models.UniqueConstraint(
                fields=["questionnaire", "code"], name="question_code_once"
            ),
            models.CheckConstraint(
                condition=Q(choice_list="") | Q(registry_list=""),
                name="question_has_one_list_of_choices",
                violation_error_message=_("Name one list of choices, not two."),
            ),
            models.CheckConstraint(
                condition=~Q(type__in=[QuestionType.ONE, QuestionType.SEVERAL])
                | ~Q(choice_list="", registry_list=""),
                name="question_with_choices_names_them",
                violation_error_message=_("A question with choices names their list."),
            ),
            models.CheckConstraint(
                condition=~Q(type=QuestionType.REPEAT) | Q(repeat=""),
                name="question_repeats_are_not_nested",
                violation_error_message=_("A repeated group cannot hold another."),
            ),
        ]

    def __str__(self):
        return self.code


class Choice(OfQuestionnaire):
    """One choice in a list of the questionnaire's own."""

    questionnaire = models.ForeignKey(
        Questionnaire,
        models.CASCADE,
        related_name="choices",
        verbose_name=_("questionnaire"),
    )
    choice_list = models.CharField(_("list"), max_length=40, validators=[CODE])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    label = models.CharField(_("label"), max_length=250)

    class Meta:
        ordering = ["questionnaire", "choice_list", "position", "pk"]
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "choice_list", "code"],
                name="choice_code_once_per_list",
            )
        ]

    def __str__(self):
        return self.label
