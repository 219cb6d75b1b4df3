"""Reference tables as files: taken away, corrected in a spreadsheet, brought back.

A row is known by the key that people use for it, and a record that it points to by
that record's key. What a file would change is shown before anything is changed; then
all of it is, or nothing, and only over the records that were shown.
"""

import csv
import re
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.resources import Diff, ModelResource, modelresource_factory
from import_export.tmp_storages import TempFolderStorage
from import_export.widgets import ManyToManyWidget, Widget
from tablib import Dataset

from profiles import proposing
from profiles.admin.previews import (
    ChangedSincePreview,
    hold_against_preview,
    signed,
    stored_now,
)
from profiles.spreadsheets import as_entered, harmless
from profiles.uploads import Refused, read_apart

LARGEST_FILE = 2 * 1024 * 1024
MOST_ROWS = 5000
KEPT_SECONDS = 24 * 60 * 60
LIST_SEPARATOR = "|"

_NAME = re.compile(r"[0-9a-f]{32}")


# --- Files ---


class _Read:
    """Reads a table apart from the server, and goes by its content."""

    def get_read_mode(self):
        return "rb"

    def create_dataset(self, in_stream, **kwargs):
        headings, *rows = read_apart(
            "profiles.uploads.tables:table", in_stream, most_rows=MOST_ROWS
        )
        return Dataset(*rows, headers=headings)


class XLSXTable(_Read, XLSX):
    """A workbook. openpyxl writes it, and reads none that people bring."""


class CSVTable(_Read, CSV):
    """A CSV file as spreadsheets write and read it.

    It begins with the mark that tells Excel of UTF-8.
    """

    def get_title(self):
        return "csv"

    def export_data(self, dataset, **kwargs):
        kwargs.setdefault("quoting", csv.QUOTE_MINIMAL)
        return "\ufeff" + super().export_data(dataset, **kwargs)


class UploadFolder(TempFolderStorage):
    """Keeps an uploaded file until its preview is confirmed.

    The browser sends the name back: only a name that this folder gives is taken.
    """

    name: str

    def get_full_path(self):
        if not _NAME.fullmatch(self.name or ""):
            raise SuspiciousFileOperation("This is no name of an uploaded file.")
        return str(self.folder / self.name)

    @property
    def folder(self) -> Path:
        return Path(settings.VAR_DIR, "uploads")

    def _open(self, mode="r"):
        if not self.name:
            self.name = uuid.uuid4().hex
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.forget_old_files()
            mode = "wb"
        return Path(self.get_full_path()).open(mode, encoding=self.encoding_for(mode))

    def forget_old_files(self) -> None:
        """Delete the uploaded files whose previews nobody confirmed in time."""
        for path in self.folder.iterdir():
            if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink(missing_ok=True)

    def encoding_for(self, mode: str) -> str | None:
        return None if "b" in mode else self.encoding


class TableForm(ImportForm):
    """Asks for a file, and refuses one that would keep the server busy."""

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("The file is larger than %(size)s MB: split it.")
                % {"size": LARGEST_FILE // 1024 // 1024}
            )
        return file


class ConfirmTableForm(ConfirmImportForm):
    """Carries what the preview showed."""

    previewed = forms.CharField(widget=forms.HiddenInput, required=False)


# --- Columns ---


class KeyWidget(Widget):
    """A record of another table, by the key that people use for it."""

    def __init__(self, model: type[models.Model]):
        super().__init__()
        self.model = model

    def clean(self, value, row=None, **kwargs):
        text = str(value).strip() if value is not None else ""
        return records_by_key(self.model, [text])[0] if text else None

    def render(self, value, obj=None, **kwargs):
        return str(value.natural_key()[0]) if value else ""


class KeysWidget(ManyToManyWidget):
    """Several records of another table, by their keys."""

    def clean(self, value, row=None, **kwargs):
        texts = str(value).split(LIST_SEPARATOR) if value is not None else []
        return records_by_key(self.model, [t.strip() for t in texts if t.strip()])

    def render(self, value, obj=None, **kwargs):
        records = value.all() if value is not None else []
        return LIST_SEPARATOR.join(str(r.natural_key()[0]) for r in records)


