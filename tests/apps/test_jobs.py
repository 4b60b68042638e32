"""Jobs, workers and clocks: nothing is lost, nothing is done twice."""

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError, transaction
from django_tasks_db.models import DBTaskResult

from jieban.apps.jobs import Act, acts, declaring, enqueue, job, selectors, services
from jieban.apps.jobs import worker as working
from jieban.apps.jobs.models import Tick, Worker
from jieban.apps.ledger import selectors as ledger
from jieban.domain import words
from jieban.domain.errors import Refused
from tests.conftest import AT

pytestmark = pytest.mark.django_db

noted: list[str] = []


@job("test.note")
def note(words: str) -> None:
    noted.append(words)


@job("test.fail")
def fail() -> None:
    raise ValueError("it cannot be done")


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    noted.clear()


def worker() -> Worker:
    return services.begin_worker(at=AT)


def dead() -> Worker:
    """A worker of this machine whose process is gone."""
    return Worker.objects.create(
        id="dead", host=worker().host, process=1, born="0", started_at=AT, seen_at=AT
    )


def status() -> list[str]:
    return list(DBTaskResult.objects.values_list("status", flat=True))


def test_a_job_is_done_once_and_gone():
    enqueue("test.note", words="a")
    enqueue("test.note", words="b")
    assert working.work_once() == 2
    assert sorted(noted) == ["a", "b"]
    assert working.work_once() == 0
    assert status() == []


def test_a_job_belongs_to_the_act_that_asked_for_it():
    with transaction.atomic():
        enqueue("test.note", words="a")
        transaction.set_rollback(True)
    assert working.work_once() == 0


def test_a_job_nobody_declared_is_a_bug():
    with pytest.raises(KeyError):
        enqueue("test.unknown")


def test_a_job_for_later_waits():
    enqueue("test.note", after=AT + timedelta(hours=1), words="later")
    one = worker()
    assert services.take(one, at=AT) is None
    assert selectors.queue(AT).later == 1
    assert services.take(one, at=AT + timedelta(hours=1)) is not None


def test_a_failing_job_is_tried_again_and_kept_when_it_is_given_up():
    enqueue("test.fail")
    one, at = worker(), AT
    for attempt in range(declaring.ATTEMPTS):
        taken = services.take(one, at=at)
        assert taken is not None, attempt
        services.fail(taken, ValueError("it cannot be done"), at=at)
        assert services.take(one, at=at) is None
        at += timedelta(hours=2)
    kept = DBTaskResult.objects.get()
    assert (kept.status, kept.exception_class_path) == ("FAILED", "builtins.ValueError")
    assert "it cannot be done" in kept.traceback
    assert selectors.queue(at).failed == 1
    services.prune(at=at + timedelta(days=31))
    assert status() == []


def test_the_job_of_a_dead_worker_is_done_by_the_next():
    enqueue("test.note", words="a")
    assert services.take(dead(), at=AT) is not None
    assert status() == ["RUNNING"]
    assert working.work_once() == 1
    assert noted == ["a"]


def test_the_job_of_a_living_worker_is_left_to_it():
    enqueue("test.note", words="a")
    assert services.take(worker(), at=AT) is not None
    assert services.recover(at=AT + timedelta(days=1)) == 0


def test_a_worker_elsewhere_counts_as_dead_when_it_is_silent():
    enqueue("test.note", words="a")
    far = Worker.objects.create(
        id="far", host="elsewhere", process=os.getpid(), born="1", started_at=AT, seen_at=AT
    )
    assert services.take(far, at=AT) is not None
    assert services.recover(at=AT + timedelta(seconds=30)) == 0
    services.beat(far, at=AT + timedelta(seconds=40))
    assert services.recover(at=AT + timedelta(seconds=70)) == 0
    assert services.recover(at=AT + timedelta(seconds=110)) == 1


def test_a_job_that_kills_its_workers_is_given_up():
    enqueue("test.note", words="a")
    gone, at = dead(), AT
    for _ in range(declaring.ATTEMPTS):
        assert services.take(gone, at=at) is not None
        services.recover(at=at)
    assert status() == ["FAILED"]


