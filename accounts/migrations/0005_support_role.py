"""The role of support: sees accounts, people, auth configs and the trail, revokes accounts, and nothing else."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Django makes permissions after all migrations; the role needs them now, under the names that Django gives them.
MAY = (
    ("accounts", "connectedaccount", "view_connectedaccount", "Can view connected account"),
    ("accounts", "connectedaccount", "revoke_connectedaccount", "Can revoke connected account"),
    ("accounts", "externaluser", "view_externaluser", "Can view external user"),
    ("authconfigs", "authconfig", "view_authconfig", "Can view auth config"),
    ("flowra", "event", "view_event", "Can view event"),
)


def make_role(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    group, _ = apps.get_model("auth", "Group").objects.using(database).get_or_create(name="Support")
    for app, model, codename, name in MAY:
        content_type, _ = content_types.get_or_create(app_label=app, model=model)
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_revoke_permission"),
        ("authconfigs", "0001_tables"),
        ("flowra", "0001_tables"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    # Back again it leaves the role: an operator may have put people into it.
    operations = [migrations.RunPython(make_role, migrations.RunPython.noop)]
