"""Who was sent where and when: what the estimate of effects begins with."""

from dataclasses import dataclass
from datetime import date

from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.seeing import last_day


@dataclass(frozen=True)
class Sent:
    """One posting that began. `end` is when the post was left, else the last day as it
    stands; a place that had two postings is there twice."""

    area: str
    cohort: int
    official: str
    start: date
    end: date | None


def sent(programme: str) -> list[Sent]:
    """Every posting of a programme (its code) that began, by start and place.

    Whoever was sent first stands for the posting: a hand-over changes nothing in it.
    """
    found = (
        Term.objects.filter(cohort__programme__code=programme, arrived_on__isnull=False)
        .select_related("cohort", "official")
        .prefetch_related("handovers__before")
    )
    rows = []
    for term in found:
        first = next((change.before for change in term.handovers.all()), term.official)
        assert term.arrived_on is not None
        rows.append(
            Sent(
                term.area_code,
                term.cohort.number,
                first.code,
                term.arrived_on,
                term.ended_on or last_day(term),
            )
        )
    return sorted(rows, key=lambda row: (row.start, row.area, row.official))
