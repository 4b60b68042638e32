"""How the work stands: who works, what waits, when the clocks last came round."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jieban.apps.jobs.declaring import name_of
from jieban.apps.jobs.models import Tick, Worker

SILENT_AFTER = timedelta(seconds=60)
"""A worker that was not heard of for so long counts as gone."""
TICK = "tick"


@dataclass(frozen=True)
class Failed:
    """One job that was given up, and the last line of why."""

    name: str
    at: datetime | None
    why: str


@dataclass(frozen=True)
class Queue:
    """How many jobs wait now, are under way, wait for a later moment, have failed for good."""

    waiting: int
    running: int
    later: int
    failed: int
    oldest_waiting_at: datetime | None


def workers(at: datetime) -> QuerySet[Worker]:
    """The workers heard of lately."""
    return Worker.objects.filter(left_at=None, seen_at__gt=at - SILENT_AFTER)


def last_seen() -> datetime | None:
    """When any worker was last heard of."""
    return Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def ticks() -> QuerySet[Tick]:
    """Every act that was ever begun."""
    return Tick.objects.order_by("name")


def last_tick() -> datetime | None:
    """When a tick last ran, whether or not anything was due."""
    return Tick.objects.filter(name=TICK).values_list("last_at", flat=True).first()


def queue(at: datetime) -> Queue:
    """How the queue stands."""
    rows = DBTaskResult.objects
    now = Q(run_after__gt=at.replace(year=9998)) | Q(run_after__lte=at)
    ready = rows.filter(status=TaskResultStatus.READY)
    waiting = ready.filter(now)
    return Queue(
        waiting=waiting.count(),
        running=rows.filter(status=TaskResultStatus.RUNNING).count(),
        later=ready.exclude(now).count(),
        failed=rows.filter(status=TaskResultStatus.FAILED).count(),
        oldest_waiting_at=waiting.order_by("enqueued_at")
        .values_list("enqueued_at", flat=True)
        .first(),
    )


def failed(limit: int) -> list[Failed]:
    """The jobs that were given up, newest first."""
    rows = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).order_by("-finished_at")
    return [
        Failed(
            name_of(row.task_path), row.finished_at, row.traceback.strip().rpartition("\n")[2][:200]
        )
        for row in rows[:limit]
    ]
