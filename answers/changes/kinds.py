"""What is said of a number of facts of one kind: whole sentences, to be translated.

A kind that is not named here is told by its own name; see `sentences.py`.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext_lazy

from partnerships.models import FundingSource, MechanismLink, Partnership
from profiles.models import (
    AddedValue,
    AlternativeValue,
    Chairing,
    Clearance,
    Contribution,
    Fact,
    FieldSource,
    GuidingDocument,
    Meeting,
    Membership,
    Organ,
    OtherName,
    Section,
    StatusPeriod,
    ThemeFocus,
)


@dataclass(frozen=True)
class InNumbers:
    """Sentences on a `number` of facts of a kind."""

    held: Any
    added: Any
    changed: Any
    removed: Any


SENTENCES: dict[type[Fact], InNumbers] = {
    Membership: InNumbers(
        held=ngettext_lazy(
            "%(number)d role of a State", "%(number)d roles of States", "number"
        ),
        added=ngettext_lazy(
            "%(number)d role of a State added",
            "%(number)d roles of States added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d role of a State corrected",
            "%(number)d roles of States corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d role of a State removed",
            "%(number)d roles of States removed",
            "number",
        ),
    ),
    Meeting: InNumbers(
        held=ngettext_lazy("%(number)d meeting", "%(number)d meetings", "number"),
        added=ngettext_lazy(
            "%(number)d meeting added", "%(number)d meetings added", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d meeting corrected", "%(number)d meetings corrected", "number"
        ),
        removed=ngettext_lazy(
            "%(number)d meeting removed", "%(number)d meetings removed", "number"
        ),
    ),
    Contribution: InNumbers(
        held=ngettext_lazy(
            "%(number)d contribution", "%(number)d contributions", "number"
        ),
        added=ngettext_lazy(
            "%(number)d contribution added", "%(number)d contributions added", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d contribution corrected",
            "%(number)d contributions corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d contribution removed",
            "%(number)d contributions removed",
            "number",
        ),
    ),
    Chairing: InNumbers(
        held=ngettext_lazy(
            "%(number)d term of a chair", "%(number)d terms of chairs", "number"
        ),
        added=ngettext_lazy(
            "%(number)d term of a chair added",
            "%(number)d terms of chairs added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d term of a chair corrected",
            "%(number)d terms of chairs corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d term of a chair removed",
            "%(number)d terms of chairs removed",
            "number",
        ),
    ),
    ThemeFocus: InNumbers(
        held=ngettext_lazy(
            "%(number)d theme in focus", "%(number)d themes in focus", "number"
        ),
        added=ngettext_lazy(
            "%(number)d theme in focus added",
            "%(number)d themes in focus added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d theme in focus corrected",
            "%(number)d themes in focus corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d theme in focus removed",
            "%(number)d themes in focus removed",
            "number",
        ),
    ),
    Section: InNumbers(
        held=ngettext_lazy("%(number)d section", "%(number)d sections", "number"),
        added=ngettext_lazy(
            "%(number)d section added", "%(number)d sections added", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d section rewritten", "%(number)d sections rewritten", "number"
        ),
        removed=ngettext_lazy(
            "%(number)d section removed", "%(number)d sections removed", "number"
        ),
    ),
    Partnership: InNumbers(
        held=ngettext_lazy(
            "%(number)d partnership", "%(number)d partnerships", "number"
        ),
        added=ngettext_lazy(
            "%(number)d partnership added", "%(number)d partnerships added", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d partnership corrected",
            "%(number)d partnerships corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d partnership removed",
            "%(number)d partnerships removed",
            "number",
        ),
    ),
    FundingSource: InNumbers(
        held=ngettext_lazy(
            "%(number)d funding source", "%(number)d funding sources", "number"
        ),
        added=ngettext_lazy(
            "%(number)d funding source added",
            "%(number)d funding sources added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d funding source corrected",
            "%(number)d funding sources corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d funding source removed",
            "%(number)d funding sources removed",
            "number",
        ),
    ),
    MechanismLink: InNumbers(
        held=ngettext_lazy(
            "%(number)d link to another mechanism",
            "%(number)d links to other mechanisms",
            "number",
        ),
        added=ngettext_lazy(
            "%(number)d link to another mechanism added",
            "%(number)d links to other mechanisms added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d link to another mechanism corrected",
            "%(number)d links to other mechanisms corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d link to another mechanism removed",
            "%(number)d links to other mechanisms removed",
            "number",
        ),
    ),
    Organ: InNumbers(
        held=ngettext_lazy("%(number)d organ", "%(number)d organs", "number"),
        added=ngettext_lazy(
            "%(number)d organ added", "%(number)d organs added", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d organ corrected", "%(number)d organs corrected", "number"
        ),
        removed=ngettext_lazy(
            "%(number)d organ removed", "%(number)d organs removed", "number"
        ),
    ),
    GuidingDocument: InNumbers(
        held=ngettext_lazy(
            "%(number)d guiding document", "%(number)d guiding documents", "number"
        ),
        added=ngettext_lazy(
            "%(number)d guiding document added",
            "%(number)d guiding documents added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d guiding document corrected",
            "%(number)d guiding documents corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d guiding document removed",
            "%(number)d guiding documents removed",
            "number",
        ),
    ),
    AddedValue: InNumbers(
        held=ngettext_lazy(
            "%(number)d added value", "%(number)d added values", "number"
        ),
        added=ngettext_lazy(
            "%(number)d added value is new", "%(number)d added values are new", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d added value corrected",
            "%(number)d added values corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d added value removed",
            "%(number)d added values removed",
            "number",
        ),
    ),
    OtherName: InNumbers(
        held=ngettext_lazy("%(number)d other name", "%(number)d other names", "number"),
        added=ngettext_lazy(
            "%(number)d other name added", "%(number)d other names added", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d other name corrected",
            "%(number)d other names corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d other name removed", "%(number)d other names removed", "number"
        ),
    ),
    StatusPeriod: InNumbers(
        held=ngettext_lazy(
            "%(number)d status in time", "%(number)d statuses in time", "number"
        ),
        added=ngettext_lazy(
            "%(number)d status in time added",
            "%(number)d statuses in time added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d status in time corrected",
            "%(number)d statuses in time corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d status in time removed",
            "%(number)d statuses in time removed",
            "number",
        ),
    ),
    AlternativeValue: InNumbers(
        held=ngettext_lazy(
            "%(number)d differing value", "%(number)d differing values", "number"
        ),
        added=ngettext_lazy(
            "%(number)d differing value of another source added",
            "%(number)d differing values of other sources added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d differing value of another source corrected",
            "%(number)d differing values of other sources corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d differing value of another source removed",
            "%(number)d differing values of other sources removed",
            "number",
        ),
    ),
    FieldSource: InNumbers(
        held=ngettext_lazy(
            "%(number)d source of a field", "%(number)d sources of fields", "number"
        ),
        added=ngettext_lazy(
            "%(number)d source of a field added",
            "%(number)d sources of fields added",
            "number",
        ),
        changed=ngettext_lazy(
            "%(number)d source of a field corrected",
            "%(number)d sources of fields corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d source of a field removed",
            "%(number)d sources of fields removed",
            "number",
        ),
    ),
    Clearance: InNumbers(
        held=ngettext_lazy(
            "%(number)d confirmation", "%(number)d confirmations", "number"
        ),
        added=ngettext_lazy(
            "%(number)d confirmation added", "%(number)d confirmations added", "number"
        ),
        changed=ngettext_lazy(
            "%(number)d confirmation corrected",
            "%(number)d confirmations corrected",
            "number",
        ),
        removed=ngettext_lazy(
            "%(number)d confirmation removed",
            "%(number)d confirmations removed",
            "number",
        ),
    ),
}
