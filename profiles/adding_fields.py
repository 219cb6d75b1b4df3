"""Many columns in one step of a migration.

Django draws the models of the whole registry anew after each `AddField`, which for a
hundred columns takes ten seconds of every first start. No column here needs another, so
once is enough.
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class AddFields(Operation):
    """Add fields that may be empty and point to no other record."""

    def __init__(self, fields: Sequence[AddField]) -> None:
        self.fields = fields

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Drawn again when somebody asks for it.
        state.__dict__.pop("apps", None)
        for added in self.fields:
            added.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for added in self.fields:
            added.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for added in reversed(self.fields):
            added.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "Add " + ", ".join(
            f"{added.model_name}.{added.name}" for added in self.fields
        )
