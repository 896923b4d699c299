"""Webhook endpoints and their deliveries, notices by mail, and whom they go to."""

import django.db.models.deletion
from django.db import migrations, models

import flowra.encryption
import flowra.models.notice
import flowra.models.webhook


class Migration(migrations.Migration):
    dependencies = [
        ("flowra", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="owner_email",
            field=models.EmailField(blank=True, default="", max_length=254, verbose_name="owner's e-mail"),
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=flowra.models.webhook._new_endpoint_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("url", models.CharField(max_length=2000, verbose_name="URL")),
                ("events", models.JSONField(default=list)),
                ("description", models.CharField(blank=True, max_length=255)),
                ("is_disabled", models.BooleanField(default=False)),
                ("disabled_reason", models.TextField(blank=True)),
                ("secrets", flowra.encryption.SealedJSONField(editable=False)),
                ("secrets_version", models.PositiveIntegerField(default=1, editable=False)),
                ("failing_since", models.DateTimeField(editable=False, null=True)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhook_endpoints",
                        to="flowra.project",
                    ),
                ),
            ],
            options={
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("due_at", models.DateTimeField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.CharField(
                        default=flowra.models.webhook._new_delivery_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("event_type", models.CharField(max_length=40)),
                ("message_id", models.CharField(max_length=32)),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.CharField(max_length=32)),
                ("payload", models.TextField()),
                ("tries", models.PositiveIntegerField(default=0, editable=False)),
                ("waiting_since", models.DateTimeField()),
                ("response_status", models.PositiveSmallIntegerField(null=True)),
                ("detail", models.TextField(blank=True)),
                ("successful", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="flowra.project"
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="flowra.webhookendpoint",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "webhook deliveries",
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("due_at", models.DateTimeField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.CharField(
                        default=flowra.models.notice._new_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("outcome", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="flowra.project"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="notice_due"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="webhookendpoint",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["project", "-created_at", "-id"],
                name="webhook_endpoint_of_project",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at", "endpoint"],
                name="webhook_delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)),
                fields=["lease_until"],
                name="webhook_delivery_leased",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["endpoint", "subject_id", "created_at"],
                name="webhook_delivery_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["project", "-created_at", "-id"], name="webhook_delivery_of_project"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["finished_at"],
                name="webhook_delivery_finished",
            ),
        ),
    ]
