"""What is asked for in a bulk edit: a form for each kind of it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from iscm_registry.bulk_editing.asking import (
    MEMBERSHIP,
    PARTNERSHIP,
    Asked,
    Describe,
    Join,
    Leave,
    NameSource,
    Replace,
)
from partnerships.models import MechanismLink, Organisation, Partnership
from profiles.admin.choosing import (
    RecordField,
    RecordSelect,
    RecordSelectMultiple,
    RecordsField,
)
from profiles.models import Mechanism, Membership, Source, State, fact_kinds
from profiles.typed_dates import TypedDateField, TypedPeriod
from profiles.vocabularies import Certainty, MembershipRole, PartnershipRole
from surveys.vocabularies import BulkEditKind

AS_IT_IS = ("", gettext_lazy("leave as it is"))


def _record(model: Any, key: Any, label: Any, *, required: bool = True) -> RecordField:
    """Return a field in which a record is chosen by typing; `key` names it anywhere."""
    return RecordField(
        queryset=model.objects.all(),
        widget=RecordSelect(key.field, admin.site),
        label=label,
        required=required,
    )


def _source(**given: Any) -> RecordField:
    return _record(Source, Membership.source, gettext_lazy("Source"), **given)


def _state(label: Any) -> RecordField:
    return _record(State, Membership.state, label)


def _organisation(label: Any) -> RecordField:
    return _record(Organisation, Partnership.organisation, label)


def _one_of(terms: Any, label: Any, *first: Any, **given: Any) -> forms.ChoiceField:
    choices = [*first, *terms.choices]
    return forms.ChoiceField(choices=choices, label=label, required=not first, **given)


class _Mechanisms(forms.Form):
    """`asked()` and `about()` are of a form that is valid."""

    kind: ClassVar[BulkEditKind]
    starts_chosen: ClassVar[bool] = True
    """Whether all facts that fit are ticked, until somebody unticks them."""

    subject: ClassVar[str]
    """The field with the record from whose page the form is reached."""

    mechanisms = RecordsField(
        queryset=Mechanism.objects.called(),
        widget=RecordSelectMultiple(MechanismLink.other.field, admin.site),
        label=gettext_lazy("Mechanisms"),
        required=False,
        help_text=gettext_lazy("None means all."),
    )

    def asked(self) -> Asked:
        raise NotImplementedError

    def about(self) -> str:
        """Say in words what is asked for."""
        raise NotImplementedError

    @classmethod
    def model_of_subject(cls) -> str:
        field: Any = cls.base_fields[cls.subject]
        return field.queryset.model._meta.model_name

    def chosen(self) -> list[str]:
        """Return the mechanisms, as they are called in addresses."""
        return [mechanism.slug for mechanism in self.cleaned_data["mechanisms"]]


class NameSourceForm(_Mechanisms):
    kind = BulkEditKind.SOURCE
    subject = "source"
    starts_chosen = False

    source = _source()
    certainty = _one_of(Certainty, gettext_lazy("Certainty"), AS_IT_IS)
    only_without = forms.BooleanField(
        label=gettext_lazy("Only facts without a source"), required=False, initial=True
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of facts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None means all."),
    )
    field_order = ["source", "mechanisms", "kinds", "only_without", "certainty"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kinds"].choices = [
            (kind._meta.label_lower, capfirst(kind._meta.verbose_name_plural))
            for kind in fact_kinds()
        ]

    def asked(self):
        said = self.cleaned_data
        kinds = said["kinds"] or [kind._meta.label_lower for kind in fact_kinds()]
        return NameSource(
            said["source"].slug, kinds, said["certainty"], said["only_without"]
        )

    def about(self):
        return _("Source “%(source)s”") % {"source": self.cleaned_data["source"]}


class _ReplaceForm(_Mechanisms):
    model: ClassVar[Any]
    subject = "old"
    field_order = ["old", "new", "mechanisms"]

    def clean(self):
        said = super().clean() or {}
        if said.get("old") and said.get("old") == said.get("new"):
            self.add_error("new", _("Choose another one."))
        return said

    def asked(self):
        old, new = self.cleaned_data["old"], self.cleaned_data["new"]
        return Replace(self.model, *old.natural_key(), *new.natural_key())

    def about(self):
        return _("“%(old)s” becomes “%(new)s”") % self.cleaned_data


class ReplaceOrganisationForm(_ReplaceForm):
    kind = BulkEditKind.ORGANISATION
    model = Organisation

    old = _organisation(gettext_lazy("Organisation that is named"))
    new = _organisation(gettext_lazy("Organisation in its place"))


class ReplaceStateForm(_ReplaceForm):
    kind = BulkEditKind.STATE
    model = State

    old = _state(gettext_lazy("State that is named"))
    new = _state(gettext_lazy("State in its place"))


class _DayForm(_Mechanisms):
    """`day` is one date, as precise as its source."""

    def clean_day(self):
        day = self.cleaned_data["day"]
        if isinstance(day, TypedPeriod):
            raise forms.ValidationError(_("Enter one date, not a period."))
        return day


class JoinForm(_DayForm):
    kind = BulkEditKind.JOINED
    subject = "state"

    state = _state(gettext_lazy("State"))
    role = _one_of(
        MembershipRole, gettext_lazy("Role"), initial=MembershipRole.MEMBER.value
    )
    day = TypedDateField(label=gettext_lazy("Since"), required=False)
    source = _source(required=False)
    certainty = _one_of(Certainty, gettext_lazy("Certainty"))
    field_order = ["state", "mechanisms", "role", "day", "source", "certainty"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Nobody joins all mechanisms.
        self.fields["mechanisms"].required = True
        self.fields["mechanisms"].help_text = ""

    def asked(self):
        said = self.cleaned_data
        source = said["source"].slug if said["source"] else ""
        return Join(
            said["state"].iso3, said["role"], said["certainty"], said["day"], source
        )

    def about(self):
        return _("%(state)s: %(role)s") % {
            "state": self.cleaned_data["state"],
            "role": MembershipRole(self.cleaned_data["role"]).label,
        }


class LeaveForm(_DayForm):
    kind = BulkEditKind.LEFT
    subject = "state"

    state = _state(gettext_lazy("State"))
    day = TypedDateField(label=gettext_lazy("Until"), required=False)
    source = _source(required=False)
    field_order = ["state", "mechanisms", "day", "source"]

    def asked(self):
        said = self.cleaned_data
        source = said["source"].slug if said["source"] else ""
        return Leave(said["state"].iso3, said["day"], source)

    def about(self):
        return str(self.cleaned_data["state"])


class _DescribeForm(_Mechanisms):
    target: ClassVar[str]
    subject = "described"

    certainty = _one_of(Certainty, gettext_lazy("Certainty"), AS_IT_IS)
    field_order = ["described", "mechanisms", "role", "certainty"]

    def clean(self):
        said = super().clean() or {}
        if not self.errors and not said["role"] and not said["certainty"]:
            raise forms.ValidationError(_("Choose a role or a certainty."))
        return said

    def asked(self):
        said = self.cleaned_data
        (key,) = said["described"].natural_key()
        return Describe(self.target, key, said["role"], said["certainty"])

    def about(self):
        return str(self.cleaned_data["described"])


class DescribeStateForm(_DescribeForm):
    kind = BulkEditKind.OF_STATE
    target = MEMBERSHIP

    described = _state(gettext_lazy("State"))
    role = _one_of(MembershipRole, gettext_lazy("Role"), AS_IT_IS)


class DescribeOrganisationForm(_DescribeForm):
    kind = BulkEditKind.OF_ORGANISATION
    target = PARTNERSHIP

    described = _organisation(gettext_lazy("Organisation"))
    role = _one_of(PartnershipRole, gettext_lazy("Role"), AS_IT_IS)


FORMS: dict[str, type[_Mechanisms]] = {
    form.kind.value: form
    for form in (
        NameSourceForm,
        ReplaceOrganisationForm,
        ReplaceStateForm,
        JoinForm,
        LeaveForm,
        DescribeStateForm,
        DescribeOrganisationForm,
    )
}


def kinds_about(model: str) -> list[type[_Mechanisms]]:
    """Return the forms that begin with a record of this model; all for ""."""
    return [form for form in FORMS.values() if model in ("", form.model_of_subject())]
