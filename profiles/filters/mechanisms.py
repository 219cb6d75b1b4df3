"""What readers can ask of mechanisms by their profiles."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from profiles.facets import RecordFacet, VocabularyFacet
from profiles.filters.lists import BY_NAME, ListFilter, localised
from profiles.models import (
    Contribution,
    GCMObjective,
    Membership,
    Profile,
    Region,
    State,
    Theme,
    ThemeFocus,
)
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR
from profiles.staleness import with_age
from profiles.vocabularies import (
    GovernanceLevel,
    InformationAge,
    MechanismStatus,
    MechanismType,
)


class AgeFacet(VocabularyFacet):
    """How old the information of a profile is today."""

    def __init__(self, **kwargs):
        super().__init__(
            Profile.objects.all,
            value="age",
            key="pk",
            terms=InformationAge,
            label=_("Age of the information"),
            unknown=_("“%(value)s” is neither “recent” nor “old” nor “undated”."),
            **kwargs,
        )

    def holders(self, records):
        return super().holders(with_age(records))


class YearFilter(django_filters.Filter):
    """A bound on a year, itself included."""

    field_class = forms.IntegerField

    def __init__(self, field_name, lookup_expr, **kwargs):
        kwargs.setdefault("min_value", EARLIEST_YEAR)
        kwargs.setdefault("max_value", LATEST_YEAR)
        super().__init__(field_name, lookup_expr, **kwargs)


class EstablishedForm(forms.Form):
    """Checks that the two bounds of 'established between' leave something between."""

    def clean(self):
        cleaned = super().clean() or {}
        earliest = cleaned.get("established_min")
        latest = cleaned.get("established_max")
        if earliest and latest and earliest > latest:
            self.add_error(
                "established_max",
                ValidationError(
                    _("No year lies between %(earliest)s and %(latest)s."),
                    code="nothing_between",
                    params={"earliest": str(earliest), "latest": str(latest)},
                ),
            )
        return cleaned


class ProfileFilter(ListFilter):
    """Mechanisms, by what their profiles say.

    - `q`: text, found as the site's search finds it
    - `region`, `type`, `status`: any of the values
    - `age`: `recent`, `old` or `undated`, as the date of the information says
    - `state`: alpha-3 codes; all of these States have a role that counts today
    - `theme`: any of the themes was in focus at some time
    - `level`, `objective`: of at least one contribution
    - `established_min`, `established_max`: years, both included
    """

    kind_searched = "mechanism"
    key_searched = "mechanism__slug"
    sorts = {
        **BY_NAME,
        "established": (
            _("Oldest first"),
            lambda: [F("established").asc(nulls_last=True), localised("name")],
        ),
        "-established": (
            _("Newest first"),
            lambda: [F("established").desc(nulls_last=True), localised("name")],
        ),
        "members": (
            _("Most members"),
            lambda: [F("member_count").desc(), localised("name")],
        ),
        "-as_of": (
            _("Latest information first"),
            lambda: [F("as_of").desc(), localised("name")],
        ),
        "as_of": (
            _("Oldest information first"),
            # Undated information comes last in both orders.
            lambda: [
                NullIf("as_of", Value("")).asc(nulls_last=True),
                localised("name"),
            ],
        ),
        "latest": (
            _("Latest published"),
            lambda: [F("published_at").desc(), localised("name")],
        ),
    }
    order = [
        "q",
        "region",
        "type",
        "status",
        "age",
        "state",
        "theme",
        "level",
        "objective",
    ]
    starting_open = ["region", "type", "status"]

    region = RecordFacet(
        Profile.regions.through._default_manager.all,
        value="region",
        records=lambda: Region.objects.named(),
        label=_("Region"),
        unknown=_("“%(value)s” is not one of the regions."),
        worded=_("of the region %(value)s"),
    )
    type = VocabularyFacet(
        Profile.objects.all,
        value="type",
        key="pk",
        terms=MechanismType,
        label=_("Type"),
        unknown=_("“%(value)s” is not one of the types."),
        worded=_("of the type %(value)s"),
    )
    status = VocabularyFacet(
        Profile.objects.all,
        value="status",
        key="pk",
        terms=MechanismStatus,
        label=_("Status"),
        unknown=_("“%(value)s” is not one of the statuses."),
        worded=ngettext_lazy("that is %(value)s", "that are %(value)s", "count"),
        worded_apart={MechanismStatus.UNKNOWN: _("of unknown status")},
    )
    age = AgeFacet()
    state = RecordFacet(
        lambda: Membership.objects.published().counted(),
        value="state",
        combine="all",
        records=State.objects.all,
        kind_searched="state",
        address="iso3",
        order="name",
        label=_("States taking part"),
        unknown=_(
            "“%(value)s” is neither a code, such as CRI, nor the name of one State."
        ),
        worded=_("with %(value)s taking part"),
    )
    theme = RecordFacet(
        lambda: ThemeFocus.objects.published(),
        value="theme",
        records=lambda: Theme.objects.named(),
        kind_searched="theme",
        label=_("Theme"),
        unknown=_("“%(value)s” is not one of the themes."),
        worded=ngettext_lazy(
            "that works on %(value)s", "that work on %(value)s", "count"
        ),
    )
    level = VocabularyFacet(
        lambda: Contribution.objects.published(),
        value="level",
        terms=GovernanceLevel,
        label=_("Level of contribution"),
        unknown=_("“%(value)s” is not one of the levels."),
        worded=_("with contributions at the level %(value)s"),
    )
    objective = RecordFacet(
        lambda: Contribution.objects.published(),
        value="gcm_objectives",
        records=GCMObjective.objects.all,
        address="number",
        numbered=True,
        label=_("GCM objective"),
        unknown=_("“%(value)s” is not the number of an objective, from 1 to 23."),
        worded=_("with contributions to GCM objective %(value)s"),
    )
    established_min = YearFilter("established", "gte", label=_("Established from"))
    established_max = YearFilter("established", "lte", label=_("Established until"))

    class Meta:
        model = Profile
        fields: list[str] = []
        form = EstablishedForm

    def counted(self, count):
        return ngettext("%(count)d mechanism", "%(count)d mechanisms", count) % {
            "count": count
        }
