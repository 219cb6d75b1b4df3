"""Tables of a sheet as sentences: who takes part, and how.

A table is read in three shapes, each told by its labels; any other one stays as it is,
cell by cell.
"""

import re

from profiles.folding import fold

Rows = list[list[str]]

_WHO = re.compile(
    r"(?:member )?(?:states?|countr(?:y|ies)|pays|etats?|estados?|paises|pais)"
    r"(?: membres?| miembros?)?|names?|nom|nombre|participants?|organi[sz]ations?"
    r"|organisations?|organizaciones"
)
_ROLE = re.compile(
    r"(?:role|status|statut|estatus|capacity|calidad|qualite|participation|function"
    r"|type of (?:membership|participation)|membership|condici[oó]n"
    r"|rol|tipo|como|standing|position|role in .+|type|qualité|tipo de participación)"
)
_SINCE = re.compile(
    r"(?:since|year|joined|depuis|annee|desde|ano|date|year of (?:accession|joining))"
)
_LABEL = re.compile(
    r"\b(?:members?|membres?|miembros?|membership|observ\w+|chair\w*|co chairs?"
    r"|presiden\w+|secretariat|secretaria|partners?|partenaires?|socios|participating"
    r"|associat\w+|donors?|bodies|organs?|states?|countries)\b"
)
_MOST_WORDS_OF_A_LABEL = 6


def in_sentences(rows: Rows) -> list[str] | None:
    """Return what a table says as sentences, None for one without labels we know.

    `rows` holds the text of each cell; all rows have as many cells.
    """
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows or len(rows[0]) < 2:
        return None
    head = [_plain(cell) for cell in rows[0]]
    who = _column(head, _WHO)
    role = _column(head, _ROLE)
    if who is not None and role is not None and who != role:
        return _row_by_row(rows[1:], who, role, _column(head, _SINCE))
    if len(rows) > 1 and all(map(_is_label, head)):
        return _by_label(zip(head_of(rows), zip(*rows[1:], strict=True), strict=True))
    if len(rows[0]) == 2 and sum(_is_label(_plain(row[0])) for row in rows) > 1:
        return _by_label((row[0], row[1:]) for row in rows)
    return _as_labels(rows)


def _as_labels(rows: Rows) -> list[str]:
    """Return each row with its first cell as the label of the second, and the cells
    after that as a remark."""
    said = []
    for row in rows[_has_a_head(rows) :]:
        label, *cells = (_in_one_line(cell).strip(" ¿?:;,") for cell in row)
        cells = [cell for cell in cells if cell]
        if not label or not cells:
            said.append(f"{label or ' '.join(cells)}")
            continue
        first, *remarks = cells
        remark = f" ({', '.join(remarks)})" if remarks else ""
        said.append(f"{label}: {first.rstrip('.')}{remark}.")
    return [line for line in said if line]


def _in_one_line(cell: str) -> str:
    lines = [" ".join(line.split()).rstrip(" ;,") for line in cell.split("\n")]
    return ", ".join(line for line in lines if line)


_HEADS = re.compile(
    r"(?:levels?|contributions?|examples?|when|years?|dates?|place|venue|status"
    r"|state of play|items?|findings?|answers?|guiding documents?|documents?|titles?"
    r"|adopted"
    r"|by|monitoring|meetings?|types?(?: of partners?)?|partners?|subjects?|topics?"
    r"|themes?"
    r"|regularity|frequency|remarks?|comments?|details?|what|who|niveaux?|contribution"
    r"|exemples?|annees?|lieu|statut|documents?|titre|adopte\w*|suivi|reunions?"
    r"|remarques?"
    r"|partenaires?|nivel(?:es)?|aportes?|ejemplos?|anos?|fechas?|lugar|estado"
    r"|documentos?"
    r"|titulo|adoptad\w+|seguimiento|reunion(?:es)?|socios?|observaciones|temas?)"
)


def _has_a_head(rows: Rows) -> bool:
    """Tell whether the first row only says what stands in each column."""
    head = [_plain(cell) for cell in rows[0]]
    is_plain = not any(re.search(r"\d", cell) for cell in rows[0])
    return len(rows) > 1 and is_plain and all(map(_HEADS.fullmatch, head))


def head_of(rows: Rows) -> list[str]:
    return [" ".join(cell.split()).strip(" ¿?:") for cell in rows[0]]


def _row_by_row(rows: Rows, who: int, role: int, since: int | None) -> list[str]:
    said = []
    for row in rows:
        if not row[who].strip() or not row[role].strip():
            continue
        year = f" since {row[since].strip()}" if since and row[since].strip() else ""
        said.append(f"{_role_in_words(row[role])}: {row[who].strip()}{year}.")
    return said


def _role_in_words(role: str) -> str:
    """Return a role as a label of several, which is how lists of members begin."""
    return " ".join(role.split()).strip("¿?.: ")


def _by_label(pairs) -> list[str]:
    said = []
    for label, cells in pairs:
        lines = [" ".join(line.split()) for cell in cells for line in cell.split("\n")]
        names = ", ".join(line.rstrip(" .;,") for line in lines if line)
        if names:
            said.append(f"{' '.join(label.split()).strip(' ¿?:')}: {names}.")
    return said


def _column(head: list[str], pattern: re.Pattern[str]) -> int | None:
    return next((at for at, cell in enumerate(head) if pattern.fullmatch(cell)), None)


def _is_label(cell: str) -> bool:
    return bool(_LABEL.search(cell)) and len(cell.split()) <= _MOST_WORDS_OF_A_LABEL


def _plain(cell: str) -> str:
    return " ".join(fold(re.sub(r"\([^)]*\)|\d+", " ", cell)).split())
