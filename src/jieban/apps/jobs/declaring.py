"""What can be asked for: jobs by name, acts that come round by the clock, rounds of a worker."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django_tasks import task
from django_tasks.base import Task

ATTEMPTS = 5
"""How often a job that fails is tried."""

_jobs: dict[str, Task[Any, Any]] = {}
_acts: dict[str, "Act"] = {}
_rounds: dict[str, "Round"] = {}


@dataclass(frozen=True)
class Act:
    """Something done once in every span of time.

    `run(at)` is called in the transaction that notes it as done: it happens once, or not at
    all and is tried again. With `whole` false it makes its own transactions, because it is
    long; it is noted as begun first, and tried again if it raises.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], object]
    whole: bool


@dataclass(frozen=True)
class Round:
    """Something a worker looks after all the time: `run(at)` answers how much it found to do."""

    name: str
    run: Callable[[datetime], int]


def job(name: str) -> Callable[[Callable[..., object]], Task[Any, Any]]:
    """Declare the function below as the job `name`; it takes plain values by name."""

    def declare(run: Callable[..., object]) -> Task[Any, Any]:
        _jobs[name] = task(run)
        return _jobs[name]

    return declare


def enqueue(name: str, *, after: datetime | None = None, **plain: Any) -> None:
    """Have the job `name` done with these plain values, not before `after`.

    It is stored in the caller's transaction: no act, no job; no job lost.

    Raises:
        KeyError: no job of that name is declared.
    """
    declared = _jobs[name]
    if after is not None:
        declared = declared.using(run_after=after)
    declared.enqueue(**plain)


def name_of(path: str) -> str:
    """The name of the job whose function is at `path`; the path of one nobody declares any more."""
    return next((name for name, declared in _jobs.items() if declared.module_path == path), path)


def periodic(
    name: str, *, every: timedelta, run: Callable[[datetime], object], whole: bool = True
) -> None:
    """Declare something that `jieban tick` does once in every `every`."""
    _acts[name] = Act(name, every, run, whole)


def each_round(name: str, *, run: Callable[[datetime], int]) -> None:
    """Declare something a worker looks after on every round, a second apart when idle."""
    _rounds[name] = Round(name, run)


def acts() -> tuple[Act, ...]:
    """Every periodic act, in the order of their names."""
    return tuple(_acts[name] for name in sorted(_acts))


def rounds() -> tuple[Round, ...]:
    """Every round, in the order of their names."""
    return tuple(_rounds[name] for name in sorted(_rounds))
