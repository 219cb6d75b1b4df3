"""The selects in which a record is chosen by typing one of its names.

What is typed goes along with the form under a name of its own, so that a name which
nobody chose from the list comes back with the form instead of vanishing.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.widgets import Script
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.admin.finding import records_close_to
from profiles.admin.inputs import PLAIN
from profiles.admin.on_the_way import NEW, ON_THE_WAY, MakesOnTheWay, record_of
from profiles.admin.on_the_way import label_of as label_of_new

TYPED = "-typed"
"""Ends the name under which a form sends what was typed and not chosen."""

CHOICE_SCRIPT = Script(
    "js/admin/choice.js",
    type="module",
    id="about-choice",
    **{
        "data-remove": gettext_lazy("Remove"),
        "data-no-match": gettext_lazy("Nothing fits. “+” makes a new record."),
        "data-choose-one": gettext_lazy("Not chosen yet: pick one from the list."),
        "data-did-you-mean": gettext_lazy("Did you mean:"),
        "data-failed": gettext_lazy("The list could not be read. Try again."),
    },
)


class Typed(str):
    """What was typed into a select and not chosen, beside the keys that were."""

    chosen: list[str]

    def __new__(cls, text: str, chosen: list[str]):
        typed = super().__new__(cls, text)
        typed.chosen = chosen
        return typed


def possible_keys(value: Any) -> list[str]:
    """Return what of a posted value, one or several, can be the key of a record."""
    if isinstance(value, Typed):
        value = value.chosen
    values = value if isinstance(value, list | tuple) else [value]
    texts = (str(v) for v in values if v is not None)
    return [t for t in texts if t.startswith(NEW) or _is_key(t)]


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


# --- Fields ----------------------------------------------------------------------


class _RefusesWhatIsOnlyTyped(forms.ModelChoiceField):
    """Takes a record that was chosen; a name that was only typed is an error."""

    queryset: Any

    def clean(self, value):
        if isinstance(value, Typed):
            close = records_close_to(self.queryset, value)
            if isinstance(select := bare(self.widget), ChoosesByTyping):
                select.close = close
            raise ValidationError(self._not_chosen(value, close), code="not_chosen")
        return super().clean(value)

    def has_changed(self, initial, data):
        return isinstance(data, Typed) or super().has_changed(initial, data)

    def _not_chosen(self, typed: str, close: list[Any]) -> str:
        said = {
            "typed": typed,
            "field": self.label,
            "close": "; ".join(map(str, close)),
        }
        if close:
            text = _(
                "“%(typed)s” stands in “%(field)s”, but nothing was chosen. Choose "
                "from the list, or empty the box. Close to it: %(close)s."
            )
        else:
            text = _(
                "“%(typed)s” stands in “%(field)s”, but nothing was chosen, and no "
                "name is close to it. Choose from the list, make a new record, or "
                "empty the box."
            )
        return text % said


class RecordField(_RefusesWhatIsOnlyTyped):
    """One record, which may be made with the form."""

    def to_python(self, value):
        if isinstance(value, str) and value.startswith(NEW):
            return record_of(value, self.queryset.model)
        return super().to_python(value)


class RecordsField(_RefusesWhatIsOnlyTyped, forms.ModelMultipleChoiceField):
    """Several records, some of which may be made with the form."""

    def clean(self, value):
        if isinstance(value, list | tuple):
            model = self.queryset.model
            value = [
                record_of(v, model).pk if str(v).startswith(NEW) else v for v in value
            ]
            for key in value:
                # The database fails over a number that no key can have.
                if not _is_key(str(key)):
                    raise ValidationError(
                        self.error_messages["invalid_choice"],
                        code="invalid_choice",
                        params={"value": key},
                    )
        return super().clean(value)


def bare(widget: Any) -> forms.Widget:
    """Return a widget without the links that the admin puts around it."""
    is_wrapped = isinstance(widget, RelatedFieldWidgetWrapper)
    return widget.widget if is_wrapped else widget


# --- Widgets ---------------------------------------------------------------------


class ChoosesByTyping(AutocompleteMixin):
    """Asks as Django's autocomplete does; its script is our own `choice.js`.

    Select2, which Django brings, is a barrier to people with screen readers. Without a
    script the box beside the select takes a name, and the form comes back with the
    records that are close to it, to be chosen in the select.
    """

    # Set by the formset; without one, the records are looked up select by select.
    records: Callable[[], dict[str, models.Model]] | None = None
    close: list[Any] = []
    is_required: bool
    allow_multiple_selected: bool
    create_option: Callable[..., dict[str, Any]]

    @property
    def media(self):
        return forms.Media(js=[CHOICE_SCRIPT])  # type: ignore[list-item]

    def value_from_datadict(self, data, files, name):
        chosen = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        if typed := (data.get(name + TYPED) or "").strip():
            return Typed(typed, possible_keys(chosen))
        return chosen

    def value_omitted_from_data(self, data, files, name):
        return name not in data and name + TYPED not in data

    def render(self, name, value, attrs=None, renderer=None):
        # The icons around a select do not hand on the renderer of their form.
        select = super().render(  # type: ignore[misc]
            name, possible_keys(value), attrs, renderer or PLAIN
        )
        return format_html(
            '{}<input type="text" class="choice-box vTextField" name="{}" id="{}-box"'
            ' value="{}" autocomplete="off" spellcheck="false" aria-label="{}">',
            select,
            name + TYPED,
            (attrs or {}).get("id", name),
            value if isinstance(value, Typed) else "",
            _("A name to look for"),
        )

    def build_attrs(self, base_attrs, extra_attrs=None):
        attrs = super().build_attrs(base_attrs, extra_attrs)
        attrs["class"] = "record-choice"
        attrs["data-of"] = self.field.remote_field.model._meta.label_lower
        return {n: v for n, v in attrs.items() if n not in _OF_SELECT2}

    def optgroups(self, name, value, attrs=None):
        options: list[dict[str, Any]] = []
        if not self.allow_multiple_selected and not (self.is_required and value):
            options.append(self.create_option(name, "", "", not value, 0))
        label_of = self.choices.field.label_from_instance
        labels = {key: label_of(record) for key, record in self._chosen(value).items()}
        labels |= {key: label_of_new(key) for key in value if key.startswith(NEW)}
        offered = {str(record.pk): label_of(record) for record in self.close}
        for key in [*value, *(k for k in offered if k not in value)]:
            if label := labels.get(key) or offered.get(key):
                is_chosen = key in value
                options.append(
                    self.create_option(name, key, label, is_chosen, len(options))
                )
        return [(None, options, 0)]

    def _chosen(self, keys: list[str]) -> dict[str, Any]:
        if self.records is not None:
            return {k: r for k, r in self.records().items() if k in keys}
        stored = [key for key in keys if _is_key(key)]
        if not stored:
            return {}
        return {str(r.pk): r for r in self.choices.queryset.filter(pk__in=stored)}


_OF_SELECT2 = {
    "data-ajax--cache",
    "data-ajax--delay",
    "data-ajax--type",
    "data-allow-clear",
    "data-placeholder",
    "data-theme",
    "lang",
}


class RecordSelect(ChoosesByTyping, AutocompleteSelect):
    """Offers the records whose names hold what is typed."""


class RecordSelectMultiple(ChoosesByTyping, AutocompleteSelectMultiple):
    """The same for several records."""


# --- Forms -----------------------------------------------------------------------


class AddsOnTheWay(RelatedFieldWidgetWrapper):
    """Links to the page that makes a record beside the form, to be saved with it."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        return {**context, "url_params": f"{context['url_params']}&{ON_THE_WAY}=1"}


