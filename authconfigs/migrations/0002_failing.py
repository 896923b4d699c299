from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("authconfigs", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="authconfig",
            name="failing_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="authconfig",
            name="failing_words",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
    ]
