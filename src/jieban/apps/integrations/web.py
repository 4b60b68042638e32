"""Pages of the webhooks: who is told of what, what was sent, and what did not arrive."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.integrations import selectors, services
from jieban.apps.integrations.forms import WebhookForm
from jieban.apps.integrations.models import Delivery, State, Webhook
from jieban.apps.ledger.kinds import kind_word
from jieban.domain import words
from jieban.domain.errors import Refused
from jieban.domain.integrations.webhooks import EVERYTHING

PAGE = 50


@require_GET
def list_webhooks(request: Asked) -> HttpResponse:
    """Every webhook and how it stands."""
    found = [_shown(each) for each in selectors.visible_to(actor_of(request))]
    return render(request, "integrations/list.html", {"webhooks": found})


@never_cache
def add(request: Asked) -> HttpResponse:
    """Enter a webhook; the answer shows its secret, this once."""
    actor = actor_of(request)
    actor.demand(selectors.PERMISSION)
    form = WebhookForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.add_webhook(
                actor, form.cleaned_data["address"], form.cleaned_data["kinds"], at=clock.now()
            )
        except Refused as refused:
            refusal = refused
        else:
            context = {"webhook": made, "secret": secret}
            return render(request, "integrations/secret.html", context)
    status = 422 if refusal or form.errors else 200
    context = {"form": form, "refusal": refusal}
    return render(request, "integrations/new.html", context, status=status)


@require_GET
def show(request: Asked, number: int) -> HttpResponse:
    """One webhook and its deliveries, newest first."""
    actor = actor_of(request)
    found = selectors.webhook(actor, number)
    state = request.GET.get("state", "")
    rows = selectors.deliveries(actor, number, state if state in State.values else "")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "each": _shown(found),
        "state": state,
        "states": [(each, words.word(f"delivery_{each}")) for each in State.values],
        "page": page,
        "deliveries": [_delivery(each) for each in page.object_list],
    }
    return render(request, "integrations/show.html", context)


@require_POST
def pause(request: Asked, number: int) -> HttpResponse:
    """Send nothing for a while."""
    services.pause_webhook(actor_of(request), number, at=clock.now())
    messages.success(request, _("Paused. What happens meanwhile is kept and sent later."))
    return redirect("integrations:show", number)


@require_POST
def resume(request: Asked, number: int) -> HttpResponse:
    """Send again."""
    services.resume_webhook(actor_of(request), number, at=clock.now())
    messages.success(request, _("Sending again, beginning with what was kept."))
    return redirect("integrations:show", number)


@require_POST
def remove(request: Asked, number: int) -> HttpResponse:
    """Forget a webhook."""
    services.remove_webhook(actor_of(request), number, at=clock.now())
    messages.success(request, _("The webhook is removed."))
    return redirect("integrations:list")


@require_POST
def replay(request: Asked, delivery: UUID) -> HttpResponse:
    """Send one message again."""
    found = services.replay(actor_of(request), str(delivery), at=clock.now())
    messages.success(request, _("It is sent again within a few seconds."))
    return redirect("integrations:show", found.webhook_id)


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "webhook": webhook,
        "kinds": [_kind(kind) for kind in webhook.kinds],
        "state": words.word(_state(webhook)),
    }


def _state(webhook: Webhook) -> str:
    if webhook.active:
        return "webhook_unreachable" if webhook.failures else "webhook_active"
    return "webhook_failing" if webhook.paused_because == "failing" else "webhook_paused"


def _kind(kind: str) -> str:
    if kind == EVERYTHING:
        return _("everything")
    return kind_word(kind)


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "kind": _kind(delivery.kind),
        "state": words.word(f"delivery_{delivery.state}"),
        "answer": _answer(delivery),
    }


def _answer(delivery: Delivery) -> str:
    if delivery.last_status is not None:
        return f"HTTP {delivery.last_status}"
    if not delivery.error:
        return ""
    known = {
        "timeout": _("no answer within 10 seconds"),
        "certificate": _("its certificate is not valid"),
        "name_unknown": _("its name is not known"),
        "webhook.address_private": _("its name leads into a private network"),
    }
    return known.get(delivery.error, _("could not be reached"))
