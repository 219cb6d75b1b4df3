"""Why a file is refused as a summary sheet."""

from django.utils.translation import gettext as _

from surveys.problems import Code, FileRefused, Problem, Severity


def refused(code: Code, text: str, allowed: str = "") -> FileRefused:
    return FileRefused(Problem(code, Severity.ERROR, text, allowed=allowed))


def unknown(text: str) -> FileRefused:
    return refused(
        Code.UNKNOWN_FORMAT,
        text,
        _("A Word document (.docx), an OpenDocument text (.odt) or a plain text."),
    )


def too_long() -> FileRefused:
    return refused(Code.TOO_LARGE, _("The text is much too long for a summary sheet."))


def damaged() -> FileRefused:
    return refused(Code.UNREADABLE_FILE, _("The file is damaged."))
