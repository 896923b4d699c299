from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_credential_life"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="connectedaccount",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at__isnull", True), models.Q(("identity_id", ""), _negated=True)
                ),
                fields=["auth_config", "identity_id"],
                name="account_identity",
            ),
        ),
        migrations.AddIndex(
            model_name="connectedaccount",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at__isnull", True), models.Q(("duplicate_of", ""), _negated=True)
                ),
                fields=["duplicate_of"],
                name="account_duplicate",
            ),
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="credential_due"
            ),
        ),
        migrations.AddIndex(
            model_name="accountshare",
            index=models.Index(fields=["project", "external_user"], name="shares_of_user"),
        ),
        migrations.AddConstraint(
            model_name="accountshare",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_user__isnull", False)),
                fields=("account", "external_user"),
                name="share_once_a_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountshare",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_user__isnull", True)),
                fields=("account",),
                name="share_once_with_all",
            ),
        ),
    ]