def records_by_key(model: Any, keys: Sequence[str]) -> list[models.Model]:
    """Return the records of these keys; raise ValueError for one that is unknown."""
    column = model.natural_key_field
    is_number = isinstance(model._meta.get_field(column), models.IntegerField)
    wanted = [key for key in keys if key.isdecimal() or not is_number]
    found = {
        str(record.natural_key()[0]): record
        for record in model._base_manager.filter(**{f"{column}__in": wanted})
    }
    if unknown := [key for key in keys if key not in found]:
        raise ValueError(
            _("No record of “%(table)s” has the %(column)s “%(key)s”.")
            % {
                "key": unknown[0],
                "column": model._meta.get_field(column).verbose_name,
                "table": model._meta.verbose_name_plural,
            }
        )
    return [found[key] for key in keys]


class WholeValues(Diff):
    """What changes in a row, the old value struck through beside the new one."""

    def as_html(self):
        return [
            _changed("" if self.new else old, new)
            for old, new in zip(self.left, self.right, strict=True)
        ]


def _changed(old: Any, new: Any) -> str:
    old, new = ("" if value is None else str(value) for value in (old, new))
    if old == new:
        return format_html("{}", new)
    return format_html("<del>{}</del> <ins>{}</ins>", old, new)


class TableResource(ModelResource):
    """The rules for every reference table."""

    stored: dict[str, str] = {}
    """Digests of the records that the table names, as they were before the import."""

    waiting: list[dict[str, Any]]
    """What the import changes in records that public pages show, where the user may
    only propose that."""

    def before_import(
        self, dataset, previewed=None, file="", user=None, dry_run=False, **kwargs
    ):
        self.waiting = []
        self.of_last_waiting: Any = None
        self.shown = (
            proposing.ShownRecords(self._meta.model)
            if user and not user.has_perm(proposing.AT_ONCE)
            else ()
        )
        # A preview is undone as a whole, and shows all that would change.
        self.is_preview = dry_run
        try:
            if problem := self._problem(dataset):
                raise ValueError(problem)
            (key,) = self._meta.import_id_fields
            keys = [as_entered(str(value or "").strip()) for value in dataset[key]]
            self.stored = stored_now(self._meta.model, key, keys)
            if previewed is not None:
                hold_against_preview(self.stored, previewed, self._meta.model, file)
        except (ValueError, ChangedSincePreview):
            dataset.wipe()
            raise

    def after_import(self, dataset, result, user=None, **kwargs):
        result.stored = self.stored
        changes = [one for one in self.waiting if one["fields"]]
        result.number_waiting = len(changes)
        if changes and not self.is_preview:
            proposing.propose(changes, by=user)

    def do_instance_save(self, instance, is_create):
        """Save a record, or keep what would change in it for a reviewer."""
        if instance in self.shown:
            self.of_last_waiting = instance
            self.waiting.append(
                proposing.addition_of(instance)
                if is_create
                else proposing.change_of(instance, self._columns_of(instance), {})
            )
            if not self.is_preview:
                return
        super().do_instance_save(instance, is_create)

    def _columns_of(self, instance) -> list[str]:
        stored = {f.name for f in instance._meta.concrete_fields}
        return [name for name in self.fields if name in stored]

    def save_m2m(self, instance, row, **kwargs):
        if instance is self.of_last_waiting:
            lists = {
                field.attribute: field.clean(row)
                for field in self.get_import_fields()
                if isinstance(field.widget, KeysWidget) and field.column_name in row
            }
            stored: Any = instance
            described = proposing.change_of(stored, lists, lists)
            self.waiting[-1]["fields"] |= described["fields"]
            if not self.is_preview:
                return
        super().save_m2m(instance, row, **kwargs)

    def _problem(self, dataset) -> str | None:
        columns = [self.fields[name].column_name for name in self.get_import_order()]
        headers = [str(header or "").strip() for header in dataset.headers or []]
        if unknown := [header for header in headers if header not in columns]:
            return _(
                "“%(column)s” is no column of this table. They are: %(columns)s."
            ) % {
                "column": unknown[0],
                "columns": ", ".join(columns),
            }
        dataset.headers = headers
        (key,) = self._meta.import_id_fields
        if key not in headers:
            return _("The column “%(column)s”, which names the record, is missing.") % {
                "column": key
            }
        seen: dict[str, int] = {}
        for line, value in enumerate(dataset[key], start=2):
            text = str(value or "").strip()
            if text in seen:
                return _(
                    "“%(key)s” stands in line %(first)s and in line %(second)s."
                ) % {"key": text, "first": seen[text], "second": line}
            if text:
                seen[text] = line
        return None

    def before_import_row(self, row, **kwargs):
        for column, value in row.items():
            row[column] = as_entered(value.strip())

    def import_instance(self, instance, row, **kwargs):
        """Take over a row. Lists of records, which are saved last, are checked too."""
        errors: dict[str, Any] = {}
        for field in self.get_import_fields():
            if isinstance(field.widget, KeysWidget) and field.column_name in row:
                try:
                    field.clean(row, **kwargs)
                except ValueError as error:
                    errors[field.attribute] = ValidationError(str(error))
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors |= error.error_dict
        if errors:
            raise ValidationError(errors)

    def validate_instance(self, instance, *args, **kwargs):
        """Say of a column what Django says of the field that shows one language."""
        try:
            super().validate_instance(instance, *args, **kwargs)
        except ValidationError as error:
            raise ValidationError(
                {
                    f"{name}_en" if f"{name}_en" in self.fields else name: [
                        self._with_allowed_codes(name, one) for one in problems
                    ]
                    for name, problems in error.update_error_dict({}).items()
                }
            ) from None

    def _with_allowed_codes(self, name: str, problem: ValidationError):
        """Add to an error of a column with a list of codes what may stand there."""
        field = next(
            (f for f in self._meta.model._meta.concrete_fields if f.name == name), None
        )
        if problem.code != "invalid_choice" or field is None or not field.choices:
            return problem
        codes = ", ".join(f"{code} ({label})" for code, label in field.flatchoices)
        said = {"problem": " ".join(problem.messages), "codes": codes}
        return ValidationError(
            _("%(problem)s Allowed are: %(codes)s.") % said, code=problem.code
        )

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """Whether the row says what the record says; an empty text is no text."""
        if import_validation_errors or original.pk is None:
            return False
        return all(
            self._lists_the_same(field, original, row)
            if isinstance(field.widget, KeysWidget)
            else field.export(original) == field.export(instance)
            for field in self.get_import_fields()
        )

    def _lists_the_same(self, field, original, row) -> bool:
        if field.column_name not in row:
            return True
        return set(field.clean(row)) == set(field.get_value(original).all())

    def export_field(self, field, instance, **kwargs):
        return harmless(super().export_field(field, instance, **kwargs))

    def filter_export(self, queryset, **kwargs):
        fields = [self._meta.model._meta.get_field(name) for name in self.fields]
        keys = [f.name for f in fields if f.is_relation and not f.many_to_many]
        many = [f.name for f in fields if f.many_to_many]
        return queryset.select_related(*keys).prefetch_related(*many)

    def get_diff_class(self):
        return WholeValues


