"""The page of one task with every act on it, its files, its acceptance pack."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.doors import file_answer
from jieban.apps.directory.posted import day, whole, whole_or_none
from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification import services
from jieban.apps.rectification.papers import task_pack
from jieban.apps.rectification.selectors import complaints, plans, seeing, tasks
from jieban.apps.rectification.selectors.standing import signer_of
from jieban.apps.rectification.services import ItemPlan, Measured
from jieban.apps.rectification.templatetags.rectification_words import (
    ANSWERS,
    CRITERIA,
    FALSITIES,
    rectification_word,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.tasks import CRITERIA as POINTS
from jieban.domain.rectification.tasks import MOVES

_HIDDEN = ("round.not_found", "task.not_found", "actor.not_permitted")
_PLAIN = ("start", "part", "go_on", "claim", "withdraw")
_REASONED = tuple(name for name, move in MOVES.items() if move.reason)
_BACKWARD = ("withdraw", "send_back", "reopen")
"""Moves back: shown last, and never unfolded by themselves."""


def show(
    request: Asked, code: str, serial: int, refusal: Refused | None = None, failed: str = ""
) -> HttpResponse:
    """One task as this person may see it, with what they may do now."""
    actor, today = actor_of(request), directory.local_day(clock.now())
    task = seeing.task_by_serial(actor, code, serial)
    may_figures = actor.may("assessment.see")
    turn = tasks.turn_of(actor, task)
    context = {
        "task": task,
        "round": task.round,
        "parts": tasks.opened(task),
        "turn": turn,
        "moves": sorted(turn.moves, key=_BACKWARD.__contains__),
        "backward": _BACKWARD,
        "signer": signer_of(task),
        "due_request": task.due_requests.filter(granted=None).first(),
        "waiting": task.objections.filter(upheld=None),
        "edits": turn.keeps and task.round.plan_open,
        "in_force": plans.version_in_force(task.round),
        "complaints": complaints.of_task(settings.HOME, task) if may_figures else None,
        "may_figures": may_figures,
        "criteria": CRITERIA.items(),
        "answers": ANSWERS.items(),
        "falsities": FALSITIES.items(),
        "reasoned": _REASONED,
        "events": reversed(list(ledger.events_of("task", f"{code}/{serial}"))),
        "today": today,
        "refusal": refusal,
        "typed": request.POST if refusal else QueryDict(),
        "failed": failed,
    }
    return render(request, "rectification/task.html", context, status=409 if refusal else 200)


# --- what is posted -----------------------------------------------------------------------

Act = Callable[[Actor, str, int, QueryDict, datetime], object]


def _move(name: str) -> Act:
    return lambda actor, code, serial, post, at: services.move_on(
        actor,
        code,
        serial,
        name,
        at=at,
        on=day(post, "on"),
        reason=post.get("reason", ""),
        version=whole_or_none(post, "version"),
    )


def _answers(post: QueryDict) -> dict[str, str]:
    return {name: post.get(name, "") for name in POINTS if post.get(name)}


ACTS: Mapping[str, Act] = {
    **{name: _move(name) for name in _PLAIN},
    "report": lambda actor, code, serial, post, at: services.report(
        actor,
        code,
        serial,
        at=at,
        done=post.get("done", ""),
        hindered=post.get("hindered", ""),
        next_step=post.get("next", ""),
        on=day(post, "on"),
    ),
    "report-strike": lambda actor, code, serial, post, at: services.strike_report(
        actor, code, serial, whole(post, "entry"), at=at, reason=post.get("reason", "")
    ),
    "evidence-strike": lambda actor, code, serial, post, at: services.strike_evidence(
        actor, code, serial, whole(post, "entry"), at=at, reason=post.get("reason", "")
    ),
    "item-done": lambda actor, code, serial, post, at: services.finish_item(
        actor, code, serial, whole(post, "item"), at=at, on=day(post, "on")
    ),
    "item-undone": lambda actor, code, serial, post, at: services.unfinish_item(
        actor, code, serial, whole(post, "item"), at=at, reason=post.get("reason", "")
    ),
    "item-add": lambda actor, code, serial, post, at: services.add_item(
        actor, code, serial, _item(post), at=at
    ),
    "item-change": lambda actor, code, serial, post, at: services.change_item(
        actor, code, serial, whole(post, "item"), _item(post), at=at
    ),
    "item-drop": lambda actor, code, serial, post, at: services.drop_item(
        actor, code, serial, whole(post, "item"), at=at, reason=post.get("reason", "")
    ),
    "drop": lambda actor, code, serial, post, at: services.drop_task(
        actor, code, serial, at=at, reason=post.get("reason", "")
    ),
    "restore": lambda actor, code, serial, post, at: services.restore_task(
        actor, code, serial, at=at
    ),
    "ask-due": lambda actor, code, serial, post, at: services.ask_due(
        actor,
        code,
        serial,
        day(post, "wanted") or directory.local_day(at),
        at=at,
        reason=post.get("reason", ""),
    ),
    "decide-due": lambda actor, code, serial, post, at: services.decide_due(
        actor,
        code,
        serial,
        at=at,
        granted=post.get("granted") == "yes",
        answer=post.get("answer", ""),
        paper=post.get("paper", ""),
    ),
    "check": lambda actor, code, serial, post, at: services.check(
        actor,
        code,
        serial,
        _answers(post),
        at=at,
        on=day(post, "on"),
        remark=post.get("remark", ""),
        version=whole_or_none(post, "version"),
    ),
    "send_back": lambda actor, code, serial, post, at: services.send_back(
        actor,
        code,
        serial,
        at=at,
        reason=post.get("reason", ""),
        on=day(post, "on"),
        version=whole_or_none(post, "version"),
    ),
    "announce": lambda actor, code, serial, post, at: services.announce(
        actor,
        code,
        serial,
        at=at,
        where=post.get("where", ""),
        on=day(post, "on"),
        version=whole_or_none(post, "version"),
    ),
    "objection": lambda actor, code, serial, post, at: services.enter_objection(
        actor, code, serial, post.get("text", ""), at=at, on=day(post, "on")
    ),
    "objection-answer": lambda actor, code, serial, post, at: services.answer_objection(
        actor,
        code,
        serial,
        whole(post, "objection"),
        post.get("answer", ""),
        at=at,
        upheld=post.get("upheld") == "yes",
    ),
    "sign": lambda actor, code, serial, post, at: services.sign_off(
        actor,
        code,
        serial,
        at=at,
        on=day(post, "on"),
        paper=post.get("paper", ""),
        record_number=post.get("record", ""),
        version=whole_or_none(post, "version"),
    ),
    "take_over": lambda actor, code, serial, post, at: services.take_over(
        actor,
        code,
        serial,
        at=at,
        on=day(post, "on") or directory.local_day(at),
        paper=post.get("paper", ""),
        reason=post.get("reason", ""),
        record_number=post.get("record", ""),
    ),
    "record": lambda actor, code, serial, post, at: services.enter_record(
        actor, code, serial, post.get("record", ""), at=at
    ),
    "reopen": lambda actor, code, serial, post, at: services.reopen(
        actor,
        code,
        serial,
        at=at,
        reason=post.get("reason", ""),
        falsity=post.get("falsity", ""),
        version=whole_or_none(post, "version"),
    ),
    "look-back": lambda actor, code, serial, post, at: services.look_back(
        actor,
        code,
        serial,
        whole(post, "months"),
        at=at,
        held=post.get("held") == "yes",
        text=post.get("text", ""),
        on=day(post, "on"),
    ),
}
# Where the page is again after an act: at what was acted on.
_BACK = {
    **dict.fromkeys(("report", "report-strike"), "reports"),
    **dict.fromkeys(("evidence", "evidence-strike"), "evidence"),
    **dict.fromkeys(("item-done", "item-undone", "item-add", "item-change", "item-drop"), "items"),
    **dict.fromkeys(("objection", "objection-answer"), "objections"),
    **dict.fromkeys(("ask-due", "decide-due"), "due"),
    "look-back": "look-backs",
}


def _item(post: QueryDict) -> ItemPlan:
    return ItemPlan(post.get("text", ""), post.get("due", ""), post.get("units", ""))


@require_POST
def act(request: Asked, code: str, serial: int, act: str) -> HttpResponse:
    """One act on a task; where a rule says no, the page again with the reason."""
    actor, at = actor_of(request), clock.now()
    try:
        if act == "evidence":
            _put_evidence(request, actor, code, serial, at)
        elif act in ACTS:
            ACTS[act](actor, code, serial, request.POST, at)
        else:
            raise Http404(act)
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show(request, code, serial, refused, failed=act)
    if act in MOVES:
        messages.success(request, _("Done: %(act)s.") % {"act": rectification_word(act)})
    if act == "drop":
        return redirect("rectification:round", code)
    back = f"#{_BACK[act]}" if act in _BACK else ""
    return redirect(f"{reverse('rectification:task', args=[code, serial])}{back}")


def _put_evidence(request: Asked, actor: Actor, code: str, serial: int, at: datetime) -> None:
    post, sent = request.POST, request.FILES.getlist("file")
    measured = None
    if post.get("value", "").strip() or post.get("unit", "").strip():
        measured = Measured(post.get("value", ""), post.get("unit", ""), post.get("limit", ""))
    if any((file.size or 0) > services.LARGEST for file in sent):
        raise Refused("attachment.too_large", limit=services.LARGEST // 1024 // 1024)
    files: list[Any] = [*sent[:20]]
    for file in files or [None]:
        services.add_evidence(
            actor,
            code,
            serial,
            post.get("what", ""),
            at=at,
            on=day(post, "on"),
            item=whole_or_none(post, "item"),
            file_name=file.name or "" if file else "",
            file=file.read() if file else b"",
            measured=measured,
        )


@require_GET
@never_cache
def evidence(request: Asked, code: str, serial: int, number: int) -> HttpResponse:
    """One file of a task, to whoever may see the task."""
    task = seeing.task_by_serial(actor_of(request), code, serial)
    held = tasks.evidence_of(task, number)
    return file_answer(*services.opened(held.pk, held.digest, held.name), held.media_type)


@require_GET
@never_cache
def pack(request: Asked, code: str, serial: int, form: str) -> HttpResponse:
    """Everything a sign-off rests on: as one PDF, or with the files as a zip."""
    task = seeing.task_by_serial(actor_of(request), code, serial)
    return task_pack(task, form)
