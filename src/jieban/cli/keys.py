"""`jieban keys …`: the keys that seal personal data."""

import click

from jieban import clock
from jieban.apps.keys import services
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _
from jieban.sealing import key_numbers


@click.group()
def keys() -> None:
    """The keys that seal personal data."""


@keys.command("list")
@click.pass_obj
def list_keys(desk: Desk) -> None:
    """Every key and how many values are sealed with it."""
    found = services.values_by_key(desk.home)
    newest = max(key_numbers(desk.home.keys), default=0)
    desk.answer(
        {
            "keys": [
                {"number": number, "values": count, "seals": number == newest}
                for number, count in sorted(found.items())
            ]
        }
    )
    for number, count in sorted(found.items()):
        seals = _("seals") if number == newest else ""
        desk.out(f"{number:>4}  {count:>12,}  {seals}".rstrip())


@keys.command()
@click.pass_obj
def rotate(desk: Desk) -> None:
    """Make a new key and seal everything with it; the site may run meanwhile.

    Interrupted, it goes on where it stopped when run again.
    """
    with desk.progress(_("Sealing anew")) as advance:
        number, done = services.rotate_keys(desk.actor, desk.home, at=clock.now(), told=advance)
    desk.answer({"number": number, "values": done})
    desk.out(
        _("Key {number} seals now; {count} values were sealed anew.").format(
            number=number, count=f"{done:,}"
        )
    )


@keys.command()
@click.argument("number", type=int)
@click.pass_obj
def retire(desk: Desk, number: int) -> None:
    """Take an old key out of use; refused while a value still needs it."""
    services.retire_key(desk.actor, desk.home, number, at=clock.now())
    desk.answer({"number": number, "retired": True})
    desk.out(
        _("Key {number} is retired. Its files are named retired-… until you destroy them.").format(
            number=number
        )
    )
