"""The page of an edition on which staff comment on its facts, and the list of all."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles import comments, notices
from profiles.admin.colleagues import Colleagues
from profiles.admin.workflow import WorkflowPages
from profiles.models import Comment, Fact, Profile


class CommentForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=4000,
        widget=forms.Textarea({"rows": 4, "cols": 60}),
        help_text=gettext_lazy("For your colleagues; the public never sees it."),
    )
    assigned_to = Colleagues(
        label=gettext_lazy("For"), empty_label=gettext_lazy("nobody in particular")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        assigned: Any = self.fields["assigned_to"]
        assigned.queryset = colleagues()


def colleagues():
    people: Any = notices.staff_with(comments.MAY_RESOLVE)
    return people.order_by("first_name", "last_name", "username")


class CommentPages(WorkflowPages):
    """Comments on the facts of an edition."""

    def get_urls(self):
        page = self.admin_site.admin_view(self._unless_gone(self.comments_view))
        return [
            path("<path:object_id>/comments/", page, name="profiles_profile_comments"),
            *super().get_urls(),
        ]

    def comments_view(self, request, object_id):
        """Show all comments, and take a new one on the fact that the address names."""
        edition = self._edition(request, object_id)
        if not request.user.has_perm(comments.MAY_READ):
            raise PermissionDenied
        fact = self._fact_asked_for(request, edition)
        form = CommentForm(initial={"assigned_to": None}) if fact else None
        if request.method == "POST":
            if "comment" in request.POST:
                return self._change(request, edition)
            if not request.user.has_perm(comments.MAY_WRITE):
                raise PermissionDenied
            if fact is None:
                return HttpResponseRedirect(comments.page_of(edition.pk))
            form = CommentForm(request.POST)
            if form.is_valid():
                written = comments.write(
                    edition,
                    fact,
                    form.cleaned_data["text"],
                    by=request.user,
                    to=form.cleaned_data["assigned_to"],
                )
                return self._back(edition, written)
        return self._page(
            request,
            edition,
            "comments",
            title=_("Comments"),
            fact=fact,
            form=form,
            commented=comments.commented(edition),
            colleagues=colleagues(),
            may_write=request.user.has_perm(comments.MAY_WRITE),
            may_resolve=request.user.has_perm(comments.MAY_RESOLVE),
        )

    def _fact_asked_for(self, request: HttpRequest, edition: Profile) -> Fact | None:
        asked = request.GET.get("fact", "")
        if not asked:
            return None
        try:
            uid = UUID(asked)
        except ValueError:
            raise Http404 from None
        fact = comments.find_fact(edition, uid)
        if fact is None:
            raise Http404
        return fact

    def _change(self, request: HttpRequest, edition: Profile) -> HttpResponse:
        """Assign, resolve or open again the comment that was sent."""
        if not request.user.has_perm(comments.MAY_RESOLVE):
            raise PermissionDenied
        key = request.POST["comment"]
        found = Comment.objects.filter(mechanism=edition.mechanism_id)
        comment = (
            found.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None
        )
        if comment is None:
            raise Http404
        if "_resolve" in request.POST:
            if not comments.resolve(comment, by=request.user):
                self.message_user(
                    request, _("Somebody resolved it before you."), messages.WARNING
                )
        elif "_reopen" in request.POST:
            comments.reopen(comment)
        else:
            key = request.POST.get("assigned_to", "")
            to = (
                colleagues().filter(pk=key).first()
                if key.isdecimal() and len(key) < 19
                else None
            )
            if key and to is None:
                raise Http404
            comments.assign(comment, edition, by=request.user, to=to)
        return self._back(edition, comment)

    def _back(self, edition: Profile, comment: Comment) -> HttpResponse:
        url = comments.page_of(edition.pk)
        return HttpResponseRedirect(f"{url}#comment-{comment.pk}")


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    """Comments on facts of all mechanisms, to find and read."""

    list_display = ["text", "mechanism", "by", "at", "assigned_to", "resolved_at"]
    list_select_related = ["mechanism", "by", "assigned_to"]
    list_filter = [
        ("resolved_at", admin.EmptyFieldListFilter),
        ("assigned_to", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["text", "mechanism__slug"]
    fields = ["mechanism", "text", "by", "at", "assigned_to", "resolved_by"]
    ordering = ["-pk"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
