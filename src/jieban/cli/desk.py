"""What every command finds on its desk: the home folder, the language, ways to answer.

No Django here: `evaluate` and `rulebook` work on files alone. Commands that need the
database get it through `start_database`, which main calls before it loads them.
"""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from jieban.domain.actors import Actor
from jieban.home import Home


class Advance:
    """Moves one progress bar: `advance(done)` sets how far the work has come."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def __call__(self, done: int) -> None:
        self._progress.update(self._task, completed=done)


@dataclass
class Desk:
    """One command's surroundings. Answers go to stdout, progress and refusals to stderr."""

    home: Home
    json: bool
    acting: str | None = None

    @property
    def actor(self) -> Actor:
        """Who acts: `--as`, else JIEBAN_ACTOR, else the operating system's user."""
        return Actor.named(self.acting or os.environ.get("JIEBAN_ACTOR") or getpass.getuser())

    def out(self, text: str = "") -> None:
        """Say something to a person; silent under --json."""
        if not self.json:
            print(text)

    def answer(self, payload: dict[str, Any]) -> None:
        """Say something to a program; silent without --json. Objects always, never bare lists."""
        if self.json:
            print(json.dumps(payload, ensure_ascii=False, indent=2, default=str))

    @contextmanager
    def progress(self, words: str, total: int | None = None) -> Iterator[Advance]:
        """A progress bar on stderr, shown only to a person at a terminal."""
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,}"),
            TimeElapsedColumn(),
        ]
        quiet = self.json or not sys.stderr.isatty()
        with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
            yield Advance(progress, progress.add_task(words, total=total))

    def start_database(self) -> None:
        """Set up Django on this home and bring the database's tables up to date."""
        from jieban.cli.database import start

        start(self.home)

    def current_facts(self) -> Path:
        """The facts folder of the database, rebuilt if anything happened since."""
        self.start_database()
        from jieban.apps.assessments.facts import current_facts

        return current_facts(self.home).path

    def record_run(self, run: Any) -> None:
        """Enter a run made from the database into the list of runs."""
        from jieban import clock
        from jieban.apps.assessments.services import record_run

        record_run(self.actor, run, at=clock.now())
