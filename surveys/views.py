"""Public pages: the rounds whose results anybody may read."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from profiles.references import References
from surveys.models import Round
from surveys.results.counting import results_for_public
from surveys.results.disclosure import FEWEST


class AssessmentListView(TemplateView):
    template_name = "surveys/assessment_list.html"
    extra_context = {
        "heading": _("Assessments"),
        "lede": _(
            "From time to time mechanisms, their States and intergovernmental "
            "organisations are asked how the mechanisms work and what comes of "
            "them. Here stand the results of each round: counts of answers, "
            "never the answer of one."
        ),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rounds=Round.objects.public(), **kwargs)


class AssessmentDetailView(TemplateView):
    """The results of a public round, without counts that tell of fewer than five.

    A round that is not public has no page.
    """

    template_name = "surveys/assessment_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rounds = Round.objects.public().select_related("report")
        round = get_object_or_404(rounds, slug=self.kwargs["slug"])
        return super().get_context_data(
            round=round,
            results=results_for_public(round),
            fewest=FEWEST,
            references=References(),
            **kwargs,
        )
