"""Revoking is a permission of its own: support may do it and change nothing else."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_label_index")]
    operations = [
        migrations.AlterModelOptions(
            name="connectedaccount",
            options={
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "permissions": (("revoke_connectedaccount", "Can revoke connected account"),),
            },
        ),
    ]
