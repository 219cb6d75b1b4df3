"""The form for a survey file, and the files that it refuses."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.mapping import MappingError, read_mapping, saved_names, shipped_names
from surveys.models import Round

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_MAPPING = 200 * 1024
OWN = "own"


def mapping_choices() -> list[tuple[str, Any]]:
    return [
        ("", gettext_lazy("Recognise it by the columns")),
        *((name, name) for name in (*saved_names(), *shipped_names())),
        (OWN, gettext_lazy("My own mapping, from a file")),
    ]


class MappingFields(forms.Form):
    """The mapping of the file: found by its columns, saved, shipped, or uploaded."""

    mapping = forms.ChoiceField(
        label=gettext_lazy("Mapping"),
        required=False,
        choices=mapping_choices,
        help_text=gettext_lazy(
            "It says which column answers which question. For exports of our own "
            "questionnaires nothing has to be chosen; of a file that nothing fits, the "
            "next page asks column by column."
        ),
    )
    own_mapping = forms.FileField(
        label=gettext_lazy("My own mapping"),
        required=False,
        widget=forms.ClearableFileInput({"accept": ".toml"}),
        help_text=gettext_lazy("A TOML file, for whoever writes mappings by hand."),
    )

    def clean_own_mapping(self):
        file = self.cleaned_data["own_mapping"]
        if file is None:
            return None
        if file.size > LARGEST_MAPPING:
            raise forms.ValidationError(_("This is no mapping: it is far too large."))
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                _("This is no mapping: it is not a text in UTF-8.")
            ) from None
        try:
            read_mapping(text, file.name)
        except MappingError as error:
            raise forms.ValidationError(error.problems) from None
        return file.name, text

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        own = cleaned.get("own_mapping")
        if own:
            cleaned["mapping"] = OWN
        elif cleaned.get("mapping") == OWN and "own_mapping" not in self.errors:
            self.add_error("own_mapping", _("Choose the file of your mapping."))
        return cleaned

    @cached_property
    def mapping_name(self) -> str:
        own = self.cleaned_data.get("own_mapping")
        return own[0] if own else self.cleaned_data["mapping"]

    @cached_property
    def mapping_text(self) -> str:
        own = self.cleaned_data.get("own_mapping")
        return own[1] if own else ""


class SeveralFiles(forms.FileField):
    """One file or several; all of them come back, as a list."""

    def clean(self, data, initial=None):
        brought = data if isinstance(data, list | tuple) and data else [data]
        return [super(SeveralFiles, self).clean(one, initial) for one in brought]


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadForm(MappingFields):
    """Files of a survey tool, and the round that they belong to."""

    field_order = ["round", "file", "mapping", "own_mapping"]

    round = forms.ModelChoiceField(
        Round.objects.all(), label=gettext_lazy("Round"), empty_label=None
    )
    file = SeveralFiles(
        label=gettext_lazy("File"),
        max_length=250,
        widget=SeveralFilesInput({"accept": ".xlsx,.csv,.tsv,.txt,.zip,.json"}),
        help_text=gettext_lazy(
            "As the survey tool exports it: XLSX, CSV or JSON, 20 MB at most. What it "
            "is, is seen from its content. Several files can be chosen at once; the "
            "same answers in another format are nothing new."
        ),
    )

    def clean_file(self):
        files = self.cleaned_data["file"]
        if any(file.size > LARGEST_FILE for file in files):
            raise forms.ValidationError(
                _(
                    "The file is larger than %(size)s MB. Bring it in with the command "
                    "import_survey, or split it."
                )
                % {"size": LARGEST_FILE // 1024 // 1024}
            )
        if sum(file.size for file in files) > LARGEST_FILE:
            raise forms.ValidationError(
                _(
                    "Together the files are larger than %(size)s MB. Bring them in one "
                    "after the other."
                )
                % {"size": LARGEST_FILE // 1024 // 1024}
            )
        return files
