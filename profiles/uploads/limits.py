"""How large a file may be, checked before anything is built from it.

The survey of 2019 had 71 answers; the largest export seen had 680 columns. These
limits keep a mistaken or hostile file from taking the server's memory.
"""

from django.utils.translation import gettext as _

from profiles.uploads.refusals import Reason, Refused

MEGABYTE = 1024 * 1024
FILE_BYTES = 20 * MEGABYTE
UNPACKED_BYTES = 200 * MEGABYTE
PACKING_RATIO = 100
SHEETS = 200
ROWS = 200_000
COLUMNS = 2_000
CELLS = 5_000_000


def check_bytes(size: int) -> None:
    if size > FILE_BYTES:
        raise Refused(
            Reason.TOO_LARGE,
            _("The file has %(size)d MB; at most %(most)d MB are read.")
            % {"size": -(-size // MEGABYTE), "most": FILE_BYTES // MEGABYTE},
        )


def check_unpacked(unpacked: int, packed: int, most: int = UNPACKED_BYTES) -> None:
    """Refuse what would unpack to too much. Small files may be packed as they like."""
    if unpacked > most or (unpacked > FILE_BYTES and unpacked > PACKING_RATIO * packed):
        raise Refused(
            Reason.TOO_LARGE,
            _(
                "The file unpacks to more than it should: at most %(most)d MB, and "
                "%(ratio)d times its own size, are read."
            )
            % {"most": most // MEGABYTE, "ratio": PACKING_RATIO},
        )


def check_sheets(count: int) -> None:
    if count > SHEETS:
        raise Refused(
            Reason.TOO_LARGE,
            _("The file has %(count)d sheets; at most %(most)d are read.")
            % {"count": count, "most": SHEETS},
        )


def check_area(rows: int, columns: int, sheet: str = "") -> None:
    where = {"sheet": sheet, "rows": rows, "columns": columns}
    if rows > ROWS:
        text = _("The sheet %(sheet)s has %(rows)d rows; at most %(most)d are read.")
        raise Refused(Reason.TOO_LARGE, text % {**where, "most": ROWS})
    if columns > COLUMNS:
        text = _(
            "The sheet %(sheet)s has %(columns)d columns; at most %(most)d are read."
        )
        raise Refused(Reason.TOO_LARGE, text % {**where, "most": COLUMNS})
    if rows * columns > CELLS:
        text = _(
            "The sheet %(sheet)s has %(rows)d rows of %(columns)d cells; at most "
            "%(most)d cells are read."
        )
        raise Refused(Reason.TOO_LARGE, text % {**where, "most": CELLS})
