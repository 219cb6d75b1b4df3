"""What tools and people write for 'no answer', and what each of them may mean besides.

One list for every kind of question: text, number, date, choice and record. A code that
can also be an answer is asked about, and never taken either way.
"""

import re
from functools import lru_cache

from profiles.folding import fold
from surveys.vocabularies import Unanswered

_NO_VALUE = "left-empty"
_NOT_PUT = "not-shown"
_UNKNOWN = "does-not-know"

# Where each comes from, what it says, and how it is written.
_CONVENTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "SPSS, Stata, Qualtrics ('seen but unanswered' is -99), DHS and MICS surveys",
        _NO_VALUE,
        """
        -99 | -98 | -97 | -96 | -95 | -88 | -77 | -66 | -999 | -998 | -997 |
        -888 | -777 | -9999 | -9998 | -8888
        """,
    ),
    (
        "R, pandas and NumPy",
        _NO_VALUE,
        "NA | <NA> | NaN | nan | NaT | None | inf",
    ),
    (
        "SQL, JSON and programming languages",
        _NO_VALUE,
        "null | nil | undefined | \\N",
    ),
    (
        "SAS and Stata",
        _NO_VALUE,
        ". | .a | .b | .c | .d | .m | .n | .r | .z",
    ),
    (
        "spreadsheets",
        _NO_VALUE,
        """
        #N/A | #N/D | #NULL! | #VALUE! | #REF! | #DIV/0! | #NAME? | #NUM! | #NV |
        #CAMPO!
        """,
    ),
    (
        "people at a keyboard",
        _NO_VALUE,
        """
        - | -- | --- | – | — | _ | __ | … | ... | .. | ? | ?? | / | // | * | xx |
        xxx
        """,
    ),
    (
        "LimeSurvey, Qualtrics",
        _NOT_PUT,
        "N/A | n/a | n.a. | {question_not_shown}",
    ),
    (
        "English",
        _NOT_PUT,
        """
        not applicable | does not apply | not asked | question not shown |
        skipped | skip
        """,
    ),
    (
        "English",
        _UNKNOWN,
        """
        DK | DNK | don't know | dont know | do not know | does not know |
        I don't know | not known | unknown | no idea | don't know / no answer |
        DK/NA | DK/NR
        """,
    ),
    (
        "English",
        _NO_VALUE,
        """
        NR | ND | NI | no response | no answer | no reply | not answered |
        not stated | not reported | not provided | not available | no data |
        no information | missing | refused | refused to answer | refusal |
        prefer not to say | prefer not to answer | PNTS | none of the choices |
        no choice | left empty | empty | blank | TBC | TBD
        """,
    ),
    (
        "Spanish",
        _UNKNOWN,
        """
        NS | NSP | NS/NC | NS/NR | no sabe | no sé | no lo sé | no se sabe |
        desconocido | desconoce | no sabe / no contesta | no sabe / no responde |
        no sabe no contesta
        """,
    ),
    (
        "Spanish",
        _NO_VALUE,
        """
        NC | SD | S/D | N/D | N/C | sin dato | sin datos | sin respuesta |
        sin información | sin informacion | no contesta | no contestó |
        no responde | no respondió | no disponible | no hay datos |
        ninguna de las opciones | prefiere no contestar | prefiero no contestar
        """,
    ),
    (
        "Spanish",
        _NOT_PUT,
        "no aplica | no corresponde | no procede",
    ),
    (
        "French",
        _UNKNOWN,
        """
        ne sait pas | ne sais pas | je ne sais pas | NSPP | inconnu | inconnue |
        NSP/SR | ne sait pas / sans réponse
        """,
    ),
    (
        "French",
        _NO_VALUE,
        """
        SR | NRP | sans réponse | pas de réponse | aucune réponse | non réponse |
        non répondu | non renseigné | non renseignée | non communiqué |
        non disponible | refus | refus de répondre | pas de données |
        aucune donnée | aucun des choix | non précisé
        """,
    ),
    (
        "French",
        _NOT_PUT,
        "sans objet | S/O | non applicable | ne s'applique pas",
    ),
    (
        "Portuguese",
        _UNKNOWN,
        "não sabe | não sei | não sabe / não respondeu | desconhecido",
    ),
    (
        "Portuguese",
        _NO_VALUE,
        """
        não respondeu | não responde | sem resposta | sem dados |
        sem informação | não disponível
        """,
    ),
    (
        "Portuguese",
        _NOT_PUT,
        "não se aplica | não aplicável",
    ),
    (
        "German",
        _UNKNOWN,
        "weiß nicht | weiss nicht | w.n. | unbekannt",
    ),
    (
        "German",
        _NO_VALUE,
        """
        keine Angabe | k.A. | k. A. | keine Antwort | nicht beantwortet |
        verweigert
        """,
    ),
    (
        "German",
        _NOT_PUT,
        "trifft nicht zu | nicht zutreffend | entfällt",
    ),
    (
        "Italian",
        _UNKNOWN,
        "non so | non sa | non sa / non risponde",
    ),
    (
        "Italian",
        _NO_VALUE,
        "non risponde | nessuna risposta",
    ),
    (
        "Russian",
        _UNKNOWN,
        "не знаю | не знает | затрудняюсь ответить | неизвестно",
    ),
    (
        "Russian",
        _NO_VALUE,
        "нет ответа | нет данных | без ответа | отказ | н/д",
    ),
    (
        "Russian",
        _NOT_PUT,
        "не применимо | неприменимо | н/п",
    ),
    (
        "Arabic",
        _UNKNOWN,
        "لا أعرف | لا اعرف | لا يعرف | لا أعلم | غير معروف",
    ),
    (
        "Arabic",
        _NO_VALUE,
        "لا إجابة | بدون إجابة | لا جواب | لا توجد بيانات | غير متوفر | غير متاح",
    ),
    (
        "Arabic",
        _NOT_PUT,
        "لا ينطبق | غير منطبق",
    ),
    (
        "Chinese",
        _UNKNOWN,
        "不知道 | 不清楚",
    ),
    (
        "Chinese",
        _NO_VALUE,
        "无回答 | 未回答 | 拒绝回答 | 无数据",
    ),
    (
        "Chinese",
        _NOT_PUT,
        "不适用",
    ),
)

