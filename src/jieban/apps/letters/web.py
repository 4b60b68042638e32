"""Pages of letters: the register, one's own by time left, one letter with every act on it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.apps.letters import services
from jieban.apps.letters.forms import LetterForm, NewLetterForm
from jieban.apps.letters.models import Letter
from jieban.apps.letters.selectors import lists, seeing, telling
from jieban.apps.letters.templatetags.letter_words import (
    ACTIONS,
    LINKS,
    MOVES,
    STATES,
    TYPES,
    VERDICTS,
)
from jieban.apps.rectification.selectors.naming import unit_word
from jieban.apps.rectification.selectors.seeing import person_of
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification import letters as rules

_HIDDEN = ("letter.not_found", "round.not_found", "actor.not_permitted")
_ASKED = ("round", "batch", "state", "verdict", "type", "area", "unit", "q", "focus", "late")


@require_GET
def register(request: Asked) -> HttpResponse:
    """Every letter within reach; batch, state, verdict, type, place, unit and words narrow it."""
    actor, today = actor_of(request), directory.local_day(clock.now())
    asked = {
        name: request.GET.get(name, "")[:100].replace("\x00", "") for name in (*_ASKED, "asked")
    }
    narrowing = lists.Filter(
        round=asked["round"],
        batch=asked["batch"],
        verdict=asked["verdict"],
        type=asked["type"],
        area=asked["area"],
        unit=asked["unit"],
        words=asked["q"],
        focus=bool(asked["focus"]),
        asked=bool(asked["asked"]),
        late_on=today if asked["late"] else None,
    )
    found = lists.register(actor, narrowing)
    counted = lists.state_counts(found)
    count = sum(counted.values())
    if asked["state"] in STATES:
        found, count = found.filter(state=asked["state"]), counted[asked["state"]]
    context = {
        "page": lists.paged(found, request.GET.get("page"), count),
        "asked": asked,
        "narrowed": any(asked.values()),
        "states": [(code, words, counted[code]) for code, words in STATES.items()],
        "total": sum(counted.values()),
        "verdicts": VERDICTS.items(),
        "types": [(code, words) for code, words in TYPES.items() if code],
        "units": lists.unit_choices(actor),
        "areas": directory.area_choices(),
        "rounds": seeing.rounds_with_letters(actor),
        "today": today,
        **_tabs(actor),
    }
    return render(request, "letters/list.html", context)


@require_GET
def mine(request: Asked) -> HttpResponse:
    """What the reader's units have to answer, those due first; what waits for a decision."""
    actor, today = actor_of(request), directory.local_day(clock.now())
    context = {
        "page": lists.paged(lists.mine(actor), request.GET.get("page")),
        "waiting": lists.asked_for(actor)[: lists.PAGE] if actor.may("letter.manage") else (),
        "today": today,
        **_tabs(actor),
    }
    return render(request, "letters/mine.html", context)


def _tabs(actor: Actor) -> dict[str, bool]:
    return {
        "may_manage": actor.may("letter.manage"),
        "may_bring": actor.may("letter.manage") or actor.may("letter.handle"),
    }


@never_cache
def new(request: Asked, code: str) -> HttpResponse:
    """Take a letter in by hand."""
    actor = actor_of(request)
    held = seeing.round_seen(actor, code)
    begun = {"batch": request.GET.get("batch", "")[:12]}
    form = NewLetterForm(request.POST or None, round=held, initial=begun)
    refusal = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = services.enter_letter(
                actor,
                code,
                told["batch"],
                form.said(),
                at=clock.now(),
                unusual=told["unusual"],
            )
            messages.success(request, _("The letter is taken in."))
            return redirect("letters:show", code, made.number)
        except Refused as refused:
            refusal = refused
    context = {"form": form, "refusal": refusal, "round": held}
    status = 422 if refusal or form.errors else 200
    return render(request, "letters/form.html", context, status=status)


@never_cache
def edit(request: Asked, code: str, number: str) -> HttpResponse:
    """Say otherwise what the office keeps of a letter."""
    actor = actor_of(request)
    letter = seeing.letter_by_number(actor, code, number)
    form = LetterForm(request.POST or None, initial=LetterForm.initial_of(letter))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_letter(actor, code, number, form.said(number), at=clock.now())
            return redirect("letters:show", code, number)
        except Refused as refused:
            if refused.code in _HIDDEN:
                raise
            refusal = refused
    context = {"form": form, "refusal": refusal, "round": letter.round, "letter": letter}
    status = 422 if refusal or form.errors else 200
    return render(request, "letters/form.html", context, status=status)


