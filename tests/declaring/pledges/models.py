"""A kind of fact, and a field of the profile, that the registry itself does not know.

This file, its migrations and the rows that the test writes are all that is added.
"""

from django.db import models

from profiles.models import Fact, Profile, State
from profiles.models.base import of_profile
from profiles.partial_dates import PartialDateField
from profiles.vocabularies import DisputedField, FormPart


class Pledge(Fact):
    """What a State promised at a meeting."""

    identified_by = ("state", "words")
    form_part = FormPart.MEETINGS
    disputed_as = DisputedField.MEETINGS
    subject = "state"
    translated = ("words",)

    profile = of_profile("pledges")
    state = models.ForeignKey(State, models.PROTECT, related_name="pledges")
    words = models.CharField("what was promised", max_length=200)
    made = PartialDateField("made on")

    class Meta(Fact.Meta):
        verbose_name = "pledge"
        verbose_name_plural = "pledges"

    def __str__(self):
        return self.words


motto = models.CharField("motto", max_length=200, blank=True)
motto.contribute_to_class(Profile, "motto")
