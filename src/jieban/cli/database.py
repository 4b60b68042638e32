"""Starting Django for a command."""

import os

from jieban.home import Home


def start(home: Home) -> None:
    """Set Django up on one home; create or upgrade the tables if they are behind."""
    os.environ["JIEBAN_HOME"] = str(home.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.site.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
