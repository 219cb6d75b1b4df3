"""What each column of a file is: decided in a table, and kept as a mapping."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from profiles.vocabularies import SectionHeading
from surveys.file_questions import ENCODING, THE_FILE, answer_to, is_open
from surveys.mapping import Mapping, MappingError, choose, shipped_names
from surveys.mapping.deciding import (
    APART,
    EACH,
    LEAVE_OUT,
    NO_ANSWER,
    Deciding,
    Line,
    OptionLine,
)
from surveys.mapping.guessing import reason_of
from surveys.mapping.reading import FOLDER, read_kept, read_mapping
from surveys.mapping.saved import headings_of
from surveys.models import (
    Questionnaire,
    SavedMapping,
    SurveyImport,
    UploadedFile,
)
from surveys.pipeline import mapping_of
from surveys.questionnaires.definitions import Definition
from surveys.readers import read
from surveys.readers.tables import Export, Role

MAKE = "surveys.add_savedmapping"
CHANGE = "surveys.change_savedmapping"
OTHER = "other"
"""In place of a questionnaire in the address: ask which one."""

SEE_PERSONS = "surveys.view_personaldetails"

_LONGEST_LABEL = 90
_OWN = (Role.KEY, Role.SUBMITTED, Role.LANGUAGE, Role.STATUS, Role.BOOKKEEPING)

OVERTAKEN = gettext_lazy(
    "Nothing was saved: somebody else saved this mapping while you had it open. All "
    "that you chose is still here. Save again to put it in place of theirs."
)
DELETED = gettext_lazy(
    "Nothing was saved: somebody else deleted this mapping while you had it open. All "
    "that you chose is still here. Save again to make the mapping anew."
)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def may_decide_columns(user: Any) -> bool:
    return user.has_perm(MAKE) and user.has_perm(CHANGE)


# --- The table, as pages show it ---


class Choosing:
    """The lists to choose from, written once for all lines of a page."""

    def __init__(self, deciding: Deciding):
        self.deciding = deciding
        self._written: dict[tuple[bool, str], SafeString] = {}

    def of_line(self, line: Line) -> SafeString:
        first: list[tuple[str, Any]] = [("", _("To be decided"))]
        if line.is_table:
            last = [(LEAVE_OUT, _("Leave this table out"))]
        else:
            last = [
                (LEAVE_OUT, _("Leave out")),
                (APART, _("Keep apart: it is about a person")),
            ]
            if line.members:
                last.append((EACH, _("Each column by itself")))
        likely = SafeString("")
        questions = self.deciding.questions_of(line)
        if line.guess and line.guess.code in questions:
            code = line.guess.code
            label = _label(code, questions[code])
            likely = _group(_("Likely"), [(code, label)])
        written = _options(first) + likely + _options(last) + self._questions(line)
        is_split = line.is_split and not line.meaning
        return _with_chosen(written, EACH if is_split else line.meaning)

    def _questions(self, line: Line) -> SafeString:
        key = (line.is_table, line.group)
        if key not in self._written:
            by_section: dict[str, list[tuple[str, str]]] = {}
            for code, question in self.deciding.questions_of(line).items():
                of_section = by_section.setdefault(question.section, [])
                of_section.append((code, _label(code, question)))
            labels = dict(SectionHeading.choices)
            self._written[key] = format_html_join(
                "",
                "{}",
                (
                    [_group(labels.get(section) or _("Before the five sections"), of)]
                    for section, of in by_section.items()
                ),
            )
        return self._written[key]

    def of_option(self, option: OptionLine) -> SafeString:
        choices = self.deciding.choices_of(option.code)
        written = _options(
            [
                ("", _("Ask in the preview")),
                (NO_ANSWER, _("No answer")),
                *choices.items(),
            ]
        )
        return _with_chosen(written, option.meaning)


def _label(code: str, question: Any) -> str:
    text = Truncator(question.text).chars(_LONGEST_LABEL)
    if code != question.code:
        text = _("Another answer: %(question)s") % {"question": text}
    return f"{text} ({code})"


def _options(pairs: Iterable[tuple[str, Any]]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', pairs)


def _group(label: Any, pairs: Iterable[tuple[str, Any]]) -> SafeString:
    return format_html('<optgroup label="{}">{}</optgroup>', label, _options(pairs))


def _with_chosen(written: SafeString, value: str) -> SafeString:
    escaped = format_html('<option value="{}">', value)
    chosen = f"{escaped[:-1]} selected>"
    return mark_safe(written.replace(escaped, chosen, 1))  # noqa: S308 - escaped above


class ShownLine:
    """A line with what the page says beside it."""

    def __init__(self, line: Line, choosing: Choosing, *, sees_persons: bool):
        self.line = line
        self.select = choosing.of_line(line)
        deciding = choosing.deciding
        self.members = [
            ShownLine(member, choosing, sees_persons=sees_persons)
            for member in (line.members if line.is_split else ())
        ]
        meant = {line.meaning, line.guess.code if line.guess else ""}
        questions = deciding.questions_of(line)
        is_personal = line.is_personal or APART in meant
        is_personal |= any(questions[c].is_personal for c in meant if c in questions)
        self.is_hidden = is_personal and not sees_persons
        self.why = ""
        if line.guess:
            self.why = reason_of(line.guess, line.written.text, deciding.definition)


def shown(deciding: Deciding, user: Any) -> dict[str, Any]:
    """Return what the template of the table needs."""
    choosing = Choosing(deciding)
    sees_persons = user.has_perm(SEE_PERSONS)
    lines = [
        ShownLine(line, choosing, sees_persons=sees_persons)
        for line in deciding.lines
        if line.shared is None
    ]
    by_code = deciding.definition.by_code
    return {
        "deciding": deciding,
        "lines": [one for one in lines if not one.line.is_personal],
        "personal_lines": [one for one in lines if one.line.is_personal],
        "options": [
            (
                one,
                by_code[one.code],
                deciding.choices_of(one.code).get(one.guess.code, ""),
                choosing.of_option(one),
            )
            for one in deciding.options
            if one.code in by_code
        ],
        "own_columns": [
            column.header
            for table in (deciding.export.tables if deciding.export else ())
            for column in table.columns
            if column.role in _OWN
        ],
    }


# --- Keeping it ---


def keep(
    saved: SavedMapping, deciding: Deciding, posted: Any, by: Any, *, is_finished: bool
) -> None:
    """Write what is decided into the record.

    Raises Overtaken when it is not as the form showed it, MappingError for a text that
    no file could be read with.
    """
    try:
        with transaction.atomic():
            stored = None
            if saved.pk:
                rows = SavedMapping.objects.select_for_update()
                stored = rows.filter(pk=saved.pk).first()
            if (stored.fingerprint if stored else "") != posted.get("seen", ""):
                raise Overtaken(OVERTAKEN if stored else DELETED)
            saved.text = deciding.text()
            read_kept(saved.text, saved.name)
            saved.is_finished = is_finished
            saved.changed_by = by
            saved.save()
    except IntegrityError as error:
        # Somebody made a mapping of this name in the same instant.
        raise Overtaken(OVERTAKEN) from error


class Overtaken(Exception):
    """Raised when somebody else saved or deleted the mapping since the form was shown,
    with the sentence that says so."""


def is_overtaken(deciding: Deciding) -> bool:
    return deciding.problems in ([str(OVERTAKEN)], [str(DELETED)])


def made_anew(posted: Any) -> SavedMapping | None:
    """Return the mapping that a form showed before somebody deleted it, not stored.

    None for a form that shows no mapping.
    """
    text, headings = posted.get("text", ""), posted.get("headings", "")
    try:
        read_mapping(text, "")
    except MappingError:
        return None
    return SavedMapping(
        name=posted.get("name", "").strip()[:120],
        text=text,
        headings=headings if _FINGERPRINT.fullmatch(headings) else "",
        is_finished=bool(posted.get("finished")),
    )


# --- The columns of a waiting import ---


class DecidesColumns:
    """The page of an import on which its columns are decided, for its admin."""

    def columns_view(self: Any, request, pk):
        """Show the columns of a file; a POST keeps what is decided about them."""
        if not may_decide_columns(request.user):
            raise PermissionDenied
        return self._if_readable(request, pk, self._columns)

    def _columns(self: Any, request, survey_import: SurveyImport) -> HttpResponse:
        back = reverse("admin:surveys_surveyimport_change", args=[survey_import.pk])
        export = _export_of(survey_import)
        if export is None or is_open(export.problems, ENCODING):
            return HttpResponseRedirect(back)
        headings = headings_of(export)
        code = request.GET.get("questionnaire", "")
        if code == OTHER:
            return self._ask_questionnaire(request, survey_import)
        saved = _kept_for(survey_import, headings, code)
        if not code and saved is not None:
            code = _tables(saved.text).get("questionnaire", "")
        if not code:
            return self._ask_questionnaire(request, survey_import)
        definition = _definition(code)
        if saved is None:
            saved = made_anew(request.POST) or SavedMapping()
            saved.name = saved.name or _free_name(survey_import, code)
            saved.headings = headings
        mapping, base = _begun_with(saved, survey_import, export, definition)
        deciding = Deciding(
            export,
            definition,
            mapping=mapping,
            base=base,
            takes_sure=not saved.text,
            posted=request.POST if request.method == "POST" else None,
        )
        status = 200
        if request.method == "POST":
            answer = self._keep_columns(request, survey_import, saved, deciding)
            if answer is not None:
                return answer
            status = 409 if is_overtaken(deciding) else 200
        return self._page_of(
            request,
            "columns",
            survey_import,
            status=status,
            title=_("What the columns are"),
            saved=saved,
            seen=stored_fingerprint(saved),
            questionnaire=definition.questionnaire,
            is_step=True,
            **shown(deciding, request.user),
        )

    def _keep_columns(
        self: Any,
        request,
        survey_import: SurveyImport,
        saved: SavedMapping,
        deciding: Deciding,
    ) -> HttpResponse | None:
        """Keep what was posted; None when the page is to be shown again."""
        is_asked = "_read" in request.POST
        is_whole = deciding.check() if is_asked else False
        if saved.pk is None:
            saved.name = request.POST.get("name", "").strip()[:120]
            if mistake := mistake_in_name(saved.name):
                deciding.problems.append(mistake)
                return None
        # What the form did not show is looked at before the file is read with it.
        is_finished = is_whole and not deciding.is_new
        try:
            keep(saved, deciding, request.POST, request.user, is_finished=is_finished)
        except Overtaken as overtaken:
            deciding.problems = [str(overtaken)]
            return None
        except MappingError as error:
            deciding.problems += error.problems
            return None
        if is_finished:
            _read_with(survey_import, saved)
            self.message_user(
                request,
                _("The mapping is saved: files with these headings are read with it."),
                messages.SUCCESS,
            )
            return self.after_columns(request, survey_import)
        self.message_user(request, _kept_so_far(deciding), messages.WARNING)
        if is_asked or deciding.is_new:
            return None
        page = reverse("admin:surveys_surveyimport_columns", args=[survey_import.pk])
        return HttpResponseRedirect(f"{page}?questionnaire={deciding.definition.code}")

    def _ask_questionnaire(
        self: Any, request, survey_import: SurveyImport
    ) -> HttpResponse:
        of_round = set(survey_import.round.questionnaires.values_list("pk", flat=True))
        known = sorted(
            Questionnaire.objects.all(),
            key=lambda one: (one.pk not in of_round, one.kind, -one.version),
        )
        return self._page_of(
            request,
            "columns_of_what",
            survey_import,
            title=_("What the file answers"),
            questionnaires=[(one, one.pk in of_round) for one in known],
            is_step=True,
        )


def _export_of(survey_import: SurveyImport) -> Export | None:
    """Return the file of a waiting import, read; None of one that waits no longer."""
    file = UploadedFile.objects.filter(survey_import=survey_import).first()
    if file is None:
        return None
    encoding = answer_to(survey_import.decisions, ENCODING, THE_FILE)
    return read(bytes(file.content), survey_import.file_name, encoding)


def _definition(code: str) -> Definition:
    kind, _dash, version = code.rpartition("-")
    number = int(version) if version.isdecimal() and len(version) < 5 else 0
    definition = Definition.stored(kind, number)
    if definition is None:
        raise Http404
    return definition


def _kept_for(
    survey_import: SurveyImport, headings: str, code: str
) -> SavedMapping | None:
    """Return the saved mapping to go on with: the import's own, or one begun before."""
    kept = SavedMapping.objects.filter(headings=headings) | SavedMapping.objects.filter(
        name=survey_import.mapping
    )
    found = [
        saved
        for saved in kept.order_by("-changed_at", "-pk")
        if code in ("", _tables(saved.text).get("questionnaire"))
    ]
    own = [saved for saved in found if saved.name == survey_import.mapping]
    return next(iter((*own, *found)), None)


