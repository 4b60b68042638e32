"""The posting file of a term, gathered from rows."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors import officials_of, today_at
from jieban.documents.posting import Baseline, Posting, Problem, posting_pdf

RATES = {"response": "响应率", "resolution": "解决率", "satisfaction": "满意率"}
MEASURES = {
    "own_share": "本社区人员办件占比",
    "own_people": "本社区办件人数",
    "return_rate": "退单率",
    "reopen_rate": "重办率",
}


def posting_file(term: Term, *, at: datetime) -> bytes:
    """派驻通知 and 登记表 of a term as a PDF."""
    day = today_at(at)
    official = term.official
    return posting_pdf(
        Posting(
            number=term.number,
            programme=term.cohort.programme.name,
            cohort=term.cohort.number,
            official=official.name,
            home=official.home,
            area=term.area_name,
            street=term.street_name,
            months=term.cohort.programme.term_months,
            planned_start=term.planned_start,
            arrived_on=term.arrived_on,
            ends_on=term.ends_on,
            extended_until=term.extended_until,
            ended_on=term.ended_on,
            skills=official.skills,
            brings=official.brings,
            problems=[
                Problem(each.serial, each.text, each.source, each.state)
                for each in term.problems.all()
            ],
            baseline=_baseline(term.baseline),
            people=[(name, first, last) for _code, name, first, last in officials_of(term)],
            index=[MEASURES[name] for name in (term.index or {}).get("measures", ())],
            others=term.extra,
        ),
        at=at,
        day=day,
    )


def _baseline(frozen: dict[str, Any] | None) -> Baseline | None:
    if frozen is None:
        return None
    figures = frozen["figures"]
    rows = [("有效回访", str(figures["base"]))]
    for name, words in RATES.items():
        rate = figures["rates"].get(name)
        if rate and rate["percent"] is not None:
            rows.append((words, f"{rate['percent']}%（{rate['part']}/{rate['whole']}）"))
    if figures["score"] is not None:
        score = (Decimal(figures["score"]) / 1_000_000).quantize(Decimal("0.01"))
        rows.append(("综合成绩", str(score)))
    if figures["rank"] is not None:
        rows.append(("排名", f"{figures['rank']}/{figures['rank_of']}"))
    return Baseline(frozen["run"], frozen["period"], rows)
