"""The statements of the kept submissions, by the rules of their mapping."""

from collections.abc import Iterator
from collections.abc import Mapping as Decisions
from typing import Any

from django.utils.translation import gettext as _

from surveys.normalising.answers import Trouble
from surveys.normalising.files import File
from surveys.normalising.keeping import (
    required_empty,
    several_of_one,
    without_duplicates,
)
from surveys.normalising.languages import Languages, of_form
from surveys.normalising.stating import Said, Statements, followers
from surveys.problems import Code, Problem, Severity
from surveys.statements import Normalised, Submitted
from surveys.vocabularies import SubmissionStatus

CONSENT, REFUSED = "may_publish", "no"
"""The question whether answers may be published, and the answer that forbids it."""


def keep_and_follow(
    file: File,
    submissions: list[Submitted],
    normalised: Normalised,
    decisions: Decisions[str, Any],
) -> None:
    """Add the submissions that are kept to `normalised`, with statements and problems.

    A submission states nothing if it is not finished, if its respondent does not want
    it published, or if nobody knows who answered.
    """
    problems = normalised.problems
    problems += file.main.problems
    for repeat in file.repeats:
        problems += repeat.cells.problems
    keep = without_duplicates(submissions, problems)
    problems += _without_ids(file, submissions)
    said = {(problem.code, problem.row) for problem in problems}
    rules = followers(file.mapping.rules, file.mapping.kind, file.names)
    statements = Statements()
    asked = file.main.columns.answering
    form = of_form((a.shown, a.asked.question) for a in asked)
    languages = Languages(form, decisions)
    for index, submitted in enumerate(submissions):
        if index not in keep:
            continue
        number = len(normalised.submissions)
        normalised.submissions.append(submitted)
        if submitted.status == SubmissionStatus.PARTIAL:
            if (Code.PARTIAL_SUBMISSION, submitted.row_number) not in said:
                problems.append(_partial(submitted))
        elif submitted.answers.get(CONSENT) == REFUSED:
            problems.append(_not_to_be_published(submitted))
        elif submitted.subject:
            _follow(file, rules, submitted, index, number, statements, languages)
    problems += required_empty(file, submissions, keep)
    problems += several_of_one(normalised.submissions)
    problems += statements.problems
    normalised.statements = statements.made


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
