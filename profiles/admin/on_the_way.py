"""Records that are made beside the form that needs them, and saved with it.

The page that opens beside a form checks what is entered and hands it back signed, as
the value of an option. The record is made when the form is saved, in its transaction;
a form that nobody saves leaves nothing behind.
"""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

NEW = "new:"
"""Begins the value of an option that stands for a record which is not saved yet."""

ON_THE_WAY = "_on_the_way"
"""The parameter by which a form asks for such a value."""

TYPED_NAME = "typed"
"""The parameter with the name that was typed before."""

_SALT = "on the way"
_LEFT_OUT = {"csrfmiddlewaretoken", IS_POPUP_VAR}


def is_on_the_way(request) -> bool:
    return ON_THE_WAY in request.GET and IS_POPUP_VAR in request.GET


class MakesOnTheWay(admin.ModelAdmin):
    """Hands a new record back to the form beside which it is made."""

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        typed = str(initial.pop(TYPED_NAME, ""))
        initial.pop(ON_THE_WAY, None)
        return {**self.named(typed), **initial} if typed else initial

    def named(self, typed: str) -> dict[str, str]:
        """Return what the form of a new record begins with, for a typed name."""
        names = [f.name for f in self.model._meta.concrete_fields]
        found = {}
        for name in ("name_en", "title"):
            if name in names:
                found[name] = typed
        if "slug" in names:
            longest = self.model._meta.get_field("slug").max_length
            found["slug"] = slugify(typed)[:longest]
        return found

    def save_model(self, request, obj, form, change):
        if change or not is_on_the_way(request):
            super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        if change or not is_on_the_way(request):
            super().save_related(request, form, formsets, change)
            return
        for formset in formsets:
            formset.new_objects = []
            formset.changed_objects = []
            formset.deleted_objects = []

    def log_addition(self, request, obj, message):
        if is_on_the_way(request):
            return None
        return super().log_addition(request, obj, message)

    def response_add(self, request, obj, post_url_continue=None):
        if not is_on_the_way(request):
            return super().response_add(request, obj, post_url_continue)
        entered = request.POST.copy()
        for name in _LEFT_OUT & entered.keys():
            del entered[name]
        value = NEW + signing.dumps(
            [self.opts.label_lower, str(obj), entered.urlencode()],
            salt=_SALT,
            compress=True,
        )
        told = json.dumps({"value": value, "obj": str(obj)})
        return TemplateResponse(
            request, "admin/popup_response.html", {"popup_response_data": told}
        )


# --- Making them -----------------------------------------------------------------


@dataclass
class _Making:
    request: Any
    made: dict[str, models.Model] = field(default_factory=dict)


_making: ContextVar[_Making | None] = ContextVar("making", default=None)


@contextmanager
def making(request) -> Iterator[None]:
    """Let the fields of a form make the records whose options were chosen in it."""
    token = _making.set(_Making(request))
    try:
        yield
    finally:
        _making.reset(token)


def label_of(value: str) -> str:
    """Return what a record that is not saved yet is called; "" for nonsense."""
    try:
        return _read(value)[1]
    except signing.BadSignature:
        return ""


def record_of(value: str, model: type[models.Model]) -> models.Model:
    """Make the record that an option stands for, once for all that chose it.

    Raises ValidationError where it cannot be made, or not by this person.
    """
    making = _making.get()
    try:
        label, called, entered = _read(value)
    except signing.BadSignature:
        label = ""
    if making is None or label != model._meta.label_lower:
        raise ValidationError(_("Choose from the list."), code="invalid_choice")
    if value not in making.made:
        making.made[value] = _make(making.request, model, QueryDict(entered), called)
    return making.made[value]


def _read(value: str) -> list[str]:
    return signing.loads(value.removeprefix(NEW), salt=_SALT)


def _make(request, model, entered: QueryDict, called: str) -> models.Model:
    its_admin: Any = admin.site.get_model_admin(model)
    beside = copy.copy(request)
    beside.GET, beside.POST = QueryDict(), entered
    # What colleagues changed concerns the form beside which the record is made.
    beside.overtaken, beside.conflicts, beside.refusal = None, (), ""
    if its_admin.has_add_permission(beside):
        form = its_admin.get_form(beside, None, change=False)(entered)
        if form.is_valid():
            record = its_admin.save_form(beside, form, change=False)
            formsets, _inlines = its_admin._create_formsets(
                beside, record, change=False
            )
            if all(formset.is_valid() for formset in formsets):
                its_admin.save_model(beside, record, form, change=False)
                its_admin.save_related(beside, form, formsets, change=False)
                its_admin.log_addition(beside, record, [{"added": {}}])
                return record
    raise ValidationError(
        _(
            "“%(record)s” cannot be made any more: look whether somebody made it "
            "meanwhile, and choose it from the list."
        )
        % {"record": called},
        code="invalid_choice",
    )
