"""Nobody saves a shared record over a change that they have not seen.

A form carries what it showed when it was drawn (`profiles.admin.three_ways`), and is
saved only while the record still says so.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.models import _get_foreign_key
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.admin.choosing import ChoosesRecords
from profiles.admin.collisions import LoggedChange, last_changes
from profiles.admin.on_the_way import is_on_the_way, making
from profiles.admin.three_ways import (
    CONFLICT,
    NEVER_SHOWN,
    SHOWN,
    UNDECIDED,
    Forms,
    Shown,
    changeable_rows,
    forms_of,
    merge,
    read,
)
from profiles.admin.unsaved import KeepsWhatIsTyped, show_what_was_typed

SEEN = gettext_lazy(
    "Nothing was saved: somebody else saved this record while you had it open. What "
    "changed is listed below, and all that you typed is still here."
)
UNKNOWN = gettext_lazy(
    "Nothing was saved: the form does not tell what it showed when you opened it. "
    "Compare with what is stored now; all that you typed is still here."
)
NOT_DELETED = gettext_lazy(
    "Nothing was deleted: somebody changed it since you looked. Look again."
)


# --- What is stored ---


def digest(value: Any) -> str:
    """Return a short text that stands for a value, for nothing, or for a list."""
    if isinstance(value, Mapping):
        value = [[name, digest(one)] for name, one in sorted(value.items())]
    elif isinstance(value, list | tuple | models.QuerySet):
        value = sorted(digest(one) for one in value)
    elif isinstance(value, models.Model):
        value = str(value.pk)
    elif value is not None:
        value = str(value)
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def digest_of_records(records: Iterable[models.Model]) -> str:
    """Return a text that stands for what is stored in the rows of these records."""
    return digest(
        {
            str(record.pk): {
                f.attname: getattr(record, f.attname)
                for f in record._meta.concrete_fields
                if f.name not in NEVER_SHOWN
            }
            for record in records
        }
    )


# --- What changed since ---


@dataclass
class Overtaken:
    """What is stored now and differs from what a form showed.

    `rows` are the changed, new and gone ones, by the prefix of their rows in the form.
    """

    stored: models.Model
    is_known: bool
    fields: set[str] = field(default_factory=set)
    rows: dict[str, set[str]] = field(default_factory=dict)

    def changes(self, stored: Forms) -> list[LoggedChange]:
        if not self.is_known:
            return []
        rows = [
            formset.model(pk=key)
            for formset in stored.formsets
            for key in self.rows.get(formset.prefix, ())
        ]
        return last_changes(self.stored, self.fields, rows)


def _compare(
    stored: models.Model, before: Shown | None, now: Shown
) -> Overtaken | None:
    """Return what differs between what was shown and what is stored; None: nothing."""
    if before == now:
        return None
    if before is None:
        rows = {prefix: set(keys) for prefix, keys in now.rows.items()}
        return Overtaken(stored, False, set(now.fields), rows)
    return Overtaken(
        stored,
        True,
        _differing(before.fields, now.fields),
        {
            prefix: _differing(before.rows.get(prefix, {}), now.rows.get(prefix, {}))
            for prefix in {*before.rows, *now.rows}
        },
    )


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


class _OvertakenForm(forms.ModelForm):
    """Comes back with all that was typed, and is not saved."""

    overtaken: Overtaken | None

    def clean(self):
        cleaned = super().clean()
        reason = UNDECIDED
        if self.overtaken is not None:
            reason = SEEN if self.overtaken.is_known else UNKNOWN
        self.add_error(None, ValidationError(reason, code="collision"))
        return cleaned


# --- The pages ---


class RefusesToOverwrite(KeepsWhatIsTyped, ChoosesRecords, admin.ModelAdmin):
    """Saves and deletes a record as it was shown, or says what changed meanwhile.

    Saving once more, with what changed before one's eyes, is allowed. The check and
    the saving are one transaction, and the record and its rows are locked in it.
    """

    delete_confirmation_template = "admin/registry/delete_confirmation.html"
    delete_selected_confirmation_template = (
        "admin/registry/delete_selected_confirmation.html"
    )

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        show = super().changeform_view
        if request.method != "POST":
            return show(request, object_id, form_url, extra_context)
        with making(request), transaction.atomic():
            if object_id is not None:
                stored = self._locked(request, object_id)
                if stored is None and super().has_change_permission(request):
                    return show_what_was_typed(
                        request,
                        self,
                        _("This record is no longer there"),
                        _("Somebody deleted this record while you had it open."),
                    )
                if stored is not None and self.has_change_permission(request, stored):
                    self._hold_against_what_was_shown(request, stored)
            response = show(request, object_id, form_url, extra_context)
            context = getattr(response, "context_data", None) or {}
            is_handed_on = object_id is None and is_on_the_way(request)
            if "adminform" in context or is_handed_on:
                # The form comes back, or hands its record to the form beside it: what
                # was made beside this one is not there yet.
                transaction.set_rollback(True)
        if _is_not_saved(request):
            response.status_code = 409
        return response

    def _locked(self, request, object_id: str) -> Any:
        """Return a record as it is once nobody else can change it or its rows."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return None
        kind = type(record)
        if not list(kind._base_manager.select_for_update().filter(pk=record.pk)):
            return None
        for _formset, inline in changeable_rows(self, request, record):
            key = _get_foreign_key(kind, inline.model, fk_name=inline.fk_name)
            rows = inline.model._base_manager.filter(**{key.name: record})
            list(rows.select_for_update().order_by("pk").values_list("pk"))
        return self.get_object(request, unquote(object_id))

    def _hold_against_what_was_shown(self, request, record) -> None:
        stored = forms_of(self, request, record)
        now = stored.shown()
        request.stored_now = now.signed(record)
        before = read(request.POST.get(SHOWN, ""), record)
        request.overtaken = _compare(record, before, now)
        if request.overtaken is None and CONFLICT not in request.POST:
            return
        merged = merge(request.POST, before, stored)
        request.POST = merged.data
        request.conflicts = merged.conflicts
        if request.overtaken is not None:
            request.collision = request.overtaken.changes(stored)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if _is_not_saved(request):
            content = {"overtaken": request.overtaken, "__module__": __name__}
            form = type(form)(form.__name__, (_OvertakenForm, form), content)
        return form

    def render_change_form(
        self, request, context, add=False, change=False, form_url="", obj=None
    ):
        if obj is not None and change:
            context["shown"] = getattr(request, "stored_now", "") or forms_of(
                self, request, obj
            ).shown().signed(obj)
            context["collision"] = getattr(request, "collision", None)
            context["conflicts"] = getattr(request, "conflicts", ())
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- Deleting ---

    def delete_view(self, request, object_id, extra_context=None):
        with transaction.atomic():
            stored = (
                self._locked(request, object_id)
                if request.method == "POST"
                else self.get_object(request, unquote(object_id))
            )
            if stored is None or not self.has_delete_permission(request, stored):
                return super().delete_view(request, object_id, extra_context)
            now = forms_of(self, request, stored).shown()
            if request.method == "POST" and (
                read(request.POST.get(SHOWN, ""), stored) != now
            ):
                self.message_user(request, NOT_DELETED, messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
            shown = {**(extra_context or {}), "shown": now.signed(stored)}
            return super().delete_view(request, object_id, shown)

    def get_actions(self, request):
        actions: Any = super().get_actions(request)
        if "delete_selected" in actions:
            _delete, name, description = actions["delete_selected"]
            actions["delete_selected"] = (_delete_as_shown, name, description)
        return actions


def _is_not_saved(request) -> bool:
    overtaken = getattr(request, "overtaken", None)
    return overtaken is not None or bool(getattr(request, "conflicts", ()))


def _delete_as_shown(modeladmin: Any, request: Any, queryset: Any) -> Any:
    """Delete the selected records as the page before showed them, or none of them."""
    with transaction.atomic():
        rows = modeladmin.model._base_manager.select_for_update()
        keys = list(queryset.values_list("pk", flat=True))
        now = digest_of_records(rows.filter(pk__in=keys).order_by("pk"))
        if request.POST.get("post") and request.POST.get(SHOWN) != now:
            modeladmin.message_user(request, NOT_DELETED, messages.ERROR)
            return None
        response: Any = delete_selected(modeladmin, request, queryset)
    if response is not None:
        response.context_data["shown"] = now
    return response
