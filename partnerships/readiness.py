"""What a profile's links to other mechanisms say about its being ready."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from partnerships.models import MechanismLink
from profiles.models import Profile
from profiles.readiness import FactsByKind, Finding, also_checked
from profiles.vocabularies import FormPart, MechanismLinkKind, MechanismStatus


@also_checked
def successor_is_named(edition: Profile, facts: FactsByKind) -> Iterator[Finding]:
    """Ask of a superseded mechanism which one took its place."""
    if edition.status != MechanismStatus.SUPERSEDED:
        return
    succession = MechanismLinkKind.SUCCESSION
    is_named = any(link.kind == succession for link in facts[MechanismLink])
    # The link may stand on the successor's profile.
    if (
        not is_named
        and not MechanismLink.objects.filter(
            other=edition.mechanism_id, kind=succession
        ).exists()
    ):
        yield Finding(
            _("It is superseded, and no mechanism is linked as its successor."),
            FormPart.PARTNERSHIPS,
        )
