"""The notices of whoever looks, and how often letters come. Nobody sees another's."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.admin.inputs import inputs
from profiles.models import LetterChoice, Notice
from profiles.vocabularies import LetterPace


class LetterChoiceForm(forms.ModelForm):
    class Meta:
        model = LetterChoice
        fields = ("pace",)
        labels = {"pace": gettext_lazy("Letters to me")}


class UnreadFilter(admin.SimpleListFilter):
    title = gettext_lazy("read")
    parameter_name = "unread"

    def lookups(self, request, model_admin):
        return [("1", _("Unread"))]

    def queryset(self, request, queryset):
        return queryset.filter(read_at=None) if self.value() == "1" else queryset


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    """A list to read, page by page; opening one leads to what it is about."""

    formfield_overrides = inputs()
    list_display = ["what_happened", "words", "by", "made_at", "is_read"]
    list_display_links = None
    list_filter = [UnreadFilter, "kind"]
    list_select_related = ["by"]
    actions = None
    change_list_template = "admin/profiles/notice/change_list.html"

    def get_queryset(self, request):
        return super().get_queryset(request).filter(to=request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("what happened"), ordering="kind")
    def what_happened(self, notice: Notice):
        address = reverse("admin:profiles_notice_change", args=[notice.pk])
        return format_html('<a href="{}">{}</a>', address, notice)

    @admin.display(description=gettext_lazy("read"), boolean=True, ordering="read_at")
    def is_read(self, notice: Notice) -> bool:
        return notice.read_at is not None

    def get_urls(self):
        return [
            path(
                "letters/",
                self.admin_site.admin_view(self.letters_view),
                name="profiles_notice_letters",
            ),
            path(
                "read/",
                self.admin_site.admin_view(self.read_view),
                name="profiles_notice_read",
            ),
            path(
                "",
                self.admin_site.admin_view(self.changelist_view),
                name="profiles_notice_changelist",
            ),
            path(
                "<path:object_id>/change/",
                self.admin_site.admin_view(self.change_view),
                name="profiles_notice_change",
            ),
        ]

    def changelist_view(self, request, extra_context: Any = None) -> HttpResponse:
        more = {
            "title": _("Notices to you"),
            "letters": LetterChoiceForm(instance=_choice_of(request.user)),
            "number_unread": Notice.objects.unread_of(request.user).count(),
            "has_address": bool(request.user.email),
        }
        return super().changelist_view(request, more | (extra_context or {}))

    def change_view(
        self, request, object_id, form_url="", extra_context=None
    ) -> HttpResponse:
        """Mark a notice as read and go where it leads."""
        notice = self.get_object(request, unquote(object_id))
        if notice is None or not self.has_view_permission(request, notice):
            raise Http404
        self.get_queryset(request).filter(pk=notice.pk, read_at=None).update(
            read_at=timezone.now()
        )
        return HttpResponseRedirect(notice.path)

    def letters_view(self, request) -> HttpResponse:
        """Keep how often somebody wants letters."""
        self._require_post(request)
        choice = _choice_of(request.user)
        form = LetterChoiceForm(request.POST, instance=choice)
        if form.is_valid():
            form.save()
            told = _("Letters to you: %(pace)s.") % {
                "pace": LetterPace(choice.pace).label
            }
            self.message_user(request, told, messages.SUCCESS)
        else:
            self.message_user(request, _("Choose one of the list."), messages.ERROR)
        return self._to_the_list()

    def read_view(self, request) -> HttpResponse:
        """Mark all notices of somebody as read."""
        self._require_post(request)
        Notice.objects.unread_of(request.user).update(read_at=timezone.now())
        return self._to_the_list()

    def _require_post(self, request) -> None:
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied

    def _to_the_list(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:profiles_notice_changelist"))


def _choice_of(user: Any) -> LetterChoice:
    return LetterChoice.objects.filter(user=user).first() or LetterChoice(user=user)
