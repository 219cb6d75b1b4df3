"""The statements of the kept submissions, by the rules of their mapping."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.file_questions import LOSS, answer_to
from surveys.normalising.answers import Conventions, Trouble
from surveys.normalising.cells import Cells
from surveys.normalising.columns import CONSENT
from surveys.normalising.consents import Consents
from surveys.normalising.files import File
from surveys.normalising.keeping import (
    required_empty,
    several_of_one,
    without_duplicates,
)
from surveys.normalising.known_words import KnownWords
from surveys.normalising.languages import Languages, of_form
from surveys.normalising.stating import Said, Statements, followers
from surveys.normalising.yes_no import NO
from surveys.problems import Code, Problem, Severity
from surveys.statements import Normalised, Submitted
from surveys.vocabularies import SubmissionStatus


def keep_and_follow(
    file: File,
    submissions: list[Submitted],
    normalised: Normalised,
    conventions: Conventions,
) -> None:
    """Add the submissions that are kept to `normalised`, with statements and problems.

    A submission states nothing if it is not finished, if its respondent does not want
    it published, or if nobody knows who answered. Of one with a value that nobody
    understands yet, nothing is kept: it comes in when a person has decided.
    """
    problems = normalised.problems
    problems += file.main.problems
    for repeat in file.repeats:
        problems += repeat.cells.problems
    keep = without_duplicates(submissions, problems)
    held = _submissions_of(file, lambda cells: cells.held)
    withheld = _submissions_of(file, lambda cells: cells.withheld)
    lacks = _lacks_answers(file, problems, conventions.decisions)
    consents = Consents(file, conventions.decided(CONSENT))
    waiting: list[Submitted] = []
    problems += _without_ids(file, submissions)
    said = {(problem.code, problem.row) for problem in problems}
    rules = followers(file.mapping.rules, file.mapping.kind, file.names)
    statements = Statements()
    asked = file.main.columns.answering
    form = of_form((a.shown, a.asked.question) for a in asked)
    words = KnownWords(file.form, file.names)
    languages = Languages(form, conventions.decisions, words)
    for index, submitted in enumerate(submissions):
        if index not in keep:
            continue
        is_finished = submitted.status == SubmissionStatus.COMPLETE
        consent = consents.of(index, submitted) if is_finished else NO
        if index in held or not consent:
            waiting.append(submitted)
            continue
        number = len(normalised.submissions)
        normalised.submissions.append(submitted)
        if not is_finished:
            if (Code.PARTIAL_SUBMISSION, submitted.row_number) not in said:
                problems.append(_partial(submitted))
        elif consent == NO:
            problems.append(_not_to_be_published(submitted))
        elif submitted.subject:
            _follow(file, rules, submitted, index, number, statements, languages)
            submitted.is_withheld = (
                lacks or index in withheld or number in statements.withheld
            )
    problems += consents.problems
    if waiting:
        normalised.waiting = len(waiting)
        problems.append(_wait(waiting))
    problems += required_empty(file, submissions, keep - held)
    problems += several_of_one(normalised.submissions)
    problems += statements.problems
    normalised.statements = statements.made


def _submissions_of(file: File, rows: Callable[[Cells], set[int]]) -> set[int]:
    """Return the submissions to which these rows of the tables belong."""
    found = set(rows(file.main))
    for repeat in file.repeats:
        for row in rows(repeat.cells):
            found.add(bisect_right(repeat.starts, row) - 1)
    return found


_OF_WHOLE_SUBMISSIONS = {Code.UNKNOWN_RESPONDENT, Code.UNKNOWN_MARK}
"""What loses submissions as a whole: the others lack nothing."""


def _lacks_answers(
    file: File, problems: list[Problem], decisions: Mapping[str, Any]
) -> bool:
    """Is it open whether answers of any submission may be missing from the file?

    A column of no question holds some only where a question has no column.
    """
    tables = [file.main, *(repeat.cells for repeat in file.repeats)]
    no_losses = set(_OF_WHOLE_SUBMISSIONS)
    if not any(cells.columns.missing for cells in tables):
        no_losses.add(Code.UNMAPPED_COLUMN)
    return any(
        problem.kind == LOSS
        and problem.code not in no_losses
        and not answer_to(decisions, LOSS, problem.value)
        for problem in problems
    )


def _wait(waiting: list[Submitted]) -> Problem:
    rows = ", ".join(str(submitted.row_number) for submitted in waiting[:20])
    return Problem(
        Code.WAITS_FOR_ANSWERS,
        Severity.NOTE,
        ngettext(
            "%(count)s submission waits until these questions are answered, and "
            "nothing is taken from it: row %(rows)s",
            "%(count)s submissions wait until these questions are answered, and "
            "nothing is taken from them: rows %(rows)s",
            len(waiting),
        )
        % {
            "count": len(waiting),
            "rows": f"{rows}, …" if len(waiting) > 20 else rows,
        },
        sheet=waiting[0].sheet,
        row=waiting[0].row_number,
    )


def _without_ids(file: File, submissions: list[Submitted]) -> Iterator[Problem]:
    if any(s.submission_id.startswith("made-") for s in submissions):
        yield Problem(
            Code.NO_SUBMISSION_ID,
            Severity.NOTE,
            _(
                "The file has no identifiers of submissions. A corrected answer "
                "will not be known as the one that it corrects."
            ),
            sheet=file.export.main.sheet,
        )


def _follow(file, rules, submitted, index, number, statements, languages) -> None:
    language, trouble = languages.said(submitted.language)
    is_told = bool(language or trouble)
    if trouble is not None and submitted.language not in statements.asked:
        statements.asked.add(submitted.language)
        statements.problems.append(_unknown_language(submitted, trouble))
    if not is_told:
        language = languages.of_submission(_texts(submitted.answers))
    main = Said(
        number,
        submitted.subject,
        language,
        submitted.answers,
        file.main,
        index,
        languages,
        is_told,
    )
    for follower in rules.get("", ()):
        follower.follow(main, statements)
    for repeat in file.repeats:
        start = repeat.starts[index]
        for offset, answers in enumerate(submitted.answers.get(repeat.code, ())):
            said = Said(
                number,
                submitted.subject,
                language,
                answers,
                repeat.cells,
                start + offset,
                languages,
                is_told,
                main,
            )
            for follower in rules.get(repeat.code, ()):
                follower.follow(said, statements)


def _unknown_language(submitted: Submitted, trouble: Trouble) -> Problem:
    return Problem(
        trouble.code,
        trouble.severity,
        trouble.text,
        sheet=submitted.sheet,
        row=submitted.row_number,
        value=trouble.value,
        kind=trouble.kind,
        candidates=trouble.candidates,
    )


def _texts(answers: dict[str, Any]) -> Iterator[str]:
    """Yield the answers that are texts, also those in repeated groups."""
    for answer in answers.values():
        if isinstance(answer, str):
            yield answer
        elif answer and isinstance(answer[0], dict):
            for entry in answer:
                yield from _texts(entry)


def _partial(submitted: Submitted) -> Problem:
    return Problem(
        Code.PARTIAL_SUBMISSION,
        Severity.NOTE,
        _("Not finished: it is kept, and nothing is taken from it."),
        sheet=submitted.sheet,
        row=submitted.row_number,
    )


def _not_to_be_published(submitted: Submitted) -> Problem:
    return Problem(
        Code.NOT_TO_BE_PUBLISHED,
        Severity.NOTE,
        _("The respondent does not want it published: nothing is taken from it."),
        sheet=submitted.sheet,
        row=submitted.row_number,
    )
