"""Which rows of a figure a filtered list says too."""

from urllib.parse import urlencode

from django.urls import reverse

from answers.figures.counted import Row
from partnerships.views.lists import MechanismListView
from profiles.facets import FacetFilter
from profiles.filters.lists import ListFilter
from profiles.views.lists import ContributionListView, ListView, StateListView

LISTS: dict[str, type[ListView]] = {
    "mechanism-list": MechanismListView,
    "contribution-list": ContributionListView,
    "state-list": StateListView,
}


class Lists:
    """The lists at a revision. What a facet says is read once, for all rows."""

    def __init__(self, revision: str | None):
        self.revision = revision
        self._made: dict[str, ListFilter] = {}

    def address(self, list_name: str, row: Row) -> str:
        """Return the address of the list that has as many as a row; "" without one.

        A list may count by another rule, such as what has ended too, so that its number
        is asked, not assumed. Bounds of years are the rule of the figure itself.
        """
        if not list_name or row.asked is None:
            return ""
        if list_name not in self._made:
            view = LISTS[list_name]()
            self._made[list_name] = view.filterset_class(
                {}, view.get_queryset(), revision=self.revision
            )
        filters = self._made[list_name]
        facets = {
            name: values
            for name, values in row.asked.items()
            if isinstance(filters.filters[name], FacetFilter)
        }
        number = filters.bits(facets).bit_count()
        if len(facets) == len(row.asked) and number != row.total:
            return ""
        asked = urlencode(row.asked, doseq=True)
        return f"{reverse(list_name)}?{asked}" if asked else reverse(list_name)
