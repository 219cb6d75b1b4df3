"""Submissions of respondents, and, apart from them, who filled them in."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnerships.models import Organisation
from profiles.models import Mechanism, State
from profiles.vocabularies import only_listed
from surveys.models.imports import SurveyImport
from surveys.models.questionnaires import Questionnaire
from surveys.models.rounds import Round
from surveys.vocabularies import RespondentKind, SubmissionStatus

_ONE_RESPONDENT = (
    Q(mechanism__isnull=True, state__isnull=True, organisation__isnull=True)
    | Q(
        kind=RespondentKind.MECHANISM,
        mechanism__isnull=False,
        state__isnull=True,
        organisation__isnull=True,
    )
    | Q(
        kind=RespondentKind.STATE,
        mechanism__isnull=True,
        state__isnull=False,
        organisation__isnull=True,
    )
    | Q(
        kind=RespondentKind.ORGANISATION,
        mechanism__isnull=True,
        state__isnull=True,
        organisation__isnull=False,
    )
)


class SubmissionQuerySet(models.QuerySet):
    def current(self):
        """Leave out submissions that a correction has replaced."""
        return self.filter(is_current=True)

    def complete(self):
        return self.filter(status=SubmissionStatus.COMPLETE)


class Submission(models.Model):
    """One respondent's answers to one questionnaire, as they were handed in.

    `row` keeps the filled cells of the original row, {column header: text}, and
    repeated groups as lists under the names of their sheets; only personal cells are
    taken out, and kept in PersonalDetails. `answers` is what the row means, {code of
    the question: answer}; a question that is not in it was not answered, and
    `unanswered` has the reason. Answers are one JSON object per submission: with a row
    each, writing 600 000 of them alone takes four to twelve times as long as reading
    their file (see benchmarks/README.md).

    A correction, which has the same `submission_id`, is a submission of its own
    that `corrects` the old one.
    """

    round = models.ForeignKey(
        Round, models.PROTECT, related_name="submissions", verbose_name=_("round")
    )
    questionnaire = models.ForeignKey(
        Questionnaire,
        models.PROTECT,
        related_name="submissions",
        verbose_name=_("questionnaire"),
    )
    kind = models.CharField(
        _("kind of respondent"), max_length=15, choices=RespondentKind
    )
    mechanism = models.ForeignKey(
        Mechanism,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("mechanism"),
    )
    state = models.ForeignKey(
        State,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("State"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("organisation"),
    )
    respondent = models.CharField(
        _("respondent, as written"), max_length=250, blank=True
    )

    tool = models.CharField(_("survey tool"), max_length=20)
    submission_id = models.CharField(_("identifier in the tool"), max_length=120)
    content_hash = models.CharField(_("fingerprint"), max_length=64)
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        help_text=_("As the file gives it, such as -06:00. Empty: it does not say."),
    )
    language = models.CharField(_("language"), max_length=20, blank=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=SubmissionStatus,
        default=SubmissionStatus.COMPLETE,
    )
    row = models.JSONField(_("original row"), default=dict)
    answers = models.JSONField(_("answers"), default=dict)
    unanswered = models.JSONField(
        _("why not answered"), default=dict, help_text=_("By code of the question.")
    )
    survey_import = models.ForeignKey(
        SurveyImport,
        models.PROTECT,
        related_name="submissions",
        verbose_name=_("import"),
    )
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    row_number = models.PositiveIntegerField(_("row"), default=0)
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="correction",
        verbose_name=_("corrects"),
    )
    is_current = models.BooleanField(_("current"), default=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["round", "kind", "pk"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            only_listed("kind", RespondentKind),
            only_listed("status", SubmissionStatus),
            models.UniqueConstraint(
                fields=["round", "questionnaire", "submission_id"],
                condition=Q(is_current=True),
                name="submission_current_once",
            ),
            models.CheckConstraint(
                condition=_ONE_RESPONDENT, name="submission_respondent_fits_its_kind"
            ),
        ]

    def __str__(self):
        return self.respondent_name

    @property
    def respondent_name(self) -> str:
        """The registry's name of the respondent, or the one written if none matches."""
        known = self.mechanism or self.state or self.organisation
        return str(known) if known else self.respondent


class PersonalDetails(models.Model):
    """The person who filled a submission in. Only administrators see these details, and
    nothing exports them.

    `cells` has every personal column of the row, {column header: text}.
    `forget_respondent` removes them.
    """

    submission = models.OneToOneField(
        Submission,
        models.CASCADE,
        related_name="personal_details",
        verbose_name=_("submission"),
    )
    name = models.CharField(_("name"), max_length=250, blank=True)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    cells = models.JSONField(_("personal cells"), default=dict)

    class Meta:
        verbose_name = _("personal details")
        verbose_name_plural = _("personal details")
        indexes = [models.Index(fields=["email"])]

    def __str__(self):
        # Never the person: this text reaches lists, logs and messages.
        return f"{self._meta.verbose_name} {self.submission_id}"