def test_who_lost_a_job_to_another_cannot_end_it():
    enqueue("test.note", words="a")
    first = services.take(dead(), at=AT)
    services.recover(at=AT)
    second = services.take(worker(), at=AT + timedelta(seconds=1))
    assert first is not None
    assert second is not None
    services.finish(first)
    assert status() == ["RUNNING"]
    services.finish(second)
    assert status() == []


def test_the_end_of_a_job_is_noted_when_the_database_comes_back(monkeypatch):
    monkeypatch.setattr(working, "_NOTE_PAUSES", (0.0, 0.0))
    troubles = iter([OperationalError("gone"), OperationalError("gone"), None])

    def finish(taken):
        if (trouble := next(troubles)) is not None:
            raise trouble
        services.finish(taken)

    monkeypatch.setattr(working.connection, "close", lambda: None)
    stand_in = SimpleNamespace(**vars(services) | {"finish": finish})
    monkeypatch.setattr(working, "services", stand_in)
    enqueue("test.note", words="a")
    assert working.work_once() == 1
    assert status() == []


def test_a_worker_that_cannot_note_an_end_leaves_the_job_to_the_next(monkeypatch):
    monkeypatch.setattr(working, "_NOTE_PAUSES", ())

    def finish(taken):
        raise OperationalError("gone")

    stand_in = SimpleNamespace(**vars(services) | {"finish": finish})
    enqueue("test.note", words="a")
    with monkeypatch.context() as during:
        during.setattr(working, "services", stand_in)
        with pytest.raises(working.CannotNote):
            working.work_once()
    assert status() == ["RUNNING"]
    assert working.work_once() == 1
    assert noted == ["a", "a"]


def hourly(run, *, whole: bool = True) -> Act:
    return Act("test.hourly", timedelta(hours=1), run, whole)


@pytest.mark.parametrize("whole", [True, False])
def test_an_act_is_done_once_in_its_span(whole):
    act = hourly(lambda at: noted.append("x"), whole=whole)
    minutes = (0, 0, 1, 59, 60, 61, 121)
    done = [services.do_if_due(act, at=AT + timedelta(minutes=each)) for each in minutes]
    assert done == [True, False, False, False, True, False, True]
    assert len(noted) == 3


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("error", [OSError("no room"), Refused("ledger.busy", seconds=1)])
def test_an_act_that_fails_is_tried_by_the_next_tick(whole, error):
    def run(at):
        if not noted:
            noted.append("x")
            raise error

    act = hourly(run, whole=whole)
    assert not services.do_if_due(act, at=AT)
    kept = Tick.objects.get(name="test.hourly")
    assert kept.failed_at == AT
    assert kept.last_at is None
    assert services.do_if_due(act, at=AT + timedelta(minutes=1))
    assert Tick.objects.get(name="test.hourly").error == ""


def test_what_a_failed_act_wrote_is_undone():
    def run(at):
        enqueue("test.note", words="a")
        raise OSError

    services.do_if_due(hourly(run), at=AT)
    assert status() == []


def test_a_clock_that_was_ahead_does_not_stop_an_act():
    act = hourly(lambda at: noted.append("x"))
    services.do_if_due(act, at=AT + timedelta(days=400))
    assert services.do_if_due(act, at=AT)


def test_a_tick_does_what_this_program_does_by_the_clock(home):
    done = working.tick()
    assert {"ledger.seal", "ledger.verify", "jobs.prune", "integrations.prune"} <= set(done)
    assert working.tick() == []
    assert {act.name for act in acts()} >= set(done)
    working.work_once()
    assert ledger.last_verification().found == 0


def test_every_periodic_act_has_a_name_in_both_languages():
    for act in acts():
        if not act.name.startswith("test."):
            assert {"zh", "en"} <= words.glossary()[f"act_{act.name.replace('.', '_')}"].keys()
