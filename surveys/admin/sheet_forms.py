"""The forms of a summary sheet: its file, and the mechanism whose sheet it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.models import Mechanism, Profile, Region
from profiles.vocabularies import MechanismType
from surveys.names import MECHANISM, Names
from surveys.summaries.drafting import SheetPreparation
from surveys.summaries.files import LARGEST_FILE
from surveys.summaries.mechanisms import NewMechanism, longest, proposed

NEW = "+new"
"""The choice of a mechanism that is not in the registry: no slug has a plus."""


def _mechanisms() -> list[tuple[str, Any]]:
    names = Names()
    slugs = Mechanism.objects.values_list("slug", flat=True)
    named = sorted((names.label(MECHANISM, slug), slug) for slug in slugs)
    return [
        ("", gettext_lazy("As the sheet says")),
        *((slug, label) for label, slug in named),
    ]


class MechanismFields(forms.Form):
    """The mechanism of a sheet that does not name it clearly."""

    mechanism = forms.ChoiceField(
        label=gettext_lazy("Mechanism"), required=False, choices=_mechanisms
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        required=False,
        choices=[("", "–"), *MechanismType.choices],
        help_text=gettext_lazy("Only asked of a mechanism that has no edition yet."),
    )


class MakesMechanism(MechanismFields):
    """The mechanism of a sheet, or what is needed to make it."""

    field_order = ["mechanism", "name", "acronym", "regions", "type", "slug"]

    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=longest(Profile, "name"),
        widget=forms.TextInput({"class": "vTextField"}),
    )
    acronym = forms.CharField(
        label=gettext_lazy("Acronym"),
        required=False,
        max_length=longest(Profile, "acronym"),
    )
    regions = forms.ModelMultipleChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Regions"),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )
    slug = forms.SlugField(
        label=gettext_lazy("Name in addresses"),
        required=False,
        max_length=longest(Mechanism, "slug"),
        help_text=gettext_lazy("Part of the public address. It never changes."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        asked: Any = self.fields["mechanism"]
        first, *others = asked.choices
        made = (NEW, gettext_lazy("A new mechanism, as entered below"))
        asked.choices = [first, made, *others]

    @property
    def is_made(self) -> bool:
        return self["mechanism"].value() == NEW

    def clean(self):
        cleaned = super().clean() or {}
        if not self.is_made:
            return cleaned
        for name in ("name", "type", "slug"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        if Mechanism.objects.filter(slug=cleaned.get("slug")).exists():
            self.add_error(
                "slug",
                _("There is a mechanism with this name in addresses: choose another."),
            )
        return cleaned

    @property
    def new(self) -> NewMechanism | None:
        """Return what was entered of a mechanism to be made, None for anything else."""
        if not self.is_made or not self.is_valid():
            return None
        entered = self.cleaned_data
        return NewMechanism(
            slug=entered["slug"],
            name=entered["name"],
            type=entered["type"],
            acronym=entered["acronym"],
            regions=tuple(region.slug for region in entered["regions"]),
        )


class SheetForm(MechanismFields):
    """The file of a sheet."""

    field_order = ["file", "mechanism"]

    file = forms.FileField(
        label=gettext_lazy("Sheet"),
        max_length=250,
        widget=forms.ClearableFileInput({"accept": ".docx,.odt,.txt,.md"}),
        help_text=gettext_lazy(
            "A Word document (.docx), an OpenDocument text (.odt) or a plain text."
        ),
    )
    type = None  # type: ignore[assignment]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("At most %(size)s MB.") % {"size": LARGEST_FILE // 1_000_000}
            )
        return file


def initial_of(done: SheetPreparation, candidates) -> dict[str, str]:
    """Return what the fields on the mechanism begin with, as far as it can be told."""
    if done.mechanism:
        chosen = done.mechanism.slug if done.is_chosen else ""
        return {**proposed(done.sheet), "mechanism": chosen, "type": done.type}
    is_lacking = done.sheet.name and not candidates
    return {**proposed(done.sheet), "mechanism": NEW if is_lacking else ""}


def fields_of(form: MechanismFields, done: SheetPreparation) -> dict[str, list[Any]]:
    """Return the fields of a preview: those by which a mechanism is chosen, and those
    by which it is made. There are none for one that the sheet names clearly."""
    is_asked = done.mechanism is None or done.is_chosen
    if isinstance(form, MakesMechanism) and (is_asked or form.is_made):
        made = [form[name] for name in MakesMechanism.field_order[1:]]
        return {"fields": [form["mechanism"]], "new_fields": made}
    if done.mechanism and not done.base:
        return {"fields": [form["mechanism"], form["type"]], "new_fields": []}
    return {"fields": [form["mechanism"]] if is_asked else [], "new_fields": []}
