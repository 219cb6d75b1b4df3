"""The way from the facts of an edition to what staff say about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles import comments
from profiles.models import Profile


class CommentLinks:
    """Leads from the facts of an edition to what is said about them."""

    def __init__(self, edition: Profile):
        self._page = comments.page_of(edition.pk)
        self._open: Mapping[UUID, int] = comments.open_comments(edition)

    @property
    def number(self) -> int:
        return sum(self._open.values())

    def in_short(self, fact: Any) -> str:
        """Say how many comments on a fact wait; "" for none."""
        number = self._open.get(fact.uid, 0)
        if not number:
            return ""
        told = ngettext("%(number)s open comment", "%(number)s open comments", number)
        return told % {"number": number}

    def link(self, fact: Any) -> SafeString:
        return format_html(
            '<a class="fact-comments" href="{}?fact={}" target="_blank">{}</a>',
            self._page,
            fact.uid,
            self.in_short(fact) or _("Comment"),
        )


def comment_links(request: HttpRequest, edition: Profile) -> CommentLinks | None:
    """Return the links of an edition for those who may read comments."""
    may_read = request.user.has_perm(comments.MAY_READ)
    return CommentLinks(edition) if may_read else None
