"""`jieban backup FILE` and `jieban restore FILE --into DIR`."""

import os
import subprocess
import sys
from pathlib import Path

import click

from jieban import clock
from jieban.backup import (
    Backup,
    check_passphrase,
    make_backup,
    restore_backup,
    verify_backup,
)
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.words import translate as _
from jieban.home import Home


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verify", "checking", is_flag=True, help="Write nothing; check that FILE is whole.")
@click.option("--with-keys", is_flag=True, help="Keys too, sealed under a passphrase.")
@click.pass_obj
def backup(desk: Desk, file: Path, checking: bool, with_keys: bool) -> None:
    """Write the whole installation into FILE, while the site runs."""
    if checking:
        with desk.progress(_("Checking the backup"), _size(file)) as advance:
            found = verify_backup(file, told=advance)
        _say(desk, file, found)
        desk.out(_("The backup is whole."))
        return
    passphrase = _passphrase(new=True) if with_keys else None
    desk.start_database()
    url = os.environ.get("JIEBAN_DATABASE_URL")
    with desk.progress(_("Writing the backup")) as advance:
        made = make_backup(
            desk.home, file, at=clock.now(), url=url, passphrase=passphrase, told=advance
        )
    _say(desk, file, made)
    if made.has_keys:
        desk.out(_("Its keys are sealed. Keep the passphrase somewhere else."))
    else:
        desk.out(_("Keys are not in it: keep {path} somewhere else.").format(path=desk.home.keys))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", required=True, type=click.Path(path_type=Path), help="An empty folder.")
@click.option("--database", metavar="URL", help="An empty PostgreSQL, for a backup of one.")
@click.option("--with-keys", is_flag=True, help="Open the sealed keys of the backup, too.")
@click.pass_obj
def restore(desk: Desk, file: Path, into: Path, database: str | None, with_keys: bool) -> None:
    """Make an installation out of a backup, bring its tables up to date, verify its ledger."""
    home = Home(into.absolute())
    passphrase = _passphrase(new=False) if with_keys else None
    with desk.progress(_("Restoring"), _size(file)) as advance:
        done = restore_backup(file, home, url=database, passphrase=passphrase, told=advance)
    _say(desk, file, done.backup, keys=done.keys, differs=done.differs)
    if not done.keys:
        desk.out(_("Now put its keys into {path}.").format(path=home.path / "keys"))
    for table, (said, found) in done.differs.items():
        line = _("{table}: {said:,} rows in the backup, {found:,} restored.")
        desk.out(line.format(table=table, said=said, found=found))
    if not _ledger_is_whole(home, database, quiet=desk.json) or done.differs:
        raise click.exceptions.Exit(1)


def _ledger_is_whole(home: Home, database: str | None, *, quiet: bool) -> bool:
    """In a process of its own: this one may already be set up on another home."""
    environment = {**os.environ, "JIEBAN_HOME": str(home.path)}
    environment.pop("JIEBAN_DATABASE_URL", None)
    if database:
        environment["JIEBAN_DATABASE_URL"] = database
    command = [sys.executable, "-m", "jieban.cli.main", "ledger", "verify"]
    done = subprocess.run(
        command, env=environment, check=False, stdout=subprocess.DEVNULL if quiet else None
    )
    return done.returncode == 0


def _passphrase(*, new: bool) -> str:
    """JIEBAN_BACKUP_PASSPHRASE, else asked for at the terminal; a new one twice.

    Raises:
        Refused "backup.no_passphrase": nobody is there to ask.
        Refused "backup.short_passphrase": a new one is too short.
    """
    given = os.environ.get("JIEBAN_BACKUP_PASSPHRASE")
    if not given:
        if not sys.stdin.isatty():
            raise Refused("backup.no_passphrase")
        question = _("Passphrase of the keys in the backup")
        given = str(click.prompt(question, hide_input=True, confirmation_prompt=new, err=True))
    return check_passphrase(given) if new else given


def _size(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None


def _say(desk: Desk, file: Path, found: Backup, **more: object) -> None:
    desk.answer(
        {
            "file": str(file),
            "version": found.version,
            "at": found.at,
            "database": found.database,
            "files": len(found.files),
            "bytes": found.size,
            "events": found.held.events,
            "keys": found.has_keys,
            **more,
        }
    )
    desk.out(
        _("{files:,} files, {bytes:,} bytes; version {version}; ledger up to {events}.").format(
            files=len(found.files),
            bytes=found.size,
            version=found.version,
            events=found.held.events,
        )
    )
