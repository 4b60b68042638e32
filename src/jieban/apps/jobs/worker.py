"""The worker: does jobs, looks after its rounds, and, if asked, ticks.

One thread leads: it goes round (telling followers what is in the outbox), takes back jobs
from dead workers, ticks once a minute. Others do the jobs. A heartbeat has a thread of its
own, so that long work does not look like death. On SIGTERM or Ctrl+C jobs under way are
ended and none is begun; whatever is killed harder is taken again by the next worker.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, connection

from jieban import clock
from jieban.apps.jobs import services
from jieban.apps.jobs.declaring import acts, rounds
from jieban.apps.jobs.models import Worker

log = logging.getLogger(__name__)
IDLE_SECONDS = 1.0
BEAT_SECONDS = 10.0
RECOVER_SECONDS = 10.0
TICK_SECONDS = 60.0
_AFTER_TROUBLE_SECONDS = 3.0
_NOTE_PAUSES = (1.0, 4.0, 15.0, 40.0)


def tick() -> list[str]:
    """Do every periodic act that is due; the names of those done."""
    at = clock.now()
    services.note_tick(at=at)
    return [act.name for act in acts() if services.do_if_due(act, at=at)]


def work_once(*, ticking: bool = False) -> int:
    """Do everything there is to do now, and end; how many jobs were done."""
    worker = services.begin_worker(at=clock.now())
    done = 0
    try:
        services.recover(at=clock.now())
        if ticking:
            tick()
        while go_round() + (more := _jobs_now(worker)):
            done += more
    finally:
        services.end_worker(worker, at=clock.now())
    return done


def go_round() -> int:
    """One round of everything that is looked after; how much was found to do."""
    return sum(each.run(clock.now()) for each in rounds())


def do_next(worker: Worker) -> bool:
    """Take the next job and do it; False if there was none."""
    taken = services.take(worker, at=clock.now())
    if taken is None:
        return False
    try:
        taken.task.call(*taken.args_kwargs["args"], **taken.args_kwargs["kwargs"])
    except Exception as error:
        log.exception("job %s failed", taken.task_name)
        failure = error
        _note(lambda: services.fail(taken, failure, at=clock.now()))
    else:
        _note(lambda: services.finish(taken))
    return True


class CannotNote(Exception):
    """How a job ended could not be noted. While this worker lives nobody takes the job over."""


def _note(note: Callable[[], None]) -> None:
    """Note how a job ended, though the database be away for a minute.

    Raises:
        CannotNote: it is away for longer.
    """
    for pause in (*_NOTE_PAUSES, None):
        try:
            return note()
        except DatabaseError as error:
            if pause is None:
                raise CannotNote from error
            log.warning("the end of a job cannot be noted yet: %s", error)
            connection.close()
            time.sleep(pause)


def _jobs_now(worker: Worker) -> int:
    done = 0
    while do_next(worker):
        done += 1
    return done


class Work:
    """A worker that goes on until `stop`; `gave_up` says that it ended itself."""

    def __init__(self, *, threads: int = 1, ticking: bool = False) -> None:
        self._threads = threads
        self._ticking = ticking
        self._stopping = threading.Event()
        self._last: dict[str, float] = {}
        self.gave_up = False

    def stop(self) -> None:
        """Begin nothing new; `run` returns when what is under way has ended."""
        self._stopping.set()

    def run(self) -> None:
        worker = services.begin_worker(at=clock.now())
        hands = [
            self._thread("beat", lambda: services.beat(worker, at=clock.now()), BEAT_SECONDS),
            *(
                self._thread(f"jobs-{number}", lambda: do_next(worker), IDLE_SECONDS)
                for number in range(self._threads)
            ),
        ]
        self._repeat(self._lead, IDLE_SECONDS)
        for hand in hands:
            hand.join()
        services.end_worker(worker, at=clock.now())

    def _lead(self) -> bool:
        if self._due("recover", RECOVER_SECONDS):
            services.recover(at=clock.now())
        if self._ticking and self._due("tick", TICK_SECONDS):
            tick()
        return go_round() > 0

    def _due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, -seconds) < seconds:
            return False
        self._last[what] = now
        return True

    def _thread(self, name: str, act: Callable[[], object], pause: float) -> threading.Thread:
        thread = threading.Thread(target=self._repeat, args=(act, pause), name=name)
        thread.start()
        return thread

    def _repeat(self, act: Callable[[], object], pause: float) -> None:
        """Call `act` until stopped, at once again while it finds something to do."""
        while not self._stopping.is_set():
            try:
                wait = 0.0 if act() else pause
            except CannotNote:
                # With this process gone, the next worker sees that its jobs are free.
                log.exception("the worker ends")
                self.gave_up = True
                self.stop()
                break
            except Exception:
                # The database may be away for a while; the worker outlives that.
                log.exception("%s: trouble", threading.current_thread().name)
                connection.close()
                wait = _AFTER_TROUBLE_SECONDS
            self._stopping.wait(wait)
        connection.close()
