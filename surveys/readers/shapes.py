"""The shapes of what leads to a person: addresses, numbers, places of devices."""

import re
import unicodedata
from collections.abc import Iterable

EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE_IN_PROSE = re.compile(r"(?<![\w.])(?:\+|00)[1-9](?:[ ()./-]*\d){7,13}(?!\d)")
_IP_IN_PROSE = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
_ADDRESSES = re.compile(
    rf"(?:[^<>@\n]{{0,80}}<)?(?:mailto:)?{EMAIL.pattern}>?", re.IGNORECASE
)
_BETWEEN = re.compile(r"[;,/|\n]+|\s+(?:and|or|et|ou|y|o|и|و)\s+|\s{2,}")
_IP_4 = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?")
_IP_6 = re.compile(r"(?=.*:.*:)[0-9a-f:]{3,39}(?:%\w+)?", re.IGNORECASE)
_DEVICE = re.compile(
    r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:imei|ee|android|collect)[:. ]+[\w-]{8,}",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?:\w{1,12}\.?\s?:\s*)?(?P<number>(?:\+|00|\()?[\d\s().\-–/]{7,24})"
    r"(?:\s*(?:ext|x|poste|int)\.?\s*\d{1,6})?",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?P<lat>[+-]?\d{1,2}[.,]\d{3,})°?\s*[NS]?[,;\s]+(?P<lon>[+-]?\d{1,3}[.,]\d{3,})"
    r"°?\s*[EWO]?(?:\s+-?[\d.]+){0,2}"
)
_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[ T].*)?|(?:19|20)\d\d\D+(?:19|20)\d\d"
)
_NAME = re.compile(r"[^\W\d_][^\W\d_]*\.?(?:[ .'’-]+[^\W\d_]+\.?){0,5}")
_LONG_NUMBER = re.compile(r"\d{9,15}|[+-]?\d{1,3}[.,]\d{4,}")
_LONGEST_NAME = 60
_LONGEST = 200
_EASTERN_DIGITS = {
    digit: str(unicodedata.digit(chr(digit)))
    for digit in (*range(0x660, 0x66A), *range(0x6F0, 0x6FA))
}


def mentions_person(text: str) -> bool:
    """Tell whether a text holds an address of e-mail or IP, or a telephone number."""
    return bool(
        ("@" in text and EMAIL.search(text))
        or (("+" in text or "00" in text) and _PHONE_IN_PROSE.search(text))
        or (text.count(".") > 2 and _IP_IN_PROSE.search(text))
    )


def is_address(text: str) -> bool:
    """Tell whether a whole cell leads to a person, as an e-mail address does."""
    text = text.strip().translate(_EASTERN_DIGITS)
    if not text or len(text) > _LONGEST:
        return False
    if "@" in text:
        parts = [part for part in _BETWEEN.split(text) if part.strip()]
        return all(_ADDRESSES.fullmatch(part.strip()) for part in parts)
    if not any(character.isdigit() for character in text):
        return False
    return (
        _is_number_of_a_device(text)
        or _is_address_of_the_internet(text)
        or bool(_DEVICE.fullmatch(text) or _PLACE.fullmatch(text))
        or _is_phone(text)
    )


def _is_address_of_the_internet(text: str) -> bool:
    if _IP_4.fullmatch(text):
        return all(int(number) < 256 for number in text.partition(":")[0].split("."))
    return bool(_IP_6.fullmatch(text)) and text.count(":") > 2


def may_be_address(text: str) -> bool:
    """Tell whether a cell may lead to a person: a long number, or half of a place."""
    return bool(_LONG_NUMBER.fullmatch(text.strip().translate(_EASTERN_DIGITS)))


def _is_number_of_a_device(text: str) -> bool:
    """Tell an IMEI, whose last digit checks it, and the number of a SIM card."""
    digits = text.replace(" ", "").replace("-", "")
    if not digits.isdecimal():
        return False
    if len(digits) in (19, 20):
        return digits.startswith("89")
    return len(digits) == 15 and _checks(digits)


def _checks(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _is_phone(text: str) -> bool:
    found = _PHONE.fullmatch(text)
    if not found or _DATE.fullmatch(text):
        return False
    number = found["number"].strip()
    groups = re.findall(r"\d+", number)
    digits = "".join(groups)
    if not 7 <= len(digits) <= 15:
        return False
    if number.startswith(("+", "00", "(")):
        return True
    if len(groups) == 1:
        return number.startswith("0") and len(digits) > 8
    # 12.500.000 is an amount: its groups have three digits and no zero before them.
    is_amount = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) < 4
    return len(groups) > 1 and (number.startswith("0") or not is_amount)


def is_name(text: str) -> bool:
    """Tell whether a cell may be the name of a person; many other words may be, too."""
    text = text.strip()
    if not text or len(text) > _LONGEST_NAME or not _NAME.fullmatch(text):
        return False
    words = [word for word in re.split(r"[ .'’-]+", text) if word]
    capitals = sum(not word[0].islower() for word in words)
    return 2 * capitals >= len(words)


def are_mostly(shape, texts: Iterable[str]) -> bool:
    """Tell whether most of the texts that are not empty have a shape."""
    filled = [text for text in texts if text and not text.isspace()]
    return bool(filled) and 2 * sum(map(shape, filled)) > len(filled)
