"""A list of postings from outside, taken in as terms: each in the state its days put it in.

A line that cannot be taken costs no other: it comes back with its reason. What is there already is
left alone, so the same file brought twice changes nothing. A list knows no baseline, no problems
and no decision but the extension it names; what it does not say stays empty, and a term whose last
day has passed without a word about its end is 逾期未决.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.programmes import selectors as programmes
from jieban.apps.programmes import services as programme_services
from jieban.apps.programmes.models import Cohort, Official, Programme
from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.seeing import (
    areas_in_reach,
    clock_on,
    last_day,
    officials_of,
    today_at,
)
from jieban.apps.terms.services.deciding import plan_look_backs
from jieban.apps.terms.services.keeping import iso, record
from jieban.apps.terms.services.planning import LOWEST, begin, build, check_free, take_turns
from jieban.domain.actors import Actor
from jieban.domain.directory.names import same_name_key, tidy_name
from jieban.domain.errors import Refused
from jieban.domain.privacy.redaction import redact
from jieban.domain.terms.calendar import add_months
from jieban.domain.terms.lifecycle import State
from jieban.tables.lists import RejectedLine
from jieban.tables.postings import PostingFile, PostingLine, read_postings

DEFAULT_NAME = "治理书记"
NO_HOME = "未注明"
_TAKEN = {
    "term.official_taken": "postings.official_taken",
    "term.area_taken": "postings.area_taken",
}


@dataclass(frozen=True)
class Remark:
    """Something of a line that was taken and should be known: `code` is own_end, overdue."""

    line: int
    term: str
    code: str
    detail: str


@dataclass
class TermsOutcome:
    """What a list did, or would do. `made` are numbers of terms, `same` lines that were there."""

    file: PostingFile
    programme: str
    made: list[str] = field(default_factory=list)
    same: int = 0
    officials: int = 0
    cohorts: list[int] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    rejected: list[RejectedLine] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "read": len(self.file.lines) + len(self.file.rejected),
            "new": len(self.made),
            "same": self.same,
            "rejected": len(self.rejected),
            "officials": self.officials,
        }


class _Rejected(Exception):
    def __init__(self, reason: str, value: str) -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


def import_terms(
    actor: Actor,
    path: Path,
    *,
    programme: str,
    at: datetime,
    name: str = "",
    title: str = DEFAULT_NAME,
    dry_run: bool = False,
) -> TermsOutcome:
    """Take in a list of postings for a programme (its code), which is opened if there is none.

    `name` is the file's own where it came under another, `title` what a new programme is called.
    With `dry_run` nothing is stored; the outcome says what would be.

    Raises:
        Refused "actor.not_permitted", "file.…", "postings.no_layout", and those of
            `open_programme`.
    """
    actor.demand("term.manage")
    file = read_postings(path)
    file.name = name or file.name
    with transaction.atomic():
        take_turns()
        outcome = _Importing(actor, file, programme, title, at).run()
        # A list of which nothing is new leaves nothing behind, not even a programme.
        if dry_run or not outcome.made:
            transaction.set_rollback(True)
    return outcome


class _Importing:
    """One file on its way in: what was looked up for one line is kept for the next."""

    def __init__(
        self, actor: Actor, file: PostingFile, programme: str, title: str, at: datetime
    ) -> None:
        self.actor, self.file, self.at = actor, file, at
        self.today = today_at(at)
        self.programme = self._programme(programme, title)
        self.outcome = TermsOutcome(file, self.programme.code, rejected=list(file.rejected))
        self.reach = areas_in_reach(actor, "term.manage")
        self.places = _Places()
        self.cohorts: dict[int, Cohort] = {}

    def run(self) -> TermsOutcome:
        for line in self.file.lines:
            try:
                with transaction.atomic():
                    self._take(line)
            except _Rejected as rejected:
                self._reject(line, rejected.reason, rejected.value)
            except Refused as refused:
                reason, value = _told(refused)
                self._reject(line, reason, value)
        self.outcome.rejected.sort(key=lambda each: (each.sheet, each.line))
        return self.outcome

    def _reject(self, line: PostingLine, reason: str, value: str) -> None:
        self.outcome.rejected.append(RejectedLine(line.sheet, line.line, reason, value, line.row))

    def _take(self, line: PostingLine) -> None:
        area = self.places.find(line)
        if self.reach is not None and area.code not in self.reach:
            raise _Rejected("postings.place_outside", area.name)
        known = self._known(line, area)
        if known is not None:
            _check_same(known, line)
            self.outcome.same += 1
            return
        cohort, new_cohort = self._cohort(line.cohort)
        official, new = self._official(line)
        term = build(cohort, official, area, line.start, at=self.at)
        self._place_in_time(term, line)
        check_free(term, line.start, _until(term), today=self.today, told_with=self.outcome.made)
        begin(self.actor, term, at=self.at)
        record(term, "term.imported", actor=self.actor, at=self.at, body=self._body(term))
        plan_look_backs(term, since=today_at(self.at))
        # Only now is nothing left that could refuse the line.
        self.cohorts[line.cohort] = cohort
        self.outcome.officials += new
        self.outcome.cohorts += [cohort.number] if new_cohort else []
        self.outcome.made.append(term.number)
        states = self.outcome.states
        states[term.state] = states.get(term.state, 0) + 1
        self._remark(term, line)

    def _place_in_time(self, term: Term, line: PostingLine) -> None:
        """The state its days put a term in; see the module."""
        term.imported = True
        term.extra = {redact(head): redact(text)[:500] for head, text in line.others.items()}
        if line.start > self.today:
            return
        programme = term.cohort.programme
        term.arrived_on = line.start
        term.ends_on = line.end or add_months(line.start, programme.term_months)
        term.extended_until = line.extended
        term.extensions = 1 if line.extended else 0
        if line.ended is not None and line.ended <= self.today:
            term.state, term.ended_on = State.ENDED.value, line.ended
        elif self.today > _until(term):
            term.state = (State.FINAL_REVIEW if line.extended else State.UNDER_REVIEW).value
        else:
            term.state = (State.EXTENDED if line.extended else State.SERVING).value

    def _body(self, term: Term) -> dict[str, object]:
        return {
            "official": term.official.code,
            "area": term.area_code,
            "cohort": term.cohort.number,
            "state": term.state,
            "planned_start": iso(term.planned_start),
            "arrived_on": iso(term.arrived_on),
            "ends_on": iso(term.ends_on),
            "extended_until": iso(term.extended_until),
            "ended_on": iso(term.ended_on),
            "extensions": term.extensions,
            "file": self.file.name[:255],
        }

    def _remark(self, term: Term, line: PostingLine) -> None:
        usual = add_months(line.start, self.programme.term_months)
        if line.end is not None and line.end != usual:
            detail = f"{line.end.isoformat()} ≠ {usual.isoformat()}"
            self.outcome.remarks.append(Remark(line.line, term.number, "own_end", detail))
        clock = clock_on(term, self.today)
        if clock is not None and clock.overdue:
            self.outcome.remarks.append(
                Remark(line.line, term.number, "overdue", clock.last_day.isoformat())
            )

    def _known(self, line: PostingLine, area: Area) -> Term | None:
        """The term this line speaks of, if it is there: same cohort, place, begin, and person."""
        found = Term.objects.select_related("official", "cohort__programme").filter(
            cohort__programme=self.programme,
            cohort__number=line.cohort,
            area_code=area.code,
            planned_start=line.start,
        )
        people = {each.code for each in programmes.officials_named(line.official, _home(line))}
        return next(
            (term for term in found if people & {code for code, *_ in officials_of(term)}), None
        )

    def _programme(self, code: str, title: str) -> Programme:
        found = programmes.programmes().filter(code=code).first()
        if found is not None:
            return found
        return programme_services.open_programme(self.actor, code, title, at=self.at)

    def _cohort(self, number: int) -> tuple[Cohort, bool]:
        if number in self.cohorts:
            return self.cohorts[number], False
        found = self.programme.cohorts.select_related("programme").filter(number=number).first()
        if found is not None:
            return found, False
        made = programme_services.open_cohort(self.actor, self.programme, number, at=self.at)
        return made, True

    def _official(self, line: PostingLine) -> tuple[Official, bool]:
        found = programmes.officials_named(line.official, _home(line))
        if len(found) > 1:
            raise _Rejected("postings.official_ambiguous", f"{line.official} {_home(line)}")
        if found:
            return found[0], False
        made = programme_services.enter_official(
            self.actor, "", line.official, _home(line), at=self.at
        )
        return made, True


class _Places:
    """Communities and villages of the directory by what they are called."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[Area]] = {}
        self.streets: dict[str, list[str]] = {}
        areas = {area.pk: area for area in directory.areas()}
        for area in areas.values():
            if area.kind in LOWEST:
                self._add(area.name_key, area)
            elif area.kind == "street":
                self.streets.setdefault(area.name_key, []).append(area.code)
        for alias in directory.aliases():
            named = areas.get(alias.area_id or 0)
            if named is not None and named.kind in LOWEST:
                self._add(alias.name_key, named)
            elif named is not None and named.kind == "street":
                self.streets.setdefault(alias.name_key, []).append(named.code)

    def _add(self, key: str, area: Area) -> None:
        known = self.by_name.setdefault(key, [])
        if area not in known:
            known.append(area)

    def find(self, line: PostingLine) -> Area:
        """
        Raises:
            _Rejected: no such place, no such street, or several places of one name.
        """
        street, community = line.street, line.community
        found = self.by_name.get(same_name_key(community), [])
        if not found:
            street, community = self._split(street, community)
            found = self.by_name.get(same_name_key(community), [])
        if street:
            codes = self.streets.get(same_name_key(street))
            if codes is None:
                raise _Rejected("postings.street_unknown", street)
            found = [area for area in found if area.parent and area.parent.code in codes]
        if not found:
            raise _Rejected("postings.place_unknown", f"{street} {community}".strip())
        fitting = _standing(found, line.start)
        if len(fitting) > 1:
            streets = "、".join(area.parent.name if area.parent else "–" for area in fitting)
            raise _Rejected("postings.place_ambiguous", f"{community} ({streets})")
        return fitting[0]

    def _split(self, street: str, community: str) -> tuple[str, str]:
        """大河街道松涛社区 → 大河街道, 松涛社区."""
        tidy = tidy_name(community)
        for end in range(len(tidy) - 1, 1, -1):
            if same_name_key(tidy[:end]) in self.streets:
                return street or tidy[:end], tidy[end:].strip(" /-—·")
        return street, community


