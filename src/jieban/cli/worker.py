"""`jieban worker` and `jieban tick`: what is done without anybody pressing a button."""

import logging
import signal
from types import FrameType

import click

from jieban.apps.jobs import worker as working
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _


@click.command()
@click.option("--once", is_flag=True, help="Do what is there to do now, and end.")
@click.option(
    "--threads",
    default=2,
    show_default=True,
    type=click.IntRange(1, 16),
    help="Jobs done at the same time.",
)
@click.option("--tick", "ticking", is_flag=True, help="Also do what `jieban tick` does.")
@click.pass_obj
def worker(desk: Desk, once: bool, threads: int, ticking: bool) -> None:
    """Do the jobs that wait, tell followers what happened; Ctrl+C ends it in order."""
    logging.getLogger("jieban").setLevel(logging.INFO)
    if once:
        done = working.work_once(ticking=ticking)
        desk.answer({"jobs": done})
        desk.out(_("{jobs:,} jobs are done.").format(jobs=done))
        return
    work = working.Work(threads=threads, ticking=ticking)

    def end(number: int, frame: FrameType | None) -> None:
        """The first signal ends in order, a second one at once."""
        work.stop()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    desk.out(_("The worker is at work. Ctrl+C ends it."))
    work.run()
    if work.gave_up:
        raise click.exceptions.Exit(1)


@click.command()
@click.pass_obj
def tick(desk: Desk) -> None:
    """Do every periodic act that is due; run it each minute."""
    done = working.tick()
    desk.answer({"done": done})
    desk.out(", ".join(done) if done else _("Nothing is due."))
