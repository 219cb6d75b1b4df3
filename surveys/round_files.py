"""Assessment rounds as files: one TOML file for each, in `fixtures/rounds/`.

Loading fills fields that are empty in the database and overwrites nothing: what staff
wrote since, above all the follow-up of a recommendation, is newer than the file. A file
can give a new round its page, which says what published sources say. No file makes
results public; a person decides that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from profiles.models import Mechanism, Source
from profiles.uploads import Refused, read_apart
from surveys.models import Questionnaire, Recommendation, Review, Round, Turnout

TEXT, NUMBER, TRUTH = "text", "number", "truth"
TEXTS, TABLE, TABLES = "texts", "table", "tables"

ROUND = {
    "slug": TEXT,
    "year": NUMBER,
    "title": TEXT,
    "note": TEXT,
    "is_listed": TRUTH,
    "aims": TEXT,
    "method": TEXT,
    "presented_at": TEXT,
    "recommendations_known": TEXT,
    "report_number": TEXT,
    "report_isbn": TEXT,
    "source": TEXT,
    "documents": TEXTS,
    "questionnaires": TEXTS,
    "report": TABLE,
    "turnouts": TABLES,
    "recommendations": TABLES,
    "reviews": TABLES,
}
REPORT = dict.fromkeys(("slug", "title", "publisher", "url", "published", "note"), TEXT)
TURNOUT = {"kind": TEXT, "invited": NUMBER, "reported": NUMBER, "source": TEXT}
RECOMMENDATION = {
    "number": NUMBER,
    "text": TEXT,
    "addressed_to": TEXT,
    "mechanism": TEXT,
    "status": TEXT,
    "status_note": TEXT,
    "status_as_of": TEXT,
    "source": TEXT,
}
REVIEW = dict.fromkeys(("kind", "date", "title", "mechanisms", "about", "source"), TEXT)
"""The keys that each table of a file may have. `source` is the key of a source in the
registry, without which no figure, recommendation and review is loaded."""


class RoundFilesError(Exception):
    """Raised with all problems of all files; nothing was written."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass
class Counts:
    """What loading did. `differing` are fields in which file and database differ."""

    added: int = 0
    filled: int = 0
    same: int = 0
    differing: list[str] = field(default_factory=list)


