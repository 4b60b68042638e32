"""Pages of a round's plan: what it says, its versions and their way, one problem, one task."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.doors import file_answer
from jieban.apps.directory.posted import day, whole_or_none
from jieban.apps.rectification import services
from jieban.apps.rectification.forms import ProblemForm, TaskForm, offered
from jieban.apps.rectification.models import Round
from jieban.apps.rectification.papers import plan_paper
from jieban.apps.rectification.selectors import plans, seeing
from jieban.apps.rectification.selectors.keeping import kept
from jieban.apps.rectification.services import Meeting
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.plan import STEPS, Difference

SHOWN_BLANKS = 40
SHOWN_CHANGES = 200
PROBLEMS_SHOWN = 20
_HIDDEN = ("round.not_found", "task.not_found", "problem.not_found", "actor.not_permitted")


def show_plan(request: Asked, code: str, refusal: Refused | None = None) -> HttpResponse:
    """The plan as it stands, what is blank in it, its versions and the way of the newest."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code)
    page = Paginator(plans.problems_of(held), PROBLEMS_SHOWN).get_page(request.GET.get("page"))
    versions = plans.versions_of(held)
    newest = versions[0] if versions else None
    missing, missing_all = plans.blanks_of(held, SHOWN_BLANKS)
    context = {
        "round": held,
        "page": page,
        "problems": plans.outlined(list(page)),
        "versions": versions,
        "newest": newest,
        "way": _way(newest) if newest else [],
        "next": plans.step_to_come(newest) if newest else None,
        "blanks": missing,
        "blanks_all": missing_all,
        "changes": _changes(actor, held, newest.number) if newest and held.plan_open else [],
        "keeps": seeing.keeps_round(actor, held),
        "today": directory.local_day(clock.now()),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
    }
    status = 409 if refusal else 200
    return render(request, "rectification/plan.html", context, status=status)


def _changes(actor: Actor, held: Round, number: int) -> list[Difference]:
    """What was changed since a version; kept until the next event."""
    return kept(
        actor,
        ("changes", held.code, number),
        lambda: plans.differences_between(held, number, None)[:SHOWN_CHANGES],
    )


def _way(version: Any) -> list[tuple[str, Any]]:
    """(step, what was decided there or None) of a version, in order."""
    taken = {each.step: each for each in version.approvals.all()}
    return [(step, taken.get(step)) for step in STEPS]


@require_GET
def show_version(request: Asked, code: str, number: int) -> HttpResponse:
    """One version as it was frozen, and what it says otherwise than the one before."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code)
    version = plans.version_by_number(held, number)
    asked = request.GET.get("against", "")
    against = int(asked) if asked.isdecimal() and 0 < int(asked[:6]) != number else number - 1
    said = plans.frozen_content(version)["problems"]
    page = Paginator(said, PROBLEMS_SHOWN).get_page(request.GET.get("page"))
    changes = plans.differences_between(held, against, number) if against else []
    context = {
        "round": held,
        "shown": version,
        "page": page,
        "problems": list(page),
        "way": _way(version),
        "against": against,
        "changes": changes[:SHOWN_CHANGES],
        "changes_all": len(changes),
        "others": [each.number for each in plans.versions_of(held) if each.number != number],
    }
    return render(request, "rectification/version.html", context)


@require_GET
def plan_file(request: Asked, code: str, form: str) -> HttpResponse:
    """The plan on paper: xlsx or pdf; ?version= for one that was frozen."""
    held = seeing.round_by_code(actor_of(request), code)
    said = request.GET.get("version", "")
    number = int(said) if said.isdecimal() and len(said) < 5 else None
    return plan_paper(held, form, number)


@require_GET
@never_cache
def paper(request: Asked, code: str, approval: int) -> HttpResponse:
    """The paper of one step of a plan's way."""
    held = seeing.round_by_code(actor_of(request), code)
    found = plans.paper_of(held, approval)
    if found is None:
        raise Http404(str(approval))
    _name, content = services.opened(found.pk, found.digest, None)
    kind = "application/pdf" if content[:5] == b"%PDF-" else "image/jpeg"
    return file_answer(found.file_name, content, kind)


# --- what is posted -----------------------------------------------------------------------

Act = Callable[[Actor, str, Asked, datetime], object]


