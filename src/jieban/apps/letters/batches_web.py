"""Pages of batches: rounds with their batches and sums, one batch, its public table as a file."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.doors import download
from jieban.apps.letters import services
from jieban.apps.letters.forms import BatchForm
from jieban.apps.letters.models import Batch
from jieban.apps.letters.selectors import lists, seeing, telling
from jieban.apps.letters.templatetags.letter_words import CHANNELS, VERDICTS
from jieban.documents.letters import letters_pdf
from jieban.domain.errors import Refused
from jieban.tables.letters import WORKBOOK, public_workbook, title_of

_HIDDEN = ("batch.not_found", "round.not_found", "actor.not_permitted")


@require_GET
def list_batches(request: Asked) -> HttpResponse:
    """Rounds with their batches: received, done, partly done, in progress."""
    actor = actor_of(request)
    context = {
        "rounds": lists.rounds_listed(actor),
        "managed": set(seeing.rounds_managed_by(actor).values_list("code", flat=True))
        if actor.may("letter.manage")
        else set(),
        "may_bring": actor.may("letter.manage") or actor.may("letter.handle"),
    }
    return render(request, "letters/batches.html", context)


@never_cache
def new_batch(request: Asked, code: str) -> HttpResponse:
    """Begin a batch."""
    actor = actor_of(request)
    held = seeing.round_seen(actor, code)
    form, refusal = BatchForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = services.open_batch(
                actor,
                code,
                told["number"],
                told["handed_on"],
                at=clock.now(),
                source=told["source"],
            )
            return redirect("letters:batch", code, made.number)
        except Refused as refused:
            refusal = refused
    context = {"form": form, "refusal": refusal, "round": held}
    status = 422 if refusal or form.errors else 200
    return render(request, "letters/batch_form.html", context, status=status)


def show_batch(
    request: Asked, code: str, number: str, refusal: Refused | None = None, failed: str = ""
) -> HttpResponse:
    """One batch: its sums, its letters, what was published of it."""
    actor = actor_of(request)
    batch = seeing.batch_by_number(actor, code, number)
    batch.round = seeing.round_seen(actor, code)
    found = lists.register(actor, lists.Filter(round=code, batch=number))
    manages = seeing.rounds_managed_by(actor).filter(pk=batch.round_id).exists()
    sums = lists.batch_sums(actor, batch)
    context = {
        "batch": batch,
        "round": batch.round,
        "sums": sums,
        "channels": [(words, sums.channels.get(c, 0)) for c, words in CHANNELS.items()],
        "verdicts": [(words, sums.verdicts.get(c, 0)) for c, words in VERDICTS.items()],
        "page": lists.paged(found, request.GET.get("page"), sums.sum.total),
        "tables": lists.tables_of(batch),
        "manages": manages,
        "today": directory.local_day(clock.now()),
        "refusal": refusal,
        "failed": failed,
    }
    return render(request, "letters/batch.html", context, status=409 if refusal else 200)


@require_POST
def act(request: Asked, code: str, number: str, act: str) -> HttpResponse:
    """Publish the batch's table, or say otherwise when it was handed over."""
    actor, post = actor_of(request), request.POST
    if act not in ("publish", "change"):
        raise Http404(act)
    try:
        if act == "publish":
            made = services.publish_batch(actor, code, number, at=clock.now())
            said = _("Version %(number)s of the public table is frozen.")
            messages.success(request, said % {"number": made.number})
        else:
            services.change_batch(
                actor,
                code,
                number,
                at=clock.now(),
                handed_on=_day(post.get("handed_on", "")),
                source=post.get("source", ""),
            )
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show_batch(request, code, number, refused, failed=act)
    return redirect("letters:batch", code, number)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise Refused("rectification.day_impossible", day=said[:20]) from None


@require_GET
@never_cache
def table(request: Asked, code: str, number: str, table: int, form: str) -> HttpResponse:
    """The public table as a workbook or PDF: version `table`, or 0 for what it would be now.

    With ?only=changed what a version tells otherwise than the one before: a supplement.
    """
    actor = actor_of(request)
    batch = seeing.batch_by_number(actor, code, number)
    if form not in ("xlsx", "pdf"):
        raise Http404(form)
    content, digest, changed = _content(request, batch, table)
    rows = content["rows"]
    supplement = request.GET.get("only") == "changed"
    if supplement:
        rows = [row for row in rows if row["number"] in changed]
    title = title_of(
        content["batch"], date.fromisoformat(content["handed_on"]), supplement=supplement
    )
    cells = telling.said_columns(rows)
    if form == "xlsx":
        return download(f"{title}.xlsx", public_workbook([(title, cells)]), WORKBOOK)
    made = letters_pdf(title, cells, at=clock.now(), digest=digest)
    return download(f"{title}.pdf", made, "application/pdf")


def _content(request: Asked, batch: Batch, table: int) -> tuple[dict[str, Any], str, set[str]]:
    """A version's content, or the table as it stands now to whoever keeps it."""
    actor = actor_of(request)
    if table:
        found = lists.table_of(batch, table)
        if found is None:
            raise Http404(str(table))
        return found.content, found.digest, set(found.changed)
    if not seeing.rounds_managed_by(actor).filter(pk=batch.round_id).exists():
        raise Http404("0")
    content = services.printable(batch)
    before = lists.table_of(batch, 0)
    return content, "", set(telling.changed_rows(before.content if before else None, content))