def load_rounds(folder: Path) -> Counts:
    """Load the files of a folder, all or nothing. Raises RoundFilesError."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise RoundFilesError(
            [_("%(folder)s: there is no file of a round (.toml).") % {"folder": folder}]
        )
    counts, problems = Counts(), []
    with transaction.atomic():
        for path in paths:
            loading = _Loading(path, counts)
            loading.load()
            problems += loading.problems
        if problems:
            raise RoundFilesError(problems)
    return counts


class _Loading:
    """Loads one file; collects its problems instead of stopping at the first."""

    def __init__(self, path: Path, counts: Counts):
        self.name = path.name
        self.path = path
        self.counts = counts
        self.problems: list[str] = []

    def load(self) -> None:
        data = self._read()
        if data is None or not self._is_shaped(data, ROUND, ""):
            return
        round = self._round(data)
        if round is None:
            return
        self._questionnaires(round, data.get("questionnaires", []))
        self._documents(round, data.get("documents", []))
        for place, row in self._rows(data, "turnouts", TURNOUT):
            self._keep(Turnout(round=round, **row), ["round", "kind"], place)
        for place, row in self._rows(data, "recommendations", RECOMMENDATION):
            if slug := row.pop("mechanism", ""):
                row["mechanism"] = self._record(Mechanism, slug, f"{place}.mechanism")
            self._keep(Recommendation(round=round, **row), ["round", "number"], place)
        for place, row in self._rows(data, "reviews", REVIEW):
            self._keep(Review(round=round, **row), ["round", "title"], place)

    def _say(self, place: str, text: str) -> None:
        where = f"{self.name}, {place}" if place else self.name
        self.problems.append(f"{where}: {text}")

    def _read(self) -> dict[str, Any] | None:
        try:
            return read_apart(
                "profiles.uploads.texts:toml_tables", self.path.read_bytes()
            )
        except (OSError, Refused) as error:
            self._say("", str(error))
            return None

    def _is_shaped(self, data: dict[str, Any], shape: dict[str, str], at: str) -> bool:
        """Tell whether a table has only known keys, and values of their kinds."""
        before = len(self.problems)
        prefix = f"{at}." if at else ""
        for name, value in data.items():
            if name not in shape:
                known = ", ".join(shape)
                text = _("is unknown. There are: %(known)s.") % {"known": known}
                self._say(prefix + name, text)
            elif not _is_of_kind(value, shape[name]):
                kind = KINDS[shape[name]]
                self._say(prefix + name, _("must be %(kind)s.") % {"kind": kind()})
        return len(self.problems) == before

    def _round(self, data: dict[str, Any]) -> Round | None:
        fields = {
            name: value
            for name, value in data.items()
            if ROUND[name] in (TEXT, NUMBER, TRUTH)
        }
        if "source" in fields:
            fields["source"] = self._record(Source, fields["source"], "source")
        if Round.objects.filter(slug=fields.get("slug", "")).exists():
            # Whether it has a page is decided by people, once it is there.
            fields.pop("is_listed", None)
        if report := data.get("report"):
            fields["report"] = self._report(report)
        return self._keep(Round(**fields), ["slug"], "")

    def _report(self, row: dict[str, Any]) -> Source | None:
        """Return the source of the report; add it if the file describes a new one."""
        if not self._is_shaped(row, REPORT, "report"):
            return None
        known = Source.objects.filter(slug=row.get("slug", "")).first()
        if known:
            return known
        if "title" in row:
            return self._keep(Source(**row), ["slug"], "report")
        return self._record(Source, row.get("slug", ""), "report.slug")

    def _questionnaires(self, round: Round, codes: list[str]) -> None:
        known = {one.code: one for one in Questionnaire.objects.all()}
        for code in codes:
            if code not in known:
                text = _("There is no questionnaire “%(code)s”. There are: %(known)s.")
                listed = ", ".join(known) or "–"
                self._say("questionnaires", text % {"code": code, "known": listed})
        held = set(round.questionnaires.values_list("pk", flat=True))
        new = [known[c] for c in codes if c in known and known[c].pk not in held]
        if new:
            round.questionnaires.add(*new)
            self.counts.added += len(new)

    def _documents(self, round: Round, slugs: list[str]) -> None:
        named = [self._record(Source, slug, "documents") for slug in slugs]
        held = set(round.documents.values_list("pk", flat=True))
        new = [source for source in named if source and source.pk not in held]
        if new:
            round.documents.add(*new)
            self.counts.added += len(new)

    def _rows(
        self, data: dict[str, Any], name: str, shape: dict[str, str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the well-formed rows of a list of tables, with their place."""
        for number, row in enumerate(data.get(name, []), start=1):
            place = f"{name}[{number}]"
            if not self._is_shaped(row, shape, place):
                continue
            row = dict(row)
            source = self._record(Source, row.get("source", ""), f"{place}.source")
            if source:
                yield place, row | {"source": source}

    def _record(self, model: type[models.Model], slug: str, place: str) -> Any:
        found = model._default_manager.filter(slug=slug).first() if slug else None
        if found is None:
            text = _("must be the key of a %(model)s of the registry, not “%(slug)s”.")
            self._say(place, text % {"model": model._meta.verbose_name, "slug": slug})
        return found

    def _keep(self, new: Any, key: list[str], place: str) -> Any:
        """Save `new`, or fill the empty fields of the record that has its key.

        Returns the record in the database, None if `new` is not valid.
        """
        model = type(new)
        kept = model._default_manager.filter(
            **{name: getattr(new, name) for name in key}
        ).first()
        try:
            new.clean_fields(exclude=["id"])
            if kept is None:
                new.full_clean()
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                of_field = "" if name == "__all__" else name
                at = ".".join(part for part in (place, of_field) if part)
                for text in texts:
                    self._say(at, text)
            return None
        if kept is None:
            new.save()
            self.counts.added += 1
            return new
        self._fill(kept, new, key, place)
        return kept

    def _fill(self, kept: Any, new: Any, key: list[str], place: str) -> None:
        filled = []
        for one in new._meta.concrete_fields:
            value, there = getattr(new, one.attname), getattr(kept, one.attname)
            if one.name in (*key, "id") or value in (None, "", one.get_default()):
                continue
            if there in (None, "", one.get_default()):
                setattr(kept, one.attname, value)
                filled.append(one.name)
            elif there != value:
                at = f"{place}.{one.name}" if place else one.name
                self.counts.differing.append(f"{self.name}, {at}")
        if filled:
            kept.save()
            self.counts.filled += 1
        else:
            self.counts.same += 1


KINDS = {
    TEXT: lambda: _("a text in quotes"),
    NUMBER: lambda: _("a whole number"),
    TRUTH: lambda: _("true or false"),
    TEXTS: lambda: _("a list of texts"),
    TABLE: lambda: _("a table, as in [report]"),
    TABLES: lambda: _("tables, as in [[turnouts]]"),
}


def _is_of_kind(value: Any, kind: str) -> bool:
    if kind == TEXT:
        return isinstance(value, str)
    if kind == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == TRUTH:
        return isinstance(value, bool)
    if kind == TABLE:
        return isinstance(value, dict)
    wanted = str if kind == TEXTS else dict
    return isinstance(value, list) and all(isinstance(one, wanted) for one in value)
