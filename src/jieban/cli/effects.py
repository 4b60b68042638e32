"""`jieban programmes effects|trial`: what sending did, from files alone; and trials of the answer.

With `--facts DIR --terms FILE` neither database nor server is used. Without them the facts and
terms of this installation are taken.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from jieban.cli import planting
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import Rulebook, load
from jieban.domain.words import refusal_text, word
from jieban.domain.words import translate as _
from jieban.evaluation.facts import FactsFolder, write_whole
from jieban.invented import planted

if TYPE_CHECKING:
    from jieban.evaluation.effects import Effects, Sent
    from jieban.evaluation.effects.postings import Unplaced
    from jieban.tables.lists import RejectedLine
    from jieban.tables.postings import PostingLine

# Of a list that cannot be used at all, so many different reasons are said.
_PROBLEMS_SAID = 3
MEASURES = ("score", "raw_score", "response", "resolution", "satisfaction")


@click.command()
@click.option(
    "--facts", type=click.Path(path_type=Path), help="A facts folder; the database is not used."
)
@click.option(
    "--terms",
    "terms_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who was sent where and when (xlsx or csv); without it the terms of this installation.",
)
@click.option("--programme", default="", help="Code of the programme whose terms are taken.")
@click.option("--rulebook", "rulebook_name", default="beijing-district", show_default=True)
@click.option("--baseline", help="The months that chose, 2022-01..2022-12; else they are found.")
@click.option("--measure", type=click.Choice(MEASURES), default="score", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where it goes.")
@click.pass_obj
def effects(
    desk: Desk,
    facts: Path | None,
    terms_file: Path | None,
    programme: str,
    rulebook_name: str,
    baseline: str | None,
    measure: str,
    form: str,
    out: Path | None,
) -> None:
    """What changed where officials were sent, and what would have changed anyway."""
    # Statistics take a second to load; help should not wait for them.
    from jieban.evaluation.effects import as_json, effects_of, panel_of

    rulebook = load(rulebook_name)
    folder = FactsFolder.open(facts if facts is not None else desk.current_facts())
    if terms_file is not None:
        sent, rejected = _of_file(terms_file, folder)
    else:
        sent, rejected = _of_installation(desk, programme), []
    found = effects_of(panel_of(folder, rulebook), sent, baseline=baseline, measure=measure)
    document = as_json(found) | {"facts": folder.digest, "rejected": rejected}
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if form == "text":
        text = as_text(found, rejected)
    if out is not None:
        write_whole(out, text.encode("utf-8"))
        desk.out(_("Effects written to {file}.").format(file=out))
        desk.answer({"file": str(out), "rejected": rejected})
    elif form == "json" and not desk.json:
        print(text, end="")
    else:
        desk.out(text)
        desk.answer(document)


def _of_file(file: Path, folder: FactsFolder) -> tuple[list[Sent], list[dict[str, Any]]]:
    """Postings of a file, and the lines that could not be used with their reason."""
    from jieban.evaluation.effects.postings import Named, placed
    from jieban.tables.postings import read_postings

    read = read_postings(file, strict=False)
    ends = max((part.received_to for part in folder.parts if part.received_to), default=None)
    last = ends.date() if ends else date.max
    named = []
    for line in read.lines:
        planned = [day for day in (line.end, line.extended) if day is not None]
        until = line.ended or max(planned, default=None)
        # Who leaves after the last fact is still there.
        left = until if until is not None and until <= last else None
        named.append(
            Named(line.label, line.official, line.street, line.community, line.start, left)
        )
    sent, unplaced = placed(named, folder.areas)
    lines = {id(each): line for each, line in zip(named, read.lines, strict=True)}
    unusable: list[tuple[RejectedLine | PostingLine, RejectedLine | Unplaced]] = [
        (each, each) for each in read.rejected
    ]
    unusable += [(lines[id(each.named)], each) for each in unplaced]
    if not sent:
        if not unusable:
            raise Refused("effects.empty_list", file=file.name)
        said = {why.message(): why for _line, why in unusable}
        problems = list(said.values())[:_PROBLEMS_SAID]
        raise Refused("effects.no_posting_usable", file=file.name, problems=problems)
    everywhere: list[RejectedLine | PostingLine] = [*read.lines, *read.rejected]
    sheets = list(dict.fromkeys(line.sheet for line in everywhere))
    unusable.sort(key=lambda pair: (sheets.index(pair[0].sheet), pair[0].line))
    return sent, [
        {"line": line.line, "sheet": line.sheet, "reason": why.message()} for line, why in unusable
    ]


def _of_installation(desk: Desk, programme: str) -> list[Sent]:
    desk.start_database()
    from jieban.apps.effects import selectors

    return selectors.sent_of(programme)


def as_text(found: Effects, rejected: list[dict[str, Any]]) -> str:
    """For a person at a terminal: the finding, the sentences, the estimates side by side."""
    from jieban.evaluation.effects import sentences
    from jieban.evaluation.effects.panel import MEASURE_WORDS

    lines = [sentences.title_of(found), ""]
    lines += [f"· {sentence}" for sentence in sentences.sentences(found)]
    lines += ["", _table_head()]
    for measure, measured in found.pooled.items():
        for name, estimate in measured.estimates.items():
            lines.append(
                f"{word(MEASURE_WORDS[measure]):<8} {word(f'estimator_{name}'):<16} "
                f"{sentences.signed(estimate.points, 2):>7} "
                f"[{sentences.signed(estimate.low, 2)}, {sentences.signed(estimate.high, 2)}]  "
                f"n={estimate.sent}/{estimate.compared}"
            )
    for left in found.left:
        place = found.panel.index.get(left.sent.area)
        name = left.sent.area if place is None else found.panel.places[place].name
        reason = refusal_text(left.reason, {"name": name})
        lines.append(_("Not in the estimate, {place}: {reason}").format(place=name, reason=reason))
    for each in rejected:
        where = f"{each['sheet']} {each['line']}"
        lines.append(_("Not used, {place}: {reason}").format(place=where, reason=each["reason"]))
    if found.panel.generated:
        lines.append(_("These figures come from generated data, not from real cases."))
    return "\n".join(lines) + "\n"


def _table_head() -> str:
    return _("Measure, estimate, difference in points, 95% interval, communities sent/compared:")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--effect", default=3.0, show_default=True, help="Points put in.")
@click.option("--call-backs", default=30.0, show_default=True, type=click.FloatRange(1, 1000))
@click.option("--sent", default=51, show_default=True, type=click.IntRange(1, 200))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@click.option("--scale", type=click.Choice(["points", "odds"]), default="points")
@click.option("--last-period", default="2023-10", show_default=True, metavar="YYYY-MM")
@click.option("--rulebook", "rulebook_name", default="beijing-district", show_default=True)
@click.pass_obj
def trial(
    desk: Desk,
    folder: Path,
    effect: float,
    call_backs: float,
    sent: int,
    seed: int,
    scale: str,
    last_period: str,
    rulebook_name: str,
) -> None:
    """Write an invented district with a planted truth into FOLDER: facts, terms, the truth."""
    rulebook: Rulebook = load(rulebook_name)
    design = planted.Design(effect=effect, call_backs=call_backs, sent=sent, scale=scale)
    made = planted.plant(design, np.random.SeedSequence(seed))
    with desk.progress(_("Writing facts"), design.months) as advance:
        written = planting.write(folder, made, rulebook, last_period, on_month=advance)
    desk.answer(
        {
            "facts": str(written.facts),
            "terms": str(written.terms),
            "truth": str(written.truth),
            "truth_points": made.truth,
        }
    )
    desk.out(
        _("A planted district is in {folder}; what was put in: {points:.2f} points.").format(
            folder=folder, points=made.truth
        )
    )
    desk.out(
        _("Try: jieban programmes effects --facts {facts} --terms {terms}").format(
            facts=written.facts, terms=written.terms
        )
    )
