"""Imports of survey exports: the file, and the trace of what it changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.models import Mechanism, Profile
from profiles.models.base import account
from profiles.vocabularies import only_listed
from surveys.models.bulk_edits import BulkEdit
from surveys.models.rounds import Round
from surveys.vocabularies import ChangeAction, ImportState, ImportStep


class SurveyImport(models.Model):
    """One file of a round: prepared, applied in one transaction, or undone as a whole.

    `decisions` holds what a person decided in the preview: names ({"state": {text as
    written: key}}) and values to take in spite of a conflict. `problems` and
    `counts` are what the last preparation found; nothing personal is in them.
    """

    traced_as: ClassVar[str] = "survey_import"
    """The field by which a change names what made it."""

    round = models.ForeignKey(
        Round, models.PROTECT, related_name="imports", verbose_name=_("round")
    )
    file_name = models.CharField(_("file"), max_length=250)
    sha256 = models.CharField(_("fingerprint of the file"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    tool = models.CharField(_("survey tool"), max_length=20, blank=True)
    mapping = models.CharField(_("mapping"), max_length=120, blank=True)
    mapping_text = models.TextField(
        _("own mapping"),
        blank=True,
        help_text=_("The mapping itself, when it is none of those that come along."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState, default=ImportState.PREPARED
    )
    decisions = models.JSONField(_("decisions"), default=dict)
    problems = models.JSONField(_("problems"), default=list)
    counts = models.JSONField(_("counts"), default=dict)
    uploaded_by = account(_("by"), help_text=_("Empty when a command did it."))
    uploaded_at = models.DateTimeField(_("at"), auto_now_add=True)
    applied_by = account(_("applied by"))
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    undone_by = account(_("undone by"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            only_listed("state", ImportState),
            models.CheckConstraint(
                condition=Q(state=ImportState.PREPARED, applied_at__isnull=True)
                | Q(state__in=[ImportState.APPLIED, ImportState.UNDONE])
                & Q(applied_at__isnull=False),
                name="surveyimport_applied_has_a_time",
            ),
        ]

    def __str__(self):
        return self.file_name


class UploadedFile(models.Model):
    """The file of a waiting import; it is removed when the import is applied or undone.

    It is kept in the database, so that every server has it, and so that what
    respondents wrote stands in one place only.
    """

    survey_import = models.OneToOneField(
        SurveyImport, models.CASCADE, related_name="file", verbose_name=_("import")
    )
    content = models.BinaryField(_("content"))
    submissions = models.JSONField(
        _("submissions"),
        default=dict,
        help_text=_(
            "Which submissions it holds, as surveys.waiting_files writes them: by "
            "these the same ones are known in another file."
        ),
    )

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")

    def __str__(self):
        return str(self.survey_import)


class ImportWork(models.Model):
    """What the worker is to do with a long import, or does now; gone when it is done.

    `done` of `total` rows were understood. `tries` counts how often a worker began:
    one that is killed leaves its work here, and it is begun again.
    """

    MOST_TRIES = 3

    survey_import = models.OneToOneField(
        SurveyImport,
        models.CASCADE,
        primary_key=True,
        related_name="work",
        verbose_name=_("import"),
    )
    step = models.CharField(_("step"), max_length=8, choices=ImportStep)
    asked_by = account(_("asked by"), blank=False)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("work on an import")
        verbose_name_plural = _("work on imports")
        constraints = [only_listed("step", ImportStep)]

    def __str__(self):
        return str(self.survey_import)

    @property
    def is_given_up(self) -> bool:
        return self.tries >= self.MOST_TRIES


class LongPreview(models.Model):
    """What the worker found when it prepared a long import: what people decide on.

    `fingerprint` is the plan's. The reports hold every change; they are as compressed
    as gzip makes them, and, like the file, go when the import is applied.
    """

    survey_import = models.OneToOneField(
        SurveyImport,
        models.CASCADE,
        primary_key=True,
        related_name="long_preview",
        verbose_name=_("import"),
    )
    prepared_at = models.DateTimeField(_("prepared at"), auto_now=True)
    fingerprint = models.CharField(_("fingerprint of the plan"), max_length=64)
    can_be_applied = models.BooleanField(_("can be applied"))
    html = models.BinaryField(_("report"))
    csv = models.BinaryField(_("report as CSV"))
    json = models.BinaryField(_("report as JSON"))

    class Meta:
        verbose_name = _("preview of a long import")
        verbose_name_plural = _("previews of long imports")

    def __str__(self):
        return str(self.survey_import)


class LongPreviewPart(models.Model):
    """Some changes of one kind to one mechanism, as the preview of a long import has
    them: a list of objects in JSON, as gzip makes it."""

    MOST_CHANGES = 100

    long_preview = models.ForeignKey(
        LongPreview,
        models.CASCADE,
        related_name="parts",
        verbose_name=_("preview of a long import"),
    )
    position = models.PositiveIntegerField(_("position"))
    mechanism = models.CharField(_("mechanism"), max_length=120)
    name = models.CharField(_("name"), max_length=250)
    base = models.PositiveBigIntegerField(_("edition"), null=True)
    opens_draft = models.BooleanField(_("opens a draft"))
    action = models.CharField(_("action"), max_length=12, choices=ChangeAction)
    changes = models.BinaryField(_("changes"))

    class Meta:
        ordering = ["long_preview", "position"]
        verbose_name = _("part of a preview")
        verbose_name_plural = _("parts of previews")
        constraints = [only_listed("action", ChangeAction)]

    def __str__(self):
        return f"{self.name}, {self.get_action_display()}"


class ImportedChange(models.Model):
    """One change that an import or a bulk edit made to a draft, an import's with its
    cell in the file.

    It is the trace from a fact to its submission, and undoing reads it. `target`
    is "profile" or the label of a kind of fact ("profiles.membership"); `before` and
    `after` hold the values of the fields, {} for what did not exist. An opened draft
    is a row with target "profile", action "add" and no `field`. Records that an
    import made (aliases, sources) are rows without a mechanism.
    """

    survey_import = models.ForeignKey(
        SurveyImport,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="changes",
        verbose_name=_("import"),
    )
    bulk_edit = models.ForeignKey(
        BulkEdit,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="changes",
        verbose_name=_("bulk edit"),
    )
    submission = models.ForeignKey(
        "surveys.Submission",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="changes",
        verbose_name=_("submission"),
    )
    mechanism = models.ForeignKey(
        Mechanism,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="imported_changes",
        verbose_name=_("mechanism"),
    )
    profile = models.ForeignKey(
        Profile,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="imported_changes",
        verbose_name=_("edition"),
    )
    target = models.CharField(_("what"), max_length=60)
    uid = models.UUIDField(_("fact"), null=True, blank=True)
    field = models.CharField(_("field"), max_length=60, blank=True)
    action = models.CharField(_("action"), max_length=12, choices=ChangeAction)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    question = models.CharField(_("question"), max_length=80, blank=True)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    row_number = models.PositiveIntegerField(_("row"), default=0)
    column = models.CharField(_("column"), max_length=250, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("imported change")
        verbose_name_plural = _("imported changes")
        constraints = [
            only_listed("action", ChangeAction),
            models.CheckConstraint(
                condition=Q(survey_import__isnull=True) ^ Q(bulk_edit__isnull=True),
                name="importedchange_is_of_one",
            ),
        ]
        indexes = [models.Index(fields=["uid"])]

    def __str__(self):
        return f"{self.get_action_display()}: {self.target} {self.field}".rstrip()
