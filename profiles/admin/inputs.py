"""The inputs of the staff's forms."""

from django import forms
from django.db import models


def inputs(*, rows: int = 3, columns: int = 80) -> dict:
    """Return `formfield_overrides`: texts of that size, addresses that mean https."""
    return {
        models.TextField: {"widget": forms.Textarea({"rows": rows, "cols": columns})},
        models.URLField: {"assume_scheme": "https"},
    }
