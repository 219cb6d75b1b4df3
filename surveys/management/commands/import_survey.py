"""Bring a survey export into drafts."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from profiles.uploads import Refused, read_apart
from surveys.applying import ImportRefused, ProblemsFound, stage_and_apply
from surveys.file_questions import ENCODING, FILE_QUESTIONS, is_open
from surveys.mapping import (
    Mapping,
    MappingError,
    named_mapping,
    read_mapping,
    saved_names,
    shipped_names,
)
from surveys.models import Round
from surveys.names import KINDS
from surveys.normalising.answers import AS_IT_IS
from surveys.pipeline import (
    SKIP_INVALID,
    Preparation,
    earlier_imports,
    prepare,
    waiting_import,
)
from surveys.planning.plans import PlannedChange
from surveys.problems import VALUE, FileRefused, Problem, Severity
from surveys.reports import UnknownReport, action_counts, check_path, write_report
from surveys.vocabularies import ChangeAction

USAGE = 2
MOST_PROBLEMS_SHOWN = 100
_ALWAYS_SHOWN = (ChangeAction.ALTERNATIVE, ChangeAction.CONFLICT)


class Command(BaseCommand):
    """Prepares a file, reports its changes, and applies all of them or none."""

    help = (
        "Read the export of a survey tool and write what it says into drafts, never "
        "into a published edition. All is written, or nothing. Exit status: 0 applied, "
        "or nothing to do; 1 not applied, and nothing written; 2 wrong usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="as the survey tool exports it")
        parser.add_argument(
            "--round",
            required=True,
            metavar="SLUG",
            help="of which round, such as 2019",
        )
        parser.add_argument(
            "--mapping",
            metavar="NAME_OR_FILE",
            default="",
            help="a mapping that comes along or was saved, or a TOML file; without it, "
            "the one whose columns fit",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and stop"
        )
        parser.add_argument(
            "--report",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="write it down as .html, .csv or .json; can be given several times",
        )
        parser.add_argument(
            "--decisions",
            type=Path,
            metavar="FILE",
            help="a TOML or JSON file that says what names mean: a table for each of "
            f"{', '.join(KINDS)}, text as written = key; what other values mean: "
            f"tables [{VALUE}.QUESTION], text as written = code of a choice, “other”, "
            f"“{AS_IT_IS}” for the text as it stands, or empty for no answer; and "
            "`take`, a list of the numbers of changes in conflict to be taken all the "
            "same",
        )
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="KIND:WHAT=ANSWER",
            help="the answer to a question on the file, as the question names it, such "
            "as encoding:file=cp1251 or “language:Heading=fr”; can be given several "
            "times",
        )
        parser.add_argument(
            "--allow-open-questions",
            action="store_true",
            help="apply although names or values are not decided; of a name, what it "
            "stands in is left out, of another value the whole submission",
        )
        parser.add_argument(
            "--skip-invalid",
            action="store_true",
            help="leave out submissions that have errors, and apply the others",
        )

    def handle(self, *args, **options):
        content = _content(options["file"])
        round = _round(options["round"])
        mapping, mapping_text = _mapping(options["mapping"])
        for path in options["report"]:
            _check_report(path)
        decisions = _with_answers(_decisions(options["decisions"]), options["answer"])
        waiting = waiting_import(content, round)
        if waiting is not None:
            # Decisions in the preview of the same file hold here as well.
            decisions = {
                **waiting.decisions,
                **decisions,
                **{
                    kind: waiting.decisions[kind] | decisions.get(kind, {})
                    for kind in FILE_QUESTIONS
                    if kind in waiting.decisions
                },
            }
        if options["skip_invalid"]:
            decisions[SKIP_INVALID] = True
        self._say_what_came_before(content, round)
        try:
            with _progress() as progress:
                preparation = prepare(
                    content,
                    str(options["file"]),
                    round,
                    mapping=mapping,
                    decisions=decisions,
                    progress=progress,
                )
        except FileRefused as refused:
            raise CommandError(
                _("%(file)s: %(reason)s Nothing was written.")
                % {"file": options["file"], "reason": refused.problem.text}
            ) from None
        self._tell(preparation, options["verbosity"])
        self._write_reports(preparation, options["report"])
        self._require_applicable(preparation, options["allow_open_questions"])
        if preparation.plan is None or preparation.plan.is_empty:
            self.stdout.write(_("Nothing to do: the registry has all of it already."))
        elif options["dry_run"]:
            self.stdout.write(_("This was a trial: nothing was written."))
        else:
            self._apply(content, preparation, round, options["mapping"], mapping_text)

    def _apply(
        self,
        content: bytes,
        preparation: Preparation,
        round: Round,
        mapping_name: str,
        mapping_text: str,
    ) -> None:
        try:
            applied = stage_and_apply(
                content,
                preparation,
                round,
                mapping_name=Path(mapping_name).name,
                mapping_text=mapping_text,
            )
        except ProblemsFound as found:
            self._tell_problems(preparation, found.problems)
            raise CommandError(str(found)) from None
        except ImportRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(
            self.style.SUCCESS(
                _(
                    "Applied as import %(number)s. “manage.py undo_import %(number)s” "
                    "takes it back."
                )
                % {"number": applied.pk}
            )
        )

    def _require_applicable(self, preparation: Preparation, allow_open: bool) -> None:
        if errors := preparation.errors:
            raise CommandError(str(ProblemsFound(errors)))
        is_unread = is_open(preparation.questions, ENCODING)
        if preparation.questions and (is_unread or not allow_open):
            raise CommandError(
                ngettext(
                    "%(count)s question is open. Answer it with --decisions, with "
                    "--answer or in the admin, or leave out what it is about with "
                    "--allow-open-questions. Nothing was written.",
                    "%(count)s questions are open. Answer them with --decisions, with "
                    "--answer or in the admin, or leave out what they are about with "
                    "--allow-open-questions. Nothing was written.",
                    len(preparation.questions),
                )
                % {"count": len(preparation.questions)}
            )

    # Reports

    def _say_what_came_before(self, content: bytes, round: Round) -> None:
        for earlier in earlier_imports(content, round):
            self.stdout.write(
                _("The same file was applied on %(day)s as import %(number)s.")
                % {"day": f"{earlier.applied_at:%Y-%m-%d}", "number": earlier.pk}
            )

    def _tell(self, preparation: Preparation, verbosity: int) -> None:
        export, mapping = preparation.export, preparation.mapping
        self.stdout.write(
            _("%(file)s: %(tool)s. %(reason)s Mapping: %(mapping)s.")
            % {
                "file": preparation.file_name,
                "tool": export.tool.value,
                "reason": export.reason,
                "mapping": mapping.name if mapping else _("none fits"),
            }
        )
        if plan := preparation.plan:
            self.stdout.write(
                _("Submissions: %(new)s new, %(corrected)s corrected, %(same)s known.")
                % {
                    "new": len(plan.new),
                    "corrected": len(plan.corrected),
                    "same": len(plan.unchanged),
                }
            )
            self._tell_mechanisms(preparation, verbosity)
        if preparation.left_out:
            self.stdout.write(
                _("Left out because of their errors, rows: %(rows)s")
                % {"rows": ", ".join(map(str, preparation.left_out))}
            )
        self._tell_problems(preparation, preparation.problems)

    def _tell_mechanisms(self, preparation: Preparation, verbosity: int) -> None:
        for of_mechanism in preparation.plan.mechanisms if preparation.plan else ():
            counts = ", ".join(
                _("%(action)s: %(count)s") % {"action": action.label, "count": count}
                for action, count in action_counts(of_mechanism).items()
            )
            self.stdout.write(
                _("%(mechanism)s (a draft is opened): %(counts)s")
                % {"mechanism": of_mechanism.name, "counts": counts}
                if of_mechanism.opens_draft
                else _("%(mechanism)s: %(counts)s")
                % {"mechanism": of_mechanism.name, "counts": counts}
            )
            for change in of_mechanism.changes:
                if verbosity > 1 or change.action in _ALWAYS_SHOWN:
                    self.stdout.write(f"  {change_line(change)}")

    def _tell_problems(self, preparation: Preparation, problems: list[Problem]) -> None:
        order = list(Severity)
        worst_first = sorted(problems, key=lambda p: order.index(Severity(p.severity)))
        for problem in worst_first[:MOST_PROBLEMS_SHOWN]:
            self.stderr.write(problem_line(preparation.file_name, problem))
        if (more := len(problems) - MOST_PROBLEMS_SHOWN) > 0:
            self.stderr.write(
                ngettext(
                    "… and %(count)s more. A report has all of them: --report.",
                    "… and %(count)s more. A report has all of them: --report.",
                    more,
                )
                % {"count": more}
            )

    def _write_reports(self, preparation: Preparation, paths: list[Path]) -> None:
        for path in paths:
            try:
                write_report(preparation, path)
            except OSError as error:
                raise CommandError(
                    _("%(file)s: %(reason)s. Nothing was written.")
                    % {"file": path, "reason": error.strerror}
                ) from None
            self.stdout.write(_("Report: %(file)s") % {"file": path})


def change_line(change: PlannedChange) -> str:
    """Return one line on a change, with the number by which a decision takes it."""
    line = _("%(number)s: %(what)s. %(action)s.") % {
        "number": change.number,
        "what": change.label,
        "action": ChangeAction(change.action).label,
    }
    return f"{line} {change.reason}".rstrip()


def problem_line(file_name: str, problem: Problem) -> str:
    """Return one line with a problem, its place, and what would be right."""
    where = [file_name]
    if problem.sheet:
        where.append(_("sheet %(sheet)s") % {"sheet": problem.sheet})
    if problem.row:
        where.append(_("row %(row)s") % {"row": problem.row})
    if problem.column:
        where.append(_("column “%(column)s”") % {"column": problem.column})
    if problem.cell:
        where.append(_("cell %(cell)s") % {"cell": problem.cell})
    parts = [
        _("%(severity)s: %(where)s: %(text)s")
        % {
            "severity": Severity(problem.severity).label,
            "where": ", ".join(where),
            "text": problem.text,
        }
    ]
    if problem.value and problem.kind not in FILE_QUESTIONS:
        parts.append(_("Value: “%(value)s”.") % {"value": problem.value})
    if problem.kind == VALUE:
        parts.append(
            _("To decide it: [%(table)s], “%(text)s” = …")
            % {"table": f"{VALUE}.{problem.question}", "text": problem.value}
        )
    if problem.allowed:
        parts.append(_("Allowed: %(allowed)s.") % {"allowed": problem.allowed})
    if problem.kind in FILE_QUESTIONS:
        parts += [
            _("%(label)s (--answer “%(kind)s:%(value)s=%(key)s”).")
            % {"label": label, "kind": problem.kind, "value": problem.value, "key": key}
            for key, label in problem.candidates
        ]
    return " ".join(" ".join(parts).split())


def _usage_error(text: str) -> CommandError:
    return CommandError(text, returncode=USAGE)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _usage_error(
            _("%(file)s: %(reason)s.") % {"file": path, "reason": error.strerror}
        ) from None


def _round(slug: str) -> Round:
    round = Round.objects.filter(slug=slug).first()
    if round is None:
        known = ", ".join(Round.objects.values_list("slug", flat=True))
        raise _usage_error(
            _("There is no round “%(slug)s”. There are: %(known)s.")
            % {"slug": slug, "known": known or _("none, see load_rounds")}
        )
    return round


def _mapping(name_or_file: str) -> tuple[Mapping | None, str]:
    """Return a mapping, and its text if it is one of a file."""
    if not name_or_file:
        return None, ""
    known = [*shipped_names(), *saved_names()]
    if name_or_file in known:
        try:
            return named_mapping(name_or_file), ""
        except MappingError as error:
            raise _usage_error("\n".join(error.problems)) from None
    path = Path(name_or_file)
    if not path.is_file():
        raise _usage_error(
            _("There is no mapping and no file “%(name)s”. There are: %(known)s.")
            % {"name": name_or_file, "known": ", ".join(known)}
        )
    try:
        text = path.read_text("utf-8-sig")
        return read_mapping(text, path.name), text
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or _("it is no text in UTF-8")
        raise _usage_error(
            _("%(file)s: %(reason)s.") % {"file": path, "reason": reason}
        ) from None
    except MappingError as error:
        raise _usage_error("\n".join(error.problems)) from None


def _check_report(path: Path) -> None:
    try:
        check_path(path)
    except UnknownReport as error:
        raise _usage_error(str(error)) from None


def _decisions(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        kind = "json_value" if path.suffix.lower() == ".json" else "toml_tables"
        decisions = read_apart(f"profiles.uploads.texts:{kind}", path.read_bytes())
    except OSError as error:
        raise _usage_error(
            _("%(file)s: %(reason)s.") % {"file": path, "reason": error.strerror}
        ) from None
    except Refused as refused:
        raise _usage_error(
            _("%(file)s cannot be read: %(reason)s") % {"file": path, "reason": refused}
        ) from None
    if wrong := _wrong_decision(decisions):
        raise _usage_error(
            _(
                "%(file)s: “%(name)s” is not a decision. Expected are tables %(kinds)s "
                "(text as written = key of the record, empty for none), tables of "
                "questions on the file (%(questions)s), tables %(value)s.QUESTION "
                "(text as written = code of a choice, empty for no answer) and a list "
                "“take”."
            )
            % {
                "file": path,
                "name": wrong,
                "kinds": ", ".join(KINDS),
                "questions": ", ".join(FILE_QUESTIONS),
                "value": VALUE,
            }
        )
    return decisions


def _with_answers(decisions: dict[str, Any], written: list[str]) -> dict[str, Any]:
    """Return decisions with answers added, each written as KIND:WHAT=ANSWER."""
    for answer in written:
        kind, _colon, rest = answer.partition(":")
        what, _equals, key = rest.rpartition("=")
        if kind not in FILE_QUESTIONS or not what or not key:
            raise _usage_error(
                _(
                    "“%(answer)s” is no answer. Write KIND:WHAT=ANSWER as the question "
                    "shows it. The kinds are %(kinds)s."
                )
                % {"answer": answer, "kinds": ", ".join(FILE_QUESTIONS)}
            )
        decisions[kind] = {**decisions.get(kind, {}), what: key}
    return decisions


def _wrong_decision(decisions: Any) -> str:
    """Return the first entry that is no valid decision, "" without one."""
    if not isinstance(decisions, dict):
        return str(type(decisions).__name__)
    for name, value in decisions.items():
        if name == VALUE and isinstance(value, dict):
            for question, of_one in value.items():
                if not isinstance(of_one, dict) or not all(
                    isinstance(one, str) for one in of_one.values()
                ):
                    return f"{VALUE}.{question}"
            continue
        values = value.values() if isinstance(value, dict) else value
        tables = (*KINDS, *FILE_QUESTIONS)
        is_known = isinstance(value, dict if name in tables else list)
        if name not in (*tables, "take") or not is_known:
            return name
        if not all(isinstance(one, str) for one in values):
            return name
    return ""


@contextmanager
def _progress():
    # disable=None shows the bar only on a terminal.
    with tqdm(disable=None, file=sys.stderr, unit="row") as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield tell
