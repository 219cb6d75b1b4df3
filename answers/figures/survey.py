"""Which mechanisms are known to have answered a round of the assessment."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answers.figures.counted import OF_CERTAINTY, Counted, Part
from answers.figures.figure import Figure, by_mechanism, row
from answers.figures.reading import Counts, of_mechanism
from profiles.as_at import Holding
from profiles.vocabularies import Certainty, Coverage
from surveys.models import Round


def firmest_at(counts: Counts, year: int) -> Part | None:
    """Say what the year of a round makes of an answer to it: nothing today or once the
    year was over, `PERHAPS` within the year, `WITHOUT_FACT` before it."""
    held = counts.at.of_event(str(year)) if counts.at else Holding.HELD
    return {Holding.HELD: None, Holding.PERHAPS: Part.PERHAPS}.get(
        held, Part.WITHOUT_FACT
    )


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
        documents = {
            one.pk: firmest_at(counts, round.year)
            for round in rounds
            for one in round.documents.all()
        }
        there = {profile.pk for profile in counts.existing}
        answered = by_mechanism(
            (
                counts.by_key[section.profile_id],
                documents[section.source_id]
                or OF_CERTAINTY[Certainty(section.certainty)],
                section.get_part_display(),
            )
            for section in counts.sections.values()
            if documents.get(section.source_id, Part.WITHOUT_FACT) != Part.WITHOUT_FACT
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
