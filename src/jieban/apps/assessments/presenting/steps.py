"""Where a run stands on its way to being official, what comes next, and what stands in the way."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from jieban.apps.assessments.shown import Shown


@dataclass(frozen=True)
class Step:
    """One step: done, now, or to come; who and when."""

    name: str
    state: str
    who: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Way:
    """The steps, warnings, and what is next: review, open, wait, recompute, publish, or ""."""

    steps: list[Step]
    next: str
    window_is_open: bool
    warnings: list[str]
    undecided: int
    raised: int
    granted: int


def steps_of(it: Shown, appeals: dict[str, int], granted_since: int, at: datetime) -> Way:
    """`appeals` counts the assessment's appeals by state; `granted_since` those this run lacks."""
    record, window = it.record, it.window
    undecided, granted = appeals.get("raised", 0), appeals.get("granted", 0)
    if record is None:
        return Way([], "", False, [], 0, 0, 0)
    is_open = window.is_open(at)
    reviewed = record.reviewed_at is not None
    ended = window.opened is not None and not is_open
    published = record.published_at is not None
    if record.state == "computed":
        following = "review"
    elif record.state == "reviewed":
        following = "open" if window.opened is None else "wait" if is_open else "publish"
    else:
        following = ""
    if following == "publish" and granted_since:
        following = "recompute"
    if it.official_version:
        following = ""
    order = ["review", "open", "wait", "publish"]

    def state(act: str, done: bool) -> str:
        if done:
            return "done"
        return "now" if following == act else "later"

    steps = [
        Step(_("Computed"), "done", record.computed_by, record.computed_at),
        Step(_("Reviewed"), state(order[0], reviewed), record.reviewed_by, record.reviewed_at),
        Step(
            _("Appeals"),
            "done" if ended else "now" if following in ("open", "wait") else "later",
            at=window.until,
            note=_("until") if window.until else "",
        ),
        Step(_("Published"), state("publish", published), record.published_by, record.published_at),
    ]
    return Way(
        steps=steps,
        next=following,
        window_is_open=is_open,
        warnings=_warnings(it, undecided, following),
        undecided=undecided,
        raised=sum(appeals.values()),
        granted=granted,
    )


def _warnings(it: Shown, undecided: int, following: str) -> list[str]:
    warnings = []
    if undecided and following in ("wait", "publish"):
        warnings.append(
            _("Appeals without a decision: %(count)s. Decide them before publishing.")
            % {"count": undecided}
        )
    withheld = sum("withheld" in row.flags for row in it.run.level("community"))
    if withheld and following in ("review", "publish"):
        warnings.append(
            _("Withheld in public because fewer than %(minimum)s answers: %(count)s communities.")
            % {"count": withheld, "minimum": it.rulebook.publish_minimum}
        )
    line = it.run.summary("community").unattributed
    if line is not None and following in ("review", "publish"):
        warnings.append(
            _("Without a community: %(count)s received. They count for street and district only.")
            % {"count": f"{line.counts['received']:,}"}
        )
    if it.run.generated:
        warnings.append(_("The figures come from invented data."))
    return warnings


def done_words(act: str) -> str:
    """What to say after a step was taken."""
    return {
        "review": _("The run is reviewed. Next: open the appeal window."),
        "open": _("The appeal window is open; units may appeal now."),
        "close": _("The appeal window is closed."),
        "publish": _("The run is published and stands in the ledger."),
    }[act]
