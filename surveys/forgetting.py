"""Forgetting the person who filled a submission in, or who sent an error report, on
request or after its use.

Their PersonalDetails and addresses are deleted. Texts that name them among the answers
and in reports are cleared, and a waiting file with such a text is deleted. Drafts,
editions and the audit log are not changed in silence: the places there that still have
such a text are returned, for a person to look at.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from auditlog.models import LogEntry
from django.apps import apps
from django.db import models, transaction
from django.urls import NoReverseMatch, reverse

from corrections.forgetting import clear_words, forget_senders
from corrections.models import ReportSender
from profiles.folding import fold
from profiles.models import Fact, Profile
from profiles.uploads import Refused, archives
from surveys.models import PersonalDetails, Submission, SurveyImport, UploadedFile

REMOVED = "[removed]"
"""The text that replaces a cleared one in a submission or report."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s()./-]{7,}")
_ADDRESS_OF_DEVICE = re.compile(r"(\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]*:[0-9a-fA-F:]{4,}")
_ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252")

_SEARCHED_APPS = (
    *("profiles", "partnerships", "corrections", "surveys"),
    *("auditlog", "admin"),
)
_NOT_SEARCHED: tuple[type[models.Model], ...] = (
    PersonalDetails,
    ReportSender,
    UploadedFile,
)


class SeveralPeople(Exception):
    """Raised when a name fits people of different addresses or names. Nothing was done.

    `submissions` are the numbers of their submissions, to choose from.
    """

    def __init__(self, submissions: list[int]):
        self.submissions = submissions
        super().__init__(submissions)


@dataclass(frozen=True)
class Place:
    """A record that still names the forgotten person, for somebody to look at.

    `record` never quotes the name. `url` is "" where the record has no page.
    """

    model: type[models.Model]
    pk: Any
    field: str
    edition: str
    url: str

    @property
    def record(self) -> str:
        return f"{self.model._meta.verbose_name} {self.pk}"


@dataclass
class Forgotten:
    """The submissions and files that were changed, and the places that have texts yet.

    `submissions` lost their personal details; in those `cleared` a text was replaced.
    Error reports in `reports` lost the address of their sender, or a text.
    """

    submissions: list[int] = field(default_factory=list)
    cleared: list[int] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)
    remaining: list[Place] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.submissions or self.cleared or self.imports or self.reports)


def forget(
    text: str = "",
    *,
    submissions: Iterable[int] = (),
    by: Any = None,
    dry_run: bool = False,
) -> Forgotten:
    """Forget the person of this e-mail address or name, or of these submissions.

    Versions that were corrected count among a person's submissions. A second call
    finds nothing more to remove. With `dry_run` nothing is changed. Raises
    SeveralPeople for a name that several people have.
    """
    with transaction.atomic():
        found = _details(text, list(submissions))
        if text:
            _require_one_person(found)
        forgotten = _forget(text, found, list(submissions), by)
        if dry_run:
            transaction.set_rollback(True)
    return forgotten


def _forget(
    text: str, found: list[PersonalDetails], asked: list[int], by: Any
) -> Forgotten:
    versions = _versions({*asked, *(one.submission_id for one in found)})
    details = list(PersonalDetails.objects.filter(submission__in=versions))
    words = _Words.of(text, details)
    forgotten = Forgotten(submissions=sorted(one.submission_id for one in details))
    # Nothing is cleared for a text that nobody gave as a name: it may be any two words.
    if details or asked or _tells_who(text.strip()):
        forgotten.cleared = _clear_submissions(words, versions)
        forgotten.imports = _delete_waiting_files(words, versions)
        forgotten.reports = _clear_reports(words, by)
    for one in details:
        # The log keeps who forgot the person and when, and none of the details.
        LogEntry.objects.log_create(
            one,
            force_log=True,
            action=LogEntry.Action.DELETE,
            actor=by,
            additional_data={"submission": one.submission_id},
        )
    PersonalDetails.objects.filter(pk__in=[one.pk for one in details]).delete()
    forgotten.remaining = list(_remaining(words))
    return forgotten


# --- Whom it concerns --------------------------------------------------------------


def _details(text: str, submissions: list[int]) -> list[PersonalDetails]:
    if not text.strip():
        return list(PersonalDetails.objects.filter(submission__in=submissions))
    wanted = fold(text)
    return [
        details
        for details in PersonalDetails.objects.iterator()
        if any(fold(known) == wanted for known in _texts(details))
    ]


def _texts(details: PersonalDetails) -> list[str]:
    """Return the texts that name the person: name, address, and cells that are not as
    common as 'web' or 'Ana'."""
    cells = [str(cell).strip() for cell in details.cells.values() if cell]
    telling = [cell for cell in cells if _is_certain(cell)]
    return [text for text in (details.name, details.email, *telling) if text.strip()]


def _require_one_person(found: list[PersonalDetails]) -> None:
    people = {
        fold(details.email) or fold(details.name) or str(details.submission_id)
        for details in found
    }
    if len(people) > 1:
        raise SeveralPeople(sorted(details.submission_id for details in found))


def _versions(submissions: set[int]) -> dict[int, Submission]:
    """Return these submissions, all that they correct, and all that correct them."""
    versions: dict[int, Submission] = {}
    named = Submission.objects.filter(pk__in=submissions)
    for round_, sheet, key in named.values_list(
        "round", "questionnaire", "submission_id"
    ).distinct():
        same = Submission.objects.filter(
            round=round_, questionnaire=sheet, submission_id=key
        )
        versions |= same.in_bulk()
    return versions


# --- What is looked for ------------------------------------------------------------


