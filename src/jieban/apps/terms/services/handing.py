"""Hand-over while the term runs, and looking back when it is over."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from jieban.apps.programmes import selectors as programmes
from jieban.apps.terms.models import Handover, LookBack
from jieban.apps.terms.selectors.figures import line_of, published_run
from jieban.apps.terms.selectors.seeing import last_day, problem_numbers, spans_taken, today_at
from jieban.apps.terms.services.keeping import hold, record, said
from jieban.apps.terms.services.planning import check_decided_first, take_turns
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.terms import rules
from jieban.domain.terms.calendar import check_no_overlap
from jieban.domain.terms.lifecycle import RUNNING, State
from jieban.home import Home

MOST_ITEMS = 50


@transaction.atomic
def hand_over(
    actor: Actor,
    number: str,
    to: str,
    items: Sequence[str],
    *,
    at: datetime,
    on: date | None = None,
    reason: str,
    version: int | None = None,
) -> Handover:
    """Another official (their code) takes the post over on a day; the term keeps its clock.

    `items` are what was handed over; the problems open that day are put down by themselves.

    Raises:
        Refused "term.not_on_post", "official.not_found", "term.same_official",
            "term.hand_over_day", "term.hand_over_empty", "term.official_taken",
            "term.official_undecided", "term.reason_missing", "term.items_too_many", and those of
            `hold`.
    """
    term = hold(actor, number, "term.manage", at=at, version=version)
    if State(term.state) not in RUNNING:
        raise Refused("term.not_on_post", state=term.state)
    if not reason.strip():
        raise Refused("term.reason_missing")
    after = programmes.official_by_code(to)
    kept = [text for item in items if (text := said(item, "item"))]
    if len(kept) > MOST_ITEMS:
        raise Refused("term.items_too_many", limit=MOST_ITEMS)
    day = on or today_at(at)
    begins = _latest_change(term.handovers.values_list("on", flat=True), term.arrived_on)
    rules.check_hand_over(
        before=term.official.code,
        after=after.code,
        on=day,
        arrived_on=begins,
        today=today_at(at),
        items=kept,
    )
    take_turns()
    taken = spans_taken(after.terms.select_related("cohort__programme"), but=term.pk)
    until = last_day(term) or day
    check_no_overlap(day, until, taken, "term.official_taken")
    check_decided_first(after.terms.all(), "official", day, until, today=today_at(at), but=term.pk)
    made = Handover.objects.create(
        term=term,
        before=term.official,
        after=after,
        on=day,
        items=kept,
        problems=problem_numbers(term),
        at=at,
        by=actor.name,
    )
    body = {
        "official_before": term.official.code,
        "official_after": after.code,
        "day": day.isoformat(),
        "problems": made.problems,
        "items": len(kept),
    }
    term.official = after
    record(term, "term.handed_over", actor=actor, at=at, reason=said(reason, "reason"), body=body)
    return made


def _latest_change(days: Iterable[date], arrived_on: date | None) -> date:
    return max([*days, arrived_on or date.min])


@transaction.atomic
def look_back(
    actor: Actor,
    number: str,
    months: int,
    findings: str,
    *,
    at: datetime,
    home: Home,
    run_id: str = "",
    returned: Sequence[int] = (),
    on: date | None = None,
) -> LookBack:
    """What one finds 6 or 12 months after: in words, and the community's line of a published run.

    `returned` are the numbers of problems that came back. Not before its day.

    Raises:
        Refused "term.look_back_unknown", "term.look_back_too_early", "term.look_back_done",
            "term.findings_missing", "term.problem_not_found", "term.run_not_published",
            "term.baseline_without_line", "run.not_recorded", and those of `hold`.
    """
    term = hold(actor, number, "term.manage", at=at)
    made = term.look_backs.filter(months=months).first()
    if made is None:
        raise Refused("term.look_back_unknown", months=months)
    if made.done_on is not None:
        raise Refused("term.look_back_done", day=made.done_on.isoformat())
    day = on or today_at(at)
    if day < made.due_on or day > today_at(at):
        raise Refused("term.look_back_too_early", first=made.due_on.isoformat())
    if not findings.strip():
        raise Refused("term.findings_missing")
    came_back = sorted(set(returned))
    unknown = set(came_back) - set(term.problems.values_list("serial", flat=True))
    if unknown:
        raise Refused("term.problem_not_found", problem=min(unknown))
    if run_id:
        published_run(run_id)
        line = line_of(home, run_id, term.area_code)
        if line is None:
            raise Refused("term.baseline_without_line", run=run_id, area=term.area_name)
        made.figures = {
            "run": line.run_id,
            "period": line.period,
            "rulebook": line.rulebook,
            "figures": line.figures,
        }
    made.done_on, made.findings, made.by = day, said(findings, "review"), actor.name
    made.returned = came_back
    made.save()
    body = {"months": months, "problems": came_back, "run": run_id}
    record(term, "term.looked_back", actor=actor, at=at, body=body)
    return made
