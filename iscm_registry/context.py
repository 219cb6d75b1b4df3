"""What every public page knows. Nothing here is personal: pages are cached."""

from datetime import datetime

from django.conf import settings
from django.db.models import Max

from iscm_registry import revision
from iscm_registry.publisher import Party, the_contact, the_publisher
from profiles.models import Profile
from profiles.remembered import remembered


class _RegistryState:
    """Read on first use, so that pages that do not show it pay nothing."""

    def __init__(self, request):
        self._request = request

    @property
    def as_of(self):
        """The date of the latest publication, or None in an empty registry."""
        at_revision = getattr(self._request, "registry_revision", None)
        latest = remembered("latest publication", at_revision, _latest_publication)
        return latest and latest.date()

    @property
    def revision(self) -> str:
        known = getattr(self._request, "registry_revision", None)
        return revision.current() if known is None else known

    @property
    def publisher(self) -> Party:
        return the_publisher()

    @property
    def contact(self) -> Party:
        return the_contact()


def _latest_publication() -> datetime | None:
    return Profile.objects.published().aggregate(at=Max("published_at"))["at"]


def registry(request):
    return {
        "registry": _RegistryState(request),
        # Said on every staff page; public pages do not read it.
        "demonstration": settings.DEMO and not settings.SECOND_FACTOR_REQUIRED,
    }
