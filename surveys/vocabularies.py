"""The controlled lists of surveys. Their values stand in files and are never renamed.

Terms follow the assessment of 2019, in which mechanisms, their States and
intergovernmental organisations each had a questionnaire of their own.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RespondentKind(models.TextChoices):
    """Who answers a questionnaire."""

    MECHANISM = "mechanism", _("Mechanism")
    STATE = "state", _("State")
    ORGANISATION = "organisation", _("Intergovernmental organisation")


class QuestionType(models.TextChoices):
    """The type of an answer, which decides how the answer is stored.

    A text, number, year, date and one choice are texts ('1990', '2018-11', 'yes');
    several choices are a list of codes; a repeated group is a list of objects.
    """

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    INTEGER = "integer", _("Whole number")
    YEAR = "year", _("Year")
    DATE = "date", _("Date: a year, a month or a day")
    ONE = "one", _("One choice")
    SEVERAL = "several", _("Several choices")
    REPEAT = "repeat", _("Repeated group of questions")


class RegistryList(models.TextChoices):
    """Lists of choices that are records of the registry, by their stable keys."""

    STATE = "state", _("States, by ISO alpha-3 code")
    THEME = "theme", _("Themes, by slug")
    MECHANISM = "mechanism", _("Mechanisms, by slug")
    ORGANISATION = "organisation", _("Organisations, by slug")


class SubmissionStatus(models.TextChoices):
    COMPLETE = "complete", _("Complete")
    PARTIAL = "partial", _("Not finished")


class Unanswered(models.TextChoices):
    """Why a question has no answer, as far as a file tells."""

    LEFT_EMPTY = "left-empty", _("Left empty")
    NOT_SHOWN = "not-shown", _("Not shown")
    DOES_NOT_KNOW = "does-not-know", _("Does not know")
    NOT_IN_THIS_VERSION = (
        "not-in-this-version",
        _("Not in the version that was answered"),
    )
    NOT_UNDERSTOOD = "not-understood", _("Could not be read")


class NotAsked(models.TextChoices):
    """Why a question has no answer, by the conditions of its questionnaire."""

    CONDITION = "not-asked", _("Not asked, because of another answer")
    NO_ENTRY = "no-entry", _("No entry in this group")


class ImportStep(models.TextChoices):
    """What the worker does with a long import."""

    PREPARE = "prepare", _("is prepared")
    APPLY = "apply", _("is applied")


class ImportState(models.TextChoices):
    """The state of an import. Only an applied one has changed drafts."""

    PREPARED = "prepared", _("Waiting to be applied")
    APPLIED = "applied", _("Applied")
    UNDONE = "undone", _("Undone")


class BulkEditKind(models.TextChoices):
    """What one bulk edit does to facts of many drafts."""

    SOURCE = "source", _("Name one source for many facts")
    ORGANISATION = "organisation", _("Put one organisation in the place of another")
    STATE = "state", _("Put one State in the place of another")
    JOINED = "joined", _("A State joined")
    LEFT = "left", _("A State left")
    OF_STATE = "of-state", _("Role or certainty of a State")
    OF_ORGANISATION = "of-organisation", _("Role or certainty of an organisation")


class ChangeAction(models.TextChoices):
    """What an import does, or would do, with one statement of a submission."""

    ADD = "add", _("Added")
    CHANGE = "change", _("Changed")
    REMOVE = "remove", _("Removed")
    SAME = "same", _("Left as it is")
    ALTERNATIVE = "alternative", _("Kept as an alternative value")
    CONFLICT = "conflict", _("In conflict: nothing is written")


class SuggestionState(models.TextChoices):
    OPEN = "open", _("To be decided")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class ReviewKind(models.TextChoices):
    """Whether a `Review` looked at mechanisms, or was a meeting of them all."""

    REVIEW = "review", _("Review")
    MEETING = "meeting", _("Global meeting")


class FollowUp(models.TextChoices):
    """The follow-up of a recommendation."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")
    UNKNOWN = "unknown", _("Unknown")
