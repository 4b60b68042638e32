"""Lists a person comes back to. A convenience of their own: nothing happened, so no event."""

from jieban.apps.cases.models import SavedView
from jieban.apps.cases.selectors.worklists import Filter
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused

MOST = 30


def save_view(actor: Actor, name: str, asked: Filter) -> SavedView:
    """Keep the list under a name; an earlier one of that name is replaced.

    Raises:
        Refused "worklist.view_unnamed", "worklist.views_full".
    """
    name = " ".join(name.split())[:40]
    if not name:
        raise Refused("worklist.view_unnamed")
    own = SavedView.objects.filter(owner_id=actor.id)
    if own.exclude(name=name).count() >= MOST:
        raise Refused("worklist.views_full", limit=MOST)
    view, _made = SavedView.objects.update_or_create(
        owner_id=actor.id, name=name, defaults={"query": asked.as_query()[:600]}
    )
    return view


def drop_view(actor: Actor, number: int) -> None:
    """Forget one of one's own lists."""
    SavedView.objects.filter(owner_id=actor.id, pk=number).delete()
