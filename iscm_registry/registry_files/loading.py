"""The whole load: read, check, compare and, if wished, write."""

from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from iscm_registry.registry_files.checking import check
from iscm_registry.registry_files.comparing import Comparison, compare
from iscm_registry.registry_files.problems import Problem, ProblemsFound
from iscm_registry.registry_files.reading import read
from iscm_registry.registry_files.tables import MECHANISM, PROFILES
from iscm_registry.registry_files.writing import Progress, write
from profiles.editions import EditionError
from profiles.models import Profile


def load(folder: Path, *, dry_run: bool = False, progress: Progress = iter):
    """Load the registry's files and return the comparison with what was there.

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
        comparison = compare(records)
        _require_no_open_editions(comparison)
        if comparison and not dry_run:
            _write(comparison, progress)
    return comparison


def _require_no_open_editions(comparison: Comparison) -> None:
    lines = {r.values[MECHANISM]: r.line for r in comparison.records[PROFILES]}
    problems = [
        Problem(
            PROFILES.file,
            _(
                "“%(mechanism)s” has edition %(number)s open (%(state)s). "
                "Publish or discard it, then load again."
            )
            % {
                "mechanism": edition.mechanism.slug,
                "number": edition.edition,
                "state": edition.get_state_display(),
            },
            lines[edition.mechanism.slug],
            MECHANISM,
        )
        for edition in Profile.objects.open()
        .filter(mechanism__slug__in=comparison.mechanisms)
        .select_related("mechanism")
        .order_by("mechanism")
    ]
    if problems:
        raise ProblemsFound(problems)


def _write(comparison: Comparison, progress: Progress) -> None:
    try:
        write(comparison, progress)
    except (EditionError, IntegrityError) as error:
        # Somebody else wrote meanwhile, or a record that no file names holds a
        # value that must stand once.
        message = _("The database refuses the records: %(reason)s")
        raise ProblemsFound(
            [Problem(PROFILES.file, message % {"reason": error})]
        ) from error
