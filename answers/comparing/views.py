"""The page that compares mechanisms, and the one that offers how to choose them."""

from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from answers.answer import Answer, NotUnderstood
from answers.comparing.choice import FEWEST, MOST, Chosen, canonical, chosen
from answers.comparing.columns import Column, columns_of
from answers.comparing.sections import sections_of
from answers.views import AnswerView
from profiles.alphabetical import name_key
from profiles.models import Profile

MOST_OFFERED = 150
"""Mechanisms among which one can choose at a glance: more are found in their list."""


class CompareView(AnswerView):
    """Two to four mechanisms side by side; without any, how to choose them.

    `m` names what is compared, `chosen` what is ticked already when choosing.
    """

    parameters = ("m", "chosen")
    repeatable: ClassVar[tuple[str, ...]] = ("m", "chosen")
    template_name = "answers/comparing/comparison.html"

    def get(self, request, *args, **kwargs):
        for name in ("m", "chosen"):
            asked = request.GET.getlist(name)
            named = canonical(asked, self.revision) if asked else []
            # A form that is sent with nothing in it is no other page than this.
            if named and named != asked:
                rest = request.GET.copy()
                rest.setlist(name, named)
                return HttpResponseRedirect(_address(request.path, rest))
        if any(request.GET.getlist("m")):
            return super().get(request, *args, **kwargs)
        ticked = request.GET.getlist("chosen")
        if len(ticked) > MOST:
            return self.refuse(
                NotUnderstood("chosen", _("Choose two to four mechanisms."))
            )
        if kwargs.get("form"):
            return self.refuse(NotUnderstood("m", _("Choose two to four mechanisms.")))
        return self.choose(ticked)

    def get_answer(self) -> Answer:
        if "chosen" in self.request.GET:
            why = _("Either “m” compares, or “chosen” begins a choice: not both.")
            raise NotUnderstood("chosen", why)
        found = chosen(self.request.GET.getlist("m"), self.revision)
        columns = columns_of(found)
        sections = sections_of(columns)
        names = [column.name for column in columns]
        return Answer(
            title=_("Compared: %(names)s") % {"names": ", ".join(names)},
            lede=_(
                "What the profiles of the mechanisms have in common, and what stands "
                "in one of them alone. Only what is on record can be compared: what is "
                "not, may be there all the same."
            ),
            tables=[table for section in sections for table in section.tables],
            context={
                "sections": sections,
                "tray": [self._kept(column, found) for column in columns],
                "more_url": _choosing([one.asked for one in found])
                if len(found) < MOST
                else "",
            },
        )

    def _kept(self, column: Column, found: list[Chosen]) -> dict[str, Any]:
        """Return what the tray shows of a column: a way to it, and one without it."""
        rest = [one.asked for one in found if one.asked != column.asked]
        return {
            "name": column.name,
            "url": column.url,
            "without_url": _comparing(rest) if len(rest) >= FEWEST else _choosing(rest),
        }

    def refuse(self, refused: NotUnderstood) -> HttpResponse:
        """Say what is wrong where the choice can be made anew; nothing is lost."""
        if self.kwargs.get("form") or refused.parameter != "m":
            return super().refuse(refused)
        return self.choose(self.request.GET.getlist("m"), refused)

    def choose(self, ticked: list[str], refused: Any = None) -> HttpResponse:
        published = Profile.objects.published().select_related("mechanism")
        number = published.count()
        offered = published.order_by("mechanism__slug")[:MOST_OFFERED]
        mechanisms = sorted(offered, key=lambda one: name_key(one.short_name))
        slugs = {one.mechanism.slug for one in mechanisms}
        return self.response_class(
            request=self.request,
            template=["answers/comparing/choose.html"],
            context={
                "mechanisms": mechanisms,
                "are_more": number > len(mechanisms),
                "ticked": ticked,
                # Editions, and what was not understood, stay in the form.
                "typed": [one for one in dict.fromkeys(ticked) if one not in slugs],
                "refused": refused,
            },
            using=self.template_engine,
            status=400 if refused else 200,
        )


def _comparing(asked: list[str]) -> str:
    return _with("m", asked)


def _choosing(asked: list[str]) -> str:
    return _with("chosen", asked)


def _with(parameter: str, asked: list[str]) -> str:
    query = QueryDict(mutable=True)
    query.setlist(parameter, asked)
    return _address(reverse("compare"), query)


def _address(path: str, query: QueryDict) -> str:
    # An edition reads better than its escaped form: rcm@1.
    rest = query.urlencode(safe="@")
    return f"{path}?{rest}" if rest else path
