"""Taking jobs, ending them, taking them back from workers that died, and claiming the clocks.

`at` is handed down from the door (the worker's loop, the tick). All transactions here are
short: on SQLite a worker is one more writer among those who serve people.
"""

import logging
import os
import secrets
import socket
from datetime import datetime, timedelta
from pathlib import Path
from traceback import format_exception
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from jieban.apps.jobs.declaring import ATTEMPTS, Act
from jieban.apps.jobs.models import Tick, Worker
from jieban.apps.jobs.selectors import SILENT_AFTER, TICK
from jieban.domain.errors import Refused

log = logging.getLogger(__name__)
KEEP_FAILED = timedelta(days=30)
_KEEP_WORKERS = timedelta(days=1)
_SLACK = timedelta(seconds=5)
_FIRST_PAUSE = timedelta(seconds=10)
Taken: TypeAlias = DBTaskResult[Any, Any]


class WorkerDied(Exception):
    """The worker that had taken the job is gone."""


# --- workers ------------------------------------------------------------------------------


def begin_worker(*, at: datetime) -> Worker:
    """Enter this process among the workers."""
    process = os.getpid()
    return Worker.objects.create(
        id=secrets.token_hex(16),
        host=socket.gethostname(),
        process=process,
        born=_born(process),
        started_at=at,
        seen_at=at,
    )


def beat(worker: Worker, *, at: datetime) -> None:
    """Say that this worker lives."""
    Worker.objects.filter(id=worker.id).update(seen_at=at)


def end_worker(worker: Worker, *, at: datetime) -> None:
    """Say that this worker has left in order."""
    Worker.objects.filter(id=worker.id).update(seen_at=at, left_at=at)


def _born(process: int) -> str:
    """When the process began, as the kernel counts; empty where that cannot be asked."""
    try:
        # The name of the program stands in parentheses and may hold anything.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _lives(worker: Worker | None, at: datetime) -> bool:
    if worker is None or worker.left_at is not None:
        return False
    if worker.host == socket.gethostname() and worker.born:
        return _born(worker.process) == worker.born
    return at - worker.seen_at < SILENT_AFTER


# --- jobs ---------------------------------------------------------------------------------


def take(worker: Worker, *, at: datetime) -> Taken | None:
    """The next job that is due, taken by this worker; None if there is none."""
    due = DBTaskResult.objects.filter(
        Q(run_after=get_date_max()) | Q(run_after__lte=at), status=TaskResultStatus.READY
    )
    if not due.exists():
        return None
    with transaction.atomic():
        taken = due.select_for_update(skip_locked=True).first()
        if taken is not None:
            taken.status = TaskResultStatus.RUNNING
            taken.started_at = at
            taken.worker_ids = [*taken.worker_ids, worker.id]
            taken.save(update_fields=["status", "started_at", "worker_ids"])
    return taken


def finish(taken: Taken) -> None:
    """Take a done job off the list, unless somebody else has taken it over."""
    _mine(taken).delete()


def fail(taken: Taken, error: Exception, *, at: datetime) -> None:
    """Note why the job failed; it is tried again later, `ATTEMPTS` times in all."""
    attempts = len(taken.worker_ids)
    said = {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": "".join(format_exception(error)),
    }
    if attempts >= ATTEMPTS:
        _mine(taken).update(status=TaskResultStatus.FAILED, finished_at=at, **said)
    else:
        again = at + _FIRST_PAUSE * 4 ** (attempts - 1)
        _mine(taken).update(status=TaskResultStatus.READY, run_after=again, **said)


def _mine(taken: Taken) -> QuerySet[Taken]:
    return DBTaskResult.objects.filter(
        pk=taken.pk, status=TaskResultStatus.RUNNING, started_at=taken.started_at
    )


def recover(*, at: datetime) -> int:
    """Put back the jobs whose worker died while at them; how many."""
    back = 0
    for taken in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        worker = Worker.objects.filter(id=taken.worker_ids[-1]).first()
        if _lives(worker, at):
            continue
        log.warning("job %s: its worker died, it is done again", taken.task_name)
        if len(taken.worker_ids) >= ATTEMPTS:
            fail(taken, WorkerDied(taken.task_name), at=at)
        else:
            _mine(taken).update(status=TaskResultStatus.READY, run_after=at)
        back += 1
    return back


def prune(*, at: datetime) -> None:
    """Forget failed jobs after a month and workers that left yesterday."""
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)
    failed.filter(finished_at__lt=at - KEEP_FAILED).delete()
    Worker.objects.filter(seen_at__lt=at - _KEEP_WORKERS).delete()


def refresh_statistics() -> None:
    """What SQLite knows of its tables, by which it chooses how to look; PostgreSQL sees to that."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("PRAGMA optimize = 0x10002")


# --- clocks -------------------------------------------------------------------------------


def note_tick(*, at: datetime) -> None:
    """Say that a tick ran."""
    Tick.objects.update_or_create(name=TICK, defaults={"last_at": at})


def do_if_due(act: Act, *, at: datetime) -> bool:
    """Do the act if its time has come and nobody else is at it; whether it was done.

    A failure is logged and kept with the act; the next tick tries again.
    """
    Tick.objects.get_or_create(name=act.name)
    try:
        return _do_whole(act, at) if act.whole else _do_in_parts(act, at)
    except Exception as error:
        if isinstance(error, Refused):
            log.warning("%s: %s", act.name, error.message("en"))
        else:
            log.exception("%s failed", act.name)
        Tick.objects.filter(name=act.name).update(failed_at=at, error=repr(error)[:200])
        return False


def _do_whole(act: Act, at: datetime) -> bool:
    with transaction.atomic():
        tick = _claim(act, at)
        if tick is None:
            return False
        act.run(at)
        _done(act, at)
    return True


def _do_in_parts(act: Act, at: datetime) -> bool:
    with transaction.atomic():
        tick = _claim(act, at)
        if tick is None:
            return False
        Tick.objects.filter(name=act.name).update(last_at=at)
    try:
        act.run(at)
    except BaseException:
        Tick.objects.filter(name=act.name, last_at=at).update(last_at=tick.last_at)
        raise
    _done(act, at)
    return True


def _claim(act: Act, at: datetime) -> Tick | None:
    """The act's row, locked, if the act is due; None if not, or if somebody is at it."""
    tick = Tick.objects.select_for_update(skip_locked=True).filter(name=act.name).first()
    return tick if tick is not None and _due(tick.last_at, act.every, at) else None


def _due(last_at: datetime | None, every: timedelta, at: datetime) -> bool:
    if last_at is None:
        return True
    # A moment in the future was written by a clock that was wrong.
    return at - last_at >= every - _SLACK or last_at - at > _SLACK


def _done(act: Act, at: datetime) -> None:
    Tick.objects.filter(name=act.name).update(last_at=at, failed_at=None, error="")
