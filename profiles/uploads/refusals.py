"""Why a file is not read, said so that the person who has the file can mend it."""

from enum import StrEnum


class Reason(StrEnum):
    UNREADABLE_FILE = "unreadable-file"
    UNKNOWN_FORMAT = "unknown-format"
    TOO_LARGE = "too-large"


class Refused(Exception):
    """Raised for a file that cannot be read. `allowed` says what would be right."""

    def __init__(self, reason: Reason, text: str, *, allowed: str = ""):
        self.reason = reason
        self.text = text
        self.allowed = allowed
        super().__init__(" ".join(filter(None, (text, allowed))))
