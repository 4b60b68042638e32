"""The database as a command asks for it: Django is set up on the first question."""

import os
from pathlib import Path

from jieban import clock
from jieban.domain.actors import Actor
from jieban.evaluation.runs import Run
from jieban.home import Home


class Database:
    """`Records` of the desk, kept in Django's database."""

    _started = False

    def start(self, home: Home) -> None:
        """Set Django up on one home; create or upgrade the tables if they are behind."""
        if self._started:
            return
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
        self._started = True

    def current_facts(self, home: Home) -> Path:
        self.start(home)
        from jieban.apps.assessments.facts import current_facts

        return current_facts(home).path

    def record_run(self, actor: Actor, run: Run) -> None:
        from jieban.apps.assessments.services import record_run

        record_run(actor, run, at=clock.now())
