"""What is wrong with the registry's files, told by file, line and column."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Problem:
    """One thing to correct: in a cell, or a line, or the file as a whole."""

    file: str
    message: str
    line: int | None = None
    column: str = ""

    def __str__(self):
        place = {"file": self.file, "line": self.line, "column": self.column}
        if self.column:
            where = _("%(file)s, line %(line)s, column %(column)s") % place
        elif self.line:
            where = _("%(file)s, line %(line)s") % place
        else:
            where = self.file
        return f"{where}: {self.message}"


class ProblemsFound(Exception):
    """Raised with every problem of the files, before anything was written."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
