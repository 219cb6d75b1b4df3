"""What every public page knows. Nothing here is personal: pages are cached."""

from django.conf import settings

from iscm_registry import revision
from iscm_registry.publisher import Party, the_contact, the_publisher
from profiles.publications import latest_publication


class _RegistryState:
    """Read on first use, so that pages that do not show it pay nothing."""

    def __init__(self, request):
        self._request = request

    @property
    def as_of(self):
        """The date of the latest publication, or None in an empty registry."""
        return latest_publication(getattr(self._request, "registry_revision", None))

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


def registry(request):
    return {
        "registry": _RegistryState(request),
        # Said on every staff page; public pages do not read it.
        "demonstration": settings.DEMO and not settings.SECOND_FACTOR_REQUIRED,
    }
