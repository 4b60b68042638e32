"""`jieban evaluate run|verify|compare`: figures from files alone, without Django or a server.

With `--facts DIR` the database is never touched. Without it the desk hands over the facts of
the database and enters the run in its list.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path

import click

from jieban import clock
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import load
from jieban.domain.words import translate as _
from jieban.evaluation import runs, tables
from jieban.evaluation.engines import ENGINES
from jieban.evaluation.facts import FactsFolder, write_whole
from jieban.evaluation.places import LEVELS
from jieban.evaluation.runs import Run
from jieban.evaluation.scoring import points
from jieban.evaluation.tables import FORMATS, Table

_FACTS = click.option(
    "--facts", type=click.Path(path_type=Path), help="A facts folder; the database is not used."
)
_LEVEL = click.option(
    "--by", "level", type=click.Choice(list(LEVELS)), default="street", show_default=True
)


@click.group()
def evaluate() -> None:
    """Run, verify and compare evaluations."""


@evaluate.command("run")
@click.option("--period", required=True, help="2023-10, 2022 or 2022-01..2022-12.")
@click.option("--rulebook", "rulebook_name", required=True, help="A shipped name or a TOML file.")
@_LEVEL
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: by FILE's ending, or csv."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the table goes."
)
@_FACTS
@click.option("--engine", type=click.Choice(list(ENGINES)), default="numpy", show_default=True)
@click.pass_obj
def run_evaluation(
    desk: Desk,
    period: str,
    rulebook_name: str,
    level: str,
    form: str | None,
    out: Path | None,
    facts: Path | None,
    engine: str,
) -> None:
    """Evaluate a period and keep the run; print the table or write it to FILE."""
    rulebook = load(rulebook_name)
    folder = FactsFolder.open(facts if facts is not None else desk.current_facts())
    made = runs.run(folder, rulebook, period, desk.home.runs, engine=engine, at=clock.now())
    if facts is None:
        desk.record_run(made)
    table = made.table(level)
    answer: dict[str, object] = {
        "run": made.id,
        "folder": str(made.folder),
        "period": made.manifest["period"],
        "rulebook": rulebook.name,
        "level": level,
        "counts": made.manifest["counts"],
        "generated": made.generated,
    }
    if out is not None:
        beside = write_table(made, level, out, form or _form_of(out))
        answer |= {"file": str(out), "manifest": str(beside)}
        desk.out(_("Table written to {file}, manifest beside it.").format(file=out))
    else:
        answer["table"] = json.loads(tables.render(table, "json"))
        desk.out(as_text(table, form))
    desk.answer(answer)
    desk.out(_("Run: {run}").format(run=made.id))
    if made.generated:
        desk.out(_("These figures come from generated data, not from real cases."))


@evaluate.command("verify")
@click.argument("run")
@_FACTS
@click.pass_obj
def verify_run(desk: Desk, run: str, facts: Path | None) -> None:
    """Recompute RUN (id, folder or manifest) and name the first difference, if any."""
    kept, printed = find_run(run, desk.home.runs)
    found = runs.verify(kept, facts if facts is not None else desk.current_facts(), printed)
    if found is not None:
        raise Refused(
            "run.differs",
            run=kept.id,
            level=found.level,
            row=found.row,
            column=found.column,
            stored=found.stored,
            recomputed=found.recomputed,
        )
    desk.answer({"run": kept.id, "verified": True})
    desk.out(_("{run}: every figure comes out again.").format(run=kept.id))


@evaluate.command("compare")
@click.argument("before")
@click.argument("after")
@_LEVEL
@click.pass_obj
def compare_runs(desk: Desk, before: str, after: str, level: str) -> None:
    """Say who moved from run BEFORE to run AFTER, largest move of the score first."""
    earlier, _unused = find_run(before, desk.home.runs)
    later, _unused = find_run(after, desk.home.runs)
    moves = runs.moves(earlier, later, level)
    desk.answer(
        {
            "before": earlier.id,
            "after": later.id,
            "level": level,
            "moves": [
                {
                    "id": move.id,
                    "name": move.name,
                    "score_before": _shown(move.score_before),
                    "score_after": _shown(move.score_after),
                    "change_points": _shown(move.points),
                    "rank_before": move.rank_before,
                    "rank_after": move.rank_after,
                }
                for move in moves
            ],
        }
    )
    heads = (_("name"), _("score before"), _("score after"), _("points"), _("rank"))
    lines = [
        (
            move.name,
            _shown(move.score_before) or "",
            _shown(move.score_after) or "",
            _shown(move.points) or "",
            f"{move.rank_before or '–'} → {move.rank_after or '–'}",
        )
        for move in moves
    ]
    desk.out(_aligned([heads, *lines]) if moves else _("Nobody moved."))


def write_table(made: Run, level: str, out: Path, form: str) -> Path:
    """Write the table of a level to `out` and its manifest to `out`.manifest.json.

    Raises:
        Refused: `format.unknown`, `disk.full`; nothing half-written is left.
    """
    content = tables.render(made.table(level), form)
    seal = hashlib.sha256(content).hexdigest()
    manifest = dict(made.manifest) | {
        "table": {"level": level, "format": form, "file": out.name, "sha256": seal}
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    beside = out.with_name(f"{out.name}.manifest.json")
    write_whole(out, content)
    write_whole(beside, text.encode("utf-8"))
    return beside


def find_run(name: str, home_runs: Path) -> tuple[Run, Path | None]:
    """The run that an id, a folder or a manifest names; with the table beside the manifest.

    Raises:
        Refused: `run.unknown`, `run.damaged`.
    """
    path = Path(name)
    if path.is_dir():
        return Run.load(path), None
    if path.is_file():
        if path.parent.joinpath("result.json").is_file() and path.name == "manifest.json":
            return Run.load(path.parent), None
        return Run.of_manifest(path), _table_beside(path)
    # An id is one name, never a way out of the folder of runs.
    if name and path.name == name and (home_runs / name / "manifest.json").is_file():
        return Run.load(home_runs / name), None
    raise Refused("run.unknown", run=name)


def _table_beside(manifest: Path) -> Path | None:
    if not manifest.name.endswith(".manifest.json"):
        return None
    return manifest.with_name(manifest.name.removesuffix(".manifest.json"))


def _form_of(out: Path) -> str:
    ending = out.suffix.lstrip(".").lower()
    return ending if ending in FORMATS else "csv"


def as_text(table: Table, form: str | None = None) -> str:
    """The table for a terminal: aligned columns under its notes, or a text format as it is."""
    if form in ("csv", "json"):
        return tables.render(table, form).decode("utf-8-sig").rstrip()
    if form is not None:
        raise Refused("format.needs_file", format=form)
    notes = [f"{label}: {text}" for label, text in table.notes]
    lines = [tuple("" if cell is None else str(cell) for cell in row) for row in table.rows]
    return "\n".join([*notes, "", _aligned([table.heads, *lines])])


def _aligned(lines: list[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell; a Chinese character takes two places."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _shown(millionths: int | None) -> str | None:
    return None if millionths is None else str(points(millionths, 2))
