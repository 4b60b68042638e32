"""`jieban demo`: an invented district from its exports to a published table, then the pages.

Everything goes the way a real export goes: files are written, then imported, evaluated,
reviewed, appealed against and published by the same services a clerk uses. A home that
already holds the demonstration is only shown.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from multiprocessing import get_context

import click

from jieban import clock, invented
from jieban.apps.assessments import computing, facts, selectors, services
from jieban.apps.assessments.models import Run
from jieban.apps.cases import services as cases
from jieban.apps.directory import services as directory
from jieban.cli import demo_day, demo_inspected, demo_sent
from jieban.cli.demo_people import bring_people, scopes_of_demo_people
from jieban.cli.desk import Desk
from jieban.cli.serve import check_port, run_server, url
from jieban.domain.actors import Actor
from jieban.domain.rulebook import schema
from jieban.domain.rulebook.periods import months_of
from jieban.domain.words import translate as _
from jieban.evaluation import runs
from jieban.evaluation.rows import fact_rows
from jieban.home import Home

CLERK = Actor.named("演示·考核员", "考核办")
SECOND = Actor.named("演示·复核员", "考核办")
UNIT = Actor.named("演示·街道联络员", "街道")
RULEBOOK = "beijing-district"
PROFILE = "invented-district"
# The months before the second cohort arrived, in March 2023.
_CHOSEN_ON = "2022-08..2023-02"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--periods", default=15, show_default=True, type=click.IntRange(2, 60))
@click.option("--rows", default=60_000, show_default=True, type=click.IntRange(1000))
@click.option("--seed", default=20231030, show_default=True)
@click.option("--no-serve", is_flag=True, help="Only make the district.")
@click.option("--arrivals", is_flag=True, hidden=True)
@click.pass_obj
def demo(
    desk: Desk, port: int, periods: int, rows: int, seed: int, no_serve: bool, arrivals: bool
) -> None:
    """Make an invented district and show it."""
    if arrivals:
        demo_day.arrive(seed + clock.now().toordinal())
    host = "127.0.0.1"
    if not no_serve:
        check_port(host, port)
    started = time.monotonic()
    made = selectors.first_run()
    if made is None:
        made = _make(desk, periods, rows, seed)
        text = _("The invented district is ready after {seconds:.0f} s.")
        desk.out(text.format(seconds=time.monotonic() - started))
    bring_people(CLERK, desk.home)
    if desk.home.demo:
        demo_day.make_day(scopes_of_demo_people(), at=clock.now(), seed=seed)
        _send(desk.home)
        demo_inspected.inspect(desk.home, at=clock.now())
    desk.answer({"home": str(desk.home.path), "run": made.run_id, "url": url(host, port)})
    if no_serve:
        return
    desk.out(_("Everything in it is invented: places, people, complaints and scores."))
    desk.out(_("Open {address} in the browser. Ctrl+C ends it.").format(address=url(host, port)))
    with _beside(desk.home):
        run_server(host, port)


@contextmanager
def _beside(home: Home) -> Iterator[None]:
    """What runs while the pages are shown: the worker, and cases that arrive."""
    jieban = [sys.executable, "-m", "jieban.cli.main", "--home", str(home.path)]
    running = [
        subprocess.Popen([*jieban, *words], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        for words in (["worker", "--tick"], ["demo", "--arrivals"])
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def _make(desk: Desk, periods: int, rows: int, seed: int) -> Run:
    """Write the exports, bring them in, evaluate and publish; the newest run."""
    with desk.progress(_("Writing invented exports"), rows) as advance:
        files = invented.write(
            desk.home.path / "exports", seed=seed, periods=periods, rows=rows, on_progress=advance
        )
    directory.import_directory(CLERK, files.directory, at=clock.now())
    directory.import_start_set(CLERK, at=clock.now())
    directory.import_categories(CLERK, files.categories, at=clock.now())
    directory.import_duties(CLERK, files.duties, at=clock.now())
    with desk.progress(_("Importing"), len(files.exports)) as advance:
        for done, file in enumerate(files.exports, start=1):
            cases.import_file(CLERK, file, at=clock.now(), home=desk.home, profile=PROFILE)
            advance(done)
    *settled, contested, newest = files.periods
    with desk.progress(_("Evaluating"), len(settled) + 1) as advance:
        for done, made in enumerate(_evaluated(desk.home, [*settled, contested]), start=1):
            services.record_run(CLERK, made, at=clock.now())
            advance(done)
    recorded = {run.assessment.period: run for run in selectors.standing_runs()}
    for period in settled:
        _publish(desk.home, recorded[period])
    _publish_after_appeals(desk.home, recorded[contested])
    year = f"{files.periods[-min(12, periods)]}..{newest}"
    chosen_on = [_CHOSEN_ON] if set(months_of(_CHOSEN_ON)) <= set(settled) else []
    for made in _evaluated(desk.home, [newest, year, *chosen_on]):
        entered = services.record_run(CLERK, made, at=clock.now())
        if made.period in chosen_on:
            _publish(desk.home, entered)
    return _open_with_appeals(desk.home, newest)


def _send(home: Home) -> None:
    """Officials are sent where both runs they are chosen on are published."""
    published = selectors.published_runs()
    chosen_on = published.filter(assessment__period=_CHOSEN_ON).first()
    newest = published.filter(assessment__period__regex=r"^[0-9]{4}-[0-9]{2}$").first()
    if chosen_on is not None and newest is not None:
        demo_sent.send(home, chosen_on, newest, at=clock.now())


def _evaluated(home: Home, wanted: list[str]) -> Iterator[runs.Run]:
    """The runs of these periods, made by two processes side by side."""
    opened, rulebook, at = facts.current_facts(home), schema.load(RULEBOOK), clock.now()
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        always = (repeat(home.runs), repeat("numpy"), repeat(None), repeat(at))
        yield from pool.map(runs.run, repeat(opened), repeat(rulebook), wanted, *always)


def _publish(home: Home, run: Run) -> None:
    """Review, an appeal window nobody used, publication."""
    services.review_run(SECOND, run.run_id, at=clock.now())
    services.open_appeals(CLERK, run.run_id, at=clock.now(), home=home)
    reason = "各单位均已书面确认无申诉（演示）"
    services.close_appeals(CLERK, run.run_id, at=clock.now(), reason=reason)
    services.publish_run(CLERK, run.run_id, at=clock.now(), home=home)


def _publish_after_appeals(home: Home, run: Run) -> None:
    """Two appeals, one granted: a second version, published beside the first."""
    services.review_run(SECOND, run.run_id, at=clock.now())
    services.open_appeals(CLERK, run.run_id, at=clock.now(), home=home)
    granted, refused = _raise_appeals(home, run, 2)
    reason = "上门记录与政策依据齐全，情形成立。"
    services.decide_appeal(SECOND, granted, granted=True, reason=reason, at=clock.now())
    reason = "未附依据，诉求合理，应继续办理。"
    services.decide_appeal(SECOND, refused, granted=False, reason=reason, at=clock.now())
    reason = "申诉已全部办结（演示）"
    services.close_appeals(CLERK, run.run_id, at=clock.now(), reason=reason)
    second = computing.compute_run(
        CLERK, home, period=run.assessment.period, rulebook=RULEBOOK, at=clock.now()
    )
    services.review_run(SECOND, second.run_id, at=clock.now(), because="申诉成立 1 件，剔除后重算")
    services.publish_run(CLERK, second.run_id, at=clock.now(), home=home)


def _open_with_appeals(home: Home, period: str) -> Run:
    """The newest period waits in its appeal window, with appeals to decide."""
    run = next(each for each in selectors.standing_runs() if each.assessment.period == period)
    services.review_run(SECOND, run.run_id, at=clock.now())
    services.open_appeals(CLERK, run.run_id, at=clock.now(), home=home)
    _raise_appeals(home, run, 3)
    return run


def _raise_appeals(home: Home, run: Run, count: int) -> list[int]:
    """Appeals on unresolved cases, one for each of the first units that have any."""
    figures = selectors.figures(home, run.run_id)
    cited = figures.facts(home.facts)
    raised: list[int] = []
    for unit in figures.level("unit"):
        found = fact_rows(figures, cited, "unit", unit.id, "resolution", "whole").rows
        contested = next((row for row in found if row["resolved"] is False), None)
        if contested is None or contested["excluded_ground"]:
            continue
        appeal = services.raise_appeal(
            UNIT,
            run.run_id,
            number=contested["case_number"],
            unit=unit.id,
            ground="unreasonable_demand",
            evidence="诉求超出政策范围，已两次上门说明政策依据，诉求人表示理解（演示）。",
            at=clock.now(),
            home=home,
        )
        raised.append(appeal.pk)
        if len(raised) == count:
            break
    return raised
