"""What a form showed, what others saved since, and what was typed into it.

Of a field that nobody touched a browser sends what the form showed. So the form
carries a signed digest of all that a browser would send of it, and three versions can
be told apart: what only others changed is taken over, what only the form changed stays
as it was typed, and what both changed differently is asked (`Conflict`).
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core import signing
from django.db import models
from django.forms.boundfield import BoundField
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.admin.choosing import TYPED, bare
from profiles.admin.closed_rows import is_closed
from profiles.admin.gone_rows import with_gone_rows_as_new

SHOWN = "_shown"
"""The field in which a form carries what it showed."""

CONFLICT = "_conflict"
"""The field that names the inputs for which somebody has to choose."""

KEEP = "_keep-"
"""What stands before the name of such an input in the name of its choice."""

UNDECIDED = gettext_lazy(
    "Nothing was saved: somebody else and you changed the same. Choose for each, and "
    "save again."
)

NEVER_SHOWN = {"password", "last_login"}
"""What no form shows of a record, and no digest tells of it."""

_BOOKKEEPING = {"version"}
_ORDER = "position"

Digests = dict[str, str]
"""A short text for each field."""


# --- What was shown ---


@dataclass(frozen=True)
class Shown:
    """Digests of what a form shows: of its fields, and of its rows by their key."""

    fields: Digests
    rows: dict[str, dict[str, Digests]]

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


@dataclass(frozen=True)
class Forms:
    """The forms of a record and of the rows below it, which nobody filled in."""

    form: Any
    formsets: list[Any]

    def shown(
        self,
        with_inputs: Callable[[Any], Iterable[Any]] = lambda rows: rows.initial_forms,
    ) -> Shown:
        """Return what the page shows; `with_inputs` says which rows stand there."""
        return Shown(
            _digests(self.form),
            {
                formset.prefix: {
                    str(row.instance.pk): _digests(row) for row in with_inputs(formset)
                }
                for formset in self.formsets
            },
        )


def forms_of(modeladmin: Any, request: Any, record: models.Model) -> Forms:
    """Return the forms as Django's page of the record has them before it is sent."""
    form = modeladmin.get_form(request, record, change=True)(instance=record)
    used: Counter[str] = Counter()
    drawn = []
    for formset, inline in changeable_rows(modeladmin, request, record):
        prefix = formset.get_default_prefix()
        used[prefix] += 1
        if used[prefix] > 1:
            prefix = f"{prefix}-{used[prefix]}"
        rows = inline.get_queryset(request)
        drawn.append(formset(instance=record, prefix=prefix, queryset=rows))
    return Forms(form, drawn)


def changeable_rows(
    modeladmin: Any, request: Any, record: models.Model | None
) -> Iterator[tuple[Any, Any]]:
    """Yield the kinds of rows that the form can change, with their inlines.

    `record`: None for the form of a new one.
    """
    for formset, inline in modeladmin.get_formsets_with_inlines(request, record):
        if inline.has_change_permission(
            request, record
        ) or inline.has_delete_permission(request, record):
            yield formset, inline


def names_of(form: Any) -> list[str]:
    """Return the fields of its record that a form can change."""
    meta = form._meta.model._meta
    stored = {f.name for f in (*meta.concrete_fields, *meta.many_to_many)}
    stored -= NEVER_SHOWN | _BOOKKEEPING | {meta.pk.name}
    return [
        name
        for name, f in form.fields.items()
        if name in stored
        and not f.disabled
        and not isinstance(f, forms.models.InlineForeignKeyField)
    ]


def signed_row(form: Any) -> str:
    """Return what the inputs of one row show, for a row that is drawn by itself."""
    return signing.dumps(_digests(form), salt=_salt(form.instance), compress=True)


def _with_rows_drawn_by_themselves(shown: Shown, data: Any, stored: Forms) -> Shown:
    """Add what rows say for themselves, and take it out of the data."""
    rows = dict(shown.rows)
    for formset in stored.formsets:
        of_kind = dict(rows.get(formset.prefix, {}))
        for number, key in _keys(formset, data).items():
            signed = data.pop(f"{formset.prefix}-{number}-{SHOWN}", None)
            if not signed:
                continue
            try:
                salt = _salt(formset.model(pk=key))
                of_kind[key] = signing.loads(signed[-1], salt=salt)
            except (signing.BadSignature, ValueError):
                of_kind.pop(key, None)
        rows[formset.prefix] = of_kind
    return Shown(shown.fields, rows)


