"""Reports on the changes of a prepared import: HTML for people, CSV and JSON for tools.

A report holds nothing personal: it names respondents as the registry does, and quotes
no cell of a personal column.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from profiles.spreadsheets import harmless
from surveys.pipeline import Preparation
from surveys.planning.plans import MechanismPlan, PlannedChange
from surveys.problems import Problem, Severity
from surveys.vocabularies import ChangeAction
from surveys.wording import Wording


@dataclass(frozen=True)
class ReportLine:
    """A change or a problem, in words, with its cell in the file."""

    kind: str  # change or problem
    mechanism: str
    action: str  # of the change; of a problem, its severity
    what: str
    before: str
    after: str
    reason: str
    sheet: str
    row: int | str
    column: str
    cell: str
    value: str
    allowed: str


class UnknownReport(ValueError):
    """Raised for a file whose suffix is not that of a report."""

    def __init__(self, path: Path):
        super().__init__(
            _("A report ends in one of %(suffixes)s, and “%(name)s” does not.")
            % {"suffixes": ", ".join(_WRITERS), "name": path.name}
        )


def check_path(path: Path) -> None:
    """Raise UnknownReport unless the file has the suffix of a report."""
    if path.suffix.lower() not in _WRITERS:
        raise UnknownReport(path)


def write_report(preparation: Preparation, path: Path) -> None:
    """Write a report in the format of the file's suffix: .html, .csv or .json.

    Raises UnknownReport for another suffix, and OSError.
    """
    path = Path(path)
    check_path(path)
    _WRITERS[path.suffix.lower()](preparation, path)


def action_counts(plan: MechanismPlan) -> dict[ChangeAction, int]:
    """Return the number of changes for each action that a plan has."""
    counted = {action: plan.count(action) for action in ChangeAction}
    return {action: number for action, number in counted.items() if number}


def _write_csv(preparation: Preparation, path: Path) -> None:
    # Excel reads a file without the mark as Windows-1252.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ReportLine.__dataclass_fields__)
        for line in lines_of(preparation):
            writer.writerow([harmless(value) for value in asdict(line).values()])


def _write_json(preparation: Preparation, path: Path) -> None:
    plan = preparation.plan
    report = {
        **_about(preparation),
        "counts": preparation.counts,
        "mechanisms": [
            {
                "mechanism": of_mechanism.mechanism,
                "name": of_mechanism.name,
                "opens_draft": of_mechanism.opens_draft,
                "changes": [
                    _change_as_json(preparation, change)
                    for change in of_mechanism.changes
                ],
            }
            for of_mechanism in (plan.mechanisms if plan else ())
        ],
        "problems": [problem.as_json() for problem in preparation.problems],
    }
    text = json.dumps(report, ensure_ascii=False, indent=1, default=str)
    path.write_text(text + "\n", encoding="utf-8")


def _write_html(preparation: Preparation, path: Path) -> None:
    plan = preparation.plan
    lines = list(lines_of(preparation))
    context = {
        **_about(preparation),
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "preparation": preparation,
        "plan": plan,
        "mechanisms": [
            (
                of_mechanism,
                [
                    (action.label, number)
                    for action, number in action_counts(of_mechanism).items()
                ],
                [
                    line
                    for line in lines
                    if line.kind == "change"
                    and line.mechanism == of_mechanism.mechanism
                ],
            )
            for of_mechanism in (plan.mechanisms if plan else ())
        ],
        "problems": [line for line in lines if line.kind == "problem"],
    }
    text = render_to_string("surveys/import_report.html", context)
    path.write_text(text, encoding="utf-8")


_WRITERS: dict[str, Callable[[Preparation, Path], None]] = {
    ".html": _write_html,
    ".csv": _write_csv,
    ".json": _write_json,
}


def _about(preparation: Preparation) -> dict[str, Any]:
    export, mapping = preparation.export, preparation.mapping
    return {
        "file": preparation.file_name,
        "sha256": preparation.sha256,
        "tool": export.tool.value,
        "recognised_by": export.reason,
        "encoding": export.encoding,
        "mapping": mapping.name if mapping else "",
        "rows_left_out": preparation.left_out,
    }


def lines_of(preparation: Preparation) -> Iterator[ReportLine]:
    """Yield every change, by mechanism, then every problem, the worst first."""
    wording = Wording()
    for plan in preparation.plan.mechanisms if preparation.plan else ():
        for change in plan.changes:
            yield _change_line(wording, change)
    order = list(Severity)
    for problem in sorted(
        preparation.problems, key=lambda p: order.index(Severity(p.severity))
    ):
        yield _problem_line(problem)


def _change_line(wording: Wording, change: PlannedChange) -> ReportLine:
    origin = change.statement.origin if change.statement else None
    pairs = wording.pairs(change.target, change.before, change.after)
    return ReportLine(
        kind="change",
        mechanism=change.mechanism,
        action=str(ChangeAction(change.action).label),
        what=change.label,
        before=_said((label, old) for label, old, _new in pairs),
        after=change.words or _said((label, new) for label, _old, new in pairs),
        reason=change.reason,
        sheet=origin.sheet if origin else "",
        row=origin.row if origin else "",
        column=origin.column if origin else "",
        cell=origin.cell if origin else "",
        value="",
        allowed="",
    )


def _said(pairs: Iterator[tuple[str, str]]) -> str:
    return "\n".join(
        _("%(field)s: %(value)s") % {"field": label, "value": value}
        for label, value in pairs
        if value
    )


def _problem_line(problem: Problem) -> ReportLine:
    return ReportLine(
        kind="problem",
        mechanism=problem.value if problem.kind == "mechanism" else "",
        action=str(Severity(problem.severity).label),
        what=str(problem.code),
        before="",
        after="",
        reason=str(problem.text),
        sheet=problem.sheet,
        row=problem.row or "",
        column=problem.column,
        cell=problem.cell,
        value=problem.value,
        allowed=problem.allowed,
    )


def _change_as_json(preparation: Preparation, change: PlannedChange) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": change.number,
        "action": str(change.action),
        "target": change.target,
        "label": change.label,
        "uid": str(change.uid) if change.uid else "",
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "disputed": change.disputed,
        "words": change.words,
    }
    if change.statement is not None and preparation.normalised is not None:
        index = change.statement.submission
        found["respondent"] = preparation.normalised.submissions[index].subject
        found["origin"] = change.statement.origin._asdict()
    return {name: value for name, value in found.items() if value}