def show(
    request: Asked,
    code: str,
    number: str,
    refusal: Refused | None = None,
    failed: str = "",
    original: str = "",
) -> HttpResponse:
    """One letter as this person may see it, with what they may do now."""
    actor, today = actor_of(request), directory.local_day(clock.now())
    letter = seeing.letter_by_number(actor, code, number)
    standing, person = seeing.standing_of(letter), person_of(actor)
    manages, answers = seeing.may_manage(actor, letter), seeing.may_answer(actor, letter)
    judges = seeing.may_judge(actor, letter)
    links = telling.links_of(actor, letter)
    allowed = rules.moves_of(standing, person) if judges else ()
    # What is only refused is not offered: a letter is closed with a whole answer and a lead unit.
    whole = not standing.blanks and letter.lead is not None
    context = {
        "letter": letter,
        "joint": [each.unit for each in letter.joint.select_related("unit")],
        "accountability": telling.accountability_of(letter),
        "entries": [e for e in letter.accountability.all() if e.struck_at is None],
        "links": links,
        "alike": telling.alike(actor, letter) if manages or answers else [],
        "moves": [name for name in allowed if whole or name not in ("part", "close")],
        "barred": judges and not allowed,
        "waits": bool(allowed) and not whole and letter.state != "done",
        "judge": unit_word(seeing.judge_of(letter)),
        "blanks": standing.blanks,
        "manages": manages,
        "answers": answers,
        "may_write": (manages or answers) and letter.state != "done",
        "may_open": manages or answers,
        "original": original,
        "verdicts": VERDICTS.items(),
        "actions": ACTIONS.items(),
        "link_kinds": LINKS.items(),
        "clock": rules.clock_on(letter.due_on, letter.state, today),
        "events": reversed(list(ledger.events_of("letter", str(letter)))),
        "today": today,
        "refusal": refusal,
        "typed": request.POST if refusal else QueryDict(),
        "failed": failed,
    }
    return render(request, "letters/show.html", context, status=409 if refusal else 200)


# --- what is posted -----------------------------------------------------------------------

Act = Callable[[Actor, str, str, QueryDict, datetime], object]


def _move(name: str) -> Act:
    return lambda actor, code, number, post, at: services.move_letter(
        actor,
        code,
        number,
        name,
        at=at,
        on=_day(post, "on"),
        reason=post.get("reason", ""),
        version=_whole(post, "version"),
    )


def _answer(actor: Actor, code: str, number: str, post: QueryDict, at: datetime) -> object:
    said = {name: post.get(name, "") for name in seeing.ANSWER if name in post}
    return services.answer_letter(actor, code, number, said, at=at, version=_whole(post, "version"))


def _add(actor: Actor, code: str, number: str, post: QueryDict, at: datetime) -> object:
    said = rules.Accountability(
        post.get("kind", ""),
        _whole(post, "people") or 0,
        post.get("unit", ""),
        _day(post, "on"),
        post.get("text", ""),
    )
    return services.add_accountability(actor, code, number, said, at=at)


def _link(actor: Actor, code: str, number: str, post: QueryDict, at: datetime) -> Letter | object:
    return services.link_letter(
        actor,
        code,
        number,
        post.get("kind", ""),
        post.get("other", ""),
        at=at,
        found="likeness" if post.get("alike") else "typed",
    )


ACTS: Mapping[str, Act] = {
    **{name: _move(name) for name in MOVES},
    "answer": _answer,
    "ask": lambda actor, code, number, post, at: services.ask_closing(
        actor, code, number, post.get("wanted", ""), at=at, reason=post.get("reason", "")
    ),
    "turn-down": lambda actor, code, number, post, at: services.turn_down(
        actor, code, number, at=at, reason=post.get("reason", "")
    ),
    "accountability": _add,
    "strike": lambda actor, code, number, post, at: services.strike_accountability(
        actor, code, number, _whole(post, "entry") or 0, at=at, reason=post.get("reason", "")
    ),
    "link": _link,
    "unlink": lambda actor, code, number, post, at: services.end_link(
        actor, code, number, _whole(post, "link") or 0, at=at, reason=post.get("reason", "")
    ),
}


@require_POST
@never_cache
def act(request: Asked, code: str, number: str, act: str) -> HttpResponse:
    """One act on a letter; where a rule says no, the page again with the reason."""
    actor = actor_of(request)
    if act != "original" and act not in ACTS:
        raise Http404(act)
    try:
        if act == "original":
            text = services.open_in_clear(
                actor, code, number, at=clock.now(), reason=request.POST.get("reason", "")
            )
            return show(request, code, number, original=text or _("No original was kept."))
        ACTS[act](actor, code, number, request.POST, clock.now())
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show(request, code, number, refused, failed=act)
    return redirect("letters:show", code, number)


def _whole(post: QueryDict, name: str) -> int | None:
    said = str(post.get(name, "")).strip()
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) <= 9):
        raise Refused("practice.word_unknown", value=said[:40], known=["0", "1", "2", "…"])
    return int(said)


def _day(post: QueryDict, name: str) -> date | None:
    said = str(post.get(name, "")).strip()
    if not said:
        return None
    try:
        found = parse_date(said)
    except ValueError:
        found = None
    if found is None:
        raise Refused("rectification.day_impossible", day=said[:20])
    return found
