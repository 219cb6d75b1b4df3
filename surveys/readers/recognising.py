"""Which tool wrote a file, told from its content and never from its name."""

from types import ModuleType

from django.utils.translation import gettext as _

from surveys.problems import Code
from surveys.readers import (
    googleforms,
    kobo,
    limesurvey,
    msforms,
    odk,
    plain,
    qualtrics,
    surveymonkey,
)
from surveys.readers.grids import Source, refusal
from surveys.readers.recognition import Recognised

READERS: tuple[ModuleType, ...] = (
    kobo,
    odk,
    limesurvey,
    qualtrics,
    surveymonkey,
    msforms,
    googleforms,
    plain,
)
"""Modules with `recognise(source) -> Recognised | None` and `read(source,
recognised) -> Export`."""


def recognise(source: Source) -> tuple[ModuleType, Recognised]:
    """Return the reader of the tool that fits best. Raises FileRefused for none."""
    best: tuple[ModuleType, Recognised] | None = None
    for reader in READERS:
        found = reader.recognise(source)
        if found and (not best or found.score > best[1].score):
            best = (reader, found)
    if not best:
        raise refusal(
            Code.UNKNOWN_FORMAT,
            _("The file has no row of headings with answers below it."),
            allowed=_("An export as XLSX or CSV."),
        )
    return best
