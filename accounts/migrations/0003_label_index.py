"""What finds accounts by label: a GIN index on PostgreSQL, a table with triggers on SQLite."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.models.labels import LABEL_TABLE, LABEL_TRIGGERS


def make(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX account_labels ON accounts_connectedaccount USING gin (labels) WHERE deleted_at IS NULL"
        )
    if vendor == "sqlite":
        for statement in (*LABEL_TABLE, *LABEL_TRIGGERS):
            schema_editor.execute(statement)
        schema_editor.execute(
            "INSERT OR IGNORE INTO accounts_account_label SELECT json_each.value, account.id "
            "FROM accounts_connectedaccount account, json_each(account.labels) WHERE json_each.type = 'text'"
        )


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute("DROP INDEX account_labels")
    if vendor == "sqlite":
        for trigger in ("labels_of_new_account", "labels_of_changed_account", "labels_of_gone_account"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        schema_editor.execute("DROP TABLE accounts_account_label")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_indexes")]
    operations = [migrations.RunPython(make, drop)]
