"""Which submissions of a file wait already in another one, whatever its format."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from surveys.models import Round, SurveyImport, UploadedFile
from surveys.normalising.submissions import MADE
from surveys.planning.earlier import load_stored
from surveys.statements import Normalised
from surveys.vocabularies import ImportState

Identities = dict[str, list[str]]
"""Who answered, and the fingerprint of the answers, by the submission's identifier."""


def identities_of(normalised: Normalised) -> dict:
    """Return what is kept with a waiting file of the submissions in it."""
    return {
        "questionnaire": f"{normalised.kind}-{normalised.version}",
        "by_id": {key: [*said] for key, said in normalised.identities.items()},
    }


def files_ahead(round: Round, before: SurveyImport | None) -> list[UploadedFile]:
    """Return the waiting files of a round that came before an import.

    `before` is None for a file that is only coming in: all others came before.
    """
    waiting = UploadedFile.objects.filter(
        survey_import__round=round, survey_import__state=ImportState.PREPARED
    )
    if before is not None:
        waiting = waiting.filter(survey_import__lt=before.pk)
    found = waiting.select_related("survey_import").defer("content")
    return list(found.order_by("survey_import_id"))


@dataclass(frozen=True)
class SameAs:
    """So many submissions are the same as in another import of the round."""

    survey_import: int
    count: int


def hold_back(
    normalised: Normalised, round: Round, ahead: Iterable[UploadedFile], noted: dict
) -> tuple[Normalised, list[SameAs]]:
    """Leave out the submissions that wait in files ahead; say in which ones.

    What was applied in the round already is left in: the plan says so of it. `noted`
    are the identities that were noted when the file came in: what somebody decides
    about a name later does not make it another submission.
    """
    mine = identities_of(normalised)
    known = noted.get("by_id", {})
    said = {key: known.get(key, [*of_one]) for key, of_one in mine["by_id"].items()}
    stored = load_stored(round, normalised).by_id
    applied = _known_in(
        said, {key: [one.subject, one.content_hash] for key, one in stored.items()}
    )
    held: set[str] = set()
    same: list[SameAs] = []
    for file in ahead:
        theirs = file.submissions
        if theirs.get("questionnaire") != mine["questionnaire"]:
            continue
        found = _known_in(said, theirs["by_id"]) - held - applied
        if found:
            held |= found
            same.append(SameAs(file.survey_import_id, len(found)))
    if not held:
        return normalised, []
    is_all = held | applied == said.keys()
    places = [
        index
        for index, one in enumerate(normalised.submissions)
        if one.submission_id not in held
    ]
    left = keep_only(normalised, places)
    # What is asked about the file is asked where its submissions wait.
    return replace(left, problems=[], waiting=0) if is_all else left, same


def _known_in(said: Identities, theirs: Identities) -> set[str]:
    """Return the identifiers of which the submissions are among others, too."""
    by_answers = {tuple(of_one): key for key, of_one in theirs.items()}
    return {
        key for key, of_one in said.items() if _is_same(key, of_one, theirs, by_answers)
    }


def _is_same(
    key: str,
    said: list[str],
    theirs: Identities,
    by_answers: dict[tuple[str, ...], str],
) -> bool:
    if theirs.get(key) == [*said]:
        return True
    other = by_answers.get(tuple(said), "")
    has_no_id = key.startswith(MADE) or other.startswith(MADE)
    return bool(said[0] and other and has_no_id)


def keep_only(normalised: Normalised, places: list[int]) -> Normalised:
    """Return what a file says with these of its submissions alone."""
    new_index = {index: place for place, index in enumerate(places)}
    return replace(
        normalised,
        submissions=[normalised.submissions[index] for index in places],
        statements=[
            replace(statement, submission=new_index[statement.submission])
            for statement in normalised.statements
            if statement.submission in new_index
        ],
    )
