"""What readers can ask of contributions to migration governance."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from profiles.facets import RecordFacet, VocabularyFacet, YearFacet
from profiles.filters.lists import ListFilter, localised
from profiles.models import Contribution, GCMObjective, Profile, State, Theme
from profiles.vocabularies import (
    ContributionKind,
    ContributionStatus,
    GovernanceLevel,
)


class ContributionFilter(ListFilter):
    """Contributions to migration governance.

    - `q`: text, found as the site's search finds it
    - `level`, `kind`, `status`, `theme`, `objective`, `mechanism`: any of the values
    - `state`: alpha-3 codes; all of these States are concerned
    - `year`: years, or `unknown`; a period counts in each of its years
    """

    kind_searched = "contribution"
    key_searched = "uid"
    sorts = {
        "-year": (
            _("Latest first"),
            lambda: [F("year").desc(nulls_last=True), localised("title")],
        ),
        "year": (
            _("Oldest first"),
            lambda: [F("year").asc(nulls_last=True), localised("title")],
        ),
        "title": (_("Title"), lambda: [localised("title")]),
        "mechanism": (
            _("Mechanism"),
            lambda: [localised("profile__name"), localised("title")],
        ),
    }
    order = ["q", "level", "kind", "status", "state", "theme", "year", "mechanism"]
    starting_open = ["level", "status"]

    level = VocabularyFacet(
        Contribution.objects.all,
        value="level",
        key="pk",
        terms=GovernanceLevel,
        label=_("Level"),
        unknown=_("“%(value)s” is not one of the levels."),
        worded=_("at the level %(value)s"),
    )
    kind = VocabularyFacet(
        Contribution.objects.all,
        value="kind",
        key="pk",
        terms=ContributionKind,
        label=_("Kind"),
        unknown=_("“%(value)s” is not one of the kinds."),
        worded=_("of the kind %(value)s"),
    )
    status = VocabularyFacet(
        Contribution.objects.all,
        value="status",
        key="pk",
        terms=ContributionStatus,
        label=_("Status"),
        unknown=_("“%(value)s” is not one of the statuses."),
        worded=ngettext_lazy("that is %(value)s", "that are %(value)s", "count"),
    )
    state = RecordFacet(
        Contribution.states.through._default_manager.all,
        value="state",
        key="contribution",
        combine="all",
        records=State.objects.all,
        kind_searched="state",
        address="iso3",
        order="name",
        label=_("States concerned"),
        unknown=_(
            "“%(value)s” is neither a code, such as CRI, nor the name of one State."
        ),
        worded=ngettext_lazy(
            "that concerns %(value)s", "that concern %(value)s", "count"
        ),
    )
    theme = RecordFacet(
        Contribution.themes.through._default_manager.all,
        value="theme",
        key="contribution",
        records=lambda: Theme.objects.named(),
        kind_searched="theme",
        label=_("Theme"),
        unknown=_("“%(value)s” is not one of the themes."),
        worded=_("on %(value)s"),
    )
    year = YearFacet(
        Contribution.objects.all,
        value="year",
        until="until_year",
        label=_("Year"),
        unknown=_("“%(value)s” is not a year such as 2016, nor “unknown”."),
        worded=_("of %(value)s"),
    )
    mechanism = RecordFacet(
        Contribution.objects.all,
        value="profile",
        key="pk",
        address="mechanism__slug",
        records=lambda: Profile.objects.published().select_related("mechanism"),
        kind_searched="mechanism",
        order="count",
        label_of=lambda profile: profile.short_name,
        label=_("Mechanism"),
        unknown=_("“%(value)s” is not one of the mechanisms."),
        worded=_("of %(value)s"),
    )
    objective = RecordFacet(
        Contribution.gcm_objectives.through._default_manager.all,
        value="gcmobjective",
        key="contribution",
        records=GCMObjective.objects.all,
        address="number",
        numbered=True,
        label=_("GCM objective"),
        unknown=_("“%(value)s” is not the number of an objective, from 1 to 23."),
        worded=_("to GCM objective %(value)s"),
    )

    class Meta:
        model = Contribution
        fields: list[str] = []

    def counted(self, count):
        return ngettext("%(count)d contribution", "%(count)d contributions", count) % {
            "count": count
        }
