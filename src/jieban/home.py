"""Where an installation keeps its things: one folder, `--home DIR` or `JIEBAN_HOME`.

    HOME/
      jieban.sqlite3   the embedded database (unless JIEBAN_DATABASE_URL names a PostgreSQL)
      keys/            sealing key and site secret; back these up apart from the database
      facts/           sealed fact tables, one part a month, old versions kept
      runs/            one folder per run
      uploads/         files sent through the web, encrypted, removed after a set time
      attachments/     photos and files of cases, encrypted, by their digest
      profiles/        mapping profiles of this installation, beside the shipped ones

Folders are made when first asked for and readable by their owner alone.
"""

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT = Path("var")


@dataclass(frozen=True)
class Home:
    """One installation's folder. Paths are absolute; `path` need not exist yet."""

    path: Path

    @classmethod
    def from_environment(cls, given: str | os.PathLike[str] | None = None) -> "Home":
        """The folder that was asked for: the argument, else JIEBAN_HOME, else ./var."""
        chosen = given or os.environ.get("JIEBAN_HOME") or DEFAULT
        return cls(Path(chosen).expanduser().absolute())

    @property
    def database(self) -> Path:
        return self._made(self.path) / "jieban.sqlite3"

    @property
    def keys(self) -> Path:
        return self._made(self.path / "keys")

    @property
    def facts(self) -> Path:
        return self._made(self.path / "facts")

    @property
    def runs(self) -> Path:
        return self._made(self.path / "runs")

    @property
    def uploads(self) -> Path:
        return self._made(self.path / "uploads")

    @property
    def attachments(self) -> Path:
        return self._made(self.path / "attachments")

    @property
    def profiles(self) -> Path:
        return self.path / "profiles"

    @property
    def demo(self) -> bool:
        """Whether everything in this installation was invented, people included."""
        return (self.path / "demo").exists()

    @staticmethod
    def _made(folder: Path) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
