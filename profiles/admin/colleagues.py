"""Members of staff, to choose from."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy

from profiles import notices
from profiles.admin.steps import CHANGE


class Colleagues(forms.ModelChoiceField):
    """A member of staff who may look after comments, or nobody."""

    def __init__(self, **given):
        people = get_user_model().objects.none()
        super().__init__(people, **({"required": False} | given))

    def label_from_instance(self, person):
        return person.get_full_name() or person.get_username()


def editors():
    """Return the active staff who may edit profiles."""
    people: Any = notices.staff_with(CHANGE)
    return people.order_by("first_name", "last_name", "username")


class OwnerForm(forms.Form):
    owner = Colleagues(
        label=gettext_lazy("Owner"),
        empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy(
            "Looks after the mechanism, and is reminded when its profile is stale."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = editors()
