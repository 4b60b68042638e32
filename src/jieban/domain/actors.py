"""Who acts, and what they may do where.

An actor comes from a signed-in account with its posts 岗位 of the day, from an API token, or
from the machine itself: whoever runs a command there holds the database and its keys anyway,
so nothing is gained by pretending to hold them back; the ledger writes that it was a command.
Code asks for permissions, never for roles. Where a rule wants a second person, it compares `id`.
"""

from __future__ import annotations

from dataclasses import dataclass

from jieban.domain.errors import Refused
from jieban.domain.permissions import PERMISSIONS

LONGEST_NAME = 64
EVERYWHERE = "*"
"""The scope that holds every place and every unit."""


@dataclass(frozen=True)
class Grant:
    """What one post gives: `permissions` on everything at or below `scope`.

    A scope is `EVERYWHERE`, "area:CODE" or "unit:CODE", the top of a subtree of the directory.
    """

    scope: str
    permissions: frozenset[str]


@dataclass(frozen=True)
class Actor:
    """One person at a door. `id` is compared, `name` and `post` are shown."""

    id: str
    name: str
    post: str = ""
    grants: tuple[Grant, ...] = ()

    def may(self, permission: str) -> bool:
        """Whether the permission is held anywhere at all."""
        return any(permission in grant.permissions for grant in self.grants)

    def reach(self, permission: str) -> frozenset[str]:
        """Scopes where the permission is held; {EVERYWHERE} if one of them is everywhere."""
        scopes = frozenset(grant.scope for grant in self.grants if permission in grant.permissions)
        return frozenset((EVERYWHERE,)) if EVERYWHERE in scopes else scopes

    def demand(self, permission: str) -> None:
        """
        Raises:
            Refused "actor.not_permitted".
        """
        if not self.may(permission):
            raise Refused("actor.not_permitted", permission=permission)

    @classmethod
    def named(cls, name: str, post: str = "") -> Actor:
        """Somebody at the machine itself, known by name alone; may do everything.

        Raises:
            Refused "actor.name_too_long".
        """
        tidy = " ".join(name.split())
        if len(tidy) > LONGEST_NAME:
            raise Refused("actor.name_too_long", limit=LONGEST_NAME)
        return cls(id=tidy.casefold(), name=tidy, post=post, grants=AT_THE_MACHINE)


AT_THE_MACHINE = (Grant(EVERYWHERE, frozenset(PERMISSIONS)),)
SYSTEM = Actor(id="system", name="系统", grants=AT_THE_MACHINE)
