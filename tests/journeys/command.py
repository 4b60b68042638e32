"""Running `jieban` as a person does: as a process, on a home of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Jieban:
    """One installation. `jieban("cases", "count")` runs a command; `.json(…)` reads its answer."""

    def __init__(self, home: Path, database: str | None = None) -> None:
        self.home = home
        hidden = ("JIEBAN_HOME", "JIEBAN_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
        self.environment = {key: value for key, value in os.environ.items() if key not in hidden}
        self.environment["JIEBAN_LANGUAGE"] = "zh"
        if database is not None:
            self.environment["JIEBAN_DATABASE_URL"] = database

    def __call__(self, *words: object, code: int = 0) -> str:
        """What the command says; fails the test if it ends with another exit code."""
        done = self._run(words)
        assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def json(self, *words: object, code: int = 0) -> dict[str, Any]:
        done = self._run((*words, "--json"))
        assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def _run(self, words: tuple[object, ...]) -> subprocess.CompletedProcess[str]:
        jieban = Path(sys.executable).with_name("jieban")
        return subprocess.run(
            [str(jieban), "--home", str(self.home), *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            timeout=240,
        )
