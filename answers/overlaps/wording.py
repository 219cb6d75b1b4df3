"""How overlaps are said in words, and at which address each is listed."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from answers.sharing import Holder, Kind, Overlap
from profiles.as_at import AsAt


def words_of(at: AsAt | None) -> tuple[str, str]:
    """Return what is said of something sure, and of something that is not."""
    if at:
        return _("known to have held"), _("may have held")
    return _("confirmed"), _("to be confirmed")


def said_of(overlap: Overlap, at: AsAt | None) -> str:
    """Say how many are in both, and of how many that is not sure."""
    if not overlap.unsure and not at:
        return _("%(sure)d in both") % {"sure": overlap.sure}
    sure, unsure = words_of(at)
    return _("%(both)d in both: %(sure)d %(are_sure)s, %(unsure)d %(are_unsure)s") % {
        "both": overlap.both,
        "sure": overlap.sure,
        "are_sure": sure,
        "unsure": overlap.unsure,
        "are_unsure": unsure,
    }


def in_cells(measure: str, at: AsAt | None) -> str:
    if measure == "jaccard":
        return _(
            "Each cell says which share, in per cent, those in both are of all that "
            "are in either."
        )
    if at:
        return _(
            "Each cell says how many are in both: known to have held + may have held."
        )
    return _("Each cell says how many are in both: confirmed + to be confirmed.")


def known_of(kind: Kind, counted: list[Holder], at: AsAt | None) -> str:
    of_all = [is_sure for holder in counted for is_sure in holder.compared.values()]
    sure, unsure = words_of(at)
    return _(
        "%(things)s on record for %(known)d of %(all)d mechanisms; %(sure)d "
        "%(are_sure)s, %(unsure)d %(are_unsure)s."
    ) % {
        "things": kind.things,
        "known": sum(bool(holder.compared) for holder in counted),
        "all": len(counted),
        "sure": sum(of_all),
        "are_sure": sure,
        "unsure": len(of_all) - sum(of_all),
        "are_unsure": unsure,
    }


def address_of(overlap: Overlap, beside: dict[str, str]) -> str:
    """Return where what is in both is listed; `beside` is what else is asked."""
    address = reverse("overlap", args=[overlap.one.slug, overlap.other.slug])
    return f"{address}?{urlencode(beside)}" if beside else address
