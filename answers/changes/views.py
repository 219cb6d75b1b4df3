"""The page of what publications changed, and its files."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from answers.answer import Answer, NotUnderstood
from answers.changes.asking import ABOUT, WHEN, CalledOtherwise, asked_for, choices
from answers.changes.news import News, news_of
from answers.tables import Cell, Column, Linked, Table
from answers.views import AnswerView
from profiles.facets import shortened

ON_A_PAGE = 20


class ChangesView(AnswerView):
    """What came out, what it changed, and what was withdrawn: the latest first."""

    parameters = (*ABOUT, *WHEN, "page")
    template_name = "answers/changes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except CalledOtherwise as other:
            return led_to_key(request, other)

    def get_answer(self) -> Answer:
        asked = self.request.GET
        about, found = asked_for(asked, self.revision)
        paginator = Paginator(found, ON_A_PAGE)
        try:
            page = paginator.page(asked.get("page") or 1)
        except InvalidPage:
            text = _("“%(value)s” is not a page: there are pages 1 to %(last)d.")
            values = {"value": shortened(asked["page"]), "last": paginator.num_pages}
            raise NotUnderstood("page", text % values) from None
        news = news_of([*page], self.revision)
        counted = ngettext(
            "%(number)d publication or withdrawal",
            "%(number)d publications and withdrawals",
            len(found),
        )
        keys = [(name, choice.key) for name, choice in about.items()]
        names = ", ".join(choice.name for choice in about.values())
        title = _("What changed: %(names)s") % {"names": names}
        lede = _(
            "Each new edition of a mechanism’s profile beside the edition before, "
            "as far as both are public. The latest stand first."
        )
        if "state" in about or "theme" in about:
            lede = _(
                "Each new edition that names what you chose, or no longer does, beside "
                "the edition before, as far as both are public. The latest stand first."
            )
        return Answer(
            title=title if names else _("What changed"),
            lede=lede,
            known=_known(counted % {"number": len(found)}, page),
            tables=[_table(news)],
            context={
                "news": news,
                "page_obj": page,
                "choices": [
                    (name, label, choices(name, self.revision), dict(keys).get(name))
                    for name, label in (
                        ("mechanism", _("Mechanism")),
                        ("state", _("State")),
                        ("theme", _("Theme")),
                    )
                ],
                "when": [
                    ("from", _("From"), asked.get("from", "").strip()),
                    ("to", _("To"), asked.get("to", "").strip()),
                ],
                "feed_url": _with_query(reverse("change-feed"), keys),
            },
        )


def _known(counted: str, page: Page) -> str:
    """Say how many there are, and which of them a page, or its file, holds."""
    if page.paginator.num_pages == 1:
        return counted
    said = _("%(counted)s; page %(page)d of %(pages)d")
    pages = page.paginator.num_pages
    return said % {"counted": counted, "page": page.number, "pages": pages}


def led_to_key(
    request: HttpRequest, other: CalledOtherwise
) -> HttpResponsePermanentRedirect:
    """Lead to the one address of what was asked by another name."""
    asked = request.GET.copy()
    asked[other.parameter] = other.key
    return HttpResponsePermanentRedirect(f"{request.path}?{asked.urlencode()}")


def _with_query(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _table(news: list[News]) -> Table:
    """Return a row for each sentence, as the files of the page have them."""
    columns = [
        Column("date", _("Date")),
        Column("mechanism", _("Mechanism")),
        Column("edition", _("Edition"), is_number=True),
        Column("title", _("Publication")),
        Column("change", _("What changed")),
    ]
    rows: list[list[Cell]] = [
        [
            localdate(one.publication.at).isoformat(),
            one.publication.slug,
            one.publication.edition,
            Linked(one.title, one.url),
            text,
        ]
        for one in news
        for text in [*map(str, one.sentences), *filter(None, [one.reason])] or [""]
    ]
    caption = _("What each publication changed, sentence by sentence")
    return Table("changes", caption, columns, rows, is_shown=False)