def _meeting(request: Asked) -> Meeting:
    post, sent = request.POST, request.FILES.get("file")
    if sent is not None and (sent.size or 0) > services.LARGEST:
        raise Refused("attachment.too_large", limit=services.LARGEST // 1024 // 1024)
    return Meeting(
        step=post.get("step", ""),
        held_on=day(post, "on"),
        paper=post.get("paper", ""),
        remark=post.get("reason", ""),
        file_name=sent.name or "" if sent else "",
        file=sent.read() if sent else b"",
    )


ACTS: Mapping[str, Act] = {
    "hand-up": lambda actor, code, request, at: services.hand_up(
        actor,
        code,
        at=at,
        note=request.POST.get("reason", ""),
        version=whole_or_none(request.POST, "version"),
    ),
    "pass": lambda actor, code, request, at: services.pass_step(
        actor, code, _meeting(request), at=at
    ),
    "send-back": lambda actor, code, request, at: services.send_plan_back(
        actor, code, _meeting(request), at=at
    ),
    "revise": lambda actor, code, request, at: services.revise_plan(
        actor, code, at=at, reason=request.POST.get("reason", "")
    ),
}


@require_POST
def act(request: Asked, code: str, act: str) -> HttpResponse:
    """One act on the plan; where a rule says no, the page again with the reason."""
    if act not in ACTS:
        raise Http404(act)
    try:
        ACTS[act](actor_of(request), code, request, clock.now())
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show_plan(request, code, refused)
    messages.success(request, _("Entered."))
    return redirect("rectification:plan", code)


# --- problems and tasks -------------------------------------------------------------------


@never_cache
def new_problem(request: Asked, code: str) -> HttpResponse:
    """Enter what the inspection found."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code, "rectification.manage")
    form, refusal = ProblemForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter_problem(actor, code, form.cleaned_data["text"], at=clock.now())
            messages.success(request, _("Problem %(n)s is entered.") % {"n": made.serial})
            return redirect("rectification:plan", code)
        except Refused as refused:
            refusal = refused
    return _problem_form(request, held, form, refusal, None)


@never_cache
def edit_problem(request: Asked, code: str, serial: int) -> HttpResponse:
    """Correct the words of a problem."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code, "rectification.manage")
    problem = held.problems.filter(serial=serial).first()
    if problem is None:
        raise Refused("problem.not_found", number=serial)
    form, refusal = ProblemForm(request.POST or None, initial={"text": problem.text}), None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_problem(actor, code, serial, form.cleaned_data["text"], at=clock.now())
            return redirect("rectification:plan", code)
        except Refused as refused:
            refusal = refused
    return _problem_form(request, held, form, refusal, serial)


def _problem_form(
    request: Asked, held: Round, form: ProblemForm, refusal: Refused | None, serial: int | None
) -> HttpResponse:
    context = {"round": held, "form": form, "refusal": refusal, "serial": serial}
    status = 422 if refusal or form.errors else 200
    return render(request, "rectification/problem_form.html", context, status=status)


@never_cache
def new_task(request: Asked, code: str) -> HttpResponse:
    """Enter a task of the plan."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code, "rectification.manage")
    begun = {"problem": request.GET.get("problem", "")[:6]}
    form, refusal = TaskForm(request.POST or None, held=held, initial=begun), None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter_task(actor, code, form.said(), at=clock.now())
            return redirect("rectification:task", code, made.serial)
        except Refused as refused:
            refusal = refused
    return _task_form(request, held, form, refusal, None)


@never_cache
def edit_task(request: Asked, code: str, serial: int) -> HttpResponse:
    """Say differently what a task is."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code, "rectification.manage")
    task = seeing.task_by_serial(actor, code, serial)
    initial = TaskForm.initial_of(task)
    form = TaskForm(request.POST or None, held=held, existing=True, initial=initial)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_task(
                actor,
                code,
                serial,
                form.said(),
                at=clock.now(),
                version=whole_or_none(request.POST, "version"),
            )
            return redirect("rectification:task", code, serial)
        except Refused as refused:
            if refused.code in _HIDDEN:
                raise
            refusal = refused
    return _task_form(request, held, form, refusal, task)


def _task_form(
    request: Asked, held: Round, form: TaskForm, refusal: Refused | None, task: Any
) -> HttpResponse:
    context = {
        "round": held,
        "form": form,
        "refusal": refusal,
        "task": task,
        "offered": offered(),
        "any_problem": bool(held.problems.exists()),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "rectification/task_form.html", context, status=status)
