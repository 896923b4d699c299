import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_support_role"),
        ("authconfigs", "0002_failing"),
        ("flowra", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefreshPace",
            fields=[
                ("id", models.CharField(editable=False, max_length=64, primary_key=True, serialize=False)),
                ("next_slot", models.FloatField(default=0.0)),
            ],
        ),
        migrations.AddField(
            model_name="connectedaccount",
            name="shared_with",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="connectedaccount",
            name="duplicate_of",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="credential",
            name="asked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="attempts",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="credential",
            name="due_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="failures",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="credential",
            name="grant_ends_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="issued_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="lease_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="retry_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="slot_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="trouble",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="warned_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="linksession",
            name="allows_other_identity",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="linksession",
            name="on_duplicate",
            field=models.CharField(
                choices=[("keep", "Keep"), ("replace", "Replace"), ("refuse", "Refuse")],
                db_default="keep",
                default="keep",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="connectedaccount",
            name="status_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("access_denied", "The person chose not to connect."),
                    ("link_expired", "The link ran out before the person finished."),
                    ("provider_error", "The service could not complete the connection."),
                    ("confirmation_mismatch", "Somebody else than the person it was for finished the link."),
                    (
                        "context_mismatch",
                        "The answer did not belong to the browser or the service that began.",
                    ),
                    ("grant_revoked", "The service no longer accepts this connection."),
                    ("refresh_lost", "The service's last answer was lost and its old token no longer works."),
                    ("other_identity", "Somebody else connected than the one whose account it is."),
                    ("duplicate", "The same account is connected already."),
                    ("switched_off", "It was switched off."),
                ],
                max_length=30,
            ),
        ),
        migrations.AddField(
            model_name="accountshare",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="shares",
                to="accounts.connectedaccount",
            ),
        ),
        migrations.AddField(
            model_name="accountshare",
            name="external_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.externaluser",
            ),
        ),
        migrations.AddField(
            model_name="accountshare",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="flowra.project"
            ),
        ),
    ]
