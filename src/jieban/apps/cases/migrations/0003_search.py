"""The table of full text: pairs of characters, contentless on SQLite, a tsvector on PostgreSQL."""

from django.db import migrations

SQLITE = ["CREATE VIRTUAL TABLE cases_search USING fts5(tokens, content='')"]
POSTGRES = [
    "CREATE TABLE cases_search (case_id bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX cases_search_tokens ON cases_search USING gin (tokens)",
]


def make(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_live_cases")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
