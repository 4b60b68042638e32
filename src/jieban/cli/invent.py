"""`jieban invent FOLDER`: sample exports of an invented district, as files."""

from datetime import datetime
from pathlib import Path

import click

from jieban import invented
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=invented.SEED, show_default=True, type=click.IntRange(0))
@click.option("--periods", default=invented.PERIODS, show_default=True, type=click.IntRange(2, 60))
@click.option("--rows", default=invented.ROWS, show_default=True, type=click.IntRange(1000))
@click.option(
    "--last-period",
    default=invented.LAST_PERIOD,
    show_default=True,
    metavar="YYYY-MM",
    type=click.DateTime(["%Y-%m"]),
    help="The assessment month that ends the exports.",
)
@click.pass_obj
def invent(
    desk: Desk, folder: Path, seed: int, periods: int, rows: int, last_period: datetime
) -> None:
    """Write the directory and the monthly exports of an invented district into FOLDER."""
    with desk.progress(_("Writing invented exports"), rows) as advance:
        written = invented.write(
            folder,
            seed=seed,
            periods=periods,
            rows=rows,
            last_period=f"{last_period:%Y-%m}",
            on_progress=advance,
        )
    desk.answer(
        {
            "directory": str(written.directory),
            "categories": str(written.categories),
            "duties": str(written.duties),
            "exports": [str(path) for path in written.exports],
            "periods": list(written.periods),
        }
    )
    text = _("{count} exports of invented cases and their directory are in {folder}")
    desk.out(text.format(count=len(written.exports), folder=folder))