def _begun_with(
    saved: SavedMapping,
    survey_import: SurveyImport,
    export: Export,
    definition: Definition,
) -> tuple[Mapping | None, dict[str, Any]]:
    """Return what says what the columns are so far, and the text to go on with.

    That is the saved mapping itself; for a new one the mapping that reads the file now,
    or the saved one that has most of its headings.
    """
    if saved.text:
        return read_kept(saved.text, saved.name), _tables(saved.text)
    try:
        mapping = mapping_of(survey_import) or choose(export)
    except MappingError:
        mapping = None
    code = definition.code
    if mapping is not None and f"{mapping.kind}-{mapping.version}" == code:
        return mapping, _base_of(mapping, survey_import)
    return _nearest(export, code), {}


def _base_of(mapping: Mapping, survey_import: SurveyImport) -> dict[str, Any]:
    if survey_import.mapping_text:
        return _tables(survey_import.mapping_text)
    if mapping.name in shipped_names():
        table = _tables((FOLDER / f"{mapping.name}.toml").read_text("utf-8"))
        if table.pop("rule", None):
            table.setdefault("rules_from", mapping.name)
        return table
    return {}


def _nearest(export: Export, code: str) -> Mapping | None:
    """Return the finished mapping of a questionnaire that knows most headings."""
    headers = {column.header for table in export.tables for column in table.columns}
    best, most = None, 0
    for saved in SavedMapping.objects.filter(is_finished=True).order_by("pk"):
        table = _tables(saved.text)
        if table.get("questionnaire") != code:
            continue
        named = {*table.get("ignored", ()), *table.get("personal", ())}
        for names in table.get("columns", {}).values():
            named |= {names} if isinstance(names, str) else {*names}
        if len(named & headers) > most:
            best, most = saved, len(named & headers)
    if best is None:
        return None
    try:
        return read_kept(best.text, best.name)
    except MappingError:
        return None


