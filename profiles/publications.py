"""When the registry was last published: the date of what all pages together say."""

from datetime import date

from django.db.models import Max
from django.utils.timezone import localdate

from profiles.models import Profile
from profiles.remembered import remembered


def latest_publication(revision: str | None) -> date | None:
    """Return the day of the latest publication at a revision; None before the first."""
    latest = remembered("latest publication", revision, _latest)
    return localdate(latest) if latest else None


def _latest():
    return Profile.objects.published().aggregate(at=Max("published_at"))["at"]
