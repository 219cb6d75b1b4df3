"""A small part of the registry's files, and ways to change it."""

import csv
from pathlib import Path

from django.conf import settings

from iscm_registry.registry_files.tables import KEY_COLUMN, TABLES, Table
from profiles.models import State, StateAlias

WHOLE = Path(settings.BASE_DIR) / "fixtures" / "registry"
PART = ("ocam", "rcm", "sacm", "riam")
# Everything else that these four need is found by following their keys.
_SMALL = ("regions", "gcm_objectives", "themes")


def copy_part(target: Path, mechanisms=PART) -> Path:
    """Copy the lines of some mechanisms and the reference records they name."""
    lines = {table: _whole(table) for table in TABLES}
    needed: dict[str, set[str]] = {}
    for table in reversed(TABLES):
        kept = lines[table]
        if table.of_a_mechanism:
            kept = [row for row in kept if row["mechanism"] in mechanisms]
        elif table.name in needed and table.name not in _SMALL:
            kept = [row for row in kept if row[table.key[0]] in needed[table.name]]
        elif "state" in table.columns or "organisation" in table.columns:
            kept = []
        _note_keys(table, kept, needed)
        write(target, table.file, kept, _columns(table, kept))
    return target


def _columns(table: Table, rows: list[dict[str, str]]) -> list[str]:
    """Return the headings of a file, and the columns that a test declares besides."""
    headings = list(rows[0]) if rows else []
    named = {table.column(heading) for heading in headings}
    for columns in table.texts.values():
        # A file need not have all languages of a text.
        named |= {*columns} if named.intersection(columns) else set()
    return [*headings, *(c for c in table.columns if c not in named)]


def _whole(table: Table) -> list[dict[str, str]]:
    # Of a kind of fact that a test declares the registry has no file.
    return read(WHOLE, table.file) if (WHOLE / table.file).exists() else []


def _note_keys(table: Table, rows: list[dict], needed: dict[str, set[str]]) -> None:
    for column in table.field_columns:
        file, _key = KEY_COLUMN.get(table.field(column).related_model, ("", ""))
        keys = needed.setdefault(file.removesuffix(".csv"), set())
        for row in rows:
            keys.update(filter(None, row.get(column, "").split("|")))


def read(folder: Path, file: str) -> list[dict[str, str]]:
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(folder: Path, file: str, rows: list[dict], columns=None) -> None:
    columns = columns or list(rows[0])
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(rows)


def change(folder: Path, file: str, where: dict[str, str], **cells: str) -> int:
    """Set cells of the one line that holds `where`; return the line's number."""
    rows = read(folder, file)
    (index,) = [
        i
        for i, row in enumerate(rows)
        if all(row[column] == value for column, value in where.items())
    ]
    rows[index].update(cells)
    write(folder, file, rows)
    return line_of(folder, file, index)


def line_of(folder: Path, file: str, index: int) -> int:
    """Return where a record begins: texts of several lines come before some."""
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        for _ in range(index + 1):
            next(reader)
        return reader.line_num + 1


def make_all_states() -> None:
    """Make every State of the registry, with its aliases."""
    State.objects.bulk_create(State(**row) for row in read(WHOLE, "states.csv"))
    by_code = dict(State.objects.values_list("iso3", "pk"))
    StateAlias.objects.bulk_create(
        StateAlias(state_id=by_code[row["state"]], name=row["name"])
        for row in read(WHOLE, "state_aliases.csv")
    )
