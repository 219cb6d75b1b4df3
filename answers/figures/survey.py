"""Which mechanisms are known to have answered a round of the assessment."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answers.figures.counted import OF_CERTAINTY, Counted, Part
from answers.figures.figure import Figure, by_mechanism, row
from answers.figures.reading import Counts, of_mechanism
from profiles.vocabularies import Certainty, Coverage
from surveys.models import Round


class AnsweredSurvey(Figure):
    slug = "answered-survey"
    title = gettext_lazy("Mechanisms whose answer to the assessment is held here")
    rule = gettext_lazy(
        "A mechanism counts where a document of a public round of the assessment is "
        "the source of what a section of its profile reports; who answered in "
        "confidence is never counted here."
    )

    def count(self, counts: Counts) -> Counted:
        rounds = Round.objects.with_page().prefetch_related("documents")
        documents = {one.pk for round in rounds for one in round.documents.all()}
        there = {profile.pk for profile in counts.existing}
        answered = by_mechanism(
            (
                counts.by_key[section.profile_id],
                OF_CERTAINTY[Certainty(section.certainty)],
                section.get_part_display(),
            )
            for section in counts.sections.values()
            if section.source_id in documents
            and section.profile_id in there
            and section.coverage in (Coverage.REPORTED, Coverage.NONE)
        )
        known = {record.url for record in answered}
        unknown = [
            of_mechanism(profile, Part.WITHOUT_FACT)
            for profile in counts.existing
            if profile.mechanism.get_absolute_url() not in known
        ]
        return Counted(
            [
                row("answered", _("Answered"), answered),
                row("unknown", _("Unknown"), unknown),
            ],
            len(answered),
            len(there),
            _(
                "Known of %(known)d of %(of)d mechanisms that are neither dormant nor "
                "over."
            ),
            {"total": len(answered)},
        )
