"""Nobody saves a shared record over a change that they have not seen.

A form carries what it showed when it was drawn, as a signed digest of each field and
of each row below the record. It is saved only while the record still says so.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.models import _get_foreign_key, model_to_dict
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.admin.choosing import ChoosesRecords
from profiles.admin.collisions import LoggedChange, last_changes
from profiles.admin.gone_rows import with_gone_rows_as_new

SHOWN = "_shown"
"""The field in which a form carries what it showed."""

SEEN = gettext_lazy(
    "Nothing was saved: somebody else saved this record while you had it open. What "
    "changed is listed below, and all that you typed is still here."
)
NEVER_SHOWN = {"password", "last_login"}
"""What no form shows of a record, and no digest tells of it."""

UNKNOWN = gettext_lazy(
    "Nothing was saved: the form does not tell what it showed when you opened it. "
    "Compare with what is stored now; all that you typed is still here."
)
NOT_DELETED = gettext_lazy(
    "Nothing was deleted: somebody changed it since you looked. Look again."
)


# --- What was shown ---


@dataclass(frozen=True)
class Shown:
    """Digests of what a form shows: of each field, and of each row by its key."""

    fields: dict[str, str]
    rows: dict[str, dict[str, str]]

    def signed(self, record: models.Model) -> str:
        content = {"fields": self.fields, "rows": self.rows}
        return signing.dumps(content, salt=_salt(record), compress=True)


def _salt(record: models.Model) -> str:
    return f"shown:{record._meta.label_lower}:{record.pk}"


def read(signed: str, record: models.Model) -> Shown | None:
    """Return what a form of this record says it showed; None: it does not say."""
    try:
        content = signing.loads(signed, salt=_salt(record))
    except signing.BadSignature:
        return None
    return Shown(content["fields"], content["rows"])


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


def _shown(
    record: models.Model, form: forms.ModelForm, formsets: Iterable[Any]
) -> Shown:
    return Shown(
        {name: digest(form.initial.get(name)) for name in _names(form, type(record))},
        {
            formset.prefix: {
                str(row.pk): digest(model_to_dict(row, _row_names(formset)))
                for row in formset.get_queryset()
            }
            for formset in formsets
        },
    )


def _names(form: Any, model: type[models.Model]) -> list[str]:
    """Return the fields of a record that its form can change."""
    stored = {f.name for f in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    fields = form.fields.items()
    shown = stored - NEVER_SHOWN
    return [name for name, f in fields if name in shown and not f.disabled]


def _row_names(formset: Any) -> list[str]:
    return list(formset.form.base_fields)


# --- What changed since ---


@dataclass
class Overtaken:
    """What is stored now and differs from what a form showed.

    `rows` are the changed, new and gone ones, by the prefix of their rows in the form.
    """

    stored: models.Model
    now: Shown
    is_known: bool
    fields: set[str] = field(default_factory=set)
    rows: dict[str, set[str]] = field(default_factory=dict)

    def changes(self, formsets: Iterable[Any]) -> list[LoggedChange]:
        if not self.is_known:
            return []
        rows = [
            formset.model(pk=key)
            for formset in formsets
            for key in self.rows.get(formset.prefix, ())
        ]
        return last_changes(self.stored, self.fields, rows)

    def side_by_side(
        self, form: forms.ModelForm, formsets: Iterable[Any]
    ) -> list[tuple[str, str, str]]:
        """Return label, what is stored and what was typed, wherever they differ."""
        lines = list(_side_by_side(self.stored, form, self.fields))
        for formset in formsets:
            # Read anew: those of the forms hold what was typed.
            there = formset.model._base_manager.in_bulk(
                [int(key) for key in self.rows.get(formset.prefix, ())]
            )
            names = _row_names(formset)
            for row in formset.initial_forms:
                if stored := there.get(row.instance.pk):
                    lines += _side_by_side(stored, row, names, str(stored))
        return lines


def _compare(
    stored: models.Model, before: Shown | None, now: Shown
) -> Overtaken | None:
    """Return what differs between what was shown and what is stored; None: nothing."""
    if before == now:
        return None
    if before is None:
        rows = {prefix: set(keys) for prefix, keys in now.rows.items()}
        return Overtaken(stored, now, False, set(now.fields), rows)
    return Overtaken(
        stored,
        now,
        True,
        _differing(before.fields, now.fields),
        {
            prefix: _differing(before.rows.get(prefix, {}), now.rows.get(prefix, {}))
            for prefix in {*before.rows, *now.rows}
        },
    )


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> set[str]:
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


def _side_by_side(
    stored: models.Model, form: Any, names: Iterable[str], of_row: str = ""
) -> Iterator[tuple[str, str, str]]:
    for name, bound in form.fields.items():
        if name not in names or bound.disabled:
            continue
        theirs = _said(bound, getattr(stored, name, None))
        typed = form[name].data
        mine = _said(bound, getattr(form, "cleaned_data", {}).get(name, typed))
        if theirs != mine:
            label = str(capfirst(str(bound.label or name)))
            yield f"{of_row}: {label}" if of_row else label, theirs, mine


def _said(bound: forms.Field, value: Any) -> str:
    if isinstance(value, models.Manager):
        value = value.all()
    if isinstance(value, models.QuerySet | list | tuple):
        return ", ".join(sorted(str(one) for one in value)) or "–"
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = getattr(bound, "choices", None)
    if choices is not None and not isinstance(value, models.Model):
        return str(dict(choices).get(value, value))
    return str(value).replace("\r\n", "\n")


class _OvertakenForm(forms.ModelForm):
    """Comes back with all that was typed, and is not saved."""

    overtaken: Overtaken

    def clean(self):
        cleaned = super().clean()
        reason = SEEN if self.overtaken.is_known else UNKNOWN
        self.add_error(None, ValidationError(reason, code="collision"))
        return cleaned


# --- The pages ---


class RefusesToOverwrite(ChoosesRecords, admin.ModelAdmin):
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
        if request.method != "POST" or object_id is None:
            return show(request, object_id, form_url, extra_context)
        with transaction.atomic():
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
        if _overtaken(request):
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
        for _formset, inline in self._formsets(request, record):
            key = _get_foreign_key(kind, inline.model, fk_name=inline.fk_name)
            rows = inline.model._base_manager.filter(**{key.name: record})
            list(rows.select_for_update().order_by("pk").values_list("pk"))
        return self.get_object(request, unquote(object_id))

    def _formsets(self, request, record) -> Iterator[tuple[Any, Any]]:
        """Yield the kinds of rows that the form can change, with their inlines."""
        for formset, inline in self.get_formsets_with_inlines(request, record):
            if inline.has_change_permission(
                request, record
            ) or inline.has_delete_permission(request, record):
                yield formset, inline

    def _drawn(self, request, record, **given) -> list[Any]:
        """Return the rows below a record as Django's form of it has them."""
        used: Counter[str] = Counter()
        drawn = []
        for formset, inline in self._formsets(request, record):
            prefix = formset.get_default_prefix()
            used[prefix] += 1
            if used[prefix] > 1:
                prefix = f"{prefix}-{used[prefix]}"
            rows = inline.get_queryset(request)
            drawn.append(
                formset(instance=record, prefix=prefix, queryset=rows, **given)
            )
        return drawn

    def _now(self, request, record) -> Shown:
        form = self.get_form(request, record, change=True)(instance=record)
        return _shown(record, form, self._drawn(request, record))

    def _hold_against_what_was_shown(self, request, stored) -> None:
        now = self._now(request, stored)
        request.stored_now = now.signed(stored)
        before = read(request.POST.get(SHOWN, ""), stored)
        request.overtaken = _compare(stored, before, now)
        if request.overtaken is None:
            return
        for number in range(len(self._drawn(request, stored))):
            formset = self._drawn(request, stored, data=request.POST)[number]
            data = with_gone_rows_as_new(formset, [*now.rows[formset.prefix]])
            if data is not None:
                request.POST = data

    def get_form(self, request, obj=None, change=False, **kwargs):
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if overtaken := _overtaken(request):
            content = {"overtaken": overtaken, "__module__": __name__}
            form = type(form)(form.__name__, (_OvertakenForm, form), content)
        return form

    def render_change_form(
        self, request, context, add=False, change=False, form_url="", obj=None
    ):
        if obj is not None and change:
            form = context["adminform"].form
            may_change = {inline for _formset, inline in self._formsets(request, obj)}
            formsets = [
                inline.formset
                for inline in context["inline_admin_formsets"]
                if any(type(one) is type(inline.opts) for one in may_change)
            ]
            context["shown"] = getattr(request, "stored_now", "") or _shown(
                obj, form, formsets
            ).signed(obj)
            if overtaken := _overtaken(request):
                context["collision"] = overtaken.changes(formsets)
                context["side_by_side"] = overtaken.side_by_side(form, formsets)
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
            now = self._now(request, stored)
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


def _overtaken(request) -> Overtaken | None:
    return getattr(request, "overtaken", None)


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


def show_what_was_typed(request, modeladmin, title: Any, reason: Any):
    """Answer a form whose record is gone: nothing that was typed is lost with it."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith("_")
        and name != "csrfmiddlewaretoken"
        and not name.endswith("_FORMS")
        for value in values
        if value.strip()
    ]
    return TemplateResponse(
        request,
        "admin/registry/gone.html",
        {
            **modeladmin.admin_site.each_context(request),
            "opts": modeladmin.opts,
            "title": title,
            "reason": reason,
            "typed": typed,
        },
        status=410,
    )
