"""Load the registry from its CSV files."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from iscm_registry.registry_files.differences import FileDifferences, TableDifferences
from iscm_registry.registry_files.loading import load
from iscm_registry.registry_files.problems import ProblemsFound
from iscm_registry.registry_files.tables import MECHANISM, REFERENCES


class Command(BaseCommand):
    """Checks all files first, then writes what differs, all of it or nothing."""

    help = (
        "Load the registry from the CSV files of a folder. Everything is checked "
        "first. Mechanisms that differ get a new edition, published at once."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="such as fixtures/registry")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="check and compare, and write nothing",
        )

    def handle(self, *args, folder, dry_run, verbosity, **options):
        try:
            differences = load(folder, dry_run=dry_run, progress=_progress)
        except ProblemsFound as found:
            for problem in found.problems:
                self.stderr.write(str(problem))
            raise CommandError(
                ngettext(
                    "%(count)s problem. Nothing was written.",
                    "%(count)s problems. Nothing was written.",
                    len(found.problems),
                )
                % {"count": len(found.problems)}
            ) from None
        self._tell(differences, verbosity)
        if not differences:
            self.stdout.write(_("Nothing to change."))
        elif dry_run:
            self.stdout.write(_("This was a trial: nothing was written."))
        else:
            self.stdout.write(self.style.SUCCESS(_("The registry is loaded.")))

    def _tell(self, differences: FileDifferences, verbosity: int) -> None:
        for table in differences.tables.values():
            self.stdout.write(_counts(table))
        for reference in REFERENCES:
            for record in differences.tables[reference].removed:
                self.stdout.write(
                    _("%(file)s: “%(record)s” is not in the file and is kept.")
                    % {"file": reference.file, "record": record}
                )
        for slug, parts in differences.mechanisms.items():
            is_new = any(
                change.stored is None
                for part in parts
                for change in part.added
                if part.table.name == "profiles"
            )
            if is_new:
                facts = sum(len(part.added) for part in parts) - 1
                self.stdout.write(
                    ngettext(
                        "%(mechanism)s: new, with %(count)s fact",
                        "%(mechanism)s: new, with %(count)s facts",
                        facts,
                    )
                    % {"mechanism": slug, "count": facts}
                )
            if not is_new or verbosity > 1:
                self.stdout.write(_("%(mechanism)s:") % {"mechanism": slug})
                for part in parts:
                    self._tell_part(part)

    def _tell_part(self, part: TableDifferences) -> None:
        name = part.table.model._meta.verbose_name
        for change in part.added:
            self.stdout.write(f"  + {name}: {_named(change.record)}")
        for change in part.changed:
            columns = ", ".join(change.columns)
            self.stdout.write(f"  ~ {name}: {_named(change.record)} ({columns})")
        for fact in part.removed:
            self.stdout.write(f"  - {name}: {fact}")


def _progress(drafts):
    # None: a bar only on a terminal.
    return tqdm(list(drafts), disable=None, file=sys.stderr, unit="edition")


def _counts(table: TableDifferences) -> str:
    return _(
        "%(file)s: %(added)s added, %(changed)s changed, "
        "%(removed)s not in the file, %(same)s the same"
    ) % {
        "file": table.table.file,
        "added": len(table.added),
        "changed": len(table.changed),
        "removed": len(table.removed),
        "same": table.same,
    }


def _named(record) -> str:
    parts = [
        str(record.table.value(record.values, column) or "")
        for column in record.table.key
        if column != MECHANISM
    ]
    return ", ".join(part for part in parts if part) or str(record.values[MECHANISM])
