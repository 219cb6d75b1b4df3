"""Which encoding gives letters that make sense together.

Short files in eight languages and their code pages were held against
charset-normalizer: it read 64 of 126 right, for it needs longer texts. What tells
encodings apart here is the few letters beyond ASCII: how usual each is in a language,
whether capitals stand where words begin, and the small words of that language.
"""

import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

# The letters beyond ASCII of a language, the most usual first, and words that nearly
# every text has. Of languages in other scripts these are all letters.
_LATIN = {
    "fr": ("éèàêçôâîûùœëïüÿæ", "le la les de des du et un une dans pour par sur est a"),
    "es": ("óíáéñúü", "el la los las de del y en un una por para con se que su a"),
    "de": ("üäößé", "der die das und den von zu mit für im des ist ein eine auf über"),
    "pt": ("ãçáéíóêõâúàôü", "o a os as de do da dos das e em um uma para por com não"),
    "it": ("àèòùéì", "il la le di e in un una per con che del della dei è a"),
    "nl": ("éëïèöüó", "de het een en van in voor met op te is door"),
    "nordic": ("åäöøæéü", "och i av en ett för med som den og til på det er"),
    "pl": ("łóążęśćńź", "i w na z do nie że się przez oraz o dla jest został"),
    "cs": ("íáéěřýžčšůúťďňóľäôĺŕ", "a v na se je do z k pro byl o že ve"),
    "hu": ("éáőöóüíúű", "a az és egy hogy nem is meg által között"),
    "ro": ("ăîâșțşţ", "și şi de la în în cu pe un o din pentru este"),
    "south": ("čšžćđ", "i u na je se za od da s su o iz"),
    "baltic": ("ėšąžįųūčęāīēļņķģ", "ir un kad su iš ar par no"),
    "tr": ("ışüğöçâî", "ve bir bu için ile da de olarak tarafından"),
}
_OTHERS = {
    "ru": ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "и в на с по не от для из к"),
    "uk": ("оаинітевсрлкдмупзяьбгчйхцюжїшєщґф", "і в на з та до не від для у"),
    "bg": ("аоиетнрсвлдпкмъузяйгбчщжцхшфюь", "и в на за от се по с не до"),
    "sr": ("аоиенрјтсвдукмплгзбцчљшхћжњђфџ", "и у на је се за да од са"),
    "el": ("αοιετνσηρυπκμλςςόίάέήύώωγδθχφβξζψϊϋΐΰ", "και το η της του των για με από"),
    "he": ("יוהלאמתרבשנעדחקפכםצגטזןסךףץ", "של על את לא עם או זה כל"),
    "ar": ("اليمنرتبوةعدسفهكقحجأشطصإخذىئضثزظءآؤغلآ", "في من على إلى و أن عن مع بين"),
    "fa": ("اینردهمتوبشسلکخگعپقزجفچحصژضطغظذثآ", "و در به از که را با این است"),
}
_SIGNS = "‘’“”„‚–—…«»‹›¿¡ºª°€£§·•№\xa0،؛؟"
_NEVER_ALONE = "ñçüößäšžčřłąęășțşğıœŕďëïâîûù"
_CONTROLS = frozenset(map(chr, range(0x80, 0xA0)))
_WORD = re.compile(r"[^\x00-&(-@[-`{-\x7f]+")
_MOST_WORDS = 1500
_MOST_BYTES = 400_000
_STRANGE = -7.0
_SIGN = -4.0
_USUAL_SIGN = -2.5
_CONTROL = -10.0
_MISPLACED = -5.0
_SMALL_WORD = 1.5
_CLEAR = 6.0
"""By how much the likeliest reading has to be likelier than the next one."""
_POOR = -4.5
"""A reading whose letters are less likely on average is right in no language here."""
_RARE = -4.0
_MOST_OFFERED = 4
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Guess:
    """The text that an encoding gives; `words` are its first telling ones."""

    encoding: str
    text: str
    words: str
    likelihood: float


