"""What machines look for at fixed addresses, and who finds a weakness."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from answers.figures.declared import FIGURES
from partnerships.models import Organisation
from profiles.models import Profile, State, Theme
from surveys.models import Round

SECURITY_TEXT_HOLDS = timedelta(days=180)
"""RFC 9116 recommends less than a year."""


class RobotsView(View):
    """Leads robots to the records, and not into every question that lists answer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        lines = ["User-agent: *"]
        for path in (*settings.NOT_PUBLIC_PATHS, "/*?"):
            lines.append(f"Disallow: {path}")
        lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
        return plain_text(lines)


class SecurityTextView(View):
    """Says whom to tell of a weakness, as RFC 9116 has it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        here = request.build_absolute_uri
        contacts = settings.SECURITY_CONTACT or [here(reverse("contact"))]
        expires = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        expires += SECURITY_TEXT_HOLDS
        languages = ", ".join(code for code, _name in settings.LANGUAGES)
        return plain_text(
            [
                *(f"Contact: {contact}" for contact in contacts),
                f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
                f"Preferred-Languages: {languages}",
                f"Canonical: {here(reverse('security-text'))}",
                f"Policy: {here(reverse('security-policy'))}",
            ]
        )


class SecurityPolicyView(View):
    """What is promised to who reports a weakness: SECURITY.md, as it is written."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return plain_text([(settings.BASE_DIR / "SECURITY.md").read_text()])


class OpenSearchView(View):
    """Lets a browser search the registry from its own bar, as OpenSearch has it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "search_url": request.build_absolute_uri(reverse("search")),
            "here": request.build_absolute_uri(reverse("opensearch")),
            "icon_url": request.build_absolute_uri("/favicon.ico"),
        }
        return render(
            request,
            "registry/opensearch.xml",
            context,
            content_type="application/opensearchdescription+xml; charset=utf-8",
        )


class SitemapView(View):
    """Every page of a published record, in each language."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return sitemap(request, SITEMAPS)


class PublicSitemap(Sitemap):
    i18n = True

    @property
    def alternates(self) -> bool:  # type: ignore[override]
        return len(settings.LANGUAGES) > 1


class PagesSitemap(PublicSitemap):
    def items(self):
        names = ("home", "about", "contact", "mechanism-list", "state-list")
        lists = ("partner-list", "contribution-list", "theme-list", "assessment-list")
        answers = ("change-list", "compare", "figure-list", "overlaps")
        return [*names, *lists, "correction-list", *answers]

    def location(self, item):
        return reverse(item)


class MechanismsSitemap(PublicSitemap):
    def items(self):
        published = Profile.objects.published().select_related("mechanism")
        return published.order_by("mechanism__slug")

    def lastmod(self, item):
        return item.published_at


class StatesSitemap(PublicSitemap):
    def items(self):
        return State.objects.order_by("iso3")


class PartnersSitemap(PublicSitemap):
    def items(self):
        return Organisation.objects.engaged().order_by("slug")


class ThemesSitemap(PublicSitemap):
    def items(self):
        return Theme.objects.named().order_by("slug")


class AssessmentsSitemap(PublicSitemap):
    def items(self):
        return Round.objects.with_page().order_by("slug")

    def location(self, item):
        return reverse("assessment-detail", args=[item.slug])


class FiguresSitemap(PublicSitemap):
    def items(self):
        return list(FIGURES)

    def location(self, item):
        return reverse("figure-detail", args=[item])


SITEMAPS: dict[str, type[Sitemap] | Sitemap] = {
    "pages": PagesSitemap,
    "mechanisms": MechanismsSitemap,
    "states": StatesSitemap,
    "partners": PartnersSitemap,
    "themes": ThemesSitemap,
    "assessments": AssessmentsSitemap,
    "figures": FiguresSitemap,
}


def plain_text(lines: list[str]) -> HttpResponse:
    text = "\n".join(lines)
    return HttpResponse(
        text if text.endswith("\n") else f"{text}\n",
        content_type="text/plain; charset=utf-8",
    )
