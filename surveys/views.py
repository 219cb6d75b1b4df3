"""Public pages: the rounds of which anybody may read."""

from collections import Counter
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from profiles.models import Profile, fact_kinds
from profiles.references import References
from surveys.models import Review, Round
from surveys.results.counting import results_for_public
from surveys.results.disclosure import FEWEST
from surveys.vocabularies import ReviewKind


class AssessmentListView(TemplateView):
    template_name = "surveys/assessment_list.html"
    extra_context = {
        "heading": _("Assessments"),
        "lede": _(
            "From time to time mechanisms, their States and intergovernmental "
            "organisations are asked how the mechanisms work and what comes of "
            "them. Here stands what is known of each round: its aims, who answered, "
            "and, where the answers are here, counts of them, never the answer of one."
        ),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rounds = Round.objects.with_page().prefetch_related("turnouts")
        return super().get_context_data(rounds=rounds, **kwargs)


class AssessmentDetailView(TemplateView):
    """What is known of a round, and its results without counts that tell of few.

    A round that has no page is not found.
    """

    template_name = "surveys/assessment_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rounds = (
            Round.objects.with_page()
            .select_related("report", "source")
            .prefetch_related(
                "turnouts__source",
                Prefetch("reviews", Review.objects.select_related("source")),
            )
        )
        round = get_object_or_404(rounds, slug=self.kwargs["slug"])
        reviews = list(round.reviews.all())
        return super().get_context_data(
            round=round,
            results=results_for_public(round),
            reviews=[(k, [r for r in reviews if r.kind == k]) for k in ReviewKind],
            resting_on_it=_profiles_resting_on(round),
            fewest=FEWEST,
            references=References(),
            **kwargs,
        )


def _profiles_resting_on(round: Round) -> list[tuple[Profile, int]]:
    """Return the profiles with facts from the round's documents, and how many."""
    documents = list(round.documents.values_list("pk", flat=True))
    facts: Counter[int] = Counter()
    for kind in fact_kinds():
        of_round = kind._default_manager.published().filter(source__in=documents)
        facts.update(of_round.values_list("profile", flat=True))
    profiles = Profile.objects.published().select_related("mechanism")
    return [(profile, facts[profile.pk]) for profile in profiles.filter(pk__in=facts)]
