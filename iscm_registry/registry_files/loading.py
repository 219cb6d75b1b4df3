"""The whole load: read, check, compare and, if wished, write."""

from collections.abc import Iterator
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from iscm_registry.registry_files.checking import check
from iscm_registry.registry_files.differences import FileDifferences, find_differences
from iscm_registry.registry_files.problems import Problem, ProblemsFound
from iscm_registry.registry_files.reading import read
from iscm_registry.registry_files.tables import MECHANISM, PROFILES, REFERENCES
from iscm_registry.registry_files.writing import Progress, write
from profiles.editions import EditionError
from profiles.models import Profile


def load(folder: Path, *, dry_run: bool = False, progress: Progress = iter):
    """Load the registry's files and return the differences with what was there.

    Mechanisms that differ get a new edition, published at once. All is written,
    or nothing. Raises ProblemsFound with every problem of the files, and when a
    mechanism that differs has an edition in draft or in review.
    """
    records, problems = read(folder)
    if records:
        problems += check(records)
    if problems:
        raise ProblemsFound(problems)
    # Names without a language are written in the active one.
    with translation.override("en"), transaction.atomic():
        differences = find_differences(records)
        if problems := [*_taken_values(differences), *_open_editions(differences)]:
            raise ProblemsFound(problems)
        if differences and not dry_run:
            _write(folder, differences, progress)
    return differences


def _taken_values(differences: FileDifferences) -> Iterator[Problem]:
    """Yield the values that must stand once and that a record of no file holds."""
    for table in REFERENCES:
        kept = differences.tables[table].removed
        for column in table.unique_columns if kept else []:
            taken = {getattr(record, column): record for record in kept}
            for line in differences.records[table]:
                value = line.values[column]
                if value and value in taken:
                    message = _(
                        "“%(value)s” belongs to “%(record)s”, which the database "
                        "holds and the file does not."
                    ) % {"value": value, "record": taken[value]}
                    yield Problem(table.file, message, line.line, column)


def _open_editions(differences: FileDifferences) -> Iterator[Problem]:
    """Yield the mechanisms that need an edition and have one in the works."""
    lines = {r.values[MECHANISM]: r.line for r in differences.records[PROFILES]}
    for edition in (
        Profile.objects.open()
        .filter(mechanism__slug__in=differences.mechanisms)
        .select_related("mechanism")
        .order_by("mechanism")
    ):
        message = _(
            "“%(mechanism)s” has edition %(number)s open (%(state)s). "
            "Publish or discard it, then load again."
        ) % {
            "mechanism": edition.mechanism.slug,
            "number": edition.edition,
            "state": edition.get_state_display(),
        }
        line = lines[edition.mechanism.slug]
        yield Problem(PROFILES.file, message, line, MECHANISM)


def _write(folder: Path, differences: FileDifferences, progress: Progress) -> None:
    try:
        write(differences, progress)
    except (EditionError, IntegrityError) as error:
        # Somebody else wrote meanwhile, or two records change places in a value
        # that must stand once.
        reason = " ".join(str(error).split())
        message = _("The database refuses the records: %(reason)s") % {"reason": reason}
        raise ProblemsFound([Problem(str(folder), message)]) from error