def _tables(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def stored_fingerprint(saved: SavedMapping) -> str:
    stored = SavedMapping.objects.filter(pk=saved.pk).first()
    return stored.fingerprint if stored else ""


def _free_name(survey_import: SurveyImport, code: str) -> str:
    """Return a name for a new mapping that no other has."""
    stem = PurePath(survey_import.file_name).stem[:80]
    name, number = f"{stem} ({code})", 2
    taken = set(SavedMapping.objects.values_list("name", flat=True))
    while name in taken:
        name, number = f"{stem} ({code}, {number})", number + 1
    return name


def mistake_in_name(name: str) -> str:
    if not name:
        return _("Give the mapping a name, by which it is found again.")
    if "\0" in name:
        return _("Null characters are not allowed.")
    if name in shipped_names() or SavedMapping.objects.filter(name=name).exists():
        return _("There is a mapping “%(name)s” already.") % {"name": name}
    return ""


def _read_with(survey_import: SurveyImport, saved: SavedMapping) -> None:
    survey_import.mapping = saved.name
    survey_import.mapping_text = ""
    survey_import.save(update_fields=["mapping", "mapping_text"])


def _kept_so_far(deciding: Deciding) -> str:
    count = len(deciding.open_lines)
    if not count:
        return _("Your decisions are kept.")
    return ngettext(
        "Your decisions are kept. %(count)s column is still open.",
        "Your decisions are kept. %(count)s columns are still open.",
        count,
    ) % {"count": count}
