"""Who acts.

Until accounts exist, an actor is a name somebody gave: the page asks for it, the
command takes `--as`. It is written into every event as it was said. Where a rule
wants a second person, it compares `id`.
"""

from dataclasses import dataclass

from jieban.domain.errors import Refused

LONGEST_NAME = 64


@dataclass(frozen=True)
class Actor:
    """One person at a door. `id` is compared, `name` and `post` are shown."""

    id: str
    name: str
    post: str = ""

    @classmethod
    def named(cls, name: str, post: str = "") -> "Actor":
        """An actor known by name alone; the same name is the same person.

        Raises:
            Refused "actor.name_too_long".
        """
        tidy = " ".join(name.split())
        if len(tidy) > LONGEST_NAME:
            raise Refused("actor.name_too_long", limit=LONGEST_NAME)
        return cls(id=tidy.casefold(), name=tidy, post=post)


SYSTEM = Actor(id="system", name="系统", post="")
