"""`jieban ledger …`: read the ledger, seal it, check it, keep its seals outside."""

import json
from pathlib import Path
from typing import Any

import click

from jieban import clock
from jieban.apps.ledger import selectors, services
from jieban.apps.ledger.kinds import KINDS
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.words import language, word
from jieban.domain.words import translate as _

MAX_LISTED = 50


@click.group()
def ledger() -> None:
    """Read, seal and verify the ledger."""


@ledger.command("list")
@click.option("--limit", default=50, show_default=True)
@click.pass_obj
def list_events(desk: Desk, limit: int) -> None:
    """The latest events, newest first."""
    events = list(selectors.newest(limit))
    desk.answer(
        {
            "events": [
                {
                    "number": event.number,
                    "at": event.happened_at,
                    "kind": event.kind,
                    "subject": f"{event.subject_kind}/{event.subject_id}",
                    "actor": event.actor_name,
                    "reason": event.reason,
                    "body": event.body,
                }
                for event in events
            ]
        }
    )
    for event in events:
        words = getattr(KINDS[event.kind], language())
        desk.out(
            f"{event.number:>6}  {event.happened_at:%Y-%m-%d %H:%M}  {event.actor_name}  "
            f"{words}  {event.subject_id}  {event.reason}"
        )


@ledger.command()
@click.pass_obj
def seal(desk: Desk) -> None:
    """Seal what was written since the last seal."""
    made = services.seal(desk.actor, at=clock.now())
    events = sum(each.events for each in made)
    desk.answer(
        {
            "events": events,
            "seals": [
                {"seal": each.number, "last": each.last, "digest": each.digest} for each in made
            ],
        }
    )
    if not made:
        desk.out(_("Everything is sealed already."))
    else:
        line = _("{events:,} events are sealed, up to event {last:,}. Digest: {digest}")
        desk.out(line.format(events=events, last=made[-1].last, digest=made[-1].digest))


@ledger.group()
def seals() -> None:
    """The seals of the ledger."""


@seals.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export(desk: Desk, file: Path) -> None:
    """Write every seal into FILE, for an auditor to keep outside."""
    written = 0
    # Beside it first: a seals file that breaks off half-way would accuse the ledger.
    half = file.with_name(f"{file.name}.part")
    with half.open("w", encoding="utf-8") as out:
        for said in selectors.exported():
            out.write(json.dumps(said, ensure_ascii=False) + "\n")
            written += 1
    half.replace(file)
    desk.answer({"file": str(file), "seals": written})
    desk.out(
        _("{file}: {seals:,} seals. Keep it where nobody here can change it.").format(
            file=file, seals=written
        )
    )


@ledger.command()
@click.option(
    "--against",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Seals that were exported and kept outside.",
)
@click.option("--subject", metavar="KIND/ID", help="Check one subject only.")
@click.option("--rows", is_flag=True, help="Also compare rows with what their events say.")
@click.pass_obj
def verify(desk: Desk, against: Path | None, subject: str | None, rows: bool) -> None:
    """Find every event that was altered, removed or put in past the program."""
    kept = selectors.sealed_file(against) if against else []
    kind, code = _subject(subject)
    answer: dict[str, Any] = {}
    if code:
        faults = selectors.check_subject(kind, code, kept)
    else:
        with desk.progress(_("Checking"), total=2 * selectors.newest_number()) as advance:
            checked = selectors.check(kept, advance)
        services.keep_verification(desk.actor, checked, at=clock.now())
        faults = checked.faults
        answer = {"events": checked.events, "seals": checked.seals, "sealed_to": checked.sealed_to}
    differing = list(_differing(kind, code)) if rows else []
    whole = not faults and not differing
    desk.answer(
        {"whole": whole, **answer, "faults": [fault.__dict__ for fault in faults]}
        | ({"rows": differing} if rows else {})
    )
    for fault in faults[:MAX_LISTED]:
        desk.out(_told(fault))
    for each in differing[:MAX_LISTED]:
        desk.out(f"{each['subject']}: {each['what']}")
    more = len(faults[MAX_LISTED:]) + len(differing[MAX_LISTED:])
    if more:
        desk.out(_("  … and {more:,} more").format(more=more))
    if not whole:
        raise click.exceptions.Exit(1)
    desk.out(_("Every chain is whole."))
    if answer:
        line = _("{events:,} events, {seals:,} seals; sealed up to event {sealed_to:,}.")
        desk.out(line.format(**answer))


def _subject(given: str | None) -> tuple[str, str]:
    """
    Raises:
        Refused "ledger.no_such_subject".
    """
    if given is None:
        return "", ""
    kind, _slash, code = given.partition("/")
    if not selectors.events_of(kind, code).exists():
        raise Refused("ledger.no_such_subject", subject=given)
    return kind, code


def _differing(kind: str, code: str) -> list[dict[str, str]]:
    found = []
    for each in selectors.folded_kinds():
        if kind in ("", each):
            found += [
                {"subject": f"{each}/{name}", "what": what}
                for name, what in selectors.differing(each, code)
                if what is not None
            ]
    return found


def _told(fault: selectors.Fault) -> str:
    number = f"{fault.number} " if fault.number else ""
    return f"{number}{fault.subject} {fault.seq}: {word(f'fault_{fault.what}')}"
