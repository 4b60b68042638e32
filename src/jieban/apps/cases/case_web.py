"""The page of a case handled here, and every act on it by its own form.

One view shows the case, one takes what is posted: it calls the act's service and, where a rule
says no, shows the page again with the reason and with what was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.cases import selectors, services
from jieban.apps.cases.models import Case
from jieban.apps.cases.services import Intake
from jieban.apps.cases.templatetags.live_words import flags_of, live_word, time_left
from jieban.apps.directory import reasons
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import OPEN, State
from jieban.domain.errors import Refused
from jieban.domain.privacy.masking import mask_name, mask_phone
from jieban.domain.privacy.redaction import redact
from jieban.sealing import sealer_of

# The step a case most often waits for; its form is open when the page comes.
MAIN = ("dispatch", "accept", "answer", "close", "reopen")


def show(
    request: Asked, number: str, refusal: Refused | None = None, failed: str = ""
) -> HttpResponse:
    """The case as this person may see it, with what they may do now."""
    actor, at = actor_of(request), clock.now()
    case = selectors.case_by_number(actor, number)
    typed = request.POST if refusal else QueryDict()
    context = {
        "case": case,
        "left": time_left(case, at),
        "flags": flags_of(case),
        "refusal": refusal,
        "typed": typed,
        "failed": failed,
        "shares": list(selectors.shares_of(case)),
        "private": _masked(case),
        "events": list(ledger.events_of("case", number)),
        "requests": list(selectors.requests_of(case)),
        "calls": selectors.joint_calls_of(case),
        "watches": selectors.supervisions_of(case),
        "links": selectors.links_of(case),
        "answers": _answers(case),
        "spent": selectors.time_per_unit_of(case, at),
        "pictures": _pictures(case),
        **_acts(actor, case, at, request.GET.getlist("condition")),
    }
    return render(request, "cases/live.html", context, status=409 if refusal else 200)


def _masked(case: Case) -> dict[str, str]:
    private = selectors.private_of_case(case, sealer_of(settings.HOME.keys))
    return {
        "name": mask_name(private.get("name", "")),
        "phone": mask_phone(private.get("phone", "")) if private.get("phone") else "",
        "erased": "yes" if not private else "",
    }


def _answers(case: Case) -> list[dict[str, Any]]:
    """What units said in the course of handling, as everybody in reach may read it: redacted."""
    sealer = sealer_of(settings.HOME.keys)
    return [
        {"note": note, "words": redact(sealer.open(note.sealed).decode())}
        for note in selectors.notes_of(case).filter(kind__in=("answer", "contact"))
    ]


def _pictures(case: Case) -> dict[str, Any]:
    """Before-photos with their after-photos beside them, then everything else."""
    files = list(selectors.attachments_of(case))
    befores = [file for file in files if file.stage == "before"]
    pairs = [(file, [after for after in files if after.pair_id == file.pk]) for file in befores]
    pairs = [(before, afters) for before, afters in pairs if afters]
    shown = {file.pk for before, afters in pairs for file in (before, *afters)}
    others = [file for file in files if file.pk not in shown]
    return {"pairs": pairs, "others": others, "befores": befores}


def _acts(actor: Actor, case: Case, at: datetime, held: Sequence[str]) -> dict[str, Any]:
    """What this person may do now, and what the forms for it need."""
    allowed = selectors.allowed_moves(actor, case)
    may = {
        permission.partition(".")[2]: selectors.visible_to(actor, permission)
        .filter(pk=case.pk)
        .exists()
        for permission in (
            "case.classify",
            "case.dispatch",
            "case.request",
            "case.decide",
            "case.call_units",
            "case.report_in",
            "case.urge",
            "case.supervise",
            "case.link",
            "case.unmask",
            "case.receive",
            "case.erase",
        )
    }
    running = case.merged_into_id is None
    shares = selectors.acting_shares(actor, case)
    open_now = State(case.state) in OPEN
    may["contact"] = running and bool(shares) and case.state in ("dispatched", "accepted")
    may["urge"] = may["urge"] and open_now and running
    may["attach"] = running and (bool(shares) or may["receive"] or may["request"])
    suggested = None
    if "dispatch" in allowed:
        found = directory.suggest_units(case.category, case.area, at, conditions=held)
        words = dict.fromkeys((*held, *found.reason.conditions))
        suggested = {
            "lead": found.lead,
            "leads": found.leads,
            "joints": {unit.code for unit in found.joints},
            "reason": reasons.reason(found),
            "conditions": [(word, word in held) for word in words],
        }
    return {
        "allowed": allowed,
        "main": next((name for name in MAIN if name in allowed), ""),
        "may": may,
        "running": running,
        "acting": shares,
        "suggested": suggested,
        "units": list(directory.units()),
        "areas": directory.area_choices() if may["classify"] else (),
        "grounds": directory.rulebook_in_force(at).grounds,
    }


# --- what is posted -----------------------------------------------------------------------

Posted = Mapping[str, Any]


def _version(post: QueryDict) -> int | None:
    said = str(post.get("version", ""))
    return int(said) if said.isdecimal() and len(said) < 10 else None


def _moment(post: QueryDict, name: str) -> datetime:
    moment = parse_datetime(post.get(name, "")) if post.get(name) else None
    if moment is None:
        raise Refused("case.word_unknown", field=name, value=post.get(name, ""), known=[])
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def _number(post: QueryDict, name: str) -> int:
    said = str(post.get(name, ""))
    if not said.isdecimal() or len(said) > 9:
        raise Refused("case.word_unknown", field=name, value=said, known=[])
    return int(said)


def _move(name: str) -> Callable[[Actor, str, QueryDict, datetime], object]:
    def make(actor: Actor, number: str, post: QueryDict, at: datetime) -> object:
        told: dict[str, Any] = {key: post.get(key, "") for key in post if key != "version"}
        told["dual"] = [code for code in post.getlist("dual") if code]
        told["joint"] = [code for code in post.getlist("joint") if code]
        return services.make_move(actor, number, name, at=at, version=_version(post), told=told)

    return make


def _classify(actor: Actor, number: str, post: QueryDict, at: datetime) -> object:
    return services.classify_case(
        actor,
        number,
        at=at,
        category=post.get("category"),
        urgency=post.get("urgency"),
        complexity=post.get("complexity"),
        area=post.get("area") or None,
        reason=post.get("reason", ""),
        version=_version(post),
    )


def _ask(actor: Actor, number: str, post: QueryDict, at: datetime) -> object:
    terms = {
        name: post.get(name, "")
        for name in ("lead_unit", "plan", "review_on", "exit_test", "days", "ground", "evidence")
    }
    return services.ask_request(
        actor,
        number,
        post.get("kind", ""),
        at=at,
        reason=post.get("reason", ""),
        terms=terms,
        version=_version(post),
    )


def _link(actor: Actor, number: str, post: QueryDict, at: datetime) -> object:
    other, reason = post.get("other", "").strip(), post.get("reason", "")
    if post.get("kind") == "merge":
        return services.merge_case(
            actor, number, other, at=at, reason=reason, version=_version(post)
        )
    return services.link_repeat(actor, number, other, at=at)


def _split(actor: Actor, number: str, post: QueryDict, at: datetime) -> object:
    part = Intake(
        text=post.get("text", ""),
        area=post.get("area", ""),
        category=post.get("category", ""),
        channel="phone",
    )
    return services.split_case(actor, number, part, at=at, reason=post.get("reason", ""))


def _visit(actor: Actor, number: str, post: QueryDict, at: datetime) -> object:
    tasks = {
        key.removeprefix("task_"): (str(post[key]), None)
        for key in post
        if key.startswith("task_") and str(post[key]).strip()
    }
    return services.record_joint_visit(
        actor, _number(post, "call"), at=at, findings=post.get("findings", ""), tasks=tasks
    )


def _finish(actor: Actor, number: str, post: QueryDict, at: datetime) -> object:
    ratings = {
        key.removeprefix("rating_"): _number(post, key)
        for key in post
        if key.startswith("rating_") and post[key]
    }
    return services.finish_call(
        actor, _number(post, "call"), at=at, ratings=ratings, reason=post.get("reason", "")
    )


ACTS: Mapping[str, Callable[[Actor, str, QueryDict, datetime], object]] = {
    **{
        name: _move(name)
        for name in (
            "dispatch",
            "decline",
            "return",
            "accept",
            "answer",
            "reply",
            "close",
            "reopen",
        )
    },
    "classify": _classify,
    "contact": lambda actor, number, post, at: services.record_contact(
        actor,
        number,
        at=at,
        method=post.get("method", "phone"),
        reached=post.get("reached", "yes") == "yes",
        note=post.get("note", ""),
        unit=post.get("unit", ""),
        version=_version(post),
    ),
    "lead": lambda actor, number, post, at: services.change_lead(
        actor,
        number,
        post.get("unit", ""),
        at=at,
        reason=post.get("reason", ""),
        version=_version(post),
    ),
    "ask": _ask,
    "decide": lambda actor, number, post, at: services.decide_request(
        actor,
        _number(post, "request"),
        granted=post.get("granted") == "yes",
        at=at,
        reason=post.get("reason", ""),
    ),
    "withdraw": lambda actor, number, post, at: services.withdraw_request(
        actor, _number(post, "request"), at=at
    ),
    "end": lambda actor, number, post, at: services.end_hold(
        actor, _number(post, "request"), at=at, reason=post.get("reason", "")
    ),
    "call": lambda actor, number, post, at: services.call_units(
        actor,
        number,
        [code for code in post.getlist("units") if code],
        at=at,
        topic=post.get("topic", ""),
        basis=post.get("basis", ""),
        report_in_by=_moment(post, "report_in_by"),
        version=_version(post),
    ),
    "report": lambda actor, number, post, at: services.report_in(
        actor, _number(post, "call"), post.get("unit", ""), at=at
    ),
    "visit": _visit,
    "task": lambda actor, number, post, at: services.finish_task(
        actor, _number(post, "call"), post.get("unit", ""), at=at
    ),
    "finish": _finish,
    "rate": lambda actor, number, post, at: services.rate_caller(
        actor, _number(post, "call"), post.get("unit", ""), _number(post, "rating"), at=at
    ),
    "urge": lambda actor, number, post, at: services.urge_case(
        actor, number, at=at, reason=post.get("reason", "")
    ),
    "supervise": lambda actor, number, post, at: services.supervise_case(
        actor, number, at=at, source=post.get("source", ""), reason=post.get("reason", "")
    ),
    "unsupervise": lambda actor, number, post, at: services.end_supervision(
        actor, number, _number(post, "watch"), at=at, reason=post.get("reason", "")
    ),
    "link": _link,
    "unlink": lambda actor, number, post, at: services.undo_repeat(
        actor, number, post.get("other", ""), at=at, reason=post.get("reason", "")
    ),
    "unmerge": lambda actor, number, post, at: services.undo_merge(
        actor, number, at=at, reason=post.get("reason", "")
    ),
    "split": _split,
    "erase": lambda actor, number, post, at: services.erase_private(
        actor, number, at=at, reason=post.get("reason", "")
    ),
}


@require_POST
def act(request: Asked, number: str, act: str) -> HttpResponse:
    """One act on the case; where a rule says no, the page again with the reason."""
    if act not in ACTS:
        raise Http404(act)
    if any("\x00" in value for values in request.POST.lists() for value in values[1]):
        raise Refused("case.word_unknown", field=act, value="\\0", known=[])
    actor = actor_of(request)
    try:
        ACTS[act](actor, number, request.POST, clock.now())
    except Refused as refused:
        if refused.code == "case.not_found":
            raise
        return show(request, number, refused, failed=act)
    messages.success(request, _("Done: %(act)s.") % {"act": live_word(act)})
    if not selectors.visible_to(actor, "case.see").filter(number=number).exists():
        # A unit that sent a case back does not see it any more.
        return redirect("cases:list")
    return redirect("cases:show", number=number)


@require_POST
@never_cache
def unmask(request: Asked, number: str) -> HttpResponse:
    """What the resident said or left, in clear, once; the reason is written down."""
    actor = actor_of(request)
    try:
        shown = services.unmask_case(
            actor, number, at=clock.now(), reason=request.POST.get("reason", "")
        )
    except Refused as refused:
        if refused.code == "case.not_found":
            raise
        return show(request, number, refused)
    context = {"number": number, "private": shown.items()}
    response = render(request, "cases/clear.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
@cache_control(private=True, max_age=300)
def watermark(request: Asked) -> HttpResponse:
    """The reader's name as a quiet pattern: a picture of the page says who took it."""
    actor = actor_of(request)
    said = escape(f"{actor.name} {actor.id}")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180">'
        '<text x="10" y="110" transform="rotate(-18 160 90)" font-size="15" fill="#000"'
        f' fill-opacity="0.055" font-family="sans-serif">{said}</text></svg>'
    )
    return HttpResponse(svg, content_type="image/svg+xml")
