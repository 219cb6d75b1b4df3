"""Mechanisms, States and what the registry says about them.

`base` holds what models are made of, `counting` who counts, `facts` and `status` all
that hangs on an edition, `mechanisms` the editions, `field_sources` the sources of
their own fields, `reference` what editions share. Each imports only from those before
it and names the others. `comments`, `redactions`, `submitted`, `links`, `merges`,
`notices`, `ownership`, `presence` and `unsaved` keep what the work of staff leaves
behind.
"""

from profiles.models.addresses import EarlierKey
from profiles.models.base import Fact, fact_kinds
from profiles.models.comments import Comment
from profiles.models.facts import (
    AddedValue,
    AlternativeValue,
    Chairing,
    Clearance,
    Contribution,
    GuidingDocument,
    Meeting,
    Membership,
    Organ,
    OtherName,
    Section,
    ThemeFocus,
)
from profiles.models.field_sources import FieldSource
from profiles.models.links import LinkCheck
from profiles.models.mechanisms import EditionEvent, Mechanism, MechanismAlias, Profile
from profiles.models.merges import RecordMerge, TwoRecords
from profiles.models.notices import LetterChoice, Notice
from profiles.models.ownership import Ownership
from profiles.models.presence import EditingPresence
from profiles.models.proposals import ChangeProposal
from profiles.models.redactions import Redaction
from profiles.models.reference import (
    GCMObjective,
    Region,
    Source,
    State,
    StateAlias,
    Theme,
    ThemeAlias,
)
from profiles.models.source_files import SourceFile
from profiles.models.status import StatusPeriod
from profiles.models.submitted import SubmittedContent
from profiles.models.unsaved import UnsavedForm

__all__ = [
    "AddedValue",
    "AlternativeValue",
    "Chairing",
    "ChangeProposal",
    "Clearance",
    "Comment",
    "Contribution",
    "EarlierKey",
    "EditingPresence",
    "EditionEvent",
    "Fact",
    "FieldSource",
    "GCMObjective",
    "GuidingDocument",
    "LetterChoice",
    "LinkCheck",
    "Mechanism",
    "MechanismAlias",
    "Meeting",
    "Membership",
    "Notice",
    "Organ",
    "OtherName",
    "Ownership",
    "Profile",
    "RecordMerge",
    "Redaction",
    "Region",
    "Section",
    "Source",
    "SourceFile",
    "State",
    "StateAlias",
    "StatusPeriod",
    "SubmittedContent",
    "Theme",
    "ThemeAlias",
    "ThemeFocus",
    "TwoRecords",
    "UnsavedForm",
    "fact_kinds",
]