class ChoosesRecords(BaseModelAdmin):
    """Lets the records of `autocomplete_fields` be chosen by typing.

    A form that nobody saves leaves nothing: what cannot be made with it, such as a
    questionnaire or a group of accounts, is made on a page of its own.
    """

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        wrapper = getattr(field, "widget", None)
        if not isinstance(wrapper, RelatedFieldWidgetWrapper):
            return field
        made_by = self.admin_site._registry.get(db_field.related_model)
        is_typed = isinstance(wrapper.widget, ChoosesByTyping)
        if is_typed and isinstance(made_by, MakesOnTheWay):
            field.widget = AddsOnTheWay(
                wrapper.widget,
                wrapper.rel,
                wrapper.admin_site,
                wrapper.can_add_related,
                wrapper.can_change_related,
                wrapper.can_delete_related,
                wrapper.can_view_related,
            )
        else:
            wrapper.can_add_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs |= one_of(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs |= several_of(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def one_of(db_field: Any, site: admin.AdminSite) -> dict[str, Any]:
    """Return what makes a form field of a key one in which a name is typed."""
    widget = RecordSelect(db_field, site)
    return {"widget": widget, "form_class": RecordField, **_with_names(db_field)}


def _with_names(db_field: Any) -> dict[str, Any]:
    """Return the records to choose from, where their names stand elsewhere."""
    records = db_field.remote_field.model._default_manager
    return {"queryset": records.called()} if hasattr(records, "called") else {}


def several_of(db_field: Any, site: admin.AdminSite) -> dict[str, Any]:
    """Return the same for a list of records."""
    return {"widget": RecordSelectMultiple(db_field, site), "form_class": RecordsField}
