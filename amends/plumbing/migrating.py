"""Migrations of many operations, run without reading all models anew after each.

After a change of one model Django renders all that are related to it once more, which here is nearly all of them: nine tenths of the time
in which empty tables were made. Columns, indexes and constraints that stand one after the other need that once, when all of them are known.
Not about what a migration does: the statements and their order are Django's.
"""

from __future__ import annotations

from itertools import groupby

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

ADDS = (AddField, AddIndex, AddConstraint)


class Together(Migration):
    """A migration whose additions to tables that stand one after the other see the models as they are after all of them.

    What must hold: no addition of a run contradicts an earlier one of it. The whole is atomic, as migrations are on PostgreSQL.
    """

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:  # fmt: skip
        """All operations have run, and `project_state` is as they leave it. Where SQL is only to be shown, Django does it alone."""
        if collect_sql or not schema_editor.atomic_migration:
            return super().apply(project_state, schema_editor, collect_sql)
        for adds, run in groupby(self.operations, lambda one: isinstance(one, ADDS)):
            for part in [list(run)] if adds else [[one] for one in run]:
                self._run(part, project_state, schema_editor)
        return project_state

    def _run(self, operations: list[Operation], state: ProjectState, schema_editor: BaseDatabaseSchemaEditor) -> None:
        before = state.clone()
        if len(operations) > 1:
            state.__dict__.pop("apps", None)  # rendered again when it is asked for
        for one in operations:
            one.state_forwards(self.app_label, state)
        for one in operations:
            one.database_forwards(self.app_label, schema_editor, before, state)
