"""The staff guide, page by page, as it stands in the documentation."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

FOLDER = Path(settings.BASE_DIR, "docs")
FIRST = "staff-guide"

_PAGE = re.compile(
    r"(?:\.\./)?(?:staff-guide/)?([0-9]{2}-[a-z-]+|staff-guide)\.md(#.*)?"
)


def guide(request, page: str = FIRST):
    """Show a page of the guide; `page` is the name of its file."""
    text = _pages().get(page)
    if text is None:
        raise Http404
    html, title = _drawn(text)
    return TemplateResponse(
        request,
        "admin/registry/guide.html",
        {**admin.site.each_context(request), "title": title, "html": html},
    )


staff_guide = admin.site.admin_view(guide)


@cache
def _pages() -> dict[str, str]:
    files = [FOLDER / f"{FIRST}.md", *sorted((FOLDER / FIRST).glob("*.md"))]
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def _drawn(text: str) -> tuple[SafeString, str]:
    """Return a page as HTML, its links leading to pages here, and its title."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    title = ""
    if tokens and tokens[0].type == "heading_open":
        title, tokens = tokens[1].content, tokens[3:]
    for token in tokens:
        children = token.children or []
        # The pictures are not served: whoever reads this has the page itself.
        token.children = [child for child in children if child.type != "image"]
        for child in token.children:
            if child.type == "link_open" and (
                to := _PAGE.fullmatch(str(child.attrs["href"]))
            ):
                name = "staff-guide" if to[1] == FIRST else "staff-guide-page"
                arguments = [] if to[1] == FIRST else [to[1]]
                child.attrs["href"] = reverse(name, args=arguments) + (to[2] or "")
    html = markdown.renderer.render(tokens, markdown.options, {})
    return SafeString(html), title
