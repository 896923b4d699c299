"""Support asks people to connect again, and sees how revoking many goes."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Django makes permissions after all migrations; the role needs them now, under the names that Django gives them.
MAY = (
    ("connectedaccount", "reconnect_connectedaccount", "Can ask people to connect again"),
    ("revocationrun", "view_revocationrun", "Can view revocation of many"),
)


def widen_role(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    # Where the operator has taken the role away, it is not made again.
    group = apps.get_model("auth", "Group").objects.using(database).filter(name="Support").first()
    for model, codename, name in MAY:
        content_type, _ = content_types.get_or_create(app_label="accounts", model=model)
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        if group is not None:
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_revocation_runs"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    # Back again it leaves the role: an operator may have given these to others too.
    operations = [migrations.RunPython(widen_role, migrations.RunPython.noop)]