def table_of(model: type[models.Model], *columns: str) -> type[ModelResource]:
    """Return the table of a kind of record; the first column is its key."""
    related = {}
    for name in columns:
        field: Any = model._meta.get_field(name)
        if field.is_relation:
            widget = KeysWidget if field.many_to_many else KeyWidget
            related[name] = Field(
                attribute=name, column_name=name, widget=widget(field.related_model)
            )
    return modelresource_factory(
        model,
        TableResource,
        meta_options={
            "fields": columns,
            "import_order": columns,
            "export_order": columns,
            "import_id_fields": columns[:1],
            "skip_unchanged": True,
            "report_skipped": True,
            "clean_model_instances": True,
            "use_transactions": True,
        },
        custom_fields=related,
    )


# --- Pages ---


class ExchangesTables(ImportExportMixin):
    """Offers a table as a file, and takes it back, on the list of its records."""

    formats = [CSVTable, XLSXTable]
    import_form_class = TableForm
    confirm_form_class = ConfirmTableForm
    export_form_class = ExportForm
    import_template_name = "admin/registry/import.html"
    tmp_storage_class = UploadFolder
    to_encoding = "utf-8"
    # The audit log says it, field by field.
    skip_admin_log = True

    def get_import_formats(self):
        return self.formats

    def get_export_formats(self):
        return self.formats

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def get_import_data_kwargs(self, **kwargs):
        confirmed = kwargs.get("form")
        if isinstance(confirmed, ConfirmTableForm):
            kwargs["previewed"] = confirmed.cleaned_data["previewed"]
            kwargs["file"] = confirmed.cleaned_data["import_file_name"]
        return {
            **super().get_import_data_kwargs(**kwargs),
            "rollback_on_validation_errors": True,
        }

    def import_action(self, request, **kwargs):
        response = super().import_action(request, **kwargs)
        if form := response.context_data.get("confirm_form"):
            stored = response.context_data["result"].stored
            file = form.initial["import_file_name"]
            form.initial["previewed"] = signed(stored, self.model, file)
        return response

    def process_import(self, request, **kwargs):
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            problem = _("The file is not there any more. Upload it again.")
        except Refused as refused:
            problem = str(refused)
        except ChangedSincePreview as changed:
            self.message_user(request, str(changed), messages.ERROR)
            return self._preview_again(request)
        self.message_user(request, problem, messages.ERROR)
        return HttpResponseRedirect(self._address("import"))

    def process_dataset(self, dataset, form, request, **kwargs):
        result = super().process_dataset(dataset, form, request, **kwargs)
        for problem in result.base_errors:
            if isinstance(problem.error, ChangedSincePreview):
                raise problem.error
        return result

    def _preview_again(self, request):
        """Show what the file of a confirmation would change now, as if just brought."""
        kept = UploadFolder(name=Path(request.POST["import_file_name"]).name)
        path = Path(kept.get_full_path())
        name = request.POST["original_file_name"]
        request.brought_again = SimpleUploadedFile(name, path.read_bytes())
        response = self.import_action(request)
        response.status_code = 409
        path.unlink(missing_ok=True)
        return response

    def get_import_form_kwargs(self, request):
        kwargs = super().get_import_form_kwargs(request)
        if file := getattr(request, "brought_again", None):
            kwargs["files"] = {"import_file": file}
        return kwargs

    def add_data_read_fail_error_to_form(self, form, error):
        if not isinstance(error, Refused):
            raise error
        form.add_error("import_file", str(error))

    def process_result(self, result, request):
        # Between preview and confirmation, somebody may have changed a record.
        if result.has_errors() or result.has_validation_errors():
            self.message_user(
                request,
                _("Nothing was imported, for records changed since. Upload it again."),
                messages.ERROR,
            )
            return HttpResponseRedirect(self._address("import"))
        return super().process_result(result, request)

    def add_success_message(self, result, request):
        if not result.number_waiting:
            return super().add_success_message(result, request)
        self.message_user(
            request,
            ngettext(
                "%(number)s change is not made yet: public pages show the record, so "
                "a reviewer looks at it first. The rest of the table is imported.",
                "%(number)s changes are not made yet: public pages show the records, "
                "so a reviewer looks at them first. The rest of the table is imported.",
                result.number_waiting,
            )
            % {"number": result.number_waiting},
            messages.WARNING,
        )
        return None

    def _address(self, name: str) -> str:
        app_label, model_name = self.get_model_info()
        return reverse(f"admin:{app_label}_{model_name}_{name}")
