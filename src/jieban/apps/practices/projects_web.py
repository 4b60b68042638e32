"""Pages of problem projects: the list, one project with every act on it, suggestions."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
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
from jieban.apps.practices import services
from jieban.apps.practices.forms import ProjectForm
from jieban.apps.practices.models import Project
from jieban.apps.practices.selectors import clusters, figures, projects
from jieban.apps.practices.services import Chosen
from jieban.apps.practices.services.photos import LARGEST
from jieban.apps.practices.templatetags.practice_words import PROJECT_STATES, practice_word
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.clusters import PERIODS, THRESHOLD

SHOWN_DONE = 3
_HIDDEN = ("project.not_found", "actor.not_permitted")


@require_GET
def list_projects(request: Asked) -> HttpResponse:
    """Projects within reach, those due first; states, words and streets narrow them."""
    actor, today = actor_of(request), directory.local_day(clock.now())
    asked = {name: request.GET.get(name, "")[:100] for name in ("state", "q", "area", "late")}
    asked["state"] = asked["state"] if asked["state"] in (*PROJECT_STATES, "all") else "open"
    found = projects.listed(
        actor,
        state="" if asked["state"] == "all" else asked["state"],
        words=asked["q"].replace("\x00", ""),
        area=asked["area"].replace("\x00", ""),
        late_on=today if asked["late"] else None,
    )
    counted = projects.state_counts(actor)
    context = {
        "page": Paginator(found, projects.PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "narrowed": bool(asked["q"] or asked["area"] or asked["late"]),
        "states": [(code, words, counted.get(code, 0)) for code, words in PROJECT_STATES.items()],
        "today": today,
        "may_run": actor.may("project.run"),
    }
    return render(request, "projects/list.html", context)


@never_cache
def new(request: Asked) -> HttpResponse:
    """Open a project."""
    actor = actor_of(request)
    begun = {name: request.GET.get(name, "")[:255] for name in ("area", "term", "category")}
    form = ProjectForm(request.POST or None, actor=actor, initial=begun)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_project(actor, form.plan(), at=clock.now())
            return redirect("projects:show", made.pk)
        except Refused as refused:
            refusal = refused
    return _form(request, form, refusal)


@never_cache
def edit(request: Asked, number: int) -> HttpResponse:
    """Say differently what a project is about."""
    actor = actor_of(request)
    project = projects.project_by_number(actor, number)
    form = ProjectForm(request.POST or None, actor=actor, initial=ProjectForm.initial_of(project))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_project(actor, number, form.plan(), at=clock.now())
            return redirect("projects:show", number)
        except Refused as refused:
            if refused.code in _HIDDEN:
                raise
            refusal = refused
    return _form(request, form, refusal, project)


def _form(
    request: Asked, form: ProjectForm, refusal: Refused | None, project: Project | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "refusal": refusal,
        "project": project,
        "categories": directory.categories(),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "projects/form.html", context, status=status)


def show(
    request: Asked, number: int, refusal: Refused | None = None, failed: str = ""
) -> HttpResponse:
    """One project as this person may see it, with what they may do now."""
    actor, at = actor_of(request), clock.now()
    project = projects.project_by_number(actor, number)
    steps = projects.steps_of(project)
    waiting = [each for each in steps if each.done_on is None]
    standing = projects.standing_of(project)
    # What is done at the beginning of a long path is folded away, so that the next step is near;
    # of a path that is done all of it, so that what may be done now is.
    begun = next((place for place, each in enumerate(steps) if not each.done_on), len(steps))
    folded = begun if begun > SHOWN_DONE else 0
    context = {
        "project": project,
        "steps": steps,
        "steps_done": len(steps) - len(waiting),
        "folded": steps[:folded],
        "unfolded": list(enumerate(steps, start=1))[folded:],
        "next_step": waiting[0] if waiting else None,
        "entries": projects.entries_of(project),
        "spots": projects.spots_of(project),
        "linked": projects.linked_cases(actor, project),
        "moves": projects.allowed_moves(actor, project),
        "standing": standing,
        "may_run": projects.may_run(actor, project),
        "may_see_terms": actor.may("term.see"),
        "open": project.state in ("planned", "under_way", "done_claimed"),
        "is_owner": project.owner_id == actor.id,
        "figures": figures.of_project(settings.HOME, project)
        if actor.may("assessment.see")
        else None,
        "may_figures": actor.may("assessment.see"),
        "units": directory.units().filter(valid_to__isnull=True),
        "events": reversed(list(ledger.events_of("project", str(project.pk)))),
        "today": directory.local_day(at),
        "refusal": refusal,
        "typed": request.POST if refusal else QueryDict(),
        "failed": failed,
    }
    return render(request, "projects/show.html", context, status=409 if refusal else 200)


# --- what is posted -----------------------------------------------------------------------

Act = Callable[[Actor, int, QueryDict, datetime], object]


def _move(name: str) -> Act:
    def make(actor: Actor, number: int, post: QueryDict, at: datetime) -> object:
        return services.move_project(
            actor,
            number,
            name,
            at=at,
            on=day(post, "on"),
            reason=post.get("reason", ""),
            version=whole_or_none(post, "version"),
        )

    return make


def _add(actor: Actor, number: int, post: QueryDict, at: datetime) -> object:
    return services.add_steps(
        actor,
        number,
        post.get("steps", ""),
        at=at,
        after=whole_or_none(post, "after"),
        at_end=post.get("where") == "end",
        who=post.get("who", ""),
        due=day(post, "due"),
    )


def _change(actor: Actor, number: int, post: QueryDict, at: datetime) -> object:
    return services.change_step(
        actor,
        number,
        whole(post, "step"),
        at=at,
        what=post.get("what", ""),
        who=post.get("who", ""),
        due=day(post, "due"),
    )


def _shift(by: int) -> Act:
    return lambda actor, number, post, at: services.shift_step(
        actor, number, whole(post, "step"), by, at=at
    )


def _ask(acceptance: bool) -> Act:
    def make(actor: Actor, number: int, post: QueryDict, at: datetime) -> object:
        asked = services.Asked(
            held_by=post.get("held_by", ""),
            how=post.get("how", ""),
            in_favour=whole(post, "in_favour"),
            against=whole(post, "against"),
            abstained=whole_or_none(post, "abstained") or 0,
            held_on=day(post, "on"),
            wants=post.get("wants", ""),
            fears=post.get("fears", ""),
            outcome=post.get("outcome", ""),
        )
        return services.record_consultation(actor, number, asked, at=at, acceptance=acceptance)

    return make


ACTS: Mapping[str, Act] = {
    **{
        name: _move(name) for name in ("start", "claim", "send_back", "accept", "give_up", "reopen")
    },
    "steps": _add,
    "step-change": _change,
    "step-up": _shift(-1),
    "step-down": _shift(1),
    "tick": lambda actor, number, post, at: services.tick_step(
        actor, number, whole(post, "step"), at=at, on=day(post, "on")
    ),
    "untick": lambda actor, number, post, at: services.untick_step(
        actor, number, whole(post, "step"), at=at
    ),
    "step-remove": lambda actor, number, post, at: services.remove_step(
        actor, number, whole(post, "step"), at=at, reason=post.get("reason", "")
    ),
    "consult": _ask(False),
    "acceptance": _ask(True),
    "call": lambda actor, number, post, at: services.record_call(
        actor,
        number,
        post.getlist("units"),
        at=at,
        decision=post.get("decision", ""),
        held_on=day(post, "on"),
    ),
    "quantity": lambda actor, number, post, at: services.record_quantity(
        actor,
        number,
        at=at,
        what=post.get("what", ""),
        amount=post.get("amount", ""),
        unit=post.get("unit", ""),
        on=day(post, "on"),
    ),
    "cost": lambda actor, number, post, at: services.record_cost(
        actor,
        number,
        at=at,
        what=post.get("what", ""),
        amount=post.get("amount", ""),
        source=post.get("source", ""),
        on=day(post, "on"),
    ),
    "strike": lambda actor, number, post, at: services.strike_entry(
        actor,
        number,
        post.get("entry_kind", ""),
        whole(post, "entry"),
        at=at,
        reason=post.get("reason", ""),
    ),
    "link": lambda actor, number, post, at: services.link_cases(
        actor, number, post.get("cases", "").replace("，", " ").replace(",", " ").split(), at=at
    ),
    "unlink": lambda actor, number, post, at: services.unlink_case(
        actor, number, post.get("case", ""), at=at
    ),
    "photo-remove": lambda actor, number, post, at: services.remove_photo(
        actor, number, whole(post, "photo"), at=at, reason=post.get("reason", "")
    ),
    "take-over": lambda actor, number, post, at: services.take_over(
        actor, number, at=at, reason=post.get("reason", "")
    ),
}
# Where the page is again after an act: at what was acted on.
_BACK = {
    **dict.fromkeys(("steps", "step-change", "step-up", "step-down", "untick"), "step"),
    **dict.fromkeys(("consult", "acceptance"), "residents"),
    "tick": "next",
    "step-remove": "steps",
    "call": "calls",
    "quantity": "quantities",
    "cost": "costs",
    "link": "cases",
    "unlink": "cases",
    "photo-remove": "photos",
}


@require_POST
def act(request: Asked, number: int, act: str) -> HttpResponse:
    """One act on a project; where a rule says no, the page again with the reason."""
    if act not in ACTS:
        raise Http404(act)
    try:
        ACTS[act](actor_of(request), number, request.POST, clock.now())
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show(request, number, refused, failed=act)
    if act in ("start", "claim", "send_back", "accept", "give_up", "reopen"):
        messages.success(request, _("Done: %(act)s.") % {"act": practice_word(act)})
    return redirect(f"{_address(number)}{_fragment(request, act)}")


def _fragment(request: Asked, act: str) -> str:
    where = _BACK.get(act, "")
    if where == "step":
        step = request.POST.get("step") or request.POST.get("after") or ""
        return f"#step-{step}" if step.isdecimal() else "#steps"
    return f"#{where}" if where else ""


@require_POST
def photo_add(request: Asked, number: int) -> HttpResponse:
    """Put one or more photos from a spot."""
    actor, files = actor_of(request), request.FILES.getlist("file")
    try:
        if not files:
            raise Refused("attachment.type")
        for file in files[:10]:
            if (file.size or 0) > LARGEST:
                raise Refused("attachment.too_large", limit=LARGEST // 1024 // 1024)
            services.add_photo(
                actor,
                number,
                file.name or "",
                file.read(),
                at=clock.now(),
                spot=request.POST.get("spot", ""),
                pair=whole_or_none(request.POST, "pair"),
                taken_on=day(request.POST, "on"),
            )
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show(request, number, refused, failed="photo")
    return redirect(f"{_address(number)}#photos")


@require_GET
@never_cache
def photo(request: Asked, number: int, photo: int) -> HttpResponse:
    """One photo, to whoever may see the project."""
    project = projects.project_by_number(actor_of(request), number)
    held = projects.photo_of(project, photo)
    return file_answer(*services.content_of(held), held.media_type)


# --- suggestions --------------------------------------------------------------------------


@require_GET
def list_clusters(request: Asked) -> HttpResponse:
    """Where alike cases come together; one press takes a suggestion up or dismisses it."""
    return _clusters(request)


def _clusters(request: Asked, refusal: Refused | None = None) -> HttpResponse:
    actor = actor_of(request)
    asked = _looked_at(request.GET if request.method == "GET" else request.POST)
    found = clusters.suggested(
        actor,
        settings.HOME,
        level=asked.level,
        periods=asked.periods,
        threshold=asked.threshold,
    )
    context = {
        "found": found,
        "asked": asked,
        "levels": figures.LEVELS,
        "answers": clusters.answers(actor),
        "may_run": actor.may("project.run"),
        "may_write": actor.may("practice.write"),
        "may_figures": actor.may("assessment.see"),
        "refusal": refusal,
    }
    return render(request, "projects/clusters.html", context, status=409 if refusal else 200)


@require_POST
def answer_cluster(request: Asked) -> HttpResponse:
    """What is answered to one suggestion."""
    actor, post, at = actor_of(request), request.POST, clock.now()
    chosen = _looked_at(post)
    try:
        if post.get("answer") == "project":
            project = services.project_from_cluster(actor, chosen, at=at, home=settings.HOME)
            return redirect("projects:show", project.pk)
        if post.get("answer") == "practice":
            practice = services.practice_from_cluster(actor, chosen, at=at, home=settings.HOME)
            return redirect("practices:edit", practice.pk)
        services.dismiss_cluster(
            actor, chosen, at=at, home=settings.HOME, reason=post.get("reason", "")
        )
    except Refused as refused:
        if refused.code == "actor.not_permitted":
            raise
        return _clusters(request, refused)
    messages.success(request, _("It will not be suggested again."))
    return redirect("projects:clusters")


def _looked_at(said: QueryDict) -> Chosen:
    """What was looked at; what cannot be is as usual."""

    def number(name: str, usual: int, most: int) -> int:
        text = said.get(name, "")
        return min(max(int(text), 1), most) if text.isdecimal() and len(text) < 6 else usual

    level = said.get("level", "")
    return Chosen(
        area=said.get("area", "")[:32],
        category=said.get("category", "")[:255],
        level=level if level in figures.LEVELS else figures.LEVELS[0],
        periods=number("periods", PERIODS, 24),
        threshold=number("threshold", THRESHOLD, 10_000),
    )


def _address(number: int) -> str:
    return reverse("projects:show", args=[number])
