"""Sums and sheets kept in the process until the next event: nothing of a task changes without one.

The store is bounded and needs no expiry: an event makes another key.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from django.conf import settings

from jieban.apps.directory.selectors.picture import directory_head
from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger.rectification_kinds import RECTIFICATION_KINDS
from jieban.domain.actors import Actor

Made = TypeVar("Made")
MOST = 64
SEE = "rectification.see"
_KINDS = tuple(kind.kind for kind in RECTIFICATION_KINDS)
_kept: OrderedDict[Hashable, object] = OrderedDict()
_lock = threading.Lock()


def kept(actor: Actor, what: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
    """What `make` gives for `what` and for everybody who sees as far as the actor does."""
    head = ledger.head_digest(_KINDS)
    if not head:
        return make()
    scopes = frozenset(actor.reach(SEE))
    key = (str(settings.HOME.path), head, directory_head(), scopes, *what)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[return-value]
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return made


def forget() -> None:
    """Sum up again; for whoever changed rows without an event."""
    with _lock:
        _kept.clear()