def _digests(form: Any) -> Digests:
    return {name: _digest(sent(form[name])) for name in names_of(form)}


def _digest(values: Iterable[str]) -> str:
    text = "\0".join(sorted(values))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def sent(bound: BoundField) -> list[str]:
    """Return what a browser sends of a field that it shows and nobody touches."""
    widget: Any = bare(bound.field.widget)
    value = bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if widget.check_test(value) else []
    formatted = widget.format_value(value)
    several = formatted if isinstance(formatted, list | tuple) else [formatted]
    return _normal("" if one is None else str(one) for one in several)


def typed_in(bound: BoundField, data: Any) -> list[str]:
    values = data.getlist(bound.html_name)
    if isinstance(bare(bound.field.widget), forms.CheckboxInput):
        return ["on"] if values else []
    # A name that was typed and not chosen was touched, too.
    return _normal([*values, *data.getlist(bound.html_name + TYPED)])


def _normal(values: Iterable[str]) -> list[str]:
    # As a form reads them: browsers end lines in their own way.
    texts = (value.replace("\r\n", "\n").strip() for value in values)
    return [text for text in texts if text]


# --- What was typed ---


@dataclass(frozen=True)
class Conflict:
    """An input that others and the form changed, each differently: what both say.

    `name` is that of the input, or of the row's own box where the form removes it.
    """

    name: str
    label: str
    theirs: str
    mine: str

    @property
    def choice(self) -> str:
        return f"{KEEP}{self.name}"


@dataclass
class Merged:
    """What a form is filled in with, and what somebody has to choose first."""

    data: Any
    conflicts: list[Conflict] = field(default_factory=list)


def merge(data: Any, before: Shown | None, stored: Forms) -> Merged:
    """Put what others saved since into the untouched part of what was sent.

    Choices made before are carried out. Where `before` does not say what the form
    showed, all that differs is to be chosen.
    """
    data = data.copy()
    shown = _with_rows_drawn_by_themselves(before or Shown({}, {}), data, stored)
    for formset in stored.formsets:
        data = _without_gone(formset, data, shown.rows.get(formset.prefix, {}))
    chosen = _take_choices(data, stored)
    undecided = set(data.getlist(CONFLICT)) - chosen.keys()
    found = [*_merge_fields(data, shown.fields, stored.form, undecided)]
    for formset in stored.formsets:
        rows = shown.rows.get(formset.prefix, {})
        for form in sent_rows(formset, data):
            was = rows.get(str(form.instance.pk), {})
            if not data.get(removal_of(form)):
                found += _merge_fields(data, was, form, undecided)
            elif removal_of(form) in undecided or not _say_the_same(
                was, _digests(form)
            ):
                found.append(_Found(form, "", []))
    return Merged(data, _told(found))


@dataclass(frozen=True)
class _Found:
    """A conflict before the records that it names are read; no `name`: the row."""

    form: Any
    name: str
    typed: list[str]


def _merge_fields(
    data: Any, shown: Digests, form: Any, undecided: set[str]
) -> Iterator[_Found]:
    for name in names_of(form):
        bound = form[name]
        theirs, typed = sent(bound), typed_in(bound, data)
        if sorted(theirs) == sorted(typed):
            continue
        was = shown.get(name)
        if was == _digest(typed):
            _put(data, bound, theirs)
        elif bound.html_name in undecided or (
            was != _digest(theirs) and name != _ORDER
        ):
            yield _Found(form, name, typed)


def _say_the_same(one: Digests, other: Digests) -> bool:
    names = {*one, *other} - {_ORDER}
    return all(one.get(name) == other.get(name) for name in names)