CAN_BE_NUMBERS = frozenset(
    {
        *("99", "98", "97", "96", "95", "88", "77", "66", "-9", "-8", "-7", "-6"),
        *("999", "998", "997", "888", "777", "9999", "9998", "9997", "8888", "7777"),
    }
)
"""Codes of SPSS, DHS and others that are also numbers, years and words of a text."""

# "NO, SE" are Norway and Sweden, and not Spanish for not knowing.
_SEVERAL = re.compile(r"\w\s*[,;|\n]\s*\w")

LONGEST = 30
"""Characters that one of them has at most."""


def _key(text: str) -> str:
    # Words are the same in other capitals; signs and numbers are not words.
    folded = fold(text)
    is_word = any(letter.isalpha() for letter in folded)
    return folded if is_word and text[0] not in ".#<\\" else text.casefold()


# Their words may be meant: 'refused' and 'to be confirmed' are no empty cells.
_PEOPLE = frozenset(
    {
        *("English", "Spanish", "French", "Portuguese", "German", "Italian"),
        *("Russian", "Arabic", "Chinese"),
    }
)

_SAID: dict[str, str] = {}
_MARKS: set[str] = set()
for _source, _reason, _texts in _CONVENTIONS:
    for _text in map(str.strip, _texts.split("|")):
        _SAID.setdefault(_key(_text), _reason)
        if _source not in _PEOPLE or _reason == _NOT_PUT:
            _MARKS.add(_key(_text))


@lru_cache(20_000)
def missing(text: str) -> Unanswered | None:
    """Return why a tidy text says that there is no answer; None when it may be one."""
    if not text or len(text) > LONGEST or _SEVERAL.search(text):
        return None
    # pandas writes whole numbers with a fraction, people a long minus.
    plain = text.replace("\u2212", "-").removesuffix(".0")
    said = _SAID.get(_key(plain or text))
    return Unanswered(said) if said else None


def is_mark(text: str) -> bool:
    """Say whether a tidy text only marks that a cell is empty or does not apply, in no
    words that a person may mean, such as 'refused' or 'to be confirmed'."""
    return missing(text) is not None and "?" not in text and _key(text) in _MARKS


def is_number_code(text: str) -> bool:
    """Say whether a text is a code for 'no answer' or a plain number."""
    return text.replace("\u2212", "-").removesuffix(".0") in CAN_BE_NUMBERS
