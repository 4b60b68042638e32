"""`jieban backup FILE` and `jieban restore FILE --into DIR`."""

import os
import subprocess
import sys
from pathlib import Path

import click

from jieban import clock
from jieban.backup import Backup, make_backup, restore_backup, verify_backup
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _
from jieban.home import Home


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verify", "checking", is_flag=True, help="Write nothing; check that FILE is whole.")
@click.pass_obj
def backup(desk: Desk, file: Path, checking: bool) -> None:
    """Write the whole installation but its keys into FILE, while the site runs."""
    if checking:
        with desk.progress(_("Checking the backup")) as advance:
            found = verify_backup(file, told=advance)
        _say(desk, file, found)
        desk.out(_("The backup is whole."))
        return
    desk.start_database()
    from jieban.apps.ledger import selectors

    about = {"at": clock.now(), "events": selectors.newest_number()}
    url = os.environ.get("JIEBAN_DATABASE_URL")
    with desk.progress(_("Writing the backup")) as advance:
        made = make_backup(desk.home, file, url=url, about=about, told=advance)
    _say(desk, file, made)
    desk.out(_("Keys are not in it: keep {path} somewhere else.").format(path=desk.home.keys))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", required=True, type=click.Path(path_type=Path), help="An empty folder.")
@click.option("--database", metavar="URL", help="An empty PostgreSQL, for a backup of one.")
@click.pass_obj
def restore(desk: Desk, file: Path, into: Path, database: str | None) -> None:
    """Make an installation out of a backup, bring its tables up to date, verify its ledger."""
    home = Home(into.absolute())
    with desk.progress(_("Restoring")) as advance:
        found = restore_backup(file, home, url=database, told=advance)
    _say(desk, file, found)
    desk.out(_("Now put its keys into {path}.").format(path=home.path / "keys"))
    # In a process of its own: this one may already be set up on another home.
    environment = {**os.environ, "JIEBAN_HOME": str(home.path)}
    environment.pop("JIEBAN_DATABASE_URL", None)
    if database:
        environment["JIEBAN_DATABASE_URL"] = database
    command = [sys.executable, "-m", "jieban.cli.main", "ledger", "verify"]
    done = subprocess.run(
        command, env=environment, check=False, stdout=subprocess.DEVNULL if desk.json else None
    )
    if done.returncode:
        raise click.exceptions.Exit(done.returncode)


def _say(desk: Desk, file: Path, found: Backup) -> None:
    desk.answer(
        {
            "file": str(file),
            "version": found.version,
            "database": found.database,
            "files": len(found.files),
            "bytes": found.size,
            **found.about,
        }
    )
    desk.out(
        _("{files:,} files, {bytes:,} bytes; version {version}; ledger up to {events}.").format(
            files=len(found.files),
            bytes=found.size,
            version=found.version,
            events=found.about.get("events"),
        )
    )