def _without_gone(formset: Any, data: Any, shown: dict[str, Digests]) -> Any:
    """Leave rows out that others removed and nobody touched; make the others new."""
    there = [str(form.instance.pk) for form in formset.initial_forms]
    for number, key in _keys(formset, data).items():
        if key in there or key not in shown:
            continue
        row = formset.empty_form
        row.prefix = f"{formset.prefix}-{number}"
        typed = {name: _digest(typed_in(row[name], data)) for name in names_of(row)}
        if _say_the_same(typed, shown[key]):
            data[f"{row.prefix}-{DELETION_FIELD_NAME}"] = "on"
    bound = type(formset)(
        data,
        instance=formset.instance,
        prefix=formset.prefix,
        queryset=formset.queryset,
    )
    shifted = with_gone_rows_as_new(bound, there)
    return data if shifted is None else shifted


def _keys(formset: Any, data: Any) -> dict[int, str]:
    """Return the keys of the rows that were sent, by the number of the row."""
    name = re.escape(formset.model._meta.pk.name)
    row = re.compile(rf"{re.escape(formset.prefix)}-(\d{{1,5}})-{name}")
    return {
        int(match[1]): data[sent_name]
        for sent_name in data
        if (match := row.fullmatch(sent_name)) and data[sent_name]
    }


def sent_rows(formset: Any, data: Any) -> Iterator[Any]:
    """Yield the forms of stored rows, with the numbers that they were sent with."""
    numbers = {key: number for number, key in _keys(formset, data).items()}
    for form in formset.initial_forms:
        number = numbers.get(str(form.instance.pk))
        if number is not None and not is_closed(data, f"{formset.prefix}-{number}"):
            form.prefix = f"{formset.prefix}-{number}"
            form._bound_fields_cache.clear()
            yield form


def removal_of(form: Any) -> str:
    return f"{form.prefix}-{DELETION_FIELD_NAME}" if form.prefix else ""


def _put(data: Any, bound: BoundField, values: list[str]) -> None:
    data.setlist(bound.html_name, values)
    data.pop(bound.html_name + TYPED, None)
    if not values:
        del data[bound.html_name]


def _take_choices(data: Any, stored: Forms) -> dict[str, str]:
    """Put what others saved where that was chosen; return the choices made."""
    chosen = {
        name: data[f"{KEEP}{name}"]
        for name in data.getlist(CONFLICT)
        if data.get(f"{KEEP}{name}") in ("theirs", "mine")
    }
    if "theirs" not in chosen.values():
        return chosen
    rows = (form for formset in stored.formsets for form in sent_rows(formset, data))
    for form in (stored.form, *rows):
        keeps_row = chosen.get(removal_of(form)) == "theirs"
        if keeps_row:
            data.pop(removal_of(form), None)
        for name in names_of(form):
            if keeps_row or chosen.get(form[name].html_name) == "theirs":
                _put(data, form[name], sent(form[name]))
    return chosen


# --- In words ---


def _told(found: list[_Found]) -> list[Conflict]:
    """Return the conflicts as people read them; one query for each kind of record."""
    wanted: dict[Any, set[str]] = defaultdict(set)
    for one in found:
        if one.name and (model := _model_of(one.form.fields[one.name])):
            wanted[model] |= {*one.typed, *sent(one.form[one.name])}
    names = {
        model: {
            str(record.pk): str(record)
            for record in model._base_manager.filter(
                pk__in=[key for key in keys if key.isdecimal() and len(key) < 19]
            )
        }
        for model, keys in wanted.items()
    }
    return [_in_words(one, names) for one in found]


def _in_words(found: _Found, names: dict[Any, dict[str, str]]) -> Conflict:
    row = str(found.form.instance) if found.form.prefix else ""
    if not found.name:
        return Conflict(removal_of(found.form), row, _("changed"), _("removed"))
    bound = found.form[found.name]
    label = str(capfirst(str(bound.label)))
    return Conflict(
        bound.html_name,
        f"{row}: {label}" if row else label,
        _said(bound.field, sent(bound), names),
        _said(bound.field, found.typed, names),
    )


def _model_of(f: forms.Field) -> Any:
    queryset = getattr(f, "queryset", None)
    return None if queryset is None else queryset.model


def _said(f: forms.Field, values: list[str], names: dict[Any, dict[str, str]]) -> str:
    if isinstance(f, forms.BooleanField):
        return _("yes") if values else _("no")
    if model := _model_of(f):
        return ", ".join(sorted(names[model].get(one, one) for one in values)) or "–"
    choices = {str(key): str(label) for key, label in getattr(f, "choices", ())}
    return ", ".join(choices.get(one, one) for one in values) or "–"
