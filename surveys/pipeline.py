"""From a file to the plan of an import: read → normalise → plan.

A file waits in the database while people look at its plan, and is prepared again
whenever it is shown or applied: the registry may have changed in between.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Decisions
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from surveys.file_questions import ENCODING, THE_FILE, answer_to, is_open
from surveys.mapping import (
    Mapping,
    choose,
    named_mapping,
    read_mapping,
    saved_names,
    shipped_names,
)
from surveys.models import Questionnaire, Round, SurveyImport, UploadedFile
from surveys.names import KINDS, Names
from surveys.normalising.submissions import normalise
from surveys.planning.planner import plan_import
from surveys.planning.plans import Plan
from surveys.problems import Code, Problem, Severity
from surveys.readers import read
from surveys.readers.tables import Export
from surveys.refusals import NotWaiting
from surveys.statements import Normalised
from surveys.vocabularies import ChangeAction, ImportState
from surveys.waiting_files import (
    SameAs,
    files_ahead,
    hold_back,
    identities_of,
    keep_only,
)

Progress = Callable[[int, int], None]
"""Is told how many rows of how many were understood."""

SKIP_INVALID = "skip_invalid"
"""In decisions: leave out the submissions that have errors, and take the rest."""


@dataclass
class Preparation:
    """What a file says and would change. `plan` is None when it cannot be planned.

    `problems` are those of all stages. `left_out` are the rows of submissions that
    have errors and were left out because somebody decided so; `same_as` says which
    other files that wait have the same submissions. `is_spent` says that it was
    applied, or tried to be: its records are no longer as they were planned.
    """

    file_name: str
    sha256: str
    export: Export
    decisions: Decisions[str, Any]
    mapping: Mapping | None = None
    questionnaire: Questionnaire | None = None
    normalised: Normalised | None = None
    plan: Plan | None = None
    problems: list[Problem] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    identities: dict[str, Any] = field(default_factory=dict)
    same_as: list[SameAs] = field(default_factory=list)
    is_spent: bool = False

    @property
    def is_held_back(self) -> bool:
        """Whether all its submissions wait in other files."""
        held = sum(same.count for same in self.same_as)
        return bool(held) and held == len(self.identities.get("by_id", ()))

    @property
    def same(self) -> dict[int, int]:
        """Return how many submissions are the same as in other imports, by their pk."""
        counted = Counter(self.plan.known_from if self.plan else {})
        counted.update({same.survey_import: same.count for same in self.same_as})
        return dict(counted)

    def of(self, severity: Severity) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == severity]

    @property
    def errors(self) -> list[Problem]:
        return self.of(Severity.ERROR)

    @property
    def questions(self) -> list[Problem]:
        return self.of(Severity.QUESTION)

    @property
    def counts(self) -> dict[str, Any]:
        """Return how many rows, submissions, changes and problems there are."""
        counts: dict[str, Any] = {
            f"problems_{s.value}": len(self.of(s)) for s in Severity
        }
        if self.normalised is not None:
            counts |= self.normalised.counts
        if self.plan is not None:
            counts |= {
                "new": len(self.plan.new),
                "corrected": len(self.plan.corrected),
                "unchanged": len(self.plan.unchanged),
                "mechanisms": sum(bool(m.writes) for m in self.plan.mechanisms),
            }
            for action in ChangeAction:
                counts[action.value] = sum(
                    m.count(action) for m in self.plan.mechanisms
                )
        if self.same:
            counts["same_as"] = {str(pk): number for pk, number in self.same.items()}
        return counts | {"left_out": len(self.left_out)}


def prepare(
    content: bytes,
    name: str,
    round: Round,
    *,
    mapping: Mapping | None = None,
    decisions: Decisions[str, Any] | None = None,
    progress: Progress | None = None,
    export: Export | None = None,
    ahead: Sequence[UploadedFile] = (),
    noted: dict[str, Any] | None = None,
) -> Preparation:
    """Read a file and plan what it would change. Writes nothing.

    `export` is the file, if it was read already. Submissions that wait in the files
    `ahead` are left out; `noted` are the identities that this one came in with.
    Without a mapping, the one that fits the headers of the file is taken. Raises
    FileRefused for a file that cannot be read.
    """
    decisions = decisions or {}
    encoding = answer_to(decisions, ENCODING, THE_FILE)
    export = export or read(content, name, encoding)
    prepared = Preparation(base_name(name), fingerprint(content), export, decisions)
    if is_open(export.problems, ENCODING):
        # Words in the wrong letters would be matched with nothing, or stored.
        prepared.problems = [*export.problems]
        return prepared
    prepared.mapping = mapping or choose(export)
    if prepared.mapping is None:
        prepared.problems = [*export.problems, _no_mapping()]
        return prepared
    prepared.questionnaire = questionnaire_of(prepared.mapping)
    if prepared.questionnaire is None:
        prepared.problems = [*export.problems, _no_questionnaire(prepared.mapping)]
        return prepared
    names = Names({kind: prepared.decisions.get(kind, {}) for kind in KINDS})
    prepared.normalised = normalise(
        export,
        prepared.mapping,
        prepared.questionnaire,
        names,
        decisions=decisions,
        progress=progress,
    )
    prepared.identities = identities_of(prepared.normalised)
    if prepared.decisions.get(SKIP_INVALID):
        leave_out_invalid(prepared)
    if ahead:
        prepared.normalised, prepared.same_as = hold_back(
            prepared.normalised, round, ahead, noted or {}
        )
        if prepared.is_held_back:
            export.problems.clear()
    prepared.plan = plan_import(
        prepared.normalised, round, decisions=prepared.decisions
    )
    prepared.problems = _all_problems(prepared, round)
    return prepared


def base_name(name: str) -> str:
    """Return the name of a file without its folder, as any system writes folders."""
    return re.split(r"[\\/]", name)[-1]


def fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stage(
    content: bytes,
    name: str,
    round: Round,
    *,
    mapping_name: str = "",
    mapping_text: str = "",
    by=None,
) -> SurveyImport:
    """Keep a file until it is applied.

    The same bytes in the same round give the import again that waits already, with
    what was decided about it, and the mapping chosen now. `earlier_imports` tells
    whether they were applied before.
    """
    sha256 = fingerprint(content)
    chosen = {"mapping": mapping_name[:120], "mapping_text": mapping_text}
    with transaction.atomic():
        Round.objects.select_for_update(no_key=True).get(pk=round.pk)
        if (waiting := waiting_import(content, round)) is not None:
            for field_name, value in chosen.items():
                setattr(waiting, field_name, value)
            waiting.save(update_fields=[*chosen])
            return waiting
        survey_import = SurveyImport.objects.create(
            round=round,
            file_name=base_name(name)[-250:],
            sha256=sha256,
            size=len(content),
            uploaded_by=by,
            **chosen,
        )
        UploadedFile.objects.create(survey_import=survey_import, content=content)
    return survey_import


def waiting_import(content: bytes, round: Round) -> SurveyImport | None:
    """Return the import of the same bytes that waits in a round, if one does."""
    return SurveyImport.objects.filter(
        round=round, sha256=fingerprint(content), state=ImportState.PREPARED
    ).first()


def earlier_imports(content: bytes, round: Round) -> list[SurveyImport]:
    """Return the imports of the same bytes that are applied in a round."""
    applied = SurveyImport.objects.filter(
        round=round, sha256=fingerprint(content), state=ImportState.APPLIED
    )
    return list(applied)


def preparation_of(
    survey_import: SurveyImport, *, progress: Progress | None = None
) -> Preparation:
    """Prepare an import again, from its file and what was decided about it.

    Raises NotWaiting when its file is gone, and MappingError when its mapping is.
    """
    file = UploadedFile.objects.filter(survey_import=survey_import).first()
    if file is None:
        raise NotWaiting(survey_import)
    preparation = prepare(
        bytes(file.content),
        survey_import.file_name,
        survey_import.round,
        mapping=mapping_of(survey_import),
        decisions=survey_import.decisions,
        progress=progress,
        ahead=files_ahead(survey_import.round, survey_import),
        noted=file.submissions,
    )
    # Before its letters are decided, nobody knows what a file holds.
    is_as_it_came = not survey_import.decisions or not file.submissions
    if is_as_it_came and preparation.identities != file.submissions:
        note(survey_import, preparation)
    return preparation


def note(survey_import: SurveyImport, preparation: Preparation) -> None:
    """Keep with a waiting file which submissions it holds."""
    if preparation.identities:
        UploadedFile.objects.filter(survey_import=survey_import).update(
            submissions=preparation.identities
        )


def mapping_of(survey_import: SurveyImport) -> Mapping | None:
    """Return the mapping that was chosen for an import, None to recognise it.

    Raises MappingError when it is wrong, or no longer there.
    """
    if survey_import.mapping_text:
        return read_mapping(survey_import.mapping_text, survey_import.mapping)
    if not survey_import.mapping:
        return None
    return named_mapping(survey_import.mapping)


def write_down(survey_import: SurveyImport, preparation: Preparation) -> None:
    """Keep with an import what its preparation found. It is not saved by this."""
    mapping = preparation.mapping
    survey_import.tool = preparation.export.tool.value
    if mapping is not None and not survey_import.mapping_text:
        survey_import.mapping = mapping.name
    survey_import.counts = preparation.counts
    survey_import.problems = [
        problem.as_json() for problem in _worst_first(preparation.problems)
    ]


MOST_PROBLEMS_KEPT = 2000


def _worst_first(problems: list[Problem]) -> list[Problem]:
    order = list(Severity)
    # Those of mechanisms tell later what an import still waits for.
    ranking = sorted(
        problems, key=lambda p: (p.kind != "mechanism", order.index(p.severity))
    )
    return ranking[:MOST_PROBLEMS_KEPT]


def questionnaire_of(mapping: Mapping) -> Questionnaire | None:
    """Return the questionnaire that a mapping is for, None if it is not loaded."""
    return Questionnaire.objects.filter(
        kind=mapping.kind, version=mapping.version
    ).first()


def _no_mapping() -> Problem:
    return Problem(
        Code.NO_MAPPING,
        Severity.ERROR,
        _(
            "The columns of the file fit none of the mappings, or more than one. Say "
            "which column answers which question."
        ),
        allowed=", ".join([*shipped_names(), *saved_names()]),
    )


def _no_questionnaire(mapping: Mapping) -> Problem:
    return Problem(
        Code.NO_QUESTIONNAIRE,
        Severity.ERROR,
        _("The questionnaire %(code)s is not loaded. Run load_questionnaires first.")
        % {"code": f"{mapping.kind}-{mapping.version}"},
    )


def _all_problems(prepared: Preparation, round: Round) -> list[Problem]:
    normalised, plan = prepared.normalised, prepared.plan
    found = [
        *prepared.export.problems,
        *(normalised.problems if normalised else ()),
        *(plan.problems if plan else ()),
    ]
    asked = set(round.questionnaires.values_list("pk", flat=True))
    questionnaire = prepared.questionnaire
    if asked and questionnaire and questionnaire.pk not in asked:
        found.append(
            Problem(
                Code.NOT_OF_THE_ROUND,
                Severity.WARNING,
                _("“%(round)s” does not name this questionnaire as its own: %(code)s.")
                % {"round": round, "code": questionnaire.code},
            )
        )
    return list(dict.fromkeys(found))


def leave_out_invalid(prepared: Preparation) -> None:
    """Take the submissions that have errors out of what was understood.

    Some, such as rows whose cells do not stand under their headings, are not in it
    anyway. Errors of the file as a whole stay errors.
    """
    normalised = prepared.normalised
    if normalised is None:
        return
    of_row = _submission_rows(prepared.export)

    def row_of(problem: Problem) -> int:
        return of_row.get((problem.sheet, problem.row), problem.row)

    found = [*prepared.export.problems, *normalised.problems]
    invalid = {row_of(p) for p in found if p.row and p.severity == Severity.ERROR}
    if not invalid:
        return
    valid = [
        index
        for index, submitted in enumerate(normalised.submissions)
        if submitted.row_number not in invalid
    ]
    prepared.left_out = sorted(invalid)
    prepared.normalised = keep_only(normalised, valid)
    for problems in (prepared.export.problems, normalised.problems):
        problems[:] = [
            replace(problem, severity=Severity.WARNING)
            if problem.severity in (Severity.ERROR, Severity.QUESTION)
            and row_of(problem) in invalid
            else problem
            for problem in problems
        ]


def _submission_rows(export: Export) -> dict[tuple[str, int], int]:
    """Return the row of the submission for each row of each sheet."""
    sheets = {table.name: table.sheet for table in export.tables}
    rows = {}
    for response in export.responses:
        number = response.row.number
        rows[export.main.sheet, number] = number
        for name, repeated in response.repeats.items():
            for row in repeated:
                rows[sheets.get(name, name), row.number] = number
    return rows
