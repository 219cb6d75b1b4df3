"""The log of all changes: who changed what, when. To read, and for administrators
to take away."""

import csv
import datetime
from collections.abc import Iterator
from itertools import islice

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Min
from django.http import StreamingHttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from iscm_registry.log_sentences import describe
from iscm_registry.roles import ADMINISTRATOR
from profiles.models import Mechanism
from profiles.spreadsheets import harmless
from profiles.wording import model_of

BATCH = 500
BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""


DONE = {
    LogEntry.Action.CREATE: _("Added"),
    LogEntry.Action.UPDATE: _("Changed"),
    LogEntry.Action.DELETE: _("Deleted"),
    LogEntry.Action.ACCESS: _("Opened"),
}


class PersonFilter(admin.SimpleListFilter):
    title = _("person")
    parameter_name = "person"

    def lookups(self, request, model_admin):
        staff = get_user_model()._default_manager.filter(is_staff=True)
        people = staff.order_by("username").values_list("pk", "username")
        return [(str(pk), name) for pk, name in people]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(actor_id=value) if value else queryset


class KindFilter(admin.SimpleListFilter):
    title = _("kind of record")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        kinds = ContentType.objects.filter(
            pk__in=LogEntry.objects.order_by().values("content_type").distinct()
        )
        named = [
            (f"{kind.app_label}.{kind.model}", capfirst(str(kind.name)))
            for kind in kinds
        ]
        return sorted(named, key=lambda kind: kind[1])

    def queryset(self, request, queryset):
        app_label, _dot, model = (self.value() or "").partition(".")
        if not model:
            return queryset
        return queryset.filter(
            content_type__app_label=app_label, content_type__model=model
        )


class MechanismFilter(admin.SimpleListFilter):
    title = _("mechanism")
    parameter_name = "mechanism"

    def lookups(self, request, model_admin):
        slugs = Mechanism.objects.values_list("slug", flat=True)
        return [(slug, slug) for slug in slugs]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(additional_data__mechanism=value) if value else queryset


class EditionFilter(admin.SimpleListFilter):
    """The editions of the chosen mechanism: elsewhere their numbers mean nothing."""

    title = _("edition")
    parameter_name = "edition"

    def lookups(self, request, model_admin):
        slug = request.GET.get(MechanismFilter.parameter_name)
        if not slug:
            return []
        numbers = (
            Mechanism.objects.filter(slug=slug, editions__edition__isnull=False)
            .order_by("editions__edition")
            .values_list("editions__edition", flat=True)
        )
        return [(str(number), str(number)) for number in numbers]

    def queryset(self, request, queryset):
        value = self.value() or ""
        if not value.isdecimal():
            return queryset
        return queryset.filter(additional_data__edition=int(value))


