"""Names of months as people and tools write them, and digits of other scripts."""

import unicodedata

from profiles.folding import fold

MONTHS = {
    fold(name): number
    for number, names in enumerate(
        (
            (
                "january jan janvier janv enero ene janeiro januar jänner gennaio gen "
                "январь января янв يناير جانفي ژانویه"
            ),
            (
                "february feb février févr fev febrero fevereiro februar febbraio "
                "февраль февраля фев февр فبراير شباط فيفري فوریه"
            ),
            "march mar mars marzo março märz mrz март марта мар مارس آذار",
            (
                "april apr avril avr abril abr aprile "
                "апрель апреля апр أبريل إبريل نيسان أفريل آوریل"
            ),
            "may mai mayo maio maggio mag май мая مايو أيار ماي مه",
            (
                "june jun juin junio junho juni giugno giu "
                "июнь июня июн يونيو يونيه حزيران جوان ژوئن"
            ),
            (
                "july jul juillet juil julio julho juli luglio lug "
                "июль июля июл يوليو يوليه تموز جويلية ژوئیه"
            ),
            "august aug août agosto ago август августа авг أغسطس آب أوت اوت",
            (
                "september sep sept septembre septiembre setiembre setembro set "
                "settembre сентябрь сентября сен сент سبتمبر أيلول سپتامبر"
            ),
            (
                "october oct octobre octubre outubro out oktober okt ottobre ott "
                "октябрь октября окт أكتوبر اكتوبر اکتبر"
            ),
            "november nov novembre noviembre novembro ноябрь ноября ноя نوفمبر نوامبر",
            (
                "december dec décembre déc diciembre dic dezembro dez dezember "
                "dicembre декабрь декабря дек ديسمبر دسامبر"
            ),
        ),
        start=1,
    )
    for name in names.split()
}
IN_TWO_WORDS = {
    fold(name): word
    for name, word in {
        "كانون الثاني": "january",
        "تشرين الأول": "october",
        "تشرين الثاني": "november",
        "كانون الأول": "december",
    }.items()
}
_DIGITS = {
    digit: str(unicodedata.digit(chr(digit)))
    for digit in (*range(0x660, 0x66A), *range(0x6F0, 0x6FA))
}


def with_plain_digits(text: str) -> str:
    """Return a text whose Arabic-Indic and Persian digits are those of ASCII."""
    return text if text.isascii() else text.translate(_DIGITS)


def words_of(text: str) -> list[str]:
    """Return the folded words of a date; a month in two words is one."""
    folded = fold(text)
    for name, word in IN_TWO_WORDS.items():
        folded = folded.replace(name, word)
    return folded.split()
