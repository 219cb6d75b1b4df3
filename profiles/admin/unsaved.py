"""What was typed into a form and not saved: kept by a script, offered, taken back.

A form that is taken back is what it was when it was typed, sent once more by its writer
and refused: so rows that were added, names that were typed and not chosen and what
colleagues saved meanwhile are treated as in every form that comes back.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles.admin.three_ways import (
    SHOWN,
    Forms,
    changeable_rows,
    forms_of,
    merge,
    names_of,
    read,
    removal_of,
    sent,
    sent_rows,
    typed_in,
)
from profiles.models import UnsavedForm
from profiles.unsaved import forget_with_records, keep

COPY = "copy"
"""The field that names the copy of a form: one for each time that it is opened."""

TAKE = "_take"
"""The field by which a form is asked for as it was left; it names the copy."""

THROW_AWAY = "_throw_away"

SAVED_COPY = "desk-saved"
"""The cookie that tells the browser which copy of a form it need not keep."""

LONGEST = 1_000_000
"""How many bytes a form may have to be kept; the fullest profile has a tenth."""

_NOT_KEPT = {"csrfmiddlewaretoken", TAKE, THROW_AWAY}


@dataclass(frozen=True)
class Offer:
    """What was typed into one copy of a form, and what of it is not stored."""

    copy: str
    kept_at: datetime
    differing: list[str]
    was_overtaken: bool


class _TakenForm(forms.ModelForm):
    """Is shown again whatever it holds: its writer has not asked to save it."""

    def is_valid(self):
        super().is_valid()
        return False


class KeepsWhatIsTyped(admin.ModelAdmin):
    """Keeps a form while it is filled in, and offers it to its writer once more."""

    keeps_what_is_typed = True

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        forget_with_records(model)

    def get_urls(self):
        page = path(
            "unsaved/",
            self.admin_site.admin_view(self.keep_view),
            name=self._name_of_keeping,
        )
        return [*([page] if self.keeps_what_is_typed else []), *super().get_urls()]

    @property
    def _name_of_keeping(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_unsaved"

    # --- Keeping ---

    def keep_view(self, request):
        """Keep what a form holds now; forget it where only its copy is named.

        The parameter `record` names the record; without one the form makes a new one.
        """
        if request.method != "POST":
            return HttpResponse(status=405)
        record = request.GET.get("record", "")
        if record:
            stored = self.get_object(request, record)
            if stored is None:
                raise Http404
            if not self.has_change_permission(request, stored):
                raise PermissionDenied
            record = str(stored.pk)
        elif not self.has_add_permission(request):
            raise PermissionDenied
        copy = _copy_of(request)
        if not copy:
            return HttpResponse(status=400)
        typed = request.POST.copy()
        if len(typed.urlencode()) > LONGEST:
            return HttpResponse(status=413)
        for name in _NOT_KEPT & typed.keys():
            del typed[name]
        if typed.keys() == {COPY}:
            self._forget(request, record, copy)
        else:
            keep(request.user, self.model, record, copy, typed)
        return HttpResponse()

    def _typed_into(self, request, record: str):
        return UnsavedForm.objects.of_form(request.user, self.model, record)

    def _forget(self, request, record: str, copy: str) -> None:
        self._typed_into(request, record).filter(copy=copy).delete()

    # --- The form ---

    def add_view(self, request, form_url="", extra_context=None):
        show = super().add_view
        return self._with_what_was_typed(
            request, "", lambda: show(request, form_url, extra_context)
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        show = super().change_view
        return self._with_what_was_typed(
            request,
            unquote(object_id),
            lambda: show(request, object_id, form_url, extra_context),
        )

    def _with_what_was_typed(self, request, record: str, show: Callable[[], Any]):
        if request.method != "POST" or not self.keeps_what_is_typed:
            return show()
        # PostgreSQL knows no such letter, and no key has it.
        record = record.replace("\0", "")
        if copy := _copy_of(request, THROW_AWAY):
            self._forget(request, record, copy)
            return HttpResponseRedirect(request.get_full_path())
        if copy := _copy_of(request, TAKE):
            kept = self._typed_into(request, record).filter(copy=copy).first()
            if kept is None:
                gone = _("What you typed is no longer kept.")
                self.message_user(request, gone, messages.WARNING)
                return HttpResponseRedirect(request.get_full_path())
            return self._form_as_left(request, record, kept, show)
        response = show()
        if response.status_code == 302 and (copy := _copy_of(request)):
            self._forget(request, record, copy)
            _tell_that_it_is_saved(response, copy)
        return response

    def _form_as_left(self, request, record: str, kept: UnsavedForm, show):
        stored = self.get_object(request, record) if record else None
        if stored and not self.has_change_permission(request, stored):
            if not self.has_view_permission(request, stored):
                raise PermissionDenied
            request.POST = kept.sent
            return show_what_was_typed(
                request,
                self,
                _("This cannot be changed any more"),
                _("The record was closed since you typed this."),
                status=409,
            )
        request.POST = kept.sent
        request.POST[TAKE] = kept.copy
        return show()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if TAKE in request.POST:
            content = {"__module__": __name__}
            form = type(form)(form.__name__, (_TakenForm, form), content)
        return form

    def render_change_form(
        self, request, context, add=False, change=False, form_url="", obj=None
    ):
        if self.keeps_what_is_typed and not context["is_popup"]:
            record = str(obj.pk) if obj and change else ""
            may_keep = (
                self.has_change_permission(request, obj)
                if record
                else self.has_add_permission(request)
            )
            if may_keep:
                context["copy"] = _copy_of(request) or secrets.token_hex(16)
                address = reverse(f"admin:{self._name_of_keeping}")
                context["keeping"] = f"{address}?record={record}"
            context |= self._offers(request, obj if record else None)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- What is offered ---

    def _offers(self, request, stored) -> dict[str, Any]:
        here = _copy_of(request)
        found = list(self._typed_into(request, str(stored.pk) if stored else ""))
        saved = request.COOKIES.get(SAVED_COPY)
        for kept in found:
            # It was on its way while the form was saved.
            if kept.copy == saved:
                kept.delete()
        offered = [kept for kept in found if kept.copy not in (here, saved)]
        return {
            "taken": next((k for k in found if k.copy == request.POST.get(TAKE)), None),
            "offers": self._in_words(request, stored, offered) if offered else [],
        }

    def _in_words(self, request, stored, offered: list[UnsavedForm]) -> list[Offer]:
        offers = []
        for kept in offered:
            now = self._forms_now(request, stored)
            data, overtaken = kept.sent, False
            if stored:
                overtaken = self.is_overtaken(now, stored, data)
                data = merge(data, read(data.get(SHOWN, ""), stored), now).data
            offers.append(
                Offer(kept.copy, kept.kept_at, differing(data, now), overtaken)
            )
        return offers

    def _forms_now(self, request, stored) -> Forms:
        if stored:
            return forms_of(self, request, stored)
        initial = self.get_changeform_initial_data(request)
        form: Any = self.get_form(request, None, change=False)
        new = self.model()
        rows = [
            formset(instance=new, prefix=formset.get_default_prefix())
            for formset, _inline in changeable_rows(self, request, None)
        ]
        return Forms(form(initial=initial), rows)

    def is_overtaken(self, now: Forms, stored: models.Model, sent) -> bool:
        """Say whether the record was saved after the form that was sent was opened."""
        return read(sent.get(SHOWN, ""), stored) != now.shown()


def differing(sent_form: Any, stored: Forms) -> list[str]:
    """Return which fields and rows of a form, as it was sent, are not stored so."""
    found = [
        str(capfirst(str(stored.form[name].label)))
        for name in names_of(stored.form)
        if _differs(stored.form[name], sent_form)
    ]
    for formset in stored.formsets:
        kind = str(capfirst(str(formset.model._meta.verbose_name)))
        found += [
            f"{kind}: {form.instance}"
            for form in sent_rows(formset, sent_form)
            if sent_form.get(removal_of(form))
            or any(_differs(form[name], sent_form) for name in names_of(form))
        ]
        as_sent = type(formset)(
            sent_form,
            instance=formset.instance,
            prefix=formset.prefix,
            queryset=formset.queryset,
        )
        if as_sent.management_form.is_valid():
            new = sum(form.has_changed() for form in as_sent.extra_forms)
            found += [_("%(kind)s: a new row") % {"kind": kind}] * new
    return found


def _differs(bound: Any, sent_form: Any) -> bool:
    return sorted(sent(bound)) != sorted(typed_in(bound, sent_form))


def _copy_of(request, parameter: str = COPY) -> str:
    """Return the copy of the form that a parameter names, "" if none."""
    copy = request.POST.get(parameter, "")
    is_name = copy.isascii() and copy.isalnum() and len(copy) <= 40
    return copy if is_name else ""


def _tell_that_it_is_saved(response, copy: str) -> None:
    response.set_cookie(
        SAVED_COPY,
        copy,
        max_age=3600,
        path=reverse("admin:index"),
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )


def show_what_was_typed(
    request, modeladmin, title: Any, reason: Any, status: int = 410
):
    """Answer a form whose record is gone: nothing that was typed is lost with it."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith("_")
        and name not in ("csrfmiddlewaretoken", COPY)
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
        status=status,
    )