def _standing(found: list[Area], day: date) -> list[Area]:
    """Of several places those that were there on the day and that somebody confirmed, if any."""
    for narrower in (
        lambda area: (
            (area.valid_to is None or day < area.valid_to)
            and (area.valid_from is None or area.valid_from <= day)
        ),
        lambda area: not area.provisional,
    ):
        fewer = [area for area in found if narrower(area)]
        found = fewer or found
    return found


def _home(line: PostingLine) -> str:
    """The home organisation as the roster writes it; a list that names none says so."""
    return " ".join(line.home.split()) or NO_HOME


def _until(term: Term) -> date:
    """The last day the term keeps its place and person, as the list has it."""
    known = term.ended_on or last_day(term)
    if known is not None:
        return known
    return add_months(term.planned_start, term.cohort.programme.term_months)


def _check_same(term: Term, line: PostingLine) -> None:
    """A term that is there is changed by what is done on it, not by a list.

    Raises:
        _Rejected: the list says other days than the term has.
    """
    if term.arrived_on is None:
        return
    for said, held in (
        (line.end, term.ends_on),
        (line.extended, term.extended_until),
        (line.ended, term.ended_on),
    ):
        if said is not None and said != held:
            raise _Rejected("postings.differs", f"{term.number}: {held or '–'} ≠ {said}")


def _told(refused: Refused) -> tuple[str, str]:
    """A refusal of a service as the reason of a line."""
    if refused.code in _TAKEN:
        detail = refused.detail
        return _TAKEN[refused.code], f"{detail['other']} {detail['begins']}–{detail['ends']}"
    return "postings.refused", refused.message()
