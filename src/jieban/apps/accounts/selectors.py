"""Every read of accounts, and from a person to what they may do."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice

from jieban.apps.accounts.models import ApiToken, DutySession, Person, Post, Role
from jieban.domain.actors import Actor, Grant
from jieban.domain.errors import Refused
from jieban.domain.words import Language, language

_KEPT_SECONDS = 10
_LONGEST_CACHE = 2000


@dataclass(frozen=True)
class Held:
    """What a person holds on one day: the actor, and whether a role asks for a second factor."""

    actor: Actor
    second_factor: bool
    may_go_on_duty: bool


_Key = tuple[int, str, int, date, int, Language]
_held: dict[_Key, Held] = {}
_tokens: dict[str, tuple[datetime, Actor | None]] = {}
_lock = threading.Lock()


def people() -> QuerySet[Person]:
    """Every account, by user name."""
    return Person.objects.all()


def person_by_id(number: int) -> Person:
    found = Person.objects.filter(pk=number).first()
    if found is None:
        raise Refused("account.not_found", person=number)
    return found


def person_by_username(username: str) -> Person:
    found = Person.objects.filter(username=username).first()
    if found is None:
        raise Refused("account.not_found", person=username)
    return found


def demo_people() -> QuerySet[Person]:
    """People one may be by one click, in a home where everything is invented."""
    return Person.objects.filter(demo=True, is_active=True).order_by("id")


def roles() -> QuerySet[Role]:
    return Role.objects.all()


def role_by_code(code: str) -> Role:
    found = Role.objects.filter(code=code).first()
    if found is None:
        raise Refused("account.unknown_role", role=code)
    return found


def role_word(role: Role) -> str:
    return role.zh if language() == "zh" else role.en


def posts_of(person: Person) -> QuerySet[Post]:
    """Every post a person has or had, oldest first."""
    return Post.objects.filter(person=person).select_related("role")


def posts_on(person: Person, day: date) -> QuerySet[Post]:
    return posts_of(person).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day
    )


def holders_of(role: Role, day: date) -> QuerySet[Person]:
    """Who holds a role on a day, by name."""
    holding = Post.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), role=role, valid_from__lte=day
    )
    return Person.objects.filter(is_active=True, pk__in=holding.values("person")).order_by("name")


def anybody() -> bool:
    """Whether there is an account at all."""
    return Person.objects.filter(is_active=True).exists()


def duty_of(person: Person, at: datetime) -> DutySession | None:
    """The running duty session."""
    return DutySession.objects.filter(
        person=person, ended_at__isnull=True, begun_at__lte=at, until__gt=at
    ).first()


def day_of(at: datetime) -> date:
    """The district's own day at this moment: posts begin and end by it."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def held_by(person: Person, at: datetime) -> Held:
    """What a person may do at this moment; kept in memory while posts and roles stay."""
    day = day_of(at)
    return _held_on(person, day, _duty_number(person, day, at))


def held_by_programs_of(person: Person, at: datetime) -> Held:
    """What a person's tokens may do at most: powers of duty are never among it.

    What is done on duty is written down request by request, at the pages; a program is
    not on duty.
    """
    return _held_on(person, day_of(at), 0)


def holds(person: Person, role: Role, at: datetime) -> bool:
    """Whether the person has a post in this role, now or later."""
    day = day_of(at)
    coming = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    return posts_of(person).filter(coming, role=role).exists()


def _held_on(person: Person, day: date, duty: int) -> Held:
    key = _key(person, day, duty)
    found = _held.get(key)
    if found is None:
        found = _hold(person, day, on_duty=duty > 0)
        with _lock:
            if len(_held) > _LONGEST_CACHE:
                _held.clear()
            _held[key] = found
    return found


def _key(person: Person, day: date, duty: int) -> _Key:
    return (person.pk, person.name, person.holdings, day, duty, language())


def _duty_number(person: Person, day: date, at: datetime) -> int:
    """The running duty session's number, asked for only of those who may have one."""
    without = _held.get(_key(person, day, 0))
    if without is not None and not without.may_go_on_duty:
        return 0
    running = duty_of(person, at)
    return running.pk if running else 0


def _hold(person: Person, day: date, *, on_duty: bool) -> Held:
    posts = list(posts_on(person, day)) if person.is_active else []
    counting = [post for post in posts if on_duty or not post.role.on_duty]
    # A post that counts only on duty gives nothing meanwhile, but it stays a post: whose unit
    # somebody is of does not change with the shift.
    grants = tuple(
        Grant(post.scope, frozenset(post.role.permissions) if post in counting else frozenset())
        for post in posts
    )
    first = next((role_word(post.role) for post in counting), "")
    return Held(
        Actor(id=f"person:{person.pk}", name=person.name, post=first, grants=grants),
        any(post.role.second_factor for post in posts),
        any(post.role.on_duty for post in posts),
    )


# --- second factors -----------------------------------------------------------------------


def has_second_factor(person: Person) -> bool:
    return bool(TOTPDevice.objects.filter(user=person, confirmed=True).exists())


def anybody_with_second_factor() -> bool:
    return bool(TOTPDevice.objects.filter(confirmed=True, user__is_active=True).exists())


# --- tokens -------------------------------------------------------------------------------


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(person=person)


def token_digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of_token(secret: str, at: datetime) -> Actor | None:
    """Who a token speaks for: its owner, with no more than the token's permissions.

    Kept in memory for ten seconds; after that a revoked token, or a post that ended, is felt.
    """
    digest = token_digest(secret)
    kept = _tokens.get(digest)
    if kept is not None and kept[0] > at:
        return kept[1]
    actor = _actor_of(digest, at)
    with _lock:
        if len(_tokens) > _LONGEST_CACHE:
            _tokens.clear()
        _tokens[digest] = (at + timedelta(seconds=_KEPT_SECONDS), actor)
    return actor


def _actor_of(digest: str, at: datetime) -> Actor | None:
    token = (
        ApiToken.objects.select_related("person")
        .filter(digest=digest, revoked_at__isnull=True, valid_to__gt=at, person__is_active=True)
        .first()
    )
    if token is None:
        return None
    held = held_by_programs_of(token.person, at).actor
    allowed = frozenset(token.permissions)
    grants: Sequence[Grant] = [
        Grant(grant.scope, grant.permissions & allowed) for grant in held.grants
    ]
    return Actor(
        id=held.id, name=held.name, post=f"{held.post} · {token.name}", grants=tuple(grants)
    )


def forget_tokens() -> None:
    """Ask the database again; called where a token was made or revoked."""
    with _lock:
        _tokens.clear()