class MonthFilter(admin.SimpleListFilter):
    """The months since the first entry.

    Django's own hierarchy of dates looks at every entry to find them.
    """

    title = _("month")
    parameter_name = "month"

    def lookups(self, request, model_admin):
        first = LogEntry.objects.aggregate(first=Min("timestamp"))["first"]
        if first is None:
            return []
        months = []
        month, begin = timezone.localdate().replace(day=1), timezone.localdate(first)
        while month >= begin.replace(day=1):
            months.append((f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")))
            month = (month - datetime.timedelta(days=1)).replace(day=1)
        return months

    def queryset(self, request, queryset):
        if not (value := self.value()):
            return queryset
        try:
            begin = datetime.date.fromisoformat(f"{value}-01")
        except ValueError:
            raise IncorrectLookupParameters(value) from None
        following = (begin + datetime.timedelta(days=32)).replace(day=1)
        zone = timezone.get_current_timezone()
        midnight = datetime.time(tzinfo=zone)
        return queryset.filter(
            timestamp__gte=datetime.datetime.combine(begin, midnight),
            timestamp__lt=datetime.datetime.combine(following, midnight),
        )


class LogList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        describe(self.result_list)


admin.site.unregister(LogEntry)


@admin.register(LogEntry)
class LogEntryAdmin(admin.ModelAdmin):
    """Every change, the latest first. Nobody writes here."""

    list_display = ["when", "person", "record", "what_changed"]
    list_display_links = None
    list_select_related = ["actor"]
    list_filter = [
        PersonFilter,
        KindFilter,
        MechanismFilter,
        EditionFilter,
        "action",
        "timestamp",
        MonthFilter,
    ]
    search_fields = ["object_repr", "actor__username"]
    ordering = ["-timestamp", "-pk"]
    list_per_page = 50
    # Counting all that ever happened takes longer than showing what is asked for.
    show_full_result_count = False
    actions = None
    readonly_fields = (
        "when",
        "person",
        "record",
        "what_changed",
    )
    fields = readonly_fields
    change_list_template = "admin/registry/audit_list.html"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_export_permission(self, request) -> bool:
        """The whole log at once is for administrators."""
        if not self.has_view_permission(request):
            return False
        return (
            request.user.is_superuser
            or request.user.groups.filter(name=ADMINISTRATOR).exists()
        )

    def get_changelist(self, request, **kwargs):
        return LogList

    def get_object(self, request, object_id, from_field=None):
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            describe([entry])
        return entry

    def changelist_view(self, request, extra_context=None):
        more = {
            "title": _("Who changed what"),
            "may_export": self.has_export_permission(request),
            "query": request.GET.urlencode(),
        }
        return super().changelist_view(request, more | (extra_context or {}))

    # --- Columns ---

    @admin.display(description=_("when"), ordering="timestamp")
    def when(self, entry):
        return entry.timestamp

    @admin.display(description=_("who"), ordering="actor__username")
    def person(self, entry):
        return _who(entry)

    @admin.display(description=_("record"), ordering="object_repr")
    def record(self, entry):
        url = _address(entry)
        name = (
            format_html('<a href="{}">{}</a>', url, entry.object_repr)
            if url
            else entry.object_repr
        )
        return format_html(
            '<div class="record-of-entry"><span class="quiet">{}</span> {}{}</div>',
            f"{_what_was_done(entry)}: {_kind(entry)}",
            name,
            _where(entry),
        )

    @admin.display(description=_("changes"))
    def what_changed(self, entry):
        return format_html(
            '<ul class="changes">{}</ul>',
            format_html_join(
                "", '<li dir="auto">{}</li>', ((s,) for s in entry.sentences)
            ),
        )

    # --- Taking it away ---

    def get_urls(self):
        export = path(
            "export/",
            self.admin_site.admin_view(self.export_view),
            name="auditlog_logentry_export",
        )
        return [export, *super().get_urls()]

    def export_view(self, request):
        """Answer with the entries that the list shows, of all its pages, as CSV."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        entries = self.get_changelist_instance(request).get_queryset(request)
        name = f"audit-log-{timezone.localdate():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            _csv(entries),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class _Echo:
    """A file that gives back what is written, a line at a time."""

    def write(self, line: str) -> str:
        return line


def _csv(entries) -> Iterator[str]:
    write = csv.writer(_Echo()).writerow
    yield BYTE_ORDER_MARK
    yield write(
        [
            str(column)
            for column in (
                _("when"),
                _("who"),
                _("what was done"),
                _("kind of record"),
                _("number of the record"),
                _("record"),
                _("mechanism"),
                _("edition"),
                _("changes"),
            )
        ]
    )
    found = entries.select_related("actor").iterator(BATCH)
    while some := list(islice(found, BATCH)):
        describe(some)
        for entry in some:
            row = [
                timezone.localtime(entry.timestamp).isoformat(timespec="seconds"),
                str(_who(entry)),
                _what_was_done(entry),
                str(_kind(entry)),
                entry.object_pk,
                entry.object_repr,
                *_edition(entry),
                "; ".join(entry.sentences),
            ]
            yield write([harmless(value) for value in row])


def _who(entry):
    return entry.actor.get_username() if entry.actor else _("the system")


def _what_was_done(entry) -> str:
    return str(DONE.get(entry.action, entry.get_action_display()))


def _where(entry) -> str:
    slug, edition = _edition(entry)
    if not slug:
        return ""
    where = _("%(mechanism)s, edition %(number)s") % {
        "mechanism": slug,
        "number": edition,
    }
    return format_html(' <span class="quiet">{}</span>', where)


def _kind(entry) -> str:
    model = model_of(entry)
    return capfirst(str(model._meta.verbose_name)) if model else ""


def _edition(entry) -> tuple[str, int | str]:
    data = entry.additional_data or {}
    return data.get("mechanism", ""), data.get("edition", "")


def _address(entry) -> str | None:
    model = model_of(entry)
    if model is None or entry.action == LogEntry.Action.DELETE:
        return None
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    try:
        return reverse(name, args=[entry.object_pk])
    except NoReverseMatch:
        return None
