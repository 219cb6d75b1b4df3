"""All figures, in the order of their page."""

from answers.figures.figure import Figure
from answers.figures.mechanisms import (
    ActiveMechanisms,
    FoundedPerDecade,
    MembersByMechanism,
    StatesTakingPart,
)
from answers.figures.structures import (
    WithAssociation,
    WithChair,
    WithIOMSecretariat,
    WithSecretariat,
    WithStrategy,
    WithWorkingGroups,
    WithWorkplan,
)
from answers.figures.survey import AnsweredSurvey
from answers.figures.work import (
    Contributions,
    ObjectivesCovered,
    PartnerCategories,
    ThemesByFrequency,
)

FIGURES: dict[str, Figure] = {
    figure.slug: figure
    for figure in (
        ActiveMechanisms(),
        StatesTakingPart(),
        MembersByMechanism(),
        FoundedPerDecade(),
        AnsweredSurvey(),
        WithChair(),
        WithSecretariat(),
        WithIOMSecretariat(),
        WithAssociation(),
        WithWorkingGroups(),
        WithStrategy(),
        WithWorkplan(),
        PartnerCategories(),
        ThemesByFrequency(),
        Contributions(),
        ObjectivesCovered(),
    )
}
