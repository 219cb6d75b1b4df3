"""How much two names are alike, so that a person can be asked which is meant.

Words that many names share say little of which one is meant: 'Dominican Republic' is
not much like 'Italian Republic'. What is left of a name without them counts most.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from profiles.folding import fold

ALIKE_FROM = 76
"""From this likeness (0 to 100) on, a record is offered for a name not its own."""

_HOLDS_ALL_WORDS = ALIKE_FROM + 14.0
_OF_CORES = 0.9
"""The part of a likeness that goes by what is left without shared words."""

_OF_SHARED = 0.2
"""What a shared word counts beside another one."""

_MISSPELT_FROM = 85
_SHORTEST_MISSPELT = 6

_SHARED = frozenset(
    fold(word)
    for line in (
        # What a State or a body is.
        "republic rep kingdom state states federation federal federative union united",
        "democratic dem people peoples islamic socialist plurinational bolivarian",
        "commonwealth principality sultanate cooperative independent saint st island",
        "islands organization association commission community council conference",
        "committee forum process dialogue initiative network secretariat office agency",
        "programme regional international intergovernmental general ministry migration",
        "of the and for on in to s",
        "republique royaume etat etats federation federale unie uni unis unies",
        "democratique populaire islamique socialiste plurinational principaute sainte",
        "ile iles organisation communaute conseil comite processus reseau bureau",
        "agence regionale internationale intergouvernementale ministere migrations",
        "de du des d la le les l et pour sur en",
        "republica reino estado estados federacion unido unidos unida unidas",
        "democratica popular islamica socialista plurinacional bolivariana principado",
        "san santa isla islas organizacion asociacion comision comunidad consejo",
        "conferencia comite foro proceso dialogo iniciativa red secretaria oficina",
        "agencia internacional intergubernamental ministerio migracion migraciones",
        "del el las los y para sobre",
        "republik konigreich repubblica regno",
        "جمهورية الجمهورية مملكة المملكة دولة الدول ولايات الولايات اتحاد الاتحاد",
        "المتحدة الديمقراطية الشعبية الاسلامية الاشتراكية جزر منظمة المنظمة رابطة لجنة",
        "اللجنة مؤتمر المؤتمر مجلس الدولية الاقليمية الهجرة للهجرة",
    )
    for word in line.split()
)


def likeness(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    """Return the likeness of two folded names, high if the other has all words of one.

    `score_cutoff` is for rapidfuzz, which passes it.
    """
    core, other_core = _core(one), _core(other)
    if len(core) < 3 or len(other_core) < 3:
        return 100.0 if one == other else 0.0
    alike = max(fuzz.ratio(core, other_core), fuzz.token_sort_ratio(core, other_core))
    if alike < ALIKE_FROM:
        alike = _word_by_word(one.split(), other.split())
    if len(core) > 4 and set(core.split()) < set(other_core.split()):
        alike = max(alike, _HOLDS_ALL_WORDS)
    whole = fuzz.token_sort_ratio(one, other)
    return _OF_CORES * alike + (1 - _OF_CORES) * whole


def closest(
    name: str, names: Collection[str], *, limit: int
) -> Iterable[tuple[str, float, int]]:
    """Return folded names that are alike, with likeness and place, the likest first."""
    return process.extract(
        name, names, scorer=likeness, limit=limit, score_cutoff=ALIKE_FROM
    )


def _word_by_word(words: list[str], others: list[str]) -> float:
    """Return the likeness of words to those of another name, and of those to them.

    It tells a shared word that is misspelt, too short to be known by itself: 'Unoin'.
    """
    return min(_meant_by(words, others), _meant_by(others, words))


def _meant_by(words: list[str], others: list[str]) -> float:
    likeness = of_all = 0.0
    for word in words:
        alike, meant = max((fuzz.ratio(word, other), other) for other in others)
        is_shared = _is_shared(word)
        if alike >= ALIKE_FROM:
            is_shared = is_shared or _is_shared(meant)
        else:
            alike = 0.0
        weight = _OF_SHARED if is_shared else 1.0
        likeness += weight * alike
        of_all += weight
    return likeness / of_all


@lru_cache(maxsize=50_000)
def _core(name: str) -> str:
    """Return a folded name without words that many share, unless it has no other."""
    words = name.split()
    return " ".join(word for word in words if not _is_shared(word)) or name


@lru_cache(maxsize=50_000)
def _is_shared(word: str) -> bool:
    if word in _SHARED or len(word) < _SHORTEST_MISSPELT:
        return word in _SHARED
    return bool(
        process.extractOne(
            word, _SHARED, scorer=fuzz.ratio, score_cutoff=_MISSPELT_FROM
        )
    )
