"""How the form of a profile is drawn: its fields and the rows of its facts.

A profile with a hundred facts has some thousand inputs. Django draws each with
several templates, which took most of the time to answer; here a field is one call,
and what the rows of a kind share is found out once.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.template.defaultfilters import linebreaks_filter
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from profiles.admin.choosing import bare
from profiles.admin.comment_links import CommentLinks
from profiles.admin.fact_lines import line
from profiles.admin.facts import SHORT_NAMES, FactForm, FactInline
from profiles.admin.gone_rows import GONE
from profiles.admin.languages import in_every_language
from profiles.admin.on_the_way import ON_THE_WAY
from profiles.admin.three_ways import SHOWN
from profiles.models.base import FormGroup
from profiles.models.field_sources import SOURCED_FIELDS
from profiles.sourcing import StatedField, inputs_of, is_of_texts
from profiles.vocabularies import DisputedField, FormPart, SectionPart
from profiles.wording import in_words

NOTHING = SafeString("")

FOLDED = ("is_public", "note")
"""What stands behind the line on who says a fact, and how firmly."""


class Fields:
    """The fields of one form class: their labels, helps and links, found out once."""

    def __init__(self, model: type[models.Model], help_id: str = ""):
        self.model = model
        self.help_id = help_id
        self._add_links: dict[str, str] = {}
        self.helps: dict[str, Any] = {}

    def draw(
        self, form: forms.ModelForm, names: Iterable[str], *, only_read: bool = False
    ) -> SafeString:
        """Draw fields of one line; one kept in several languages is one field."""
        draw_one = self._read if only_read else self._field
        return mark_safe(  # noqa: S308 - made of safe strings
            "".join(
                draw_one(form, name, in_every_language(self.model, name))
                for name in names
            )
        )

    # --- Inputs --------------------------------------------------------------

    def _field(self, form, name: str, in_languages: list[str]) -> SafeString:
        if len(in_languages) > 1:
            return self._languages(form, name, in_languages)
        if name not in form.fields:
            return self._read(form, name, in_languages)
        bound = form[name]
        widget = bare(bound.field.widget)
        if isinstance(widget, forms.CheckboxSelectMultiple):
            widget.choices = bound.field.widget.choices
            return format_html(
                '<fieldset class="field field-{}"><legend>{}</legend>{}{}{}</fieldset>',
                name,
                capfirst(bound.label),
                bound.as_widget(widget),
                self._help(bound, name),
                _errors(bound),
            )
        control = self._control(bound, name)
        if isinstance(widget, forms.CheckboxInput):
            return format_html(
                '<div class="field field-check field-{}">{}{}{}{}</div>',
                name,
                control,
                _label(bound),
                self._help(bound, name),
                _errors(bound),
            )
        return format_html(
            '<div class="field field-{}{}">{}{}{}{}</div>',
            name,
            " has-errors" if bound.errors else "",
            _label(bound),
            control,
            self._help(bound, name),
            _errors(bound),
        )

    def _control(self, bound: BoundField, name: str, **attrs: Any) -> SafeString:
        described = []
        if bound.field.help_text:
            of_group = f"{self.help_id}-{name}"
            described.append(of_group if self.help_id else f"{bound.auto_id}_helptext")
        if bound.errors:
            described.append(f"{bound.auto_id}_error")
        if described:
            attrs["aria-describedby"] = " ".join(described)
        if bound.field.required and not bound.is_hidden:
            attrs["aria-required"] = "true"
        wrapper = bound.field.widget
        if not isinstance(wrapper, RelatedFieldWidgetWrapper):
            return bound.as_widget(attrs=attrs)
        inner = wrapper.widget
        inner.choices = wrapper.choices
        drawn = bound.as_widget(inner, attrs=attrs)
        if not wrapper.can_add_related:
            return drawn
        return format_html(
            '<div class="related-widget-wrapper">{}'
            '<a class="related-widget-wrapper-link add-related" id="add_{}"'
            ' data-popup="yes" href="{}" title="{}">'
            '<span aria-hidden="true">+</span>'
            '<span class="visually-hidden">{}</span></a></div>',
            drawn,
            bound.auto_id,
            self._add_link(name, wrapper),
            (add := _("Add a new one: %(kind)s") % {"kind": bound.label}),
            add,
        )

    def _add_link(self, name: str, wrapper: RelatedFieldWidgetWrapper) -> str:
        if name not in self._add_links:
            opts = wrapper.rel.model._meta
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
            field = wrapper.rel.get_related_field().name
            self._add_links[name] = f"{url}?_to_field={field}&_popup=1&{ON_THE_WAY}=1"
        return self._add_links[name]

    def _help(self, bound: BoundField, name: str) -> SafeString:
        if not bound.field.help_text:
            return NOTHING
        if self.help_id:
            # Said once for all rows, above them.
            self.helps.setdefault(name, (capfirst(bound.label), bound.field.help_text))
            return NOTHING
        return format_html(
            '<div class="help" id="{}_helptext">{}</div>',
            bound.auto_id,
            bound.field.help_text,
        )

    def _languages(self, form, name: str, in_languages: list[str]) -> SafeString:
        bounds = [form[n] for n in in_languages if n in form.fields]
        if not bounds:
            return self._read(form, name, in_languages)
        field: Any = self.model._meta.get_field(name)
        label = capfirst(str(field.verbose_name))
        inputs = format_html_join(
            "",
            '<div class="language" data-language="{}"{}>'
            '<label for="{}"{}>{} <span class="language-of">{}</span></label>'
            "{}{}</div>",
            (
                (
                    (code := _language(bound)),
                    SafeString(' data-filled=""') if bound.value() else NOTHING,
                    bound.auto_id,
                    _required(bound),
                    label,
                    get_language_info(code)["name_translated"],
                    self._control(bound, name, **_written_in(code)),
                    _errors(bound),
                )
                for bound in bounds
            ),
        )
        return format_html(
            '<div class="field field-{} languages{}" role="group" aria-label="{}">'
            "{}{}</div>",
            name,
            " has-errors" if any(bound.errors for bound in bounds) else "",
            label,
            inputs,
            self._help(bounds[0], name),
        )

    # --- Only to read --------------------------------------------------------

    def _read(self, form, name: str, in_languages: list[str]) -> SafeString:
        record = form.instance
        field: Any = self.model._meta.get_field(name)
        label = capfirst(str(field.verbose_name))
        if len(in_languages) > 1:
            texts = [
                (n.rpartition("_")[2], getattr(record, n))
                for n in in_languages
                if getattr(record, n)
            ]
            shown: Any = format_html_join(
                "",
                "<div{}>{}</div>",
                ((flatatt(_written_in(c)), linebreaks_filter(t)) for c, t in texts),
            )
        else:
            shown = shown_value(record, field)
        return format_html(
            '<div class="field field-{}"><span class="read-label">{}</span>'
            '<div class="readonly">{}</div></div>',
            name,
            label,
            shown or "–",
        )


def shown_value(record: models.Model, field: Any) -> Any:
    """Return what a field of a record says, for people to read."""
    text = in_words(record, field)
    is_prose = isinstance(field, models.TextField) and not field.choices
    return linebreaks_filter(text) if text and is_prose else text


def _language(bound: BoundField) -> str:
    return bound.name.rpartition("_")[2]


def _written_in(code: str) -> dict[str, str]:
    return {"lang": code, "dir": "rtl" if get_language_info(code)["bidi"] else "ltr"}


def _required(bound: BoundField) -> SafeString:
    return SafeString(' class="required"') if bound.field.required else NOTHING


def _label(bound: BoundField) -> SafeString:
    return format_html(
        '<label for="{}"{}>{}</label>',
        bound.id_for_label,
        _required(bound),
        capfirst(bound.label),
    )


def _errors(bound: BoundField) -> SafeString:
    if not bound.errors:
        return NOTHING
    return format_html(
        '<ul class="errorlist" id="{}_error">{}</ul>',
        bound.auto_id,
        format_html_join("", "<li>{}</li>", ((error,) for error in bound.errors)),
    )


class FactRows:
    """The rows of one kind of fact, as the template of the form shows them."""

    def __init__(
        self,
        inline: InlineAdminFormSet,
        comments: CommentLinks | None = None,
        group: FormGroup | None = None,
    ):
        """`group`: only these rows; without one, those that no group takes."""
        self.comments = comments
        self.group = group
        self.inline = inline
        self.opts: FactInline = inline.opts
        self.formset = inline.formset
        self.prefix = self.formset.prefix
        self.group_id = f"{self.prefix}-{group.value}" if group else self.prefix
        self.label = group.heading if group else self.opts.verbose_name_plural
        self.one = self.opts.verbose_name
        self.fields = Fields(self.opts.model, f"help-{self.group_id}")
        self.only_read = not inline.has_change_permission
        self.can_add = inline.has_add_permission
        self.can_delete = self.formset.can_delete and inline.has_delete_permission

    # Templates would look for these in the rows of the formset, and make all of them.

    @property
    def management_form(self) -> forms.Form:
        return self.formset.management_form

    @property
    def non_form_errors(self) -> Any:
        return self.formset.non_form_errors()

    @property
    def number(self) -> int:
        return len(self.rows)

    @property
    def elsewhere(self) -> list[tuple[str, Any, Any]]:
        """Return id, heading and part of the groups that stand in other parts."""
        if self.group:
            return []
        return [
            (f"{self.prefix}-{g.value}-group", g.heading, SHORT_NAMES[g.part])
            for g in self.opts.model.form_groups
        ]

    @cached_property
    def errors(self) -> int:
        """Count the rows in which something is wrong."""
        if not self.formset.is_bound:
            return 0
        forms_here = [form for form in self.formset.forms if self._is_here(form)]
        wrong = sum(bool(form.errors) for form in forms_here)
        return wrong + bool(not self.group and self.formset.non_form_errors())

    def _is_here(self, form: forms.ModelForm) -> bool:
        """Say whether the row of a form, as it was sent, stands in this group."""
        return self._takes(
            form.instance,
            {
                group.field: form[group.field].value()
                for group in self.opts.model.form_groups
                if group.field in form.fields
            },
        )

    def _takes(self, fact: Any, sent: Mapping[str, Any] = MappingProxyType({})) -> bool:
        taken = [
            group
            for group in self.opts.model.form_groups
            if sent.get(group.field, getattr(fact, group.field)) == group.value
        ]
        return self.group in taken if self.group else not taken

    @cached_property
    def rows(self) -> list[SafeString]:
        if self.only_read or self.formset.is_bound:
            return [
                self._as_left(form)
                for form in self._forms_in_order()
                if self._is_here(form)
            ]
        facts = list(self.formset.get_queryset())
        numbers = {fact.pk: number for number, fact in enumerate(facts)}
        rows_more = self.formset.extra if self.group is None else 0
        return [
            self.row(self.formset.row(numbers[fact.pk]))
            if self.formset.shows_inputs_of(fact)
            else self._line(
                self.formset.add_prefix(numbers[fact.pk]), fact, fact.position
            )
            for fact in self.opts.in_order(facts)
            if self._takes(fact)
        ] + [
            self.row(self.formset.row(number))
            for number in range(len(facts), len(facts) + rows_more)
        ]

    def _forms_in_order(self) -> list[FactForm]:
        stored = self.formset.initial_forms
        forms_of = {id(form.instance): form for form in stored}
        ordered = self.opts.in_order([form.instance for form in stored])
        return [*(forms_of[id(fact)] for fact in ordered), *self.formset.extra_forms]

    def _line(self, prefix: str, fact: Any, position: Any) -> SafeString:
        waiting = self.comments.in_short(fact) if self.comments else ""
        return line(prefix, fact, position, waiting)

    def _as_left(self, form: FactForm) -> SafeString:
        """Draw a posted row as its sender left it, opened where something is wrong."""
        if not form.is_closed:
            return self.row(form)
        if not form.errors:
            return self._line(form.prefix, form.instance, form["position"].value())
        return self.row(self.formset.opened(form))

    @cached_property
    def empty_row(self) -> SafeString:
        if not self.group:
            return self.row(self.formset.empty_form)
        return self.row(self.formset.new_form(**{self.group.field: self.group.value}))

    @cached_property
    def helps(self) -> list[tuple[str, str, Any]]:
        """Return id, label and text of what explains the fields of the rows."""
        if self.only_read:
            return []
        _drawn = self.empty_row
        return [
            (f"{self.fields.help_id}-{name}", *help)
            for name, help in self.fields.helps.items()
        ]

    def row(self, form: forms.ModelForm) -> SafeString:
        only_read = self.only_read and form.instance.pk is not None
        lines = format_html_join(
            "",
            '<div class="fact-line">{}</div>',
            (
                (self.fields.draw(form, line, only_read=only_read),)
                for line in self._lines()
            ),
        )
        if only_read:
            return format_html(
                '<li class="fact" id="{}">{}{}</li>',
                form.prefix,
                lines,
                self._evidence_read(form),
            )
        return format_html(
            '<li class="fact{}" id="{}" data-fact{}>{}{}{}{}{}{}</li>',
            " has-errors" if form.errors else "",
            form.prefix,
            self._uid(form),
            self._hidden(form),
            self._was_removed(form),
            _non_field_errors(form),
            lines,
            self._evidence(form),
            self._tools(form),
        )

    def _uid(self, form) -> SafeString:
        if form.instance.pk is None:
            return NOTHING
        return format_html(' data-uid="{}"', form.instance.uid)

    def _lines(self) -> list[tuple[str, ...]]:
        # Who says so, and how firmly, stands with what is said; the rest is folded.
        *lines, last = self.opts.lines()
        several = {f.name for f in self.opts.model._meta.many_to_many}
        if len(last) < 5 and not several.intersection(last):
            return [*lines, (*last, "source", "certainty")]
        return [*lines, last, ("source", "certainty")]

    def _hidden(self, form) -> SafeString:
        names = [self.opts.model._meta.pk.name, self.formset.fk.name]
        drawn = _joined(form[name].as_hidden() for name in names if name in form.fields)
        own = form.add_prefix(SHOWN)
        if not (shown := form.shown or form.data.get(own, "")):
            return drawn
        return format_html(
            '{}<input type="hidden" name="{}" value="{}">', drawn, own, shown
        )

    def _was_removed(self, form) -> SafeString:
        if not form.is_bound or not form.data.get(form.add_prefix(GONE)):
            return NOTHING
        return format_html(
            '<p class="fact-gone">{}</p>',
            _(
                "Somebody removed this meanwhile. If you save, it is entered again; "
                "tick “Remove” to leave it out."
            ),
        )

    def _evidence(self, form) -> SafeString:
        shown = in_every_language(self.opts.model, *FOLDED)
        shown = [name for name in shown if name in form.fields]
        is_open = any(form[name].errors for name in shown)
        return format_html(
            '<details class="fact-evidence"{}><summary>{}</summary>'
            '<div class="fact-line">{}{}</div></details>',
            SafeString(" open") if is_open else NOTHING,
            self._evidence_in_short(form),
            self.fields.draw(form, FOLDED if shown else ()),
            self._comments_on(form),
        )

    def _comments_on(self, form) -> SafeString:
        if self.comments is None or form.instance.pk is None:
            return NOTHING
        return self.comments.link(form.instance)

    @cached_property
    def _public_or_not(self) -> tuple[str, str]:
        return _("not public"), _("public")

    def _evidence_in_short(self, form) -> SafeString:
        fact = form.instance
        parts = [self._public_or_not[bool(fact.is_public)]]
        if fact.note:
            parts.append(_("with a note"))
        if self.comments and (waiting := self.comments.in_short(fact)):
            parts.append(waiting)
        return format_html("{}", " · ".join(parts))

    def _evidence_read(self, form) -> SafeString:
        return format_html(
            '<div class="fact-line fact-evidence-read">{}{}</div>',
            self.fields.draw(form, FOLDED, only_read=True),
            self._comments_on(form),
        )

    def _tools(self, form) -> SafeString:
        position = form["position"] if "position" in form.fields else None
        parts: list[SafeString] = []
        if position is not None:
            parts.append(
                format_html(
                    '<label class="fact-position"><span>{}</span> {}</label>{}',
                    self._order_label,
                    position.as_widget(),
                    _errors(position),
                )
            )
        removal = forms.formsets.DELETION_FIELD_NAME
        if self.can_delete and removal in form.fields:
            bound = form[removal]
            parts.append(
                format_html(
                    '<label class="fact-remove">{} {}</label>',
                    bound.as_widget(),
                    self._remove_label,
                )
            )
        return format_html('<div class="fact-tools">{}</div>', _joined(parts))

    @cached_property
    def _order_label(self) -> str:
        return _("Order")

    @cached_property
    def _remove_label(self) -> str:
        return _("Remove")


class SectionRows(FactRows):
    """The coverage and the text of each part of the assessment, always there."""

    def of(self, heading: str) -> list[dict[str, Any]]:
        """Return the rows of the parts under one of the five headings."""
        found = []
        for form in self.formset.forms:
            part = form["part"].value() or form.instance.part
            if str(part).startswith(heading):
                found.append({"part": str(part), "html": self.row(form), "form": form})
        labels = dict(SectionPart.choices)
        order = list(labels)
        for row in found:
            row["label"] = labels.get(row["part"], "")
        return sorted(
            found,
            key=lambda row: (
                order.index(row["part"]) if row["part"] in order else len(order)
            ),
        )

    def _lines(self) -> list[tuple[str, ...]]:
        return [("coverage", "source", "certainty"), ("prose",)]

    def _hidden(self, form) -> SafeString:
        return format_html("{}{}", super()._hidden(form), form["part"].as_hidden())

    def _tools(self, form) -> SafeString:
        # Its place is given. The field goes along, or saving would change it.
        if "position" not in form.fields:
            return NOTHING
        return form["position"].as_hidden()

    def errors_of(self, heading: str) -> int:
        if not self.formset.is_bound:
            return 0
        return sum(bool(row["form"].errors) for row in self.of(heading))


class FieldSourceRows(FactRows):
    """The sources of the profile's own fields, drawn beside them."""

    def beside(self, names: Iterable[str], shown: set[str]) -> SafeString:
        """Draw the sources of the fields whose last input stands among `names`.

        `shown` are the names of all inputs up to there.
        """
        return _joined(
            self._of(field)
            for field in SOURCED_FIELDS
            if (own := inputs_of(field)) <= shown and not own.isdisjoint(names)
        )

    def errors_in(self, part: FormPart) -> int:
        """Count the rows of one part of the form in which something is wrong."""
        if not self.formset.is_bound:
            return 0
        return sum(
            bool(form.errors) and StatedField(form["field"].value()).part == part
            for form in self.formset.forms
            if form["field"].value() in SOURCED_FIELDS
        )

    def _of(self, field: str) -> SafeString:
        forms_of_field = [
            form
            for form in self.formset.forms
            if (form["field"].value() or form.instance.field) == field
            and (form.instance.pk is not None or self.can_add)
        ]
        if not forms_of_field:
            return NOTHING
        named = [str(f.instance.source) for f in forms_of_field if f.instance.source_id]
        has_errors = any(form.is_bound and form.errors for form in forms_of_field)
        return format_html(
            '<details class="field-sources" id="sources-{}"{}><summary>{} {}</summary>'
            '<ul class="fact-rows">{}</ul></details>',
            field,
            SafeString(" open") if has_errors else NOTHING,
            self._summary % {"field": DisputedField(field).label},
            "; ".join(named) or self._none,
            _joined(self.row(form) for form in forms_of_field),
        )

    @cached_property
    def _summary(self) -> str:
        return _("Sources of “%(field)s”:")

    @cached_property
    def _none(self) -> str:
        return _("none named")

    def row(self, form: forms.ModelForm) -> SafeString:
        self._has_languages = is_of_texts(form["field"].value())
        return super().row(form)

    def _lines(self) -> list[tuple[str, ...]]:
        languages = ("language",) if self._has_languages else ()
        return [("source", "certainty", *languages)]

    def _hidden(self, form) -> SafeString:
        hidden = [form["field"].as_hidden()]
        if not self._has_languages:
            hidden.append(form["language"].as_hidden())
        return format_html("{}{}", super()._hidden(form), _joined(hidden))

    def _tools(self, form) -> SafeString:
        tools = form["position"].as_hidden() if "position" in form.fields else NOTHING
        removal = forms.formsets.DELETION_FIELD_NAME
        if form.instance.pk is None or removal not in form.fields:
            return tools
        return format_html(
            '{}<div class="fact-tools"><label class="fact-remove">{} {}</label></div>',
            tools,
            form[removal].as_widget(),
            self._remove_label,
        )


def _non_field_errors(form) -> SafeString:
    if not (errors := form.non_field_errors()):
        return NOTHING
    return format_html(
        '<ul class="errorlist nonfield">{}</ul>',
        format_html_join("", "<li>{}</li>", ((error,) for error in errors)),
    )


def _joined(parts: Iterable[Any] | Iterator[Any]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