@dataclass
class _Words:
    """The texts that name a person; those that are `certain` can mean nobody else."""

    certain: list[str]
    own: list[str]

    @classmethod
    def of(cls, text: str, details: list[PersonalDetails]) -> "_Words":
        own = {" ".join(text.split())}
        for one in details:
            own |= {one.name.strip(), one.email.strip()}
            own |= {cell.strip() for cell in _texts(one) if _tells_who(cell.strip())}
        own.discard("")
        certain = {word for word in own if _is_certain(word)}
        return cls(sorted(certain, key=len, reverse=True), sorted(own, key=len)[::-1])


def _tells_who(cell: str) -> bool:
    return any(
        pattern.fullmatch(cell) for pattern in (_EMAIL, _PHONE, _ADDRESS_OF_DEVICE)
    )


def _is_certain(word: str) -> bool:
    """Tell whether a text means the person wherever it stands; 'Ana' alone does not."""
    return len(word.split()) > 1 or _tells_who(word)


def _pattern(words: list[str]) -> re.Pattern[str] | None:
    if not words:
        return None
    spaced = (r"\s+".join(map(re.escape, word.split())) for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)


# --- What is removed ---------------------------------------------------------------


def _clear_submissions(words: _Words, versions: dict[int, Submission]) -> list[int]:
    cleared = dict(_cleared(words, versions))
    for pk, changed in cleared.items():
        Submission.objects.filter(pk=pk).update(**changed)
    return list(cleared)


def _cleared(
    words: _Words, versions: dict[int, Submission]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the submissions that name the person, by pk, and their cleared columns."""
    own, certain = _pattern(words.own), _pattern(words.certain)
    columns = ("row", "answers", "unanswered", "respondent")
    for submission in Submission.objects.only(*columns).order_by("pk").iterator(500):
        pattern = own if submission.pk in versions else certain
        if pattern is None:
            continue
        cleared = {
            column: _without(getattr(submission, column), pattern) for column in columns
        }
        changed = {
            column: value
            for column, value in cleared.items()
            if value != getattr(submission, column)
        }
        if changed:
            yield submission.pk, changed


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    """Return a JSON value in which all matches of the pattern are cleared."""
    if isinstance(value, str):
        return pattern.sub(REMOVED, value)
    if isinstance(value, list):
        return [_without(one, pattern) for one in value]
    if isinstance(value, dict):
        return {name: _without(one, pattern) for name, one in value.items()}
    return value


def _clear_reports(words: _Words, by: Any) -> list[int]:
    reports = {*forget_senders(words.own, by=by)}
    if pattern := _pattern(words.certain):
        reports |= {*clear_words(pattern, REMOVED)}
    return sorted(reports)


def _delete_waiting_files(words: _Words, versions: dict[int, Submission]) -> list[str]:
    told = []
    for waiting in list(_waiting_with(words, versions)):
        told.append(f"{waiting.pk}: {waiting.file_name}")
        waiting.delete()
    return told


def _waiting_with(
    words: _Words, versions: dict[int, Submission]
) -> Iterator[SurveyImport]:
    keys = {submission.submission_id for submission in versions.values()}
    # Short identifiers, such as 12, would be found in every file.
    pattern = _pattern([*words.certain, *(key for key in keys if len(key) >= 8)])
    if pattern is None:
        return
    for uploaded in UploadedFile.objects.select_related("survey_import").iterator(1):
        if any(pattern.search(text) for text in _texts_of(bytes(uploaded.content))):
            yield uploaded.survey_import


def _texts_of(content: bytes) -> Iterator[str]:
    """Yield the texts of a file: each part of a workbook, else it in each encoding."""
    if content.startswith(archives.START):
        with suppress(Refused):
            for _name, part in archives.unpack(content):
                yield html.unescape(part.decode("utf-8", errors="replace"))
            return
    for encoding in _ENCODINGS:
        yield content.decode(encoding, errors="replace")


# --- What is left to a person --------------------------------------------------------


def _remaining(words: _Words) -> Iterator[Place]:
    pattern = _pattern(words.certain)
    if pattern is None:
        return
    for model in _searched():
        names_of = {f.name for f in model._meta.concrete_fields}
        columns = [
            f
            for f in model._meta.concrete_fields
            # A text in several languages is searched in the column of each language.
            if _holds_text(f) and f"{f.name}_en" not in names_of
        ]
        if not columns:
            continue
        names = [f.name for f in columns]
        rows = model._base_manager.order_by("pk").values_list("pk", *names)
        for pk, *values in rows.iterator(chunk_size=1000):
            for column, value in zip(columns, values, strict=True):
                if value and pattern.search(_as_text(value)):
                    yield _place(model, pk, column)


def _searched() -> Iterator[type[models.Model]]:
    for label in _SEARCHED_APPS:
        for model in apps.get_app_config(label).get_models():
            if model not in _NOT_SEARCHED:
                yield model


def _holds_text(column: models.Field) -> bool:
    return isinstance(column, models.CharField | models.TextField | models.JSONField)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _place(model: Any, pk: Any, column: models.Field) -> Place:
    edition, page, key = "", model, pk
    if issubclass(model, Fact):
        profile = model._base_manager.select_related("profile").get(pk=pk).profile
        edition, page, key = _edition(profile), Profile, profile.pk
    elif model is Profile:
        edition = _edition(model._base_manager.get(pk=pk))
    name = f"admin:{page._meta.app_label}_{page._meta.model_name}_change"
    try:
        url = reverse(name, args=[key])
    except NoReverseMatch:
        url = ""
    return Place(model, pk, str(getattr(column, "verbose_name", "")), edition, url)


def _edition(profile: Profile) -> str:
    return f"{profile.mechanism_id and profile.mechanism.slug}, {profile.edition}"
