"""Mechanisms, States and what the registry says about them.

`reference` holds what editions share, `mechanisms` the editions, `facts` all
that hangs on an edition. Each imports only from those before it.
"""

from profiles.models.facts import (
    AddedValue,
    AlternativeValue,
    Chairing,
    Contribution,
    Fact,
    GuidingDocument,
    Meeting,
    Membership,
    Organ,
    OtherName,
    Section,
    ThemeFocus,
    fact_kinds,
)
from profiles.models.mechanisms import EditionEvent, Mechanism, Profile
from profiles.models.reference import (
    GCMObjective,
    Region,
    Source,
    State,
    StateAlias,
    Theme,
)

__all__ = [
    "AddedValue",
    "AlternativeValue",
    "Chairing",
    "Contribution",
    "EditionEvent",
    "Fact",
    "GCMObjective",
    "GuidingDocument",
    "Mechanism",
    "Meeting",
    "Membership",
    "Organ",
    "OtherName",
    "Profile",
    "Region",
    "Section",
    "Source",
    "State",
    "StateAlias",
    "Theme",
    "ThemeFocus",
    "fact_kinds",
]
