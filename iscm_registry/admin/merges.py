"""Merging two records, seen before it is done, and undoing it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, F, OuterRef, Subquery, When
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from iscm_registry import merging
from iscm_registry.admin.undoing import UndoneAsOne
from iscm_registry.duplicates import say_they_are_two
from partnerships.models import Organisation
from profiles.admin.overwriting import digest_of_records
from profiles.admin.three_ways import SHOWN
from profiles.models import RecordMerge, Source
from profiles.wording import in_words


class ChoiceForm(forms.Form):
    """Which of two records stays."""

    keep = forms.TypedChoiceField(
        label=gettext_lazy("Which one stays?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args, records, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (record.pk, f"{record} ({record.slug})") for record in records
        ]
        self.fields["keep"].initial = records[0].pk


@admin.register(RecordMerge)
class RecordMergeAdmin(UndoneAsOne):
    """What was merged, by whom. A merge is added by making it."""

    list_display = ["removed_label", "kept_record", "kind", "by", "at", "undone_at"]
    list_select_related = ["kind", "by"]
    list_filter = [
        ("kind", admin.RelatedOnlyFieldListFilter),
        ("undone_at", admin.EmptyFieldListFilter),
        "at",
    ]
    search_fields = ["removed_label"]
    detail_page = "merge_detail"

    def get_queryset(self, request):
        names = {Organisation: "name_en", Source: "title"}
        return (
            super()
            .get_queryset(request)
            .annotate(
                kept_name=Case(
                    *(
                        When(
                            kind__app_label=kind._meta.app_label,
                            kind__model=kind._meta.model_name,
                            then=Subquery(
                                kind._base_manager.filter(pk=OuterRef("kept")).values(
                                    name
                                )
                            ),
                        )
                        for kind, name in names.items()
                    )
                )
            )
            .order_by(F("at").desc(), "-pk")
        )

    @admin.display(description=gettext_lazy("merged into"))
    def kept_record(self, merge):
        return merge.kept_name

    def has_change_permission(self, request, obj=None):
        return False

    def may_undo(self, request):
        return self.has_add_permission(request)

    def get_urls(self):
        two = path(
            "two/",
            self.admin_site.admin_view(self.two_view),
            name="profiles_recordmerge_two",
        )
        return [two, *super().get_urls()]

    def two_view(self, request):
        """Note that two records which look alike are two; only a POST does it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind = merging.kind_named(request.POST.get("kind", ""))
        records = _records(kind, request.POST.get("records", ""))
        if len(records) == 2:
            say_they_are_two(*records, by=request.user)
            self.message_user(
                request,
                _("“%(first)s” and “%(second)s” are not shown as one again.")
                % {"first": records[0], "second": records[1]},
                messages.SUCCESS,
            )
        return HttpResponseRedirect(reverse("admin:index"))

    # --- Merging ---

    def add_view(self, request, form_url="", extra_context=None):
        """Show what a merge would do, and do it when that is posted.

        The address names the kind and the two records: ?kind=…&records=3,7. The one
        that stays is chosen with keep=7; without, it is the one named first.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind = merging.kind_named(request.GET.get("kind", ""))
        records = _records(kind, request.GET.get("records", ""))
        if kind is None or len(records) != 2:
            self.message_user(
                request,
                _("Choose two records of one kind in their list to merge them."),
                messages.WARNING,
            )
            return HttpResponseRedirect(
                reverse("admin:profiles_recordmerge_changelist")
            )
        asked = request.POST if request.method == "POST" else request.GET
        form = ChoiceForm(asked if "keep" in asked else None, records=records)
        keep = records[0].pk
        if form.is_bound and form.is_valid():
            keep = form.cleaned_data["keep"]
        kept, removed = sorted(records, key=lambda record: record.pk != keep)
        if request.method == "POST" and form.is_bound and form.is_valid():
            return self._merge(request, kept, removed)
        shown = digest_of_records(sorted(records, key=lambda record: record.pk))
        return self.page(
            request,
            "merge",
            kind_opts=kind._meta,
            title=_("Merge two records"),
            form=ChoiceForm(initial={"keep": kept.pk}, records=records),
            kept=kept,
            removed=removed,
            shown=shown,
            rows=_side_by_side(kept, removed),
            preview=merging.preview(kept, removed),
        )

    def _merge(self, request, kept, removed):
        try:
            with transaction.atomic():
                locked = type(kept)._base_manager.select_for_update()
                pair = locked.filter(pk__in=[kept.pk, removed.pk]).order_by("pk")
                if request.POST.get(SHOWN) != digest_of_records(pair):
                    raise merging.MergeError(
                        _("Nothing was merged: one of the two was changed. Look again.")
                    )
                merge = merging.merge(kept, removed, by=request.user)
        except merging.MergeError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        self.message_user(
            request,
            _("“%(removed)s” was merged into “%(kept)s”.")
            % {"removed": merge.removed_label, "kept": kept},
            messages.SUCCESS,
        )
        return self.to_page_of(merge)

    # --- Reading and undoing ---

    def detail_of(self, done):
        return {
            "title": _("Merge"),
            "subtitle": done.removed_label,
            "kept": _kept(done),
            "moved": _moved(done),
        }

    def undo(self, request, done):
        if request.method == "POST":
            try:
                undone = merging.undo(done, by=request.user)
            except merging.MergeError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self._tell(request, undone)
        return self.to_page_of(done)

    def _tell(self, request, undone: merging.Undone) -> None:
        self.message_user(
            request,
            ngettext(
                "“%(record)s” is back, with %(count)s reference.",
                "“%(record)s” is back, with %(count)s references.",
                undone.reversed,
            )
            % {"record": undone.record, "count": undone.reversed},
            messages.SUCCESS,
        )
        if undone.kept_because_edited:
            self.message_user(
                request,
                _("Left as they are, because they were edited since: %(facts)s.")
                % {"facts": ", ".join(undone.kept_because_edited)},
                messages.WARNING,
            )


def _records(kind, keys: str) -> list[Any]:
    """Return the records of these keys, in their order; those that exist."""
    if kind is None:
        return []
    pks = [int(key) for key in keys.split(",") if key.isdecimal() and len(key) < 19]
    found = kind._base_manager.in_bulk(pks)
    return [found[pk] for pk in dict.fromkeys(pks) if pk in found]


def _side_by_side(kept, removed) -> list[dict[str, Any]]:
    fields = kept._meta.concrete_fields
    names = {f.name for f in fields}
    rows = []
    for f in fields:
        if f.primary_key or f"{f.name}_en" in names:
            continue
        one, other = (in_words(record, f) for record in (kept, removed))
        if one or other:
            rows.append(
                {
                    "label": capfirst(f.verbose_name),
                    "kept": one,
                    "removed": other,
                    "differs": bool(one and other and one != other),
                    "is_filled": not one and bool(other),
                }
            )
    return rows


def _kept(merge: RecordMerge):
    kind: Any = merge.kind.model_class()
    record = kind._base_manager.filter(pk=merge.kept).first()
    if record is None:
        return None
    name = f"admin:{kind._meta.app_label}_{kind._meta.model_name}_change"
    return {"record": record, "url": reverse(name, args=[record.pk])}


def _moved(merge: RecordMerge) -> list[tuple[str, int]]:
    kind: Any = merge.kind.model_class()
    counts = []
    for reference in merging.references(kind):
        pks = merge.moved["moved"].get(reference.label, {}).get(reference.key.name, [])
        both = merge.moved["both"].get(reference.label, [])
        if pks or both:
            counts.append((reference.name, len(pks) + len(both)))
    return counts
