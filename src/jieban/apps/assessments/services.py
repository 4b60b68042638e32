"""Every write of assessments: recording, reviewing, appealing, publishing."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from jieban.apps.assessments import selectors
from jieban.apps.assessments.models import Appeal, Assessment, Run
from jieban.apps.cases import selectors as cases
from jieban.apps.cases import services as case_services
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor
from jieban.domain.assessments import appeals, publication
from jieban.domain.assessments.publication import State, Window
from jieban.domain.errors import Refused
from jieban.evaluation import runs as evaluation
from jieban.home import Home
from jieban.sealing import Sealer

MAX_EVIDENCE_MB = 10


@transaction.atomic
def record_run(actor: Actor, run: evaluation.Run, *, at: datetime) -> Run:
    """Enter a computed run into the list; one that is there already is returned as it is.

    Its version is one above the last that was reviewed; an earlier run nobody reviewed is
    discarded for it.
    """
    known = Run.objects.filter(run_id=run.id).first()
    if known is not None:
        return known
    assessment, _ = Assessment.objects.get_or_create(period=run.period, rulebook=run.rulebook.name)
    stood_for_review = assessment.runs.exclude(
        state__in=[State.COMPUTED.value, State.DISCARDED.value]
    )
    last = stood_for_review.order_by("-version").first()
    assessment.runs.filter(state=State.COMPUTED.value).update(state=State.DISCARDED.value)
    recorded = Run.objects.create(
        assessment=assessment,
        run_id=run.id,
        version=last.version + 1 if last else 1,
        state=State.COMPUTED.value,
        computed_at=at,
        computed_by=actor.name,
    )
    body = {
        "run": run.id,
        "period": run.period,
        "rulebook": run.rulebook.name,
        "version": recorded.version,
    }
    ledger.append("run", run.id, "run.computed", actor=actor, at=at, body=body)
    return recorded


@transaction.atomic
def review_run(actor: Actor, run_id: str, *, at: datetime, because: str = "") -> Run:
    """Pass a computed run as fit to be appealed against and published.

    Raises:
        Refused "run.not_found", and those of `publication.check_review`.
    """
    run = _locked(run_id)
    publication.check_review(State(run.state), run.version, because)
    run.state, run.because = State.REVIEWED.value, because.strip()
    run.reviewed_at, run.reviewed_by = at, actor.name
    run.save(update_fields=["state", "because", "reviewed_at", "reviewed_by"])
    body = {"run": run_id, "period": run.assessment.period, "rulebook": run.assessment.rulebook}
    ledger.append("run", run_id, "run.reviewed", actor=actor, at=at, reason=run.because, body=body)
    return run


@transaction.atomic
def open_appeals(actor: Actor, run_id: str, *, at: datetime, home: Home) -> Run:
    """Open the appeal window, for as many days as the run's rulebook says.

    Raises:
        Refused "run.not_found", and those of `publication.check_open`.
    """
    run = _locked(run_id)
    publication.check_open(State(run.state), window_of(run.assessment))
    rulebook = selectors.figures(home, run_id).rulebook
    until = at + timedelta(days=rulebook.publish_appeal_days)
    assessment = run.assessment
    assessment.appeals_opened, assessment.appeals_until = at, until
    assessment.save(update_fields=["appeals_opened", "appeals_until"])
    body = {"run": run_id, "until": until.isoformat(), "rulebook": rulebook.name}
    ledger.append("run", run_id, "run.opened_for_appeal", actor=actor, at=at, body=body)
    return run


@transaction.atomic
def close_appeals(actor: Actor, run_id: str, *, at: datetime, reason: str) -> Run:
    """End the appeal window before its day.

    Raises:
        Refused "run.not_found", and those of `publication.check_close`.
    """
    run = _locked(run_id)
    publication.check_close(window_of(run.assessment), at, reason)
    run.assessment.appeals_until = at
    run.assessment.save(update_fields=["appeals_until"])
    body = {"run": run_id, "rulebook": run.assessment.rulebook}
    ledger.append(
        "run", run_id, "run.closed_for_appeal", actor=actor, at=at, reason=reason, body=body
    )
    return run


@transaction.atomic
def publish_run(actor: Actor, run_id: str, *, at: datetime, home: Home) -> Run:
    """Make a reviewed run official; the version published before stays on record.

    The run's files are checked against its manifest first, and the manifest's own digest goes
    into the ledger: what is published is what was computed.

    Raises:
        Refused "run.not_recorded", "run.file_changed", and those of
            `publication.check_publish`.
    """
    run = _locked(run_id)
    assessment = run.assessment
    raised = Appeal.objects.filter(run__assessment=assessment)
    publication.check_publish(
        State(run.state),
        window_of(assessment),
        at,
        undecided=raised.filter(state=appeals.State.RAISED.value).count(),
        granted_since=raised.filter(
            state=appeals.State.GRANTED.value, decided_at__gt=run.computed_at
        ).count(),
        newer_published=assessment.runs.filter(
            state=State.PUBLISHED.value, version__gt=run.version
        ).exists(),
    )
    evaluation.check_files(selectors.figures(home, run_id))
    manifest = home.runs / run_id / "manifest.json"
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    assessment.runs.filter(state=State.PUBLISHED.value).update(state=State.SUPERSEDED.value)
    run.state = State.PUBLISHED.value
    run.published_at, run.published_by = at, actor.name
    run.save(update_fields=["state", "published_at", "published_by"])
    body = {
        "run": run_id,
        "version": run.version,
        "because": run.because,
        "manifest": digest,
    }
    ledger.append("run", run_id, "run.published", actor=actor, at=at, body=body)
    return run


@transaction.atomic
def raise_appeal(
    actor: Actor,
    run_id: str,
    *,
    number: str,
    unit: str,
    ground: str,
    evidence: str,
    at: datetime,
    home: Home,
    file: tuple[str, bytes] | None = None,
) -> Appeal:
    """A unit contests one of its facts in a run. `file` is (name, content).

    Raises:
        Refused "run.not_found", "case.not_found", "appeal.already_raised",
            "appeal.not_in_run", "appeal.file_too_large", and those of `appeals.check_raise`.
    """
    run = _locked(run_id)
    rulebook = selectors.figures(home, run_id).rulebook
    grounds = [each.code for each in rulebook.grounds]
    window = window_of(run.assessment)
    appeals.check_raise(window, at, evidence=evidence, ground=ground, grounds=grounds)
    if file is not None and len(file[1]) > MAX_EVIDENCE_MB * 1024 * 1024:
        raise Refused("appeal.file_too_large", limit=MAX_EVIDENCE_MB)
    row = cases.assignment(number, unit)
    zone = row.brought_by.zone
    period = rulebook.period(run.assessment.period, zone)
    if not period.start <= row.received_at < period.end:
        raise Refused("appeal.not_in_run", number=number, unit=row.unit_written)
    same = Appeal.objects.filter(
        run__assessment=run.assessment, case_number=number, unit_code=unit
    ).exclude(state=appeals.State.WITHDRAWN.value)
    if same.exists():
        raise Refused("appeal.already_raised", number=number, unit=row.unit_written)
    sealer = Sealer(home.keys)
    appeal = Appeal.objects.create(
        run=run,
        case_number=number,
        unit_code=unit,
        unit_name=row.unit.name if row.unit else row.unit_written,
        ground=ground,
        evidence=sealer.seal(evidence.strip().encode()),
        file_name=Path(file[0]).name if file else "",
        file=sealer.seal(file[1]) if file else None,
        state=appeals.State.RAISED.value,
        raised_at=at,
        raised_by=actor.name,
        raised_by_id=actor.id,
    )
    digest = hashlib.sha256(evidence.encode() + (file[1] if file else b"")).hexdigest()
    body = {
        "run": run_id,
        "number": number,
        "unit": unit,
        "ground": ground,
        "evidence_digest": digest,
    }
    ledger.append("appeal", str(appeal.pk), "appeal.raised", actor=actor, at=at, body=body)
    return appeal


@transaction.atomic
def decide_appeal(actor: Actor, number: int, *, granted: bool, reason: str, at: datetime) -> Appeal:
    """A second person decides; a granted appeal excludes the assignment.

    Raises:
        Refused "appeal.not_found", those of `appeals.check_decide`, "exclusion.already".
    """
    appeal = _locked_appeal(number)
    appeals.check_decide(
        appeals.State(appeal.state),
        raised_by=appeal.raised_by_id,
        decided_by=actor.id,
        reason=reason,
    )
    if granted:
        case_services.exclude_assignment(
            actor,
            cases.assignment(appeal.case_number, appeal.unit_code),
            at=at,
            ground=appeal.ground,
            proposed_by=Actor.named(appeal.raised_by),
            appeal=appeal.pk,
        )
    state = appeals.State.GRANTED if granted else appeals.State.REFUSED
    appeal.state, appeal.decision_reason = state.value, reason.strip()
    appeal.decided_at, appeal.decided_by = at, actor.name
    appeal.save(update_fields=["state", "decision_reason", "decided_at", "decided_by"])
    ledger.append(
        "appeal",
        str(appeal.pk),
        f"appeal.{state.value}",
        actor=actor,
        at=at,
        reason=appeal.decision_reason,
        body={"ground": appeal.ground} if granted else {},
    )
    return appeal


@transaction.atomic
def withdraw_appeal(actor: Actor, number: int, *, at: datetime) -> Appeal:
    """Who raised an appeal takes it back before it is decided.

    Raises:
        Refused "appeal.not_found", and those of `appeals.check_withdraw`.
    """
    appeal = _locked_appeal(number)
    appeals.check_withdraw(appeals.State(appeal.state), raised_by=appeal.raised_by_id, by=actor.id)
    appeal.state, appeal.decided_at = appeals.State.WITHDRAWN.value, at
    appeal.save(update_fields=["state", "decided_at"])
    ledger.append("appeal", str(appeal.pk), "appeal.withdrawn", actor=actor, at=at, body={})
    return appeal


def window_of(assessment: Assessment) -> Window:
    return Window(assessment.appeals_opened, assessment.appeals_until)


def _locked(run_id: str) -> Run:
    run = (
        Run.objects.select_for_update(of=("self",))
        .select_related("assessment")
        .filter(run_id=run_id)
        .first()
    )
    if run is None:
        raise Refused("run.not_recorded", run=run_id)
    return run


def _locked_appeal(number: int) -> Appeal:
    appeal = Appeal.objects.select_for_update().filter(pk=number).first()
    if appeal is None:
        raise Refused("appeal.not_found", number=number)
    return appeal
