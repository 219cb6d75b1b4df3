"""Who says what the fields of a profile say."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.models.base import Fact, of_profile
from profiles.models.mechanisms import Profile
from profiles.vocabularies import DisputedField, FormPart

SOURCED_FIELDS = tuple(map(DisputedField, dict.fromkeys(Profile.disputed_as.values())))
"""The fields of the profile that name their sources one by one: those of which other
sources can say something else."""


class FieldSource(Fact):
    """A source of what a field of the profile says: the field's own, as facts have.

    Beside it stands the `AlternativeValue`, which says otherwise. Several sources of
    one field are several facts.
    """

    identified_by = ("field", "language", "source")
    form_part = FormPart.SOURCES
    form_lines = [("field", "language")]
    page_template = ""
    unsearched = ("language", "note")

    profile = of_profile("field_sources")
    field = models.CharField(
        _("field"),
        max_length=20,
        choices=[(field.value, field.label) for field in SOURCED_FIELDS],
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        help_text=_(
            "Its code, such as fr, when the source gives the text in that language "
            "only. Empty for all."
        ),
    )

    class Meta(Fact.Meta):
        verbose_name = _("source of a field")
        verbose_name_plural = _("sources of fields")
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(field__in=[field.value for field in SOURCED_FIELDS]),
                name="fieldsource_field_is_listed",
                violation_error_message=_(
                    "No field of the profile stands under this term."
                ),
            ),
            models.CheckConstraint(
                condition=Q(source__isnull=False),
                name="fieldsource_names_a_source",
                violation_error_message=_("Name the source of the field."),
            ),
        ]

    def __str__(self):
        return f"{DisputedField(self.field).label}: {self.source}"

    @classmethod
    def stating(cls):
        # It is evidence of what the field states.
        return Q(pk__in=[])
