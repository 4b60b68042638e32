"""Seals over the events, the outbox, the outcome of verifications; seals are append-only too."""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = [
    "CREATE TRIGGER seal_no_update BEFORE UPDATE ON ledger_seal "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER seal_no_delete BEFORE DELETE ON ledger_seal "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
]
POSTGRES = [
    "CREATE TRIGGER seal_no_update BEFORE UPDATE OR DELETE ON ledger_seal "
    "FOR EACH ROW EXECUTE FUNCTION ledger_append_only()",
    "CREATE TRIGGER seal_no_truncate BEFORE TRUNCATE ON ledger_seal "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
]


def refuse_changes(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor_id", "number"], name="ledger_by_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["subject_kind", "number"], name="ledger_by_subject_kind"),
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.event",
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("after", models.PositiveBigIntegerField()),
                ("last", models.PositiveBigIntegerField()),
                ("events", models.PositiveIntegerField()),
                ("total", models.PositiveBigIntegerField()),
                ("events_digest", models.CharField(max_length=64)),
                ("heads", models.BinaryField()),
                ("heads_digest", models.CharField(max_length=64)),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("events", models.PositiveBigIntegerField()),
                ("last_event", models.PositiveBigIntegerField()),
                ("seals", models.PositiveBigIntegerField()),
                ("found", models.PositiveIntegerField()),
                ("faults", models.JSONField(default=list)),
            ],
        ),
        migrations.RunPython(refuse_changes, migrations.RunPython.noop),
    ]
