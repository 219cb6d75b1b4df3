"""A fact that a sheet seems to state, with the sentence that it came from."""

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles.models import Profile
from profiles.vocabularies import SectionPart
from surveys.statements import PROFILE

MEMBERSHIP = "profiles.membership"
CONTRIBUTION = "profiles.contribution"
CHAIRING = "profiles.chairing"
DOCUMENT = "profiles.guidingdocument"
FOCUS = "profiles.themefocus"
MEETING = "profiles.meeting"
ORGAN = "profiles.organ"
FUNDING = "partnerships.fundingsource"
PARTNERSHIP = "partnerships.partnership"
LINK = "partnerships.mechanismlink"


@dataclass(frozen=True)
class Found:
    """A fact that a sentence states. `fields` are as a Suggestion keeps them.

    `words` are quoted from the sentence. Two findings of one fact have equal `same`.
    """

    part: SectionPart
    kind: str
    label: str
    fields: dict[str, Any]
    sentence: str
    words: tuple[str, ...]
    same: tuple[Any, ...] = ()


def labelled(who: Any, what: Any) -> str:
    """Return a label; both parts may be texts that are translated later."""
    return _("%(who)s: %(what)s") % {"who": who, "what": what}


def profile_field(
    part: SectionPart, sentence: str, name: str, value: Any, words: str
) -> Found:
    column: Any = Profile._meta.get_field(name)
    shown = dict(column.flatchoices or ()).get(value, value)
    label = labelled(capfirst(column.verbose_name), shown)
    return Found(part, PROFILE, label, {name: value}, sentence, (words,), (name,))
