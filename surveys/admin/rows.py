"""Rows of records below the record to which they belong, with a name on each input."""

from typing import Any

from django.contrib import admin
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class LabelledFormSet(BaseInlineFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        if deletion := form.fields.get(DELETION_FIELD_NAME):
            deletion.widget.attrs["aria-label"] = _("Delete")


class LabelledRows(admin.TabularInline):
    """A table of inputs, each named for screen readers, which ignore column heads."""

    extra = 0
    formset = LabelledFormSet

    def formfield_for_dbfield(self, db_field: Any, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            label = field.label or db_field.verbose_name
            field.widget.attrs["aria-label"] = str(capfirst(str(label)))
        return field
