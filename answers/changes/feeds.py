"""Atom feeds (RFC 4287) of new editions: of all, of one record, of a filtered list.

They say what the page of changes says, in the same words.
"""

from collections.abc import Sequence
from datetime import datetime, time
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, get_tag_uri
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localdate, make_aware
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from answers.answer import NotUnderstood
from answers.changes.asking import ABOUT, CalledOtherwise, asked_for
from answers.changes.news import News, news_of
from answers.changes.publications import Publication, publications
from answers.changes.views import led_to_key
from answers.in_xml import writable
from partnerships.views.lists import MechanismListView

MOST_ENTRIES = 30


class ChangesFeedView(View):
    """New editions and withdrawals: all, or those that concern a record."""

    parameters = ABOUT

    def get(self, request: HttpRequest) -> HttpResponseBase:
        revision = getattr(request, "registry_revision", None)
        try:
            about, found = asked_for(request.GET, revision)
        except CalledOtherwise as other:
            return led_to_key(request, other)
        except NotUnderstood as refused:
            return _refused([f"{refused.parameter}: {refused.why}"])
        names = ", ".join(choice.name for choice in about.values())
        title = _("What changed: %(names)s") % {"names": names}
        asked = urlencode([(name, choice.key) for name, choice in about.items()])
        return feed(
            request,
            title if names else _("What changed"),
            reverse("change-list"),
            asked,
            found,
        )


class MechanismFeedView(MechanismListView):
    """New editions of the mechanisms that a filtered list shows now.

    It takes the list's own filters, and refuses what the list refuses.
    """

    parameters = tuple(MechanismListView.filterset_class.base_filters)

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if understood := self.filterset.understood():
            address = f"{request.path}?{understood.urlencode()}"
            return HttpResponsePermanentRedirect(address)
        if self.errors:
            return _refused([f"{e['label']}: {e['text']}" for e in self.errors])
        shown = {*self.filterset.keys}
        known = publications(getattr(request, "registry_revision", None))
        mechanisms = {one.mechanism for one in known if one.profile in shown}
        question = self.filterset.question(request.path)
        chips = self.filterset.chips(question)
        names = ", ".join(str(chip.value_label) for chip in chips)
        title = _("Mechanisms, what changed: %(names)s") % {"names": names}
        return feed(
            request,
            title if names else _("Mechanisms, what changed"),
            reverse("mechanism-list"),
            urlencode(question.pairs()),
            [one for one in known if one.mechanism in mechanisms],
        )


def feed(
    request: HttpRequest,
    title: str,
    page: str,
    asked: str,
    found: Sequence[Publication],
) -> HttpResponse:
    """Return a feed of the latest of these publications.

    `page` is the path of the page that shows the same, and `asked` the query of both.
    """
    here = request.build_absolute_uri
    query = f"?{asked}" if asked else ""
    own = here(f"{request.path}{query}")
    written = _Feed(
        title=_in_xml(f"{title} · {_('ISCM Registry')}"),
        link=here(f"{page}{query}"),
        description=None,
        language=get_language(),
        author_name=_in_xml(settings.PUBLISHER_NAME or _("ISCM Registry")),
        feed_url=own,
        feed_guid=own,
    )
    revision = getattr(request, "registry_revision", None)
    for one in news_of(found[:MOST_ENTRIES], revision):
        at = one.publication.at
        edition = reverse(
            "edition-detail", args=[one.publication.slug, one.publication.edition]
        )
        part = "#withdrawn" if one.publication.is_withdrawal else ""
        written.add_item(
            title=_in_xml(one.title),
            link=here(one.url),
            description=_in_xml(_content(one)),
            unique_id=get_tag_uri(here(f"{edition}{part}"), at),
            pubdate=at,
            updateddate=at,
        )
    response = HttpResponse(content_type=written.content_type)
    written.write(response, "utf-8")
    return response


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        if self.items:
            return super().latest_post_date()
        # Nothing that a page says depends on the second.
        return make_aware(datetime.combine(localdate(), time()))


def _content(one: News) -> SafeString:
    """Return the sentences as HTML, each with the names that it counts."""
    said = format_html_join("", '<li dir="auto">{}</li>', ((s,) for s in one.sentences))
    reason = format_html('<p dir="auto">{}</p>', one.reason) if one.reason else ""
    return format_html("<ul>{}</ul>{}", said, reason)


def _in_xml(text: str) -> str:
    """Leave out characters that XML cannot hold, such as a vertical tab in a name."""
    return writable(text)


def _refused(reasons: list[str]) -> HttpResponse:
    return HttpResponse(
        "".join(f"{reason}\n" for reason in reasons),
        status=400,
        content_type="text/plain; charset=utf-8",
    )
