"""公布: which run becomes official, and when.

An assessment is one period under one rulebook. It has runs: v1, v2 … in the order in which
they were put up for review. A run is computed, reviewed, published; publishing a later
version leaves the earlier one on record as superseded. Units may appeal within one window
per assessment, opened after the first review.

    compute ──► computed ──review──► reviewed ──publish──► published ──► superseded
                    └─(a newer run before any review)──► discarded

The rules here are pure: they read plain values and raise, or return nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jieban.domain.errors import Refused


class State(StrEnum):
    """Where a run stands."""

    COMPUTED = "computed"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Window:
    """The appeal window of an assessment; both None until it is opened."""

    opened: datetime | None
    until: datetime | None

    def is_open(self, at: datetime) -> bool:
        return self.opened is not None and self.until is not None and at < self.until


def check_review(state: State, version: int, because: str) -> None:
    """May this run be passed as reviewed?

    Raises:
        Refused "run.not_to_review": it is past that.
        Refused "run.because_missing": a second version must say why it exists.
    """
    if state is not State.COMPUTED:
        raise Refused("run.not_to_review", state=state.value)
    if version > 1 and not because.strip():
        raise Refused("run.because_missing", version=version)


def check_open(state: State, window: Window) -> None:
    """May the appeal window be opened on this run?

    Raises:
        Refused "run.not_reviewed", "appeal.window_was_open".
    """
    if state is not State.REVIEWED:
        raise Refused("run.not_reviewed")
    if window.opened is not None:
        raise Refused("appeal.window_was_open", until=f"{window.until:%Y-%m-%d %H:%M}")


def check_close(window: Window, at: datetime, reason: str) -> None:
    """May the window be closed before its day?

    Raises:
        Refused "appeal.window_not_open", "run.close_reason_missing".
    """
    if not window.is_open(at):
        raise Refused("appeal.window_not_open")
    if not reason.strip():
        raise Refused("run.close_reason_missing")


def check_publish(
    state: State,
    window: Window,
    at: datetime,
    *,
    undecided: int,
    granted_since: int,
    newer_published: bool,
) -> None:
    """May this run become official?

    `undecided` counts appeals without a decision, `granted_since` those granted after the
    run was computed: their exclusions are not in its figures; `newer_published` says that a
    later version is official already.

    Raises:
        Refused "run.not_reviewed", "run.no_appeal_window", "run.window_still_open",
            "run.appeals_undecided", "run.appeals_not_in_run", "run.newer_published".
    """
    if state is not State.REVIEWED:
        raise Refused("run.not_reviewed")
    if newer_published:
        raise Refused("run.newer_published")
    if window.opened is None:
        raise Refused("run.no_appeal_window")
    if window.is_open(at):
        raise Refused("run.window_still_open", until=f"{window.until:%Y-%m-%d %H:%M}")
    if undecided:
        raise Refused("run.appeals_undecided", count=undecided)
    if granted_since:
        raise Refused("run.appeals_not_in_run", count=granted_since)
