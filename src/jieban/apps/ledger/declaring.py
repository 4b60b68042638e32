"""What one kind of event is; the kinds themselves stand in `kinds` and beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of event. `kind` is noun.past_verb; `keys` are exactly the keys of its body.

    `followed` kinds go through the outbox: somebody may be told of them (webhooks, reminders).
    `changes_facts` says that facts built before such an event are no longer current.
    """

    kind: str
    zh: str
    en: str
    keys: frozenset[str]
    followed: bool
    changes_facts: bool


_FOLLOWED = ("case.", "follow_up.")


def declared(kind: str, zh: str, en: str, *keys: str, changes_facts: bool = False) -> Kind:
    return Kind(kind, zh, en, frozenset(keys), kind.startswith(_FOLLOWED), changes_facts)
