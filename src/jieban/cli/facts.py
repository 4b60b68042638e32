"""`jieban facts …`: the sealed fact tables."""

import click

from jieban.apps.assessments import facts as building
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _


@click.group()
def facts() -> None:
    """Build the sealed fact tables."""


@facts.command()
@click.option("--force", is_flag=True, help="Build even if nothing happened since the last time.")
@click.pass_obj
def build(desk: Desk, force: bool) -> None:
    """Bring HOME/facts up to date with the database."""
    folder = building.build_facts(desk.home) if force else building.current_facts(desk.home)
    rows = sum(part.rows for part in folder.parts)
    desk.answer(
        {
            "path": str(folder.path),
            "digest": folder.digest,
            "rows": rows,
            "parts": [part.as_json() for part in folder.parts],
        }
    )
    text = _("{rows:,} facts in {parts} parts at {path}, digest {digest}")
    desk.out(
        text.format(rows=rows, parts=len(folder.parts), path=folder.path, digest=folder.digest[:12])
    )
