"""Names without what people leave out when they type them."""

import re
import unicodedata

# Letters that Unicode does not take apart into a letter and a mark.
_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ـ": None}
)
_NOT_A_WORD = re.compile(r"[^\w]+|_+")


def fold(text: str) -> str:
    """Return the words of `text` without accents, capitals and punctuation.

    'Côte d’Ivoire' and 'COTE D IVOIRE' fold to the same; in Arabic, vowel marks
    and the hamza on an alef go as well.
    """
    if text.isascii():
        # Most text is: it has no accents to take apart.
        return _NOT_A_WORD.sub(" ", text.lower()).strip()
    letters = unicodedata.normalize("NFKD", text).casefold()
    # Casefolding can bring new marks: 'İ' becomes 'i' and a dot.
    letters = unicodedata.normalize("NFKD", letters).translate(_PLAIN)
    plain = "".join(c for c in letters if unicodedata.category(c) != "Mn")
    return _NOT_A_WORD.sub(" ", plain).strip()
