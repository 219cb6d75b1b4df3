"""The mappings that staff saved: found by name, and by the headings of a file."""

import hashlib
import json
from contextlib import suppress

from django.utils.translation import gettext as _

from surveys.mapping.reading import FOLDER, MappingError, read_kept, shipped_names
from surveys.mapping.rules import Mapping
from surveys.models import SavedMapping
from surveys.readers.tables import Export


def headings_of(export: Export) -> str:
    """Return the fingerprint of a file's headings, whatever their order."""
    written = sorted(
        [table.name, column.header]
        for table in export.tables
        for column in table.columns
    )
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


def saved_for(export: Export) -> Mapping | None:
    """Return the mapping that staff finished for these headings.

    None if there are several, such as one for each kind of respondents: nobody can tell
    then which of them is meant.
    """
    finished = SavedMapping.objects.filter(
        headings=headings_of(export), is_finished=True
    )
    found = []
    for saved in finished:
        # What names something that its questionnaire lacks by now fits no file.
        with suppress(MappingError):
            found.append(read_kept(saved.text, saved.name))
    return found[0] if len(found) == 1 else None


def saved_names() -> list[str]:
    """Return the names of the mappings that staff finished."""
    return list(
        SavedMapping.objects.filter(is_finished=True).values_list("name", flat=True)
    )


def named_mapping(name: str) -> Mapping:
    """Return the mapping of this name that comes along, or that staff saved.

    Raises MappingError when there is none, or when it is wrong.
    """
    if name in shipped_names():
        return read_kept((FOLDER / f"{name}.toml").read_text("utf-8"), name)
    saved = SavedMapping.objects.filter(name=name).first()
    if saved is not None:
        return read_kept(saved.text, saved.name)
    known = [*shipped_names(), *saved_names()]
    raise MappingError(
        [
            _("There is no mapping “%(name)s”. There are: %(known)s.")
            % {"name": name, "known": ", ".join(known)}
        ]
    )