def guesses(
    content: bytes, encodings: Iterable[str], rare: Collection[str] = ()
) -> list[Guess]:
    """Return the likely readings, the likeliest first: one if it is clear.

    Readings that are alike are one; there is always one at least. Hardly any program
    saves `rare` encodings, which therefore need more to speak for them.
    """
    sample = _telling_lines(content)
    found: dict[str, tuple[float, str]] = {}
    for encoding in encodings:
        try:
            read = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if read not in found:
            likelihood = _likelihood(read) + (_RARE if encoding in rare else 0)
            found[read] = likelihood, encoding
    ranking = sorted(found.items(), key=lambda each: -each[1][0])
    if not ranking:
        first = next(iter(encodings))
        return [Guess(first, content.decode(first, "replace"), "", 0)]
    best = ranking[0][1][0]
    is_poor = best < _POOR * sum(not each.isascii() for each in ranking[0][0])
    close = [
        (read, encoding, likelihood)
        for read, (likelihood, encoding) in ranking
        if is_poor or best - likelihood < _CLEAR
    ][:_MOST_OFFERED]
    words = _words_that_differ([read for read, _encoding, _likelihood in close])
    return [
        Guess(encoding, content.decode(encoding, "replace"), shown, likelihood)
        for (_read, encoding, likelihood), shown in zip(close, words, strict=True)
    ]


def _telling_lines(content: bytes) -> bytes:
    """Return the first lines that hold other bytes than ASCII."""
    lines: list[bytes] = []
    size = 0
    for line in content.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
        if size > _MOST_BYTES:
            break
    return b"\n".join(lines)


def _words_that_differ(readings: list[str]) -> list[str]:
    """Return the first telling words of each reading, only those that are not alike in
    all of them. These encodings have a byte for a letter, so that words stand in the
    same places."""
    alike = {
        place
        for place, letters in enumerate(zip(*readings, strict=True))
        if len(readings) > 1 and len(set(letters)) == 1
    }
    return [_first_words(reading, alike) for reading in readings]


def _first_words(text: str, alike: set[int]) -> str:
    words = [
        found[0]
        for found in _WORD.finditer(text)
        if not found[0].isascii() and not alike.issuperset(range(*found.span()))
    ]
    shown = " ".join(dict.fromkeys(words))
    return shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}…"


def _likelihood(text: str) -> float:
    words = list(dict.fromkeys(_WORD.findall(text)))
    small = {word.lower() for word in words}
    telling = [word for word in words if not word.isascii()][:_MOST_WORDS]
    letters = Counter(
        character for word in telling for character in word if not character.isascii()
    )
    usual = sum(letters.pop(sign, 0) for sign in "’–“”«»\xa0")
    signs = sum(letters.pop(sign, 0) for sign in _SIGNS)
    controls = sum(letters[control] for control in _CONTROLS & letters.keys())
    misplaced = sum(_misplaced(word) for word in telling)
    return (
        _SIGN * signs
        + _USUAL_SIGN * usual
        + _CONTROL * controls
        + _MISPLACED * misplaced
        + max(
            _spelled(letters, language) + _SMALL_WORD * len(small & known)
            for language, known in _small_words().items()
        )
    )


def _misplaced(word: str) -> float:
    """Count what no word has: capitals inside, signs between letters, two scripts."""
    letters = word.strip(_SIGNS + "'")
    if len(letters) == 1 and letters.lower() in _NEVER_ALONE:
        return 1
    scripts = {_script(letter) for letter in letters if _is_letter(letter)}
    count = max(0, len(scripts) - 1) + sum(
        not _is_letter(letter) and letter not in "'’\xa0" for letter in letters
    )
    if letters.isupper():
        # Whole words in capitals are few, and all of them where the case is wrong.
        return count + (0.5 if len(letters) > 1 else 0)
    return count + sum(
        before.isalpha() and after.isupper()
        for before, after in itertools.pairwise(letters)
    )


def _is_letter(character: str) -> bool:
    """Tell letters, and marks above and below them, from signs."""
    return character.isalpha() or unicodedata.combining(character) > 0


def _script(letter: str) -> str:
    if letter.isascii():
        return "LATIN"
    return unicodedata.name(letter, "NONE").partition(" ")[0]


def _spelled(letters: Counter[str], language: str) -> float:
    known = _usual(language)
    return sum(
        count * known.get(letter.lower(), _STRANGE) for letter, count in letters.items()
    )


@cache
def _usual(language: str) -> dict[str, float]:
    """Return the likelihood of each letter of a language, as a logarithm."""
    letters = (_LATIN | _OTHERS)[language][0]
    whole = sum(1 / rank for rank in range(2, len(letters) + 2))
    return {
        letter: math.log(1 / rank / whole)
        for rank, letter in reversed(list(enumerate(letters, start=2)))
    }


@cache
def _small_words() -> dict[str, frozenset[str]]:
    return {
        language: frozenset(words.split())
        for language, (_letters, words) in (_LATIN | _OTHERS).items()
    }
