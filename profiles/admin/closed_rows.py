"""Rows of a form that nobody opened: a line on the page, and untouched by saving.

A profile with a hundred facts has some thousand inputs, of which a person fills in a
few. A row is therefore drawn as one line, with its inputs when it is asked for; a
closed row sends which fact it is and where it stands, and nothing else of the fact.
"""

from typing import Any

from django import forms
from django.db import models
from django.forms.utils import ErrorDict

CLOSED = "CLOSED"
"""Marks a posted row that has no inputs for what the fact says."""

LEFT_IN_A_CLOSED_ROW = ("position",)
"""What changes in a row that nobody opened, when another is moved past it."""


def is_closed(data: Any, prefix: str) -> bool:
    return bool(data.get(f"{prefix}-{CLOSED}"))


class OpenedOnDemand(forms.ModelForm):
    """A form that has only some of its fields where its row was left closed.

    `shown` is what a row that was drawn by itself says that it showed.
    """

    shown = ""
    prefix: str
    _errors: ErrorDict | None

    def __init__(self, *args, is_closed: bool = False, **kwargs):
        self.is_closed = is_closed
        if is_closed:
            every = type(self).base_fields
            # Django copies every field of the class, and a closed row needs one.
            self.base_fields = {  # type: ignore[misc]
                name: every[name] for name in LEFT_IN_A_CLOSED_ROW if name in every
            }
        super().__init__(*args, **kwargs)
        if is_closed:
            self.fields[CLOSED] = forms.BooleanField(
                required=False, initial=True, widget=forms.HiddenInput
            )


def hidden_inputs(prefix: str, fact: models.Model, position: int) -> dict[str, Any]:
    """Return names and values of what a closed row sends."""
    return {
        f"{prefix}-{fact._meta.pk.name}": fact.pk,
        f"{prefix}-{CLOSED}": "1",
        f"{prefix}-position": position,
    }
