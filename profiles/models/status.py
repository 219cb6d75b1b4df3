"""The status of a mechanism in time: since when it is active, dormant or over."""

import datetime
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.models.base import Fact, Period, of_profile
from profiles.vocabularies import (
    DisputedField,
    FormPart,
    MechanismStatus,
    only_listed,
)


class StatusPeriod(Fact, Period):
    """A time in which a mechanism was active, dormant, superseded or ended."""

    identified_by = ("status", "since")
    form_part = FormPart.IDENTITY
    form_lines = [("status", "since", "until")]
    page_template = ""
    disputed_as = DisputedField.STATUS

    profile = of_profile("status_periods")
    status = models.CharField(_("status"), max_length=12, choices=MechanismStatus)

    class Meta(Fact.Meta):
        verbose_name = _("status in time")
        verbose_name_plural = _("statuses in time")
        constraints = [
            *Fact.Meta.constraints,
            *Period.Meta.constraints,
            only_listed("status", MechanismStatus),
            models.CheckConstraint(
                condition=~Q(status=MechanismStatus.UNKNOWN),
                name="statusperiod_is_known",
                violation_error_message=_(
                    "A time of which the status is unknown is left out."
                ),
            ),
        ]

    def __str__(self):
        return self.get_status_display()

    def holds_on(self, day: datetime.date) -> bool:
        """Say whether the status held then, as far as the sources are precise.

        A period without a beginning holds until it ends; one without an end goes on.
        """
        asked = day.isoformat()
        has_begun = self.since <= asked
        return has_begun and (not self.until or asked[: len(self.until)] <= self.until)


def status_on(periods: Iterable[StatusPeriod], day: datetime.date) -> MechanismStatus:
    """Return the status that held on a day: of those that did, the latest to begin.

    `UNKNOWN` where no period holds.
    """
    holding = [period for period in periods if period.holds_on(day)]
    if not holding:
        return MechanismStatus.UNKNOWN
    return MechanismStatus(max(holding, key=lambda period: period.since).status)
