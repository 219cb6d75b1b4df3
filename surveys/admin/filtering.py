"""Which changes of an import its preview shows: of a mechanism, of a kind, a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from surveys.vocabularies import ChangeAction

MECHANISM, ACTION, PAGE = "mechanism", "action", "page"
CHANGED = "_filter"
"""The button that shows what was chosen; `_page` turns to a page of it."""


@dataclass(frozen=True)
class Part:
    """What of the changes is shown: everything, from its beginning, if not said."""

    mechanism: str = ""
    action: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Part":
        """Return what an address asks for; what nobody can ask for is not said."""
        action, page = asked.get(ACTION, ""), asked.get(PAGE, "")
        return cls(
            asked.get(MECHANISM, ""),
            action if action in ChangeAction.values else "",
            int(page) if page.isdecimal() and 0 < len(page) < 6 else 1,
        )

    @classmethod
    def posted(cls, form: Mapping[str, str], now: "Part") -> "Part":
        """Return what the buttons of the form ask for next, `now` for other buttons."""
        if CHANGED in form:
            return cls.of(
                {
                    MECHANISM: form.get(f"show_{MECHANISM}", ""),
                    ACTION: form.get(f"show_{ACTION}", ""),
                }
            )
        turned = cls.of({PAGE: form.get("_page", "")}).page
        page = turned if "_page" in form else now.page
        return cls(now.mechanism, now.action, page)

    @property
    def query(self) -> str:
        """Return the part as an address has it, "" for the beginning of all."""
        said = {MECHANISM: self.mechanism, ACTION: self.action}
        asked = {name: value for name, value in said.items() if value}
        if self.page > 1:
            asked[PAGE] = str(self.page)
        return urlencode(asked)

    @property
    def is_all(self) -> bool:
        return not (self.mechanism or self.action)
