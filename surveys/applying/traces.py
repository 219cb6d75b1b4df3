"""The trace of an import or a bulk edit: a row for all that it writes, an import's
with the cell it came from.

Undoing goes by these rows. They are made before the transaction, which adds the keys
that only it knows.
"""

from typing import Any

from profiles.keyed_values import without_empty
from profiles.models import Profile, Source
from surveys.applying.rows import Rows
from surveys.models import BulkEdit, ImportedChange, SurveyImport
from surveys.planning.drafts import Draft, DraftRecord
from surveys.planning.plans import PlannedChange
from surveys.statements import PROFILE, Statement
from surveys.vocabularies import ChangeAction


class Traces:
    """The rows of one of them, each with its draft and its submission, if any."""

    def __init__(self) -> None:
        self._rows = Rows(ImportedChange)
        self._of_drafts: list[tuple[dict[str, Any], Draft]] = []
        self._of_submissions: list[tuple[dict[str, Any], int]] = []
        self._sourced: set[DraftRecord] = set()

    def add_opening(self, draft: Draft) -> None:
        """Note that the draft is opened, and of which edition as a copy."""
        after = {"copy_of": draft.base.edition} if draft.base else {}
        self._add(draft, None, target=PROFILE, action=ChangeAction.ADD, after=after)

    def add_change(self, draft: Draft, change: PlannedChange) -> None:
        """Note what a planned change writes."""
        self._add(
            draft,
            change.statement,
            action=change.action,
            uid=change.uid,
            **self._written(draft, change),
        )

    def _written(self, draft: Draft, change: PlannedChange) -> dict[str, Any]:
        """Return what a change writes, and what stood there before."""
        record = change.record
        assert record is not None  # noqa: S101 - else the change writes nothing
        if change.action == ChangeAction.REMOVE:
            before = record.content() | {"position": record.record.position}
            return {"target": record.target, "before": before}
        if change.action != ChangeAction.CHANGE:
            after = record.as_added or record.content()
            return {"target": record.target, "field": change.disputed, "after": after}
        before, after = without_empty(change.before), without_empty(change.after)
        if draft.base is None and record is draft.profile:
            # The first edition is opened with them; what is set again, is changed.
            opened_with = {n: after[n] for n in draft.first_fields if n in after}
            before = opened_with | before
        named = [*change.after]
        if (
            record is not draft.profile
            and "source" in record.changed
            and record not in self._sourced
        ):
            self._sourced.add(record)
            after["source"] = record.value("source")
        return {
            "target": record.target,
            "field": named[0] if len(named) == 1 else "",
            "before": before,
            "after": after,
        }

    def add_fact(self, draft: Draft, fact: DraftRecord, statement: Statement) -> None:
        """Note that a fact is added, for what a statement says."""
        self._add(
            draft,
            statement,
            target=fact.target,
            action=ChangeAction.ADD,
            uid=fact.uid,
            after=fact.content(),
        )

    def add_naming(self, draft: Draft, source: Source, statement: Statement) -> None:
        """Note that the profile names a source, for what a statement says of it."""
        self._add(
            draft,
            statement,
            target=PROFILE,
            action=ChangeAction.CHANGE,
            field="sources",
            after={"sources": [source.slug]},
        )

    def add_source(self, source: Source, statement: Statement) -> None:
        """Note that a source is made for the answers of a respondent."""
        row = self._rows.add(
            ImportedChange(
                target=Source._meta.label_lower,
                action=ChangeAction.ADD,
                after={"slug": source.slug, "title": source.title},
            )
        )
        self._of_submissions.append((row, statement.submission))

    def _add(self, draft: Draft, statement: Statement | None, **said: Any) -> None:
        origin = statement.origin if statement else None
        row = self._rows.add(
            ImportedChange(
                mechanism=draft.mechanism,
                question=origin.question[:80] if origin else "",
                sheet=origin.sheet[:120] if origin else "",
                row_number=origin.row if origin else 0,
                column=origin.column[:250] if origin else "",
                **said,
            )
        )
        self._of_drafts.append((row, draft))
        if statement is not None:
            self._of_submissions.append((row, statement.submission))

    def insert(
        self,
        written: SurveyImport | BulkEdit,
        submissions: dict[int, int],
        editions: dict[str, Profile],
    ) -> None:
        """Write the rows. `submissions` are the pks of the stored ones by their index,
        `editions` the written ones by mechanism."""
        self._rows.set_in_all(**{written.traced_as: written.pk})
        for row, index in self._of_submissions:
            row["submission"] = submissions[index]
        for row, draft in self._of_drafts:
            row["profile"] = editions[draft.mechanism.slug].pk
        self._rows.insert()
