"""`jieban programmes <verb>`: choosing, sending, following and measuring.

Verbs that need the database live in modules of their own and start it themselves, so that
`effects` runs on files alone.
"""

import click

from jieban.cli import selecting, terms
from jieban.cli.effects import effects, trial


@click.group()
def programmes() -> None:
    """Officials sent where problems are worst, and what it did."""


programmes.add_command(effects)
programmes.add_command(trial)
selecting.attach(programmes)
terms.attach(programmes)
