"""What every command finds on its desk: the home folder, the language, ways to answer.

No Django here: `evaluate` and `rulebook` work on files alone. The database is handed in by
main, and set up only when a command asks for it.
"""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

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
from jieban.evaluation.runs import Run
from jieban.home import Home


class Advance:
    """Moves one progress bar: `advance(done)` sets how far the work has come."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def __call__(self, done: int) -> None:
        self._progress.update(self._task, completed=done)


class Records(Protocol):
    """What a command may ask of the database."""

    def start(self, home: Home) -> None: ...

    def current_facts(self, home: Home) -> Path: ...

    def record_run(self, actor: Actor, run: Run) -> None: ...


@dataclass
class Desk:
    """One command's surroundings. Answers go to stdout, progress and refusals to stderr."""

    home: Home
    json: bool
    records: Records
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
        """Set the database up on this home and bring its tables up to date."""
        self.records.start(self.home)

    def current_facts(self) -> Path:
        """The facts folder of the database, rebuilt if anything happened since."""
        return self.records.current_facts(self.home)

    def record_run(self, run: Run) -> None:
        """Enter a run made from the database into the list of runs."""
        self.records.record_run(self.actor, run)
