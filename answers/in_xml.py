"""What XML can hold: feeds, pictures and Word documents are XML."""

import re

_CANNOT_HOLD = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """Leave out the control characters that no XML can hold, however it is written."""
    return _CANNOT_HOLD.sub("", text)
